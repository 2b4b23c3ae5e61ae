"""`iac events targets`."""

from __future__ import annotations

import click

from iac.cli.arguments import color_option, database_option, json_option
from iac.cli.events import completing
from iac.cli.events.filtering import Asked, FilterCommand, filter_options, words_argument
from iac.cli.events.opening import audit_session


@click.command("targets", cls=FilterCommand)
@words_argument
@click.option(
    "--type",
    "of_type",
    metavar="TYPE",
    multiple=True,
    shell_complete=completing.column("target_type"),
    help="Only objects of this type, such as environment; the same as --target-type.",
)
@click.option(
    "--event-type",
    "event_types",
    multiple=True,
    metavar="TYPE",
    shell_complete=completing.column("event_type"),
    help="Only events of this type, such as UPDATE.",
)
@filter_options(leave_out=("event_types",))
@database_option
@color_option
@json_option
def command(asked: Asked, of_type: tuple[str, ...], database: str | None, no_color: bool, as_json: bool) -> None:
    """List the objects that have events: how many, the first and the last.

    Filters are those of iac events, except that --type here is the type of the object.

    For example: iac events targets --type environment since:7d
    """
    from dataclasses import asdict, replace

    from iac.audit.query import targets
    from iac.cli.paging import show
    from iac.values.codec import pretty
    from iac.views.events_table import render_targets

    with audit_session(database, no_color=no_color) as opened:
        wanted = asked.filter(opened)
        found = targets(opened.database, replace(wanted, target_types=(*wanted.target_types, *of_type)))
        if as_json:
            opened.console.write(pretty([asdict(target) for target in found]))
        else:
            show(render_targets(found).splitlines(keepends=True), opened.console)
