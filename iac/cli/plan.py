"""`iac plan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from iac.cli.arguments import Command, switch
from iac.cli.planning import PlanArguments, make_plan, plan_options, record_plan, seconds, show_plan
from iac.cli.session import session

_LISTS: Final = ("summary", "tree")


@click.command(cls=Command)
@plan_options()
@click.option("--out", metavar="FILE", help="Save the plan, to be applied with: iac apply FILE")
@switch("detailed-exitcode", "Exit with 2 when there are changes, 0 when there are none.")
@click.option(
    "--generate-config-out",
    metavar="FILE",
    help="Write configuration for what import blocks take over and nothing describes yet to a new file.",
)
@click.option("--summary", "form", flag_value="summary", help="Show only a list of the objects and what is done.")
@click.option("--tree", "form", flag_value="tree", help="The same list, by module.")
@click.option("--full", "form", flag_value="full", help="Hide nothing: show what stays as it is, too.")
def command(
    arguments: PlanArguments,
    out: str | None,
    detailed_exitcode: bool,
    generate_config_out: str | None,
    form: str | None,
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
        if form in _LISTS and not as_json:
            arguments = replace(arguments, quiet=True)  # a list is asked for, and nothing else
        generate_to = Path(generate_config_out) if generate_config_out else None
        run = make_plan(opened, arguments, record=False, generate_to=generate_to)
        recorded = record_plan(opened, run)
        show_plan(opened, run, form=form or "", recorded=recorded)
        if out:
            opened.project.save_plan(run, Path(out))
        if not as_json and (out or not run.plan.is_empty):
            from iac.views.plan_text import saved_plan_note

            console = opened.console
            generated = any(change.generated_config is not None for change in run.plan.changes)
            note = saved_plan_note(
                out or None,
                color=console.color,
                width=console.width,
                generated=generate_config_out if generated else None,
            )
            console.write("\n" + note)
            if recorded:
                console.write(f"Recorded as the plan {run.plan.id}: iac plans show {run.plan.id}")
        if detailed_exitcode and not run.plan.is_empty:
            raise click.exceptions.Exit(2)
