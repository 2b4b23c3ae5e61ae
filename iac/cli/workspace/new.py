"""`iac workspace new`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option
from iac.cli.session import session


@click.command("new", cls=Command)
@click.argument("name")
@database_option
@color_option
def command(name: str, database: str | None, no_color: bool) -> None:
    """Create an empty workspace called NAME, and select it."""
    with session(database, no_color=no_color) as opened:
        opened.project.create_workspace(name)
        opened.console.write(created(name))


def created(name: str) -> str:
    """What is said of a workspace that was created."""
    return (
        f'Created and switched to workspace "{name}"!\n\n'
        'You\'re now on a new, empty workspace. Workspaces isolate their state, so if you run "iac plan" iac will not '
        "see any existing state for this configuration."
    )
