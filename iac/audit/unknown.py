"""Values of a filter that name nothing.

What iac itself decides is a closed list: the groups of changes, and the types of events but for those that other
writers make up. A value outside of it is a mistake. All else is open, and what no event has is worth a remark: the
answer is right, and likely not to what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from iac.audit.clauses import Condition, any_of, distinct, glob_matches, id_begins, indexed
from iac.audit.conditions import group_names
from iac.audit.filters import EventFilter, TargetFilter, is_glob, parse_target, target_type
from iac.audit.history import describe
from iac.audit.record import BASELINE, CREATE, DELETE, IMPORT, PRUNED, READ, UPDATE
from iac.audit.target_conditions import targets_asked
from iac.database import Database
from iac.diagnostics import Diagnostics, did_you_mean, nearest

EVENT_TYPES: Final = (
    *(CREATE, UPDATE, DELETE, "CREATE_FAILED", "UPDATE_FAILED", "DELETE_FAILED"),
    *(READ, IMPORT, "MOVE", "FORGET", "TAINT", "UNTAINT", "REPLACE_PROVIDER", PRUNED, BASELINE),
)
"""The types of the events that iac records."""

_OPEN: Final = {
    "user": ("users", '"user"'),
    "tool": ("tools", "tool"),
    "workspace": ("workspaces", "workspace"),
}
"""Names of values that are compared as they are, with their fields of the filter and their columns."""

_MOST_NAMES: Final = 1000
"""How many values are looked through for one that was likely meant."""


# --- Closed lists --------------------------------------------------------------------------------------------


def check_words(database: Database | None, filter: EventFilter, groups: Iterable[str]) -> None:
    """Raises `DiagnosticsError` with every event type and group of changes that there cannot be.

    `groups` are those of the schemas; groups and types that the log has are right as well.
    """
    problems = Diagnostics()
    for one in (filter, *filter.excluded):
        for text in _meaningless(one.event_types, lambda: _event_types(database), str.upper):
            if hint := did_you_mean(text.upper(), EVENT_TYPES):
                problems.error("Invalid filter", f'There is no event type "{text}".{hint}')
        for text in _meaningless(one.change, lambda: _groups(database, groups)):
            known = sorted(_groups(database, groups))
            hint = did_you_mean(text, known) or f" There are {', '.join(known)}."
            problems.error("Invalid filter", f'There is no group of changes "{text}".{hint}')
    problems.raise_if_errors()


def _event_types(database: Database | None) -> set[str]:
    return {*EVENT_TYPES, *(distinct(database, "event_type") if database else ())}


def _groups(database: Database | None, groups: Iterable[str]) -> set[str]:
    return {
        *groups,
        *(name for text in (distinct(database, "change") if database else ()) for name in group_names(text)),
    }


def _meaningless(
    wanted: Sequence[str], known: Callable[[], set[str]], spelled: Callable[[str], str] = str
) -> Iterator[str]:
    names = known() if wanted else set()
    return (text for text in wanted if not any(glob_matches(spelled(text), name) for name in names))


# --- Open lists ----------------------------------------------------------------------------------------------


def remarks(database: Database, filter: EventFilter) -> list[str]:
    """A sentence for each value of the filter that no event has ever had; none of an empty log, which says enough.

    To leave out what there is not is no slip, unless something of nearly that name was likely meant.
    """
    if database.query_one("SELECT 1 FROM event LIMIT 1") is None:
        return []
    found = [
        *_missing(database, filter),
        *(item for one in filter.excluded for item in _missing(database, one) if item[1]),
    ]
    return [f"No event has {what}.{hint}" for what, hint in dict.fromkeys(found)]


def _missing(database: Database, filter: EventFilter) -> Iterator[tuple[str, str]]:
    """What no event has, in words, and what was likely meant."""
    for text in _meaningless(filter.event_types, lambda: _event_types(database), str.upper):
        yield f'the type "{text}"', ""
    for name, (field, column) in _OPEN.items():
        for text in _unmet(database, column, getattr(filter, field)):
            yield f'the {name} "{text}"', did_you_mean(text, distinct(database, column))
    for text in _unmet(database, "target_type", list(map(target_type, filter.target_types))):
        yield f'a target of the type "{text}"', did_you_mean(text, distinct(database, "target_type"))
    for name, beginning in (("run", filter.run), ("plan", filter.plan)):
        if beginning is not None and not _has(database, id_begins(f"{name}_id", beginning)):
            yield f'the {name} "{beginning}"', ""
    for target in (*filter.targets, *filter.inside):
        parsed = parse_target(target) if isinstance(target, str) else target
        if not _has(database, any_of(targets_asked(database, (parsed,)).alternatives(indexed))):
            yield f"a target {describe(parsed)}", _meant(database, parsed)


def _unmet(database: Database, column: str, wanted: Iterable[str]) -> Iterator[str]:
    for text in wanted:
        if is_glob(text):
            if not any(glob_matches(text, value) for value in distinct(database, column)):
                yield text
        elif not _has(database, Condition(f"{column} = ?", (text,))):
            yield text


def _has(database: Database, condition: Condition) -> bool:
    return database.query_one(f"SELECT 1 FROM event WHERE {condition.sql} LIMIT 1", condition.params) is not None


def _meant(database: Database, target: TargetFilter) -> str:
    """` Did you mean "service:api"?`, or nothing."""
    if target.address is not None:
        there = distinct(database, "address", most=_MOST_NAMES)
        return did_you_mean(target.address, [*(address.partition("[")[0] for address in there), *there])
    types = distinct(database, "target_type")
    if target.name is None:
        return did_you_mean(target.type or target.word or "", types)
    if target.type is None or is_glob(target.type):
        return ""
    type = target.type if target.type in types else nearest(target.type, types)
    if type is None:
        return ""
    names = distinct(database, "target_name", Condition("target_type = ?", (type,)), most=_MOST_NAMES)
    name = target.name if target.name in names else nearest(target.name, names)
    return f' Did you mean "{type}:{name}"?' if name else ""
