"""`iac events at`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.events import completing
from iac.cli.events.opening import audit_session


@click.command("at", cls=Command)
@click.argument("time", metavar="TIME")
@click.option(
    "--target",
    "targets",
    multiple=True,
    metavar="TYPE[:NAME]",
    shell_complete=completing.targets,
    help="Only this object, as it was named then: a type and name, an id, or an address. * and ? stand for any text "
    "and any character. If it is one, it is shown whole. Repeated: any of them.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="TYPE",
    shell_complete=completing.column("target_type"),
    help="Only objects of this type, such as environment.",
)
@database_option
@color_option
@json_option
def command(
    time: str,
    targets: tuple[str, ...],
    types: tuple[str, ...],
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """Show the inventory as it was at a TIME, rebuilt from events.

    TIME is one by RFC 3339, a date (its beginning, UTC), or how long ago: 2h, yesterday,
    monday.

    For example: iac events at 2026-11-01T12:00:00Z --target environment:staging
    """
    from iac.audit.clauses import glob_matches
    from iac.audit.filters import format_time, parse_target, parse_time, target_type
    from iac.audit.history import inventory, matcher, now
    from iac.cli.paging import show
    from iac.platform.schemas import KINDS
    from iac.values.codec import pretty
    from iac.views.inventory import object_to_json, render_inventory, render_object

    with audit_session(database, no_color=no_color) as opened:
        console = opened.console
        present = now()
        moment = parse_time(time, present)
        if moment > present:
            opened.remark(f"{format_time(moment)} is in the future: this is what there is now.")
        wanted = [matcher(parse_target(text)) for text in targets]
        kinds = [target_type(text) for text in types]
        found = [
            past
            for past in inventory(opened.database, KINDS, moment)
            if (not wanted or any(matches(past) for matches in wanted))
            and (not kinds or any(glob_matches(kind, past.type) for kind in kinds))
        ]
        if as_json:
            console.write(pretty([object_to_json(past) for past in found]))
            return
        if targets and len(found) == 1:
            text = render_object(found[0], color=console.color)
        else:
            text = render_inventory(found, moment, color=console.color)
        show(text.splitlines(keepends=True), console)
