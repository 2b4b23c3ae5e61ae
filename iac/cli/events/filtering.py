"""The options and words that choose events, shared by the listing, `targets`, `stats` and `timeline`."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from iac.cli.arguments import Command
from iac.cli.events import completing
from iac.cli.events.opening import AuditSession

if TYPE_CHECKING:
    from iac.audit.filters import EventFilter, TargetFilter
    from iac.audit.words import Vocabulary
    from iac.database import Database

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_NEGATED_WORD = re.compile(r"-[\w*?]+(-[\w*?]+)*[:.\[]")


@dataclass(frozen=True)
class Asked:
    """Which events are asked for, as it was written."""

    targets: Sequence[str]
    inside: Sequence[str]
    target_types: Sequence[str]
    event_types: Sequence[str]
    change: Sequence[str]
    users: Sequence[str]
    tools: Sequence[str]
    workspaces: Sequence[str]
    run: str | None
    plan: str | None
    since: str | None
    until: str | None
    where: Sequence[str]
    words: Sequence[str]

    def filter(self, opened: AuditSession, commands: Sequence[str] = ()) -> EventFilter:
        """The filter that is meant. `commands` are what a word that is no target was likely meant to be.

        Remarks on what no event has. Raises `DiagnosticsError` with all mistakes; before it says that there is no
        database.
        """
        from iac.audit.pruned import pruned_in
        from iac.audit.unknown import remarks
        from iac.database import DatabaseNotFound

        try:
            found = self._filter(opened.database, commands)
        except DatabaseNotFound:
            self._filter(None, commands)
            raise
        for remark in remarks(opened.database, found):
            opened.remark(remark)
        if lacking := pruned_in(opened.database, found):
            opened.remark(lacking)
        return found

    def _filter(self, database: Database | None, commands: Sequence[str]) -> EventFilter:
        from iac.audit.filters import EventFilter, parse_target, parse_time
        from iac.audit.groups import groups_of
        from iac.audit.unknown import check_words
        from iac.audit.where_parser import parse_where
        from iac.audit.words import combine, parse_words
        from iac.diagnostics import Diagnostics, DiagnosticsError
        from iac.platform.schemas import KINDS

        now = datetime.now(UTC)
        problems = Diagnostics()

        def read(parse: Callable[[str], Any], text: str) -> Any:
            try:
                return parse(text)
            except DiagnosticsError as mistake:
                problems.extend(mistake.diagnostics)
                return None

        as_written: dict[str, Any] = {name: tuple(getattr(self, name)) for name in _AS_WRITTEN}
        by_options = EventFilter(
            targets=tuple(read(parse_target, text) for text in self.targets),
            inside=tuple(read(parse_target, text) for text in self.inside),
            since=read(lambda text: parse_time(text, now), self.since) if self.since else None,
            until=read(lambda text: parse_time(text, now), self.until) if self.until else None,
            where=tuple(read(parse_where, text) for text in self.where),
            run=self.run,
            plan=self.plan,
            **as_written,
        )
        by_words = EventFilter()
        if self.words:
            vocabulary = _vocabulary(database, commands)
            by_words = read(lambda _: parse_words(self.words, vocabulary, now), "") or by_words
        found = combine(by_options, by_words)
        groups = {group for kind in KINDS.values() for group in groups_of(kind.block)}
        read(lambda _: check_words(database, found, groups), "")
        problems.raise_if_errors()
        return found


_AS_WRITTEN: Final = ("target_types", "event_types", "change", "users", "tools", "workspaces")
"""What a filter takes as it was written."""


def _vocabulary(database: Database | None, commands: Sequence[str]) -> Vocabulary:
    from iac.audit.clauses import distinct
    from iac.audit.filters import TargetFilter
    from iac.audit.words import KEYS, Vocabulary
    from iac.platform.schemas import KINDS

    if database is None:
        return Vocabulary(list(KINDS), others=(*commands, *KEYS))
    log = database
    types = sorted({*KINDS, *distinct(log, "target_type")})

    def find(word: str) -> TargetFilter | None:
        if log.query_one("SELECT 1 FROM event WHERE target_id = ? LIMIT 1", [word]):
            return TargetFilter(id=word)
        sql = "SELECT 1 FROM event WHERE target_type = ? AND target_name = ? LIMIT 1"
        return TargetFilter(name=word) if any(log.query_one(sql, [type, word]) for type in types) else None

    return Vocabulary(types, find, (*commands, *KEYS))


def filter_options(*, leave_out: Sequence[str] = ()) -> Callable[[_Decorated], _Decorated]:
    """The options that choose events, handed over with the words as `asked`; those left out the command has itself."""

    def decorate(function: _Decorated) -> _Decorated:
        @functools.wraps(function)
        def collected(**given: Any) -> Any:
            asked = Asked(**{name: given.pop(name) for name in Asked.__dataclass_fields__})
            return function(asked=asked, **given)

        for name, option in reversed(_OPTIONS.items()):
            if name not in leave_out:
                collected = option(collected)
        return collected  # type: ignore[return-value]  # the same command, its options gathered

    return decorate


def words_argument(function: _Decorated) -> _Decorated:
    """Filters as words, for a command that is no group."""
    return click.argument("words", nargs=-1, metavar="[FILTER]...", shell_complete=completing.words)(function)


def _any_of(
    option: str, field: str, metavar: str, help: str, complete: completing.Completer | None = None
) -> Callable[[Any], Any]:
    """An option that may be repeated."""
    return click.option(f"--{option}", field, multiple=True, metavar=metavar, shell_complete=complete, help=help)


_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "targets": _any_of(
        "target",
        "targets",
        "TYPE[:NAME]",
        "Only events of this: a type and name such as environment:staging, an id, or an address. * and ? stand for any "
        "text and any character. Repeated: any of them; so it is with all that follow.",
        completing.targets,
    ),
    "inside": _any_of(
        "in",
        "inside",
        "TYPE[:NAME]",
        "Only events of this and of all that lives in it: with environment:staging its services, too.",
        completing.targets,
    ),
    "target_types": _any_of(
        "target-type",
        "target_types",
        "TYPE",
        "Only events of objects of this type, such as service.",
        completing.column("target_type"),
    ),
    "event_types": _any_of(
        "type",
        "event_types",
        "TYPE",
        "Only this event type, such as UPDATE or *_FAILED.",
        completing.column("event_type"),
    ),
    "change": _any_of(
        "change",
        "change",
        "GROUP",
        "Only what modified this: scaling, secrets, ports, ...",
        completing.column("change"),
    ),
    "users": _any_of("user", "users", "NAME", "Only what this user did.", completing.column('"user"')),
    "tools": _any_of("tool", "tools", "NAME", "Only what was done with this tool.", completing.column("tool")),
    "workspaces": _any_of(
        "workspace", "workspaces", "NAME", "Only what was done in this workspace.", completing.column("workspace")
    ),
    "run": click.option(
        "--run",
        metavar="ID",
        shell_complete=completing.runs,
        help="Only the events of one apply; the beginning of its id is enough.",
    ),
    "plan": click.option(
        "--plan", metavar="ID", help="Only what was done by one plan; the beginning of its id is enough."
    ),
    "since": click.option(
        "--since", metavar="TIME", help="From this time on: RFC 3339, a date, monday, 2h, yesterday."
    ),
    "until": click.option("--until", metavar="TIME", help="Before this time."),
    "where": _any_of(
        "where",
        "where",
        "CONDITION",
        "Only events with such values: 'post_state.cpu < 500', 'change(cpu): 500 -> *'. Repeated: all must hold.",
    ),
}


def words_last(args: Sequence[str]) -> list[str]:
    """The arguments with words such as `-tool:console` put where they cannot be taken for options."""
    end = list(args).index("--") if "--" in args else len(args)
    options = [a for a in args[:end] if not _NEGATED_WORD.match(a)]
    negated = [a for a in args[:end] if _NEGATED_WORD.match(a)]
    if not negated and end == len(args):
        return options
    return [*options, "--", *negated, *args[end + 1 :]]


class FilterCommand(Command):
    """A command that takes filters as words."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keeps negated words from being read as options."""
        return super().parse_args(ctx, words_last(args))
