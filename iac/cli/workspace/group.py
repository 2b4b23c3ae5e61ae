"""`iac workspace`: the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import LazyGroup

_COMMANDS = {
    "list": ("iac.cli.workspace.list", "List the workspaces; the selected one is marked"),
    "show": ("iac.cli.workspace.show", "Show the name of the selected workspace"),
    "new": ("iac.cli.workspace.new", "Create a workspace and select it"),
    "select": ("iac.cli.workspace.select", "Select a workspace"),
    "delete": ("iac.cli.workspace.delete", "Delete a workspace"),
}


@click.group(cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Work with several states of one configuration, over one platform and one audit log.

    The selected workspace is remembered for the directory; IAC_WORKSPACE, or TF_WORKSPACE, goes before it.
    """
