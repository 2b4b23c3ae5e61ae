"""`iac plans diff`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("diff", cls=Command)
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@database_option
@color_option
@json_option
def command(first: str, second: str, database: str | None, no_color: bool, as_json: bool) -> None:
    """Say how the plans A and B differ, by their ids or saved files: did the plan that was approved change?

    Exit codes: 0 they do the same, 2 they do not, 1 error.
    """
    from iac.recording.conversion import load_any_plan
    from iac.values.codec import pretty
    from iac.views.plan_comparison import compare_plans, comparison_to_json, render_plan_comparison

    with session(database, no_color=no_color, create=False) as opened:
        project, console = opened.project, opened.console
        records = [project.recorded_plan(reference) for reference in (first, second)]
        one, other = (load_any_plan(project.database, record.id, project.schema_of) for record in records)
        differences = compare_plans(one, other)
        if as_json:
            console.write(pretty(comparison_to_json(differences)))
        else:
            console.write(render_plan_comparison(differences, color=console.color).rstrip("\n"))
        if differences:
            raise click.exceptions.Exit(2)
