"""`iac force-unlock`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.asking import confirmed
from iac.cli.session import session


@click.command("force-unlock", cls=Command)
@click.argument("lock_id")
@switch("force", "Do not ask.")
@database_option
@color_option
def command(lock_id: str, force: bool, database: str | None, no_color: bool) -> None:
    """Remove the lock LOCK_ID from the state, whoever holds it. Only for locks whose holder is gone for good."""
    from iac.state.lock import force_unlock, read_lock

    with session(database, no_color=no_color, create=False) as opened:
        project = opened.project
        held = read_lock(project.database, project.workspace)
        if held is not None and not force:
            opened.console.write(held.describe())
            agreed = confirmed(
                opened.console,
                "Do you really want to force-unlock?",
                "Only 'yes' will be accepted to confirm.",
                "Use -force to remove it without asking.",
            )
            if not agreed:
                opened.console.write("force-unlock cancelled.")
                raise click.exceptions.Exit(1)
        force_unlock(project.database, project.workspace, lock_id)
        opened.console.write("iac state has been successfully unlocked!")
