"""`iac db backup`."""

from __future__ import annotations

from pathlib import Path

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.session import session


@click.command("backup", cls=Command)
@click.argument("file")
@switch("force", "Replace the file when there is one already.")
@database_option
@color_option
def command(file: str, force: bool, database: str | None, no_color: bool) -> None:
    """Copy the database to FILE, as it is at one moment, while others may go on working.

    The copy is checked, and readable by its owner alone: it has everything in it, secrets too. To use it, name it
    with -database, or put it in the place of the database (see docs/recovery.md).
    """
    from iac.views.database import size_text

    with session(database, no_color=no_color, create=False) as opened:
        size = opened.project.back_up(Path(file), replace=force)
        opened.console.write(f"Copied the database to {file} ({size_text(size)}).")
