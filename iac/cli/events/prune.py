"""`iac events prune`."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from iac.cli.arguments import Command, color_option, database_option, switch
from iac.cli.asking import confirmed
from iac.cli.console import Console
from iac.cli.events.opening import audit_session

if TYPE_CHECKING:
    from iac.audit.prune import Pruning


@click.command("prune", cls=Command)
@click.option(
    "--before",
    metavar="TIME",
    help="Remove what is older: 30d, a date, RFC 3339. Default: the retention that IAC_RETENTION configures.",
)
@switch("auto-approve", "Do not ask before removing.")
@switch("dry-run", "Only say what would be removed.")
@click.option("--message", metavar="TEXT", help="The reason, kept in the event that tells of it.")
@database_option
@color_option
def command(
    before: str | None, auto_approve: bool, dry_run: bool, message: str | None, database: str | None, no_color: bool
) -> None:
    """Remove the oldest events for good. What is left still verifies, and that it was done is an event too.

    Export them first if they may be needed: iac events export --until TIME
    """
    from iac.audit.origin import collect_origin
    from iac.audit.prune import RETENTION_VARIABLE, plan_pruning, prune, retention_time
    from iac.state.workspaces import selected_workspace

    with audit_session(database, no_color=no_color) as opened:
        console = opened.console
        moment = retention_time(before, os.environ.get(RETENTION_VARIABLE), datetime.now(UTC))
        pruning = plan_pruning(opened.database, moment)
        if pruning is None:
            console.write(f"No event is older than {moment:%Y-%m-%d %H:%M:%S}Z. Nothing was removed.")
            return
        console.write(_description(pruning))
        if dry_run:
            return
        if not auto_approve:
            _approve(console)
        workspace = selected_workspace(Path("."), os.environ)
        done = prune(opened.database, moment, collect_origin(".", os.environ, workspace, message))
        console.write(f"Removed {_events(done.count if done else 0)}.")


def _description(pruning: Pruning) -> str:
    text = (
        f"{_events(pruning.count)} from before {pruning.before:%Y-%m-%d %H:%M:%S}Z: "
        f"up to event {pruning.last.sequence}, {pruning.first_timestamp} to {pruning.last_timestamp}."
    )
    if pruning.baselines:
        objects = "1 object" if pruning.baselines == 1 else f"{pruning.baselines} objects"
        text += f"\nThey are all there is of {objects}, whose state is kept as BASELINE events."
    return text


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def _approve(console: Console) -> None:
    """Asks for a `yes`. Anything else cancels; no answer at all is an error."""
    agreed = confirmed(
        console,
        "Do you really want to remove these events?",
        "There is no undo. Only 'yes' will be accepted to confirm.",
        "Use -auto-approve to remove without asking.",
    )
    if not agreed:
        console.write("Prune cancelled.")
        raise click.exceptions.Exit(1)
