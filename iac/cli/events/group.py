"""`iac events`: the listing, and the table of its subcommands."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import click

from iac.cli.arguments import LazyGroup, color_option, database_option, json_option, rewrite
from iac.cli.session import session
from iac.diagnostics import did_you_mean

_COMMANDS = {
    "show": ("iac.cli.events.show", "Show one event whole"),
    "verify": ("iac.cli.events.verify", "Check that no event was altered, removed or inserted"),
}

_OPTIONS = (
    click.option(
        "--target",
        multiple=True,
        metavar="TYPE[:NAME]",
        help="Only events of this: a type and name such as environment:staging (the name may have * and ?), an id, or "
        "an address. Repeated: any of them.",
    ),
    click.option("--type", "types", multiple=True, metavar="TYPE", help="Only this event type, such as UPDATE."),
    click.option("--since", metavar="TIME", help="From this time on: RFC 3339, a date, 2h, yesterday."),
    click.option("--until", metavar="TIME", help="Before this time."),
    click.option("--user", "users", multiple=True, metavar="NAME", help="Only what this user did."),
    click.option("--tool", "tools", multiple=True, metavar="NAME", help="Only what was done with this tool."),
    click.option("--run", metavar="ID", help="Only the events of one apply; the beginning of its id is enough."),
    click.option("--limit", type=click.IntRange(min=1), default=None, metavar="N", help="At most this many."),
    click.option("--reverse", is_flag=True, help="Oldest first."),
    database_option,
    color_option,
    json_option,
)


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


class _Events(LazyGroup):
    """`iac events` lists; with a subcommand it does that instead."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options belong to the listing: they are read as a command's, not up to the first word."""
        if args and args[0] in self.modules:
            return super().parse_args(ctx, args)
        rest = click.Command.parse_args(self, ctx, rewrite(ctx, self.params, args))
        if rest:
            # Ignoring it would answer another question, and a mistyped `verify` would seem to have succeeded.
            raise click.UsageError(f'"{rest[0]}" is not expected here.{_hint(rest[0], self.modules)}', ctx)
        return rest


def _hint(word: str, commands: Iterable[str]) -> str:
    if word in commands:
        return f" Write its options after it: iac events {word} [OPTIONS]"
    return did_you_mean(word, commands) or f" To ask for one object: iac events --target {shlex.quote(word)}"


@click.group(cls=_Events, modules=_COMMANDS, invoke_without_command=True)
@_options
@click.pass_context
def command(
    ctx: click.Context,
    target: tuple[str, ...],
    types: tuple[str, ...],
    since: str | None,
    until: str | None,
    users: tuple[str, ...],
    tools: tuple[str, ...],
    run: str | None,
    limit: int | None,
    reverse: bool,
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """Ask the audit log: who did what, where and when. Newest first.

    For example: iac events --target environment:staging --since yesterday
    """
    if ctx.invoked_subcommand is not None:
        return
    from iac.audit.filters import EventFilter, parse_time
    from iac.audit.query import events
    from iac.audit.record import event_to_json
    from iac.values.codec import pretty
    from iac.views.events import render_events

    with session(database, no_color=no_color, create=False) as opened:
        now = datetime.now(UTC)
        wanted = EventFilter(
            targets=target,
            event_types=tuple(t.upper() for t in types),
            since=parse_time(since, now) if since else None,
            until=parse_time(until, now) if until else None,
            users=users,
            tools=tools,
            run=run,
            limit=limit,
            oldest_first=reverse,
        )
        found = events(opened.project.database, wanted)
        console = opened.console
        if as_json:
            console.write(pretty([event_to_json(e) for e in found]))
        else:
            console.write(render_events(found, color=console.color, width=console.width))
