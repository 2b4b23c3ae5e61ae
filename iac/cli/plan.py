"""`iac plan`."""

from __future__ import annotations

from pathlib import Path

import click

from iac.cli.arguments import Command, switch
from iac.cli.planning import PlanArguments, make_plan, plan_options, seconds, show_plan
from iac.cli.session import session


@click.command(cls=Command)
@plan_options
@click.option("--out", metavar="FILE", help="Save the plan, to be applied with: iac apply FILE")
@switch("detailed-exitcode", "Exit with 2 when there are changes, 0 when there are none.")
def command(
    arguments: PlanArguments,
    out: str | None,
    detailed_exitcode: bool,
    database: str | None,
    no_color: bool,
    as_json: bool,
    compact_warnings: bool,
    lock: bool,
    lock_timeout: str,
) -> None:
    """Show what apply would change. Changes nothing.

    Exit codes: 0 good, 1 error; with -detailed-exitcode 2 when there are changes.
    """
    with session(database, no_color=no_color, as_json=as_json, compact_warnings=compact_warnings) as opened:
        seconds(lock_timeout)  # only checked: planning takes no lock
        if as_json:
            opened.announce_version()
        run = make_plan(opened, arguments)
        show_plan(opened, run)
        if out is not None:
            opened.project.save_plan(run, Path(out))
        if not as_json and (out is not None or not run.plan.is_empty):
            from iac.views.plan_text import saved_plan_note

            console = opened.console
            console.write("\n" + saved_plan_note(out, color=console.color, width=console.width))
        if detailed_exitcode and not run.plan.is_empty:
            raise click.exceptions.Exit(2)
