"""`iac events record`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from iac.cli.arguments import Command, color_option, database_option, file_name
from iac.cli.events.opening import audit_session


@click.command("record", cls=Command)
@click.option("--type", "event_type", required=True, metavar="TYPE", help="What happened, such as TRIGGER_DEPLOY.")
@click.option("--target", required=True, metavar="TYPE:NAME", help="What it happened to, such as service:api.")
@click.option("--id", "target_id", metavar="ID", help="The target's id. Default: that of its latest event.")
@click.option("--tool", required=True, metavar="NAME", help="What acted: git, console, ... Anything but terraform.")
@click.option("--user", metavar="NAME", help="Who acted. Default: as for iac apply.")
@click.option("--message", metavar="TEXT", help="The reason.")
@click.option(
    "--json", "body", callback=file_name, metavar="FILE", help="A JSON object to keep with the event (-: from stdin)."
)
@database_option
@color_option
def command(
    event_type: str,
    target: str,
    target_id: str | None,
    tool: str,
    user: str | None,
    message: str | None,
    body: str | None,
    database: str | None,
    no_color: bool,
) -> None:
    """Add an event of another tool to the log: a deploy trigger, say. It becomes part of the same chain.

    For example: iac events record --type TRIGGER_DEPLOY --target service:api --tool git --json payload.json
    """
    from iac.audit.external import parse_external, record_external
    from iac.audit.origin import collect_origin
    from iac.state.workspaces import selected_workspace

    with audit_session(database, no_color=no_color) as opened:
        told = parse_external(
            event_type=event_type,
            target=target,
            target_id=target_id,
            tool=tool,
            user=user,
            body=None if body is None else _read(body),
        )
        origin = collect_origin(".", os.environ, selected_workspace(Path("."), os.environ), message)
        recorded = record_external(opened.database, told, origin)
        opened.console.write(f"Recorded event {recorded.sequence}: {recorded.id}")


def _read(name: str) -> bytes:
    from iac.diagnostics import DiagnosticsError, error
    from iac.reading import read_file

    try:
        return sys.stdin.buffer.read() if name == "-" else read_file(Path(name), pipes=True)
    except OSError as failure:
        reason = (failure.strerror or str(failure)).lower()
        raise DiagnosticsError(error("Cannot read file", f'The file "{name}" cannot be read: {reason}.')) from failure
