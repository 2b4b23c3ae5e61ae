"""`iac apply`."""

from __future__ import annotations

from pathlib import Path

import click

from iac.cli.applying import apply_plan, approve, refuse_unasked
from iac.cli.approval import objections, parse_conditions, refuse_against
from iac.cli.arguments import Command, switch
from iac.cli.console import warn_of_file
from iac.cli.planning import PlanArguments, announce_changes, make_plan, plan_options, seconds, show_plan
from iac.cli.session import session


@click.command(cls=Command)
@click.argument("saved_plan", required=False, metavar="[PLAN]")
@plan_options()
@switch("auto-approve", "Do not ask before applying.")
@click.option(
    "--auto-approve-if",
    metavar="CONDITIONS",
    help="Do not ask when these hold, with commas between: no-destroy, no-replace, only-create.",
)
@switch("strict-serial", "Refuse a saved plan when anything in the state has changed since, as Terraform does.")
@click.option("--message", metavar="TEXT", help="The reason, kept with every event of this run.")
def command(
    saved_plan: str | None,
    arguments: PlanArguments,
    auto_approve: bool,
    auto_approve_if: str | None,
    strict_serial: bool,
    message: str | None,
    database: str | None,
    no_color: bool,
    as_json: bool,
    compact_warnings: bool,
    lock: bool,
    lock_timeout: str,
) -> None:
    """Create, update or delete what the configuration says, or what a saved PLAN says.

    Shows the plan and asks before doing it; a saved plan is applied as it is, without asking, unless it is against
    the conditions of --auto-approve-if.
    """
    with session(database, no_color=no_color, as_json=as_json, compact_warnings=compact_warnings) as opened:
        conditions = parse_conditions(auto_approve_if) if auto_approve_if is not None else []
        if as_json:
            opened.announce_version()
        refuse_unasked(as_json, auto_approve or bool(conditions) or saved_plan is not None)
        with opened.project.lock("OperationTypeApply", seconds(lock_timeout), enabled=lock):
            if saved_plan is not None:
                arguments.refuse_with_saved_plan()
                run = opened.project.load_plan(Path(saved_plan), arguments.variables)
                warn_of_file(opened.console, "Saved plan", Path(saved_plan))
                refuse_against(run.plan, conditions)
                announce_changes(opened, run)
            else:
                run = make_plan(opened, arguments)
                auto_approve = auto_approve or bool(conditions and not objections(run.plan, conditions))
                show_plan(opened, run, checks=not auto_approve)
                if not run.plan.is_empty and not auto_approve:
                    approve(opened, run, against=objections(run.plan, conditions))
            apply_plan(opened, run, message, strict_serial=strict_serial, quiet=arguments.quiet)
