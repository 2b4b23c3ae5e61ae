"""`iac events show`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("show", cls=Command)
@click.argument("event_id", metavar="ID")
@database_option
@color_option
@json_option
def command(event_id: str, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show one event whole: its fields, what changed, and the JSON of the object after it.

    ID is the event's id, the beginning of it, or its sequence number.
    """
    from iac.audit.query import event
    from iac.audit.record import event_to_json
    from iac.values.codec import pretty
    from iac.views.events import render_event

    with session(database, no_color=no_color, create=False) as opened:
        found = event(opened.project.database, event_id)
        if as_json:
            opened.console.write(pretty(event_to_json(found)))
        else:
            opened.console.write(render_event(found, color=opened.console.color))
