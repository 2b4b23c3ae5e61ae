"""`iac events stats`."""

from __future__ import annotations

import click

from iac.audit.stats import GROUPINGS
from iac.cli.arguments import color_option, database_option, json_option
from iac.cli.events.filtering import Asked, FilterCommand, filter_options, words_argument
from iac.cli.events.opening import audit_session

_SHOWN = 40


@click.command("stats", cls=FilterCommand)
@words_argument
@click.option(
    "--by",
    type=click.Choice(GROUPINGS),
    default="type",
    metavar="|".join(GROUPINGS),
    help="What to count by. Default: type.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_SHOWN,
    metavar="N",
    help=f"Show at most this many bars; of days and hours the latest. Default: {_SHOWN}.",
)
@filter_options()
@database_option
@color_option
@json_option
def command(asked: Asked, by: str, limit: int, database: str | None, no_color: bool, as_json: bool) -> None:
    """Count events, and draw the counts as bars. Days and hours are in UTC.

    For example: iac events stats --by user type:DELETE since:30d
    """
    from iac.audit.stats import stats
    from iac.values.codec import pretty
    from iac.views.event_stats import render_stats, stats_to_json

    with audit_session(database, no_color=no_color) as opened:
        console, wanted = opened.console, asked.filter(opened)
        found = stats(opened.database, wanted, by)
        if as_json:
            console.write(pretty(stats_to_json(found)))
        else:
            console.write(render_stats(found, color=console.color, width=console.width, limit=limit))
