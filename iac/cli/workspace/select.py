"""`iac workspace select`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.session import session


@click.command("select", cls=Command)
@click.argument("name")
@switch("or-create", "Create the workspace when there is none of that name.")
@database_option
@color_option
def command(name: str, or_create: bool, database: str | None, no_color: bool) -> None:
    """Work in the workspace called NAME from now on."""
    from iac.cli.workspace.new import created

    with session(database, no_color=no_color, create=or_create) as opened:
        project = opened.project
        if or_create and name not in project.workspaces():
            project.create_workspace(name)
            opened.console.write(created(name))
        elif name != project.workspace:
            project.select_workspace(name)
            opened.console.write(f'Switched to workspace "{name}".')
