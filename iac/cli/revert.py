"""`iac revert`."""

from __future__ import annotations

from pathlib import Path

import click

from iac.cli.applying import apply_plan, approve
from iac.cli.arguments import Command, color_option, database_option, file_name, json_option, switch
from iac.cli.planning import seconds, show_plan
from iac.cli.session import Session, session
from iac.project import PlannedRun
from iac.views.reverting import heading


@click.command("revert", cls=Command)
@click.argument("reference", metavar="EVENT|RUN")
@switch("auto-approve", "Do not ask before applying.")
@click.option(
    "--out", callback=file_name, metavar="FILE", help="Only save the plan, to be applied with: iac apply FILE"
)
@click.option("--message", metavar="TEXT", help="The reason, kept with every event of this run.")
@switch("lock", "Hold the lock of the state while it may change.", default=True)
@click.option("--lock-timeout", default="0s", metavar="DURATION", help="How long to wait for the lock, such as 30s.")
@database_option
@color_option
@json_option
def command(
    reference: str,
    auto_approve: bool,
    out: str | None,
    message: str | None,
    lock: bool,
    lock_timeout: str,
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """Undo an event, or everything that a run did: shows a plan and asks before doing it.

    EVENT is an event's id, the beginning of one, or its sequence number; RUN the id of a run or the beginning of one.
    What somebody changed again later is a conflict: it is shown, and left as it is.

    For example: iac revert 12
    """
    with session(database, no_color=no_color, as_json=as_json, create=False) as opened:
        if as_json:
            opened.announce_version()
        with opened.project.lock("OperationTypeApply", seconds(lock_timeout), enabled=lock and out is None):
            run = opened.project.plan_revert(reference)
            if run.plan.is_empty and not as_json:
                opened.console.write("Nothing to revert: it was undone already.")
                return
            if not as_json:
                opened.console.write(heading(run.plan, color=opened.console.color))
            show_plan(opened, run)
            if out is not None:
                _save(opened, run, out)
                return
            if not run.plan.is_empty and not auto_approve:
                approve(opened, run)
            apply_plan(opened, run, message)


def _save(opened: Session, run: PlannedRun, out: str) -> None:
    from iac.views.plan_text import saved_plan_note

    console = opened.console
    opened.project.save_plan(run, Path(out))
    if not opened.as_json:
        console.write("\n" + saved_plan_note(out, color=console.color, width=console.width))
