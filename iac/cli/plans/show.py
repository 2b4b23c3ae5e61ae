"""`iac plans show`."""

from __future__ import annotations

import click

from iac import __version__
from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("show", cls=Command)
@click.argument("plan_id", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", help="How to write it."
)
@database_option
@color_option
@json_option
def command(plan_id: str, form: str, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show the plan ID as it was when it was made: the id, the beginning of it, or the file that the plan was saved in.
    Secrets are not kept with it.

    --format markdown is for a comment on a pull request: it can be unfolded, and fits into one.
    """
    from iac.recording.conversion import load_any_plan

    with session(database, no_color=no_color, create=False) as opened:
        project, console = opened.project, opened.console
        record = project.recorded_plan(plan_id)
        plan = load_any_plan(project.database, record.id, project.schema_of)
        if as_json or form == "json":
            from iac.views.plan_json import plan_to_json

            console.json(plan_to_json(plan, iac_version=__version__))
        elif form == "markdown":
            from iac.views.plan_markdown import render_markdown

            console.write(render_markdown(plan).rstrip("\n"))
        else:
            from iac.views.plan_records import plan_header
            from iac.views.plan_text import render_plan

            console.write(plan_header(record, color=console.color))
            console.write(render_plan(plan, color=console.color, width=console.width))
