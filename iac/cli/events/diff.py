"""`iac events diff`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.events.opening import audit_session

_FORMATS = ("text", "json", "patch")


@click.command("diff", cls=Command)
@click.argument("first", metavar="A")
@click.argument("second", metavar="[B]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    metavar="|".join(_FORMATS),
    help="How to write; patch is RFC 6902. Default: text.",
)
@database_option
@color_option
@json_option
def command(
    first: str, second: str | None, form: str | None, database: str | None, no_color: bool, as_json: bool
) -> None:
    """Compare the object after event A with the same object after event B, attribute by attribute.

    Without B: compare the object before event A with it after. Events are named by id, the beginning of one, or
    sequence number. Of a sensitive value it is only said that it changed.

    For example: iac events diff 12 15
    """
    from iac.audit.comparing import compare_events
    from iac.cli.paging import show
    from iac.values.codec import pretty
    from iac.views.event_diff import comparison_to_json, comparison_to_patch, render_comparison

    with audit_session(database, no_color=no_color) as opened:
        console = opened.console
        form = form or ("json" if as_json else "text")
        found = compare_events(opened.database, first, second)
        if form == "json":
            console.write(pretty(comparison_to_json(found)))
        elif form == "patch":
            console.write(comparison_to_patch(found))
        else:
            show(render_comparison(found, color=console.color).splitlines(keepends=True), console)
