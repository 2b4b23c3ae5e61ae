"""`iac record`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iac.cli.arguments import Command, color_option, database_option, file_name
from iac.cli.session import session

if TYPE_CHECKING:
    from iac.recording.recorder import Recorded


@click.command("record", cls=Command)
@click.argument("file", metavar="FILE|-")
@click.option(
    "--applied", callback=file_name, metavar="FILE|-", help="What terraform apply -json wrote when it applied the plan."
)
@click.option("--workspace", metavar="NAME", help="The workspace that it was for. Default: the selected one.")
@click.option("--user", metavar="NAME", help="Who did it. Default: as for iac apply.")
@click.option("--message", metavar="TEXT", help="The reason, kept with every event.")
@database_option
@color_option
def command(
    file: str,
    applied: str | None,
    workspace: str | None,
    user: str | None,
    message: str | None,
    database: str | None,
    no_color: bool,
) -> None:
    """Record a plan of Terraform or OpenTofu, and what came of it, in the audit log.

    FILE has the JSON of the plan: what terraform show -json tfplan writes. With -applied every operation that the apply
    completed, or that failed, becomes an event. Sensitive values are kept as keyed digests.
    """
    from dataclasses import replace

    from iac.cli.reading import read_file
    from iac.recording.apply_log import read_apply_log
    from iac.recording.plan_json import read_plan_json
    from iac.recording.recorder import record
    from iac.state.workspaces import check_name

    if file == applied == "-":
        raise click.UsageError("Only one of the two can be read from standard input.")
    with session(database, no_color=no_color) as opened:
        project = opened.project
        if workspace is not None:
            check_name(workspace)
            project.workspace = workspace
        plan = read_plan_json(read_file(file))
        content = b"" if applied is None else read_file(applied)
        log = None if applied is None else read_apply_log(content)
        origin = project.origin(message)
        if user is not None:
            origin = replace(origin, user=user)
        recorded = record(project.database, plan, log, content, origin)
        opened.report(list(recorded.warnings))
        opened.console.write(_told(recorded))


def _told(recorded: Recorded) -> str:
    plan, run = recorded.plan, recorded.run
    imported, added, changed, destroyed = plan.counts
    if run is None:
        what = "Recorded plan" if recorded.is_new else "This plan is recorded already:"
        some = f"{imported} to import, " if imported else ""
        return f"{what} {plan.id}: {some}{added} to add, {changed} to change, {destroyed} to destroy."
    some = f"{run.imported} imported, " if run.imported else ""
    counts = f"{some}{run.added} added, {run.changed} changed, {run.destroyed} destroyed"
    return f"Recorded run {run.id} ({run.status}): {counts}, {recorded.events} events."
