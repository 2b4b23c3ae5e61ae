"""`iac events verify`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option
from iac.cli.session import session


@click.command("verify", cls=Command)
@database_option
@color_option
def command(database: str | None, no_color: bool) -> None:
    """Check that no event was altered, removed or inserted since it was written."""
    from iac.audit.verify import verify as walk

    with session(database, no_color=no_color, create=False) as opened:
        result = walk(opened.project.database)
        if result.is_empty and result.problem is None:
            opened.console.write("Nothing to verify: the log has no events.")
        elif result.is_valid:
            opened.console.write(f"Verified {result.checked} events: none was altered, removed or inserted.")
        else:
            opened.console.write(f"The log is not intact: {result.problem}")
            raise click.exceptions.Exit(1)
