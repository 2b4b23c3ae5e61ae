"""`iac workspace show`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, database_option
from iac.cli.session import session


@click.command("show", cls=Command)
@database_option
def command(database: str | None) -> None:
    """Show the name of the selected workspace."""
    with session(database, create=False) as opened:
        opened.console.write(opened.project.workspace)
