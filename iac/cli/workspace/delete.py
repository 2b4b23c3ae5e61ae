"""`iac workspace delete`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.planning import seconds
from iac.cli.session import session


@click.command("delete", cls=Command)
@click.argument("name")
@switch("force", "Delete it even when it still has objects; they are forgotten, not destroyed.")
@switch("dry-run", "Only say what would be forgotten.")
@switch("lock", "Hold the lock of the state meanwhile.", default=True)
@click.option("--lock-timeout", default="0s", metavar="DURATION", help="How long to wait for the lock, such as 30s.")
@click.option("--message", metavar="TEXT", help="The reason, kept with the event of each object that is forgotten.")
@database_option
@color_option
def command(
    name: str,
    force: bool,
    dry_run: bool,
    lock: bool,
    lock_timeout: str,
    message: str | None,
    database: str | None,
    no_color: bool,
) -> None:
    """Delete the workspace called NAME. It must be empty, and not the selected one."""
    with session(database, no_color=no_color, create=False) as opened:
        forgotten = opened.project.delete_workspace(
            name, force=force, dry_run=dry_run, lock=lock, timeout=seconds(lock_timeout), message=message
        )
        if dry_run:
            for address in forgotten:
                opened.console.write(f"Would forget {address}")
            opened.console.write(f'Would delete workspace "{name}"')
            return
        opened.console.write(f'Deleted workspace "{name}"!')
        if forgotten:
            opened.console.write(
                f'WARNING: "{name}" was non-empty. Its {len(forgotten)} objects still exist, but are no longer '
                "managed, since the state has been deleted. The audit log has an event for each."
            )
