"""`iac refresh`."""

from __future__ import annotations

from dataclasses import replace

import click

from iac.cli.applying import apply_plan
from iac.cli.arguments import Command
from iac.cli.planning import PlanArguments, make_plan, plan_options, seconds, show_plan
from iac.cli.session import session


@click.command(cls=Command)
@plan_options(without=("destroy", "refresh-only", "refresh", "replace"))
@click.option("--message", metavar="TEXT", help="The reason, kept with every event of this run.")
def command(
    arguments: PlanArguments,
    message: str | None,
    database: str | None,
    no_color: bool,
    as_json: bool,
    compact_warnings: bool,
    lock: bool,
    lock_timeout: str,
) -> None:
    """Update the state to what the objects are now. The same as: iac apply -refresh-only -auto-approve"""
    with session(database, no_color=no_color, as_json=as_json, compact_warnings=compact_warnings) as opened:
        if as_json:
            opened.announce_version()
        with opened.project.lock("OperationTypeRefresh", seconds(lock_timeout), enabled=lock):
            run = make_plan(opened, replace(arguments, refresh_only=True))
            show_plan(opened, run, checks=False)
            apply_plan(opened, run, message, quiet=arguments.quiet)
