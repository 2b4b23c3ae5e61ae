"""`iac force-unlock`."""

from __future__ import annotations

import sys

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.session import session


@click.command("force-unlock", cls=Command)
@click.argument("lock_id")
@switch("force", "Do not ask.")
@database_option
@color_option
def command(lock_id: str, force: bool, database: str | None, no_color: bool) -> None:
    """Remove the lock LOCK_ID from the state, whoever holds it. Only for locks whose holder is gone for good."""
    from iac.diagnostics import DiagnosticsError, error
    from iac.state.lock import force_unlock, read_lock

    with session(database, no_color=no_color, create=False) as opened:
        project = opened.project
        held = read_lock(project.database, project.workspace)
        if held is not None and not force:
            if not sys.stdin.isatty():
                detail = (
                    "There is no terminal to ask on, and nothing was changed. Use -force to remove it without asking."
                )
                raise DiagnosticsError(error("Approval is required", detail))
            opened.console.write(held.describe())
            sys.stdout.write("Do you really want to force-unlock?\n  Only 'yes' will be accepted to confirm.\n\n")
            sys.stdout.write("  Enter a value: ")
            sys.stdout.flush()
            if sys.stdin.readline().strip() != "yes":
                opened.console.write("force-unlock cancelled.")
                raise click.exceptions.Exit(1)
        force_unlock(project.database, project.workspace, lock_id)
        opened.console.write("iac state has been successfully unlocked!")
