"""Filters to SQL, so that an answer costs what it returns and not what the log holds.

Every filter that an index can serve is a candidate to lead: its alternatives (an equality or prefix each) are read
in the order of the log and merged, so that a page ends when it is full. The one with the fewest events leads, by a
count that stops early; all others are checked on the rows it gives. Patterns on columns of few distinct values
(users, tools, types) are first resolved to the values there are, which makes equalities of them.

Owns the SQL of filters, no text of users in it. Leaves objects to `target_conditions`, conditions on values to `where`,
pages to `query`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from typing import Final

from iac.audit.clauses import (
    BEYOND,
    Asked,
    Condition,
    all_of,
    any_of,
    checked,
    distinct,
    equalities,
    glob_matches,
    id_begins,
    matches,
    not_,
)
from iac.audit.filters import EventFilter, format_time, is_glob, target_type
from iac.audit.target_conditions import inside_asked, targets_asked
from iac.database import Database
from iac.values.codec import loads

_MOST_VALUES: Final = 1000
_COUNT_AT_MOST: Final = 2000

_TEXTS: Final = {
    "event_type": "event_types",
    "target_type": "target_types",
    '"user"': "users",
    "tool": "tools",
    "workspace": "workspaces",
}
"""Columns of plain text with few distinct values, and their fields of the filter."""

_FIELD_COLUMNS: Final = {field: column for column, field in _TEXTS.items()} | {"change": "change"}


def _folded(column: str, wanted: Sequence[str]) -> list[str]:
    """The values in the spelling of the column."""
    if column == "event_type":
        return [w.upper() for w in wanted]
    return [target_type(w) for w in wanted] if column == "target_type" else list(wanted)


def _column_asked(
    database: Database, column: str, wanted: Sequence[str], unwanted: Sequence[str]
) -> Asked | Condition | None:
    """What is asked of one column: nothing, something that can lead, or a check alone."""
    if not wanted and not unwanted:
        return None
    if column != "change" and not unwanted and not any(map(is_glob, wanted)):
        return equalities(column, wanted)
    there = distinct(database, column)
    if len(there) > _MOST_VALUES and column != "change":
        found = [any_of(matches(checked(column), w) for w in wanted)] if wanted else []
        return all_of([*found, *(not_(matches(checked(column), u)) for u in unwanted)])
    return equalities(column, [value for value in there if _is_meant(column, value, wanted, unwanted)])


def _is_meant(column: str, value: str, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    names = group_names(value) if column == "change" else [value]

    def is_one(patterns: Sequence[str]) -> bool:
        return any(glob_matches(pattern, name) for pattern in patterns for name in names)

    return (not wanted or is_one(wanted)) and not is_one(unwanted)


def group_names(change: str) -> list[str]:
    """The groups in a stored value of the column `change`; none when somebody altered it."""
    try:
        found = loads(change)
    except (ValueError, RecursionError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _id_asked(column: str, beginning: str) -> Asked:
    return Asked(lambda name: [id_begins(column, beginning, name)])


@dataclass(frozen=True)
class Chosen:
    """The events that a filter means, before conditions on values: in the window, leading or not, and checked."""

    first: int
    beyond: int
    leading: tuple[Condition, ...]
    checks: tuple[Condition, ...]

    def sequences(self, *, ascending: bool, after: int | None, limit: int) -> Condition:
        """A query of the sequence numbers of the next `limit` events after one of them."""
        order = "ASC" if ascending else "DESC"
        first, beyond = self.first, self.beyond
        if after is not None:
            first, beyond = (max(first, after + 1), beyond) if ascending else (first, min(beyond, after))
        found = self._selects(first, beyond)
        return Condition(f"{found.sql} ORDER BY sequence {order} LIMIT ?", (*found.params, limit))

    def condition(self) -> Condition:
        """What holds for the events that are meant, for counting them."""
        if len(self.leading) > 1:
            found = self._selects(self.first, self.beyond)
            return Condition(f"sequence IN ({found.sql})", found.params)
        return all_of([*self.leading, *self._window(self.first, self.beyond), *self.checks])

    def _selects(self, first: int, beyond: int) -> Condition:
        always = [*self._window(first, beyond), *self.checks]
        parts = [all_of([one, *always]) for one in self.leading] or [all_of(always)]
        # In the order of an index each, the parts are merged as they are read.
        sql = " UNION ".join(f"SELECT sequence FROM event WHERE {part.sql}" for part in parts)
        return Condition(sql, tuple(p for part in parts for p in part.params))

    @staticmethod
    def _window(first: int, beyond: int) -> list[Condition]:
        return [
            *([Condition("sequence >= ?", (first,))] if first > 0 else []),
            *([Condition("sequence < ?", (beyond,))] if beyond < BEYOND else []),
        ]


def choose(database: Database, filter: EventFilter) -> Chosen:
    """What a filter means on the log as it is. Raises `DiagnosticsError`."""
    first = 0 if filter.since is None else first_at(database, filter.since)
    beyond = BEYOND if filter.until is None else first_at(database, filter.until)
    single = [(f, _single_column(f)) for f in filter.excluded]
    asked: list[Asked | Condition | None] = [
        *([_id_asked("run_id", filter.run)] if filter.run is not None else []),
        *([_id_asked("plan_id", filter.plan)] if filter.plan is not None else []),
        *([targets_asked(database, filter.targets)] if filter.targets else []),
        *([inside_asked(database, filter.inside)] if filter.inside else []),
    ]
    for field, column in _FIELD_COLUMNS.items():
        unwanted = [value for excluded, name in single if name == field for value in getattr(excluded, field)]
        wanted = getattr(filter, field)
        asked.append(_column_asked(database, column, _folded(column, wanted), _folded(column, unwanted)))
    checks = [item for item in asked if isinstance(item, Condition)]
    checks += [_excluded(database, f) for f, name in single if name is None]
    able = [item for item in asked if isinstance(item, Asked)]
    leader = _leader(database, able, first, beyond)
    checks += [item.as_check for item in able if item is not leader]
    leading = leader.leading or [Condition("1 = 0")] if leader is not None else []
    return Chosen(first, beyond, tuple(leading), tuple(checks))


def first_at(database: Database, moment: datetime) -> int:
    """The sequence number of the first event at a moment or later; timestamps never decrease along the sequence."""
    row = database.query_one(
        "SELECT sequence FROM event WHERE timestamp >= ? ORDER BY timestamp, sequence LIMIT 1", [format_time(moment)]
    )
    return int(row[0]) if row else BEYOND


def _single_column(filter: EventFilter) -> str | None:
    """The one field that the filter asks of, when that is a column whose other values can be listed."""
    if filter.where:
        raise ValueError("a condition on values is excluded by its own negation")
    given = [f.name for f in fields_of(filter) if f.name in _ASKING and getattr(filter, f.name) not in (None, ())]
    return given[0] if len(given) == 1 and given[0] in _FIELD_COLUMNS else None


_ASKING: Final = frozenset(f.name for f in fields_of(EventFilter)) - {"limit", "after", "oldest_first"}


def _excluded(database: Database, filter: EventFilter) -> Condition:
    chosen = choose(database, filter)
    window = Chosen._window(chosen.first, chosen.beyond)
    lead = [any_of(chosen.leading)] if chosen.leading else []
    return not_(all_of([*window, *lead, *chosen.checks]))


def _leader(database: Database, able: Sequence[Asked], first: int, beyond: int) -> Asked | None:
    """What gives the fewest events inside the window; None when the window itself does."""
    if not able:
        return None
    row = database.query_one("SELECT max(sequence) FROM event")
    newest = (row and row[0]) or 0
    window = max(0, min(beyond, newest + 1) - max(first, 1))
    is_bounded = first > 0 or beyond < BEYOND
    if len(able) == 1 and not is_bounded:
        return able[0]
    counts = [(_count(database, item, first, beyond), number) for number, item in enumerate(able)]
    fewest, number = min(counts)
    # A window is read without going back and forth between index and table.
    return None if is_bounded and window <= fewest else able[number]


def _count(database: Database, item: Asked, first: int, beyond: int) -> int:
    """How many events an alternative gives, as far as that is worth knowing."""
    found = 0
    for one in item.leading:
        condition = all_of([one, *Chosen._window(first, beyond)])
        row = database.query_one(
            f"SELECT count(*) FROM (SELECT 1 FROM event WHERE {condition.sql} LIMIT ?) AS found",
            [*condition.params, _COUNT_AT_MOST],
        )
        found += int(row[0]) if row else 0
        if found >= _COUNT_AT_MOST:
            break
    return found
