"""`iac blame`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.events import completing
from iac.cli.events.opening import audit_session


@click.command("blame", cls=Command)
@click.argument("target", metavar="ADDRESS", shell_complete=completing.targets)
@database_option
@color_option
@json_option
def command(target: str, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show who set each attribute of an object: the last event that did, with its user, tool, run and commit.

    ADDRESS is one in the selected workspace; where nothing has it there, in any. It may also be a type and name such
    as service:api, or the object's id. A + behind a commit says that files were changed and not committed.

    For example: iac blame iac_service.api
    """
    from iac.audit.blame import blame
    from iac.audit.filters import parse_target
    from iac.audit.history import find_object
    from iac.cli.paging import show
    from iac.platform.schemas import KINDS
    from iac.state.workspaces import selected_workspace
    from iac.values.codec import pretty
    from iac.views.blame import blame_to_json, render_blame

    with audit_session(database, no_color=no_color) as opened:
        console = opened.console
        wanted = parse_target(target)
        workspace = selected_workspace(Path("."), os.environ)
        found = blame(opened.database, find_object(opened.database, wanted, KINDS, workspace))
        if as_json:
            console.write(pretty(blame_to_json(found)))
        else:
            show(render_blame(found, color=console.color).splitlines(keepends=True), console)
