"""`iac destroy`: `iac apply -destroy`."""

from __future__ import annotations

from dataclasses import replace

import click

from iac.cli.applying import apply_plan, approve, refuse_unasked
from iac.cli.arguments import Command, switch
from iac.cli.planning import PlanArguments, make_plan, plan_options, seconds, show_plan
from iac.cli.session import session


@click.command(cls=Command)
@plan_options(unlisted=("destroy", "refresh-only", "replace"))
@switch("auto-approve", "Do not ask before deleting.")
@click.option("--message", metavar="TEXT", help="The reason, kept with every event of this run.")
def command(
    arguments: PlanArguments,
    auto_approve: bool,
    message: str | None,
    database: str | None,
    no_color: bool,
    as_json: bool,
    compact_warnings: bool,
    lock: bool,
    lock_timeout: str,
) -> None:
    """Delete everything that was created. The same as: iac apply -destroy"""
    if arguments.destroy or arguments.refresh_only:
        name = "destroy" if arguments.destroy else "refresh-only"
        raise click.UsageError(f'The -{name} option is not valid for "iac destroy", which always destroys.')
    with session(database, no_color=no_color, as_json=as_json, compact_warnings=compact_warnings) as opened:
        if as_json:
            opened.announce_version()
        refuse_unasked(as_json, auto_approve)
        with opened.project.lock("OperationTypeApply", seconds(lock_timeout), enabled=lock):
            run = make_plan(opened, replace(arguments, destroy=True))
            show_plan(opened, run)
            if not run.plan.is_empty and not auto_approve:
                approve(opened, run)
            apply_plan(opened, run, message, destroy=True, quiet=arguments.quiet)
