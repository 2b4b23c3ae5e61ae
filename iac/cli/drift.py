"""`iac drift`."""

from __future__ import annotations

from dataclasses import replace

import click

from iac.cli.arguments import Command
from iac.cli.planning import PlanArguments, make_plan, plan_options, seconds, show_plan
from iac.cli.session import session
from iac.plan.model import Action


@click.command(cls=Command)
@plan_options(without=("destroy", "refresh-only", "refresh", "replace"), unlisted=("lock", "lock-timeout"))
def command(
    arguments: PlanArguments,
    database: str | None,
    no_color: bool,
    as_json: bool,
    compact_warnings: bool,
    lock: bool,
    lock_timeout: str,
) -> None:
    """Say which objects are not as they were last applied, and who changed them. Changes nothing: for a nightly job.

    Exit codes: 0 there is no drift, 2 there is some, 1 error.
    """
    with session(
        database, no_color=no_color, as_json=as_json, compact_warnings=compact_warnings, create=False
    ) as opened:
        seconds(lock_timeout)  # only checked: planning takes no lock
        if as_json:
            opened.announce_version()
        run = make_plan(opened, replace(arguments, refresh_only=True), record=False, keep_failed=False)
        if not run.plan.drift:
            # That configuration now makes other outputs is no drift, as it is none that it makes other objects.
            run = replace(run, plan=replace(run.plan, outputs=()))
        causes = opened.project.drift_causes(run.plan) if as_json and run.plan.drift else None
        show_plan(opened, run, checks=False, causes=causes, saving="run iac apply -refresh-only")
        if any(drift.change.action is not Action.NO_OP for drift in run.plan.drift):
            raise click.exceptions.Exit(2)
