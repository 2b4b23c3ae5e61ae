"""`iac events timeline`."""

from __future__ import annotations

import click

from iac.cli.arguments import color_option, database_option, json_option
from iac.cli.events.filtering import Asked, FilterCommand, filter_options, words_argument
from iac.cli.events.opening import audit_session
from iac.diagnostics import DiagnosticsError, error


@click.command("timeline", cls=FilterCommand)
@words_argument
@filter_options()
@database_option
@color_option
@json_option
def command(asked: Asked, database: str | None, no_color: bool, as_json: bool) -> None:
    """Show the life of an object at a glance, oldest first: created, changed from what to what, by whom, replaced,
    deleted.

    For example: iac events timeline service:api
    """
    from dataclasses import replace

    from iac.audit.query import events
    from iac.cli.paging import show
    from iac.values.codec import pretty
    from iac.views.event_timeline import lives, render_timeline, timeline_to_json

    with audit_session(database, no_color=no_color) as opened:
        console, wanted = opened.console, asked.filter(opened)
        if not wanted.targets and not wanted.inside:
            raise DiagnosticsError(
                error(
                    "No target",
                    "A timeline is that of an object: iac events timeline service:api, or an address, or an id. To see "
                    "which there are: iac events targets",
                )
            )
        found = lives(events(opened.database, replace(wanted, oldest_first=True)))
        if as_json:
            console.write(pretty(timeline_to_json(found)))
        else:
            show(render_timeline(found, color=console.color).splitlines(keepends=True), console)
