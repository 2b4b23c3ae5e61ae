"""`iac show`."""

from __future__ import annotations

from pathlib import Path

import click

from iac import __version__
from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.console import warn_of_file
from iac.cli.session import session
from iac.database import DatabaseNotFound
from iac.project import Project
from iac.state.model import State
from iac.storage import DEFAULT_LOCATION


@click.command(cls=Command)
@click.argument("file", required=False)
@database_option
@color_option
@json_option
def command(file: str | None, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show the state, or a saved plan when its FILE is given."""
    with session(database, no_color=no_color, create=False) as opened:
        project, console = opened.project, opened.console
        if file is not None:
            run = project.load_plan(Path(file))
            warn_of_file(console, "Saved plan", Path(file))
            if as_json:
                from iac.views.plan_json import run_to_json

                console.json(run_to_json(run, project.schema_of_type, iac_version=__version__))
            else:
                from iac.views.plan_text import render_plan

                console.write(render_plan(run.plan, color=console.color, width=console.width))
            return
        state = known_state(project)
        if as_json:
            from iac.views.state_json import state_to_json

            console.json(state_to_json(state, project.schema_of_type))
        else:
            from iac.views.state_text import render_state

            console.write(render_state(state, project.schema_of_type, color=console.color))


def known_state(project: Project) -> State | None:
    """The state; None where nothing was applied yet. A database that was named has to be there."""
    try:
        return project.state()
    except DatabaseNotFound:
        if project.location != DEFAULT_LOCATION:
            raise
        return None
