"""`iac events`: the listing, and the table of its subcommands."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from iac.cli.arguments import LazyGroup, color_option, database_option, json_option, rewrite
from iac.cli.events import completing
from iac.cli.events.filtering import Asked, filter_options, words_last
from iac.cli.events.opening import AuditSession, audit_session
from iac.cli.paging import show

if TYPE_CHECKING:
    from iac.audit.record import Event

_COMMANDS = {
    "show": ("iac.cli.events.show", "Show one event whole"),
    "diff": ("iac.cli.events.diff", "Compare two events of one object"),
    "at": ("iac.cli.events.at", "Show the inventory as it was at a time"),
    "check": ("iac.cli.events.check", "Compare the log with what there is"),
    "targets": ("iac.cli.events.targets", "List the objects that have events"),
    "timeline": ("iac.cli.events.timeline", "Show the life of an object at a glance"),
    "stats": ("iac.cli.events.stats", "Count events by user, tool, type, day, ..."),
    "verify": ("iac.cli.events.verify", "Check that no event was altered, removed, inserted or reordered"),
    "checkpoint": ("iac.cli.events.checkpoint", "Sign the newest event, to prove later that nothing was removed"),
    "export": ("iac.cli.events.export", "Write events to a file that verifies on its own"),
    "prune": ("iac.cli.events.prune", "Remove the oldest events for good"),
    "record": ("iac.cli.events.record", "Add an event of another tool"),
}

FORMATS = ("table", "json", "ndjson", "csv", "ocsf", "cloudevents", "markdown")
_ON_A_TERMINAL = 100
"""How many events a table on a terminal has at most, unless --limit says otherwise."""
_ARGUMENTS = f"{__name__}.arguments"

_LISTING_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--limit",
        type=click.IntRange(min=1),
        metavar="N",
        help=f"At most this many. Default: {_ON_A_TERMINAL} on a terminal, otherwise all.",
    ),
    click.option(
        "--after", metavar="CURSOR", help="The page after this event (its id or sequence), in the order of the listing."
    ),
    click.option("--reverse", is_flag=True, help="Oldest first."),
    click.option(
        "--format", "form", type=click.Choice(FORMATS), metavar="|".join(FORMATS), help="How to write. Default: table."
    ),
    click.option("--wide", is_flag=True, help="Show the addresses and messages in the table, too."),
    click.option("--follow", is_flag=True, help="Go on with new events as they come, until Ctrl-C."),
    click.option("--no-pager", is_flag=True, help="Do not show a long listing through a pager."),
    database_option,
    color_option,
    json_option,
)


def _listing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_LISTING_OPTIONS):
        function = option(function)
    return function


class _Events(LazyGroup):
    """`iac events` lists; with a subcommand it does that instead."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The options belong to the listing: they are read as a command's, among its words."""
        ctx.params["words"] = ()
        if args and args[0] in self.modules:
            return super().parse_args(ctx, args)
        ctx.allow_interspersed_args = True
        ctx.meta[_ARGUMENTS] = list(args)
        words = click.Command.parse_args(self, ctx, rewrite(ctx, self.params, words_last(args)))
        for word in words:
            if word in self.modules and not ctx.resilient_parsing:
                raise click.UsageError(
                    f'"{word}" is not expected here. Write its options after it: iac events {word} [OPTIONS]', ctx
                )
        ctx.params["words"], ctx.args = tuple(words), []
        return []

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """`[OPTIONS] [FILTER]...`: the listing is what it does by itself."""
        return ["[OPTIONS]", "[FILTER]...", "|", "COMMAND [ARGS]..."]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Subcommands while nothing else was said, filters as words, options."""
        found = [] if ctx.params.get("words") else super().shell_complete(ctx, incomplete)
        if incomplete.startswith("--"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return [*found, *map(CompletionItem, completing.words(ctx, None, incomplete))]


@click.group(cls=_Events, modules=_COMMANDS, invoke_without_command=True)
@filter_options()
@_listing_options
@click.pass_context
def command(
    ctx: click.Context,
    asked: Asked,
    limit: int | None,
    after: str | None,
    reverse: bool,
    form: str | None,
    wide: bool,
    follow: bool,
    no_pager: bool,
    database: str | None,
    no_color: bool,
    as_json: bool,
) -> None:
    """Ask the audit log: who did what, where and when. Newest first.

    Filters are options, or words such as target:service:api -tool:console user:ana since:2d, or simply the object:
    service:api, an address, an id. Filters combine; one that is repeated means any of its values.

    For example: iac events environment:staging type:UPDATE since:yesterday
    """
    if ctx.invoked_subcommand is not None:
        return
    from dataclasses import replace

    from iac.audit.query import events

    form = form or ("json" if as_json else "table")
    with audit_session(database, no_color=no_color) as opened:
        console = opened.console
        wanted = replace(asked.filter(opened, list(_COMMANDS)), after=after, oldest_first=reverse)
        if follow:
            from iac.cli.events.following import follow_listing

            follow_listing(opened, wanted, form, limit, wide=wide)
            return
        if limit is None and form == "table" and console.is_terminal:
            limit = _ON_A_TERMINAL
        # One more than is shown tells whether there is another page.
        found = events(opened.database, replace(wanted, limit=None if limit is None else limit + 1))
        page = _Page(found, limit, ctx)
        lines = _written(form, page, opened, wide=wide)
        if form == "table" and console.is_terminal:
            show(_with_note(lines, page), console, pager=not no_pager)
            return
        for line in lines:
            sys.stdout.write(line)
        sys.stdout.flush()
        sys.stderr.write("".join(page.note()))


class _Page:
    """The events of one page; says afterwards how to get the next one."""

    def __init__(self, found: Iterator[Event], limit: int | None, ctx: click.Context) -> None:
        self._found = found
        self._limit = limit
        self._ctx = ctx
        self._last: Event | None = None
        self._has_more = False

    def __iter__(self) -> Iterator[Event]:
        for number, event in enumerate(self._found):
            if number == self._limit:
                self._has_more = True
                return
            self._last = event
            yield event

    def note(self) -> Iterator[str]:
        """The line that names the command for the next page, when there is one."""
        if self._has_more and self._last is not None:
            yield f"\nThere are more events. The next page: {_command_after(self._ctx, self._last.id)}\n"


def _command_after(ctx: click.Context, cursor: str) -> str:
    """This command, with another cursor."""
    root = ctx.find_root().params
    general = [f"-{name}={root[name]}" for name in ("chdir", "database") if root.get(name)]
    arguments = iter(ctx.meta[_ARGUMENTS])
    kept = []
    for argument in arguments:
        name, equals, _ = argument.lstrip("-").partition("=")
        if argument.startswith("-") and name == "after":
            if not equals:
                next(arguments, None)
            continue
        kept.append(argument)
    return " ".join(map(shlex.quote, ["iac", *general, "events", f"--after={cursor}", *kept]))


def _with_note(lines: Iterable[str], page: _Page) -> Iterator[str]:
    yield from lines
    yield from page.note()


def _written(form: str, page: _Page, opened: AuditSession, *, wide: bool) -> Iterator[str]:
    """The events in a format, piece by piece."""
    if form == "table":
        from iac.views.events_table import event_lines

        console = opened.console
        return event_lines(page, color=console.color, width=console.width, names=opened.names(), wide=wide)
    from iac.audit.formats import FORMATS as WRITERS

    return WRITERS[form](page)
