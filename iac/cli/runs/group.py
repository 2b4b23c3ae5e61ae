"""`iac runs`: the listing, and the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import ListingGroup, color_option, database_option, json_option
from iac.cli.session import session

_COMMANDS = {"show": ("iac.cli.runs.show", "Show a run: its plan, its events, how long what took")}


@click.group(cls=ListingGroup, modules=_COMMANDS, invoke_without_command=True)
@click.option("--workspace", metavar="NAME", help="Only those of this workspace.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most so many."
)
@database_option
@color_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, workspace: str | None, limit: int, database: str | None, no_color: bool, as_json: bool
) -> None:
    """List the runs of apply and destroy, newest first: by whom, of which plan, and how they ended."""
    if ctx.invoked_subcommand is not None:
        return
    from iac.plan.records import runs
    from iac.values.codec import pretty
    from iac.views.plan_records import run_lines, run_record_to_json

    with session(database, no_color=no_color, create=False) as opened:
        found = runs(opened.project.database, workspace, limit=limit)
        if as_json:
            opened.console.write(pretty([run_record_to_json(r) for r in found]))
        elif not found:
            opened.console.write("No runs.")
        else:
            for line in run_lines(found, color=opened.console.color):
                opened.console.write(line)
