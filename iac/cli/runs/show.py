"""`iac runs show`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("show", cls=Command)
@click.argument("run_id", metavar="ID")
@database_option
@color_option
@json_option
def command(run_id: str, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show the run ID (the beginning of it is enough): its plan, its events, and how long each operation took."""
    from iac.audit.filters import EventFilter
    from iac.audit.query import events
    from iac.audit.record import event_to_json
    from iac.plan.records import find_run, plans
    from iac.values.codec import pretty
    from iac.views.events_table import event_lines
    from iac.views.plan_records import duration_lines, run_header, run_record_to_json

    with session(database, no_color=no_color, create=False) as opened:
        project, console = opened.project, opened.console
        record = find_run(project.database, run_id)
        planned = next((p for p in plans(project.database) if p.id == record.plan_id), None)
        logged = events(project.database, EventFilter(run=record.id, oldest_first=True))
        if as_json:
            console.write(pretty({**run_record_to_json(record), "events": [event_to_json(e) for e in logged]}))
            return
        console.write(run_header(record, planned, color=console.color))
        for line in event_lines(logged, color=console.color, width=console.width):
            console.write(line.rstrip("\n"))
        if record.durations:
            console.write("\nOperations, the slowest first:")
            for line in duration_lines(record):
                console.write(line)
