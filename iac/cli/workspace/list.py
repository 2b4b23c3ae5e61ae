"""`iac workspace list`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, database_option, json_option
from iac.cli.session import session


@click.command("list", cls=Command)
@database_option
@json_option
def command(database: str | None, as_json: bool) -> None:
    """List the workspaces; the selected one is marked with an asterisk."""
    with session(database, create=False) as opened:
        names, selected = opened.project.workspaces(), opened.project.workspace
        if as_json:
            opened.console.json([{"name": name, "selected": name == selected} for name in names])
            return
        for name in names:
            opened.console.write(f"{'*' if name == selected else ' '} {name}")
