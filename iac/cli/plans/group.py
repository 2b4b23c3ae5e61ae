"""`iac plans`: the listing, and the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import ListingGroup, color_option, database_option, json_option
from iac.cli.session import session

_COMMANDS = {
    "show": ("iac.cli.plans.show", "Show a plan as it was shown when it was made"),
    "diff": ("iac.cli.plans.diff", "Say how two plans differ"),
}


@click.group(cls=ListingGroup, modules=_COMMANDS, invoke_without_command=True)
@click.option("--status", metavar="STATUS", help="Only plans that are planned, applied, discarded, stale, ...")
@click.option("--workspace", metavar="NAME", help="Only those of this workspace.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="At most so many."
)
@database_option
@color_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    status: str | None,
    workspace: str | None,
    limit: int,
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """List the plans that were made, newest first: by whom, from which commit, and what became of them."""
    if ctx.invoked_subcommand is not None:
        return
    from iac.plan.records import plans
    from iac.values.codec import pretty
    from iac.views.plan_records import plan_lines, plan_record_to_json

    with session(database, no_color=no_color, create=False) as opened:
        found = plans(opened.project.database, workspace, status=status, limit=limit)
        if as_json:
            opened.console.write(pretty([plan_record_to_json(r) for r in found]))
        elif not found:
            opened.console.write("No plans.")
        else:
            for line in plan_lines(found, color=opened.console.color):
                opened.console.write(line)
