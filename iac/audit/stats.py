"""Counting events: by who, what, where and when, in the order of a chart.

Owns the counts; leaves what is counted to the filter, how it is drawn to the views.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from iac.audit.chain import FIELDS
from iac.audit.conditions import choose
from iac.audit.filters import EventFilter
from iac.audit.query import meant_rows
from iac.database import Database
from iac.values.codec import loads

DAY, HOUR = "day", "hour"
NO_CHANGE: Final = "-"
"""Stands for no group of changes, as after a failed operation."""

_COLUMNS: Final = {
    "user": ('"user"',),
    "tool": ("tool",),
    "type": ("event_type",),
    "target": ("target_type", "target_name"),
    "target-type": ("target_type",),
    "workspace": ("workspace",),
    "run": ("run_id",),
    "change": ("change",),
    DAY: ("substr(timestamp, 1, 10)",),
    HOUR: ("substr(timestamp, 1, 13)",),
}
GROUPINGS: Final = tuple(_COLUMNS)
"""What events can be counted by."""

_STEPS: Final = {DAY: ("%Y-%m-%d", timedelta(days=1)), HOUR: ("%Y-%m-%dT%H", timedelta(hours=1))}
_MOST_EMPTY: Final = 1000
_POSITIONS: Final = {name: number for number, name in enumerate(FIELDS)}


@dataclass(frozen=True, slots=True)
class Count:
    """How many events have a value: of a user, a day (`2026-11-01`), an hour (`2026-11-01T12`), ..."""

    value: str
    events: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of events by one thing; an event that modified several groups counts in each, but once in `total`."""

    by: str
    total: int
    counts: tuple[Count, ...]


def stats(database: Database, filter: EventFilter, by: str) -> Stats:
    """Counts the events that a filter means (whatever its `limit` and `after` say) by one of `GROUPINGS`.

    Days and hours come in order, those without events between them too; everything else by count.
    Raises `DiagnosticsError`.
    """
    found = _counted_here(database, filter, by) if filter.where else _counted_there(database, filter, by)
    counts: Counter[str] = Counter()
    for parts, number in found:
        for value in _values(by, parts):
            counts[value] += number
    ordered = _in_time(by, counts) if by in _STEPS else sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Stats(by, sum(number for _, number in found), tuple(Count(*item) for item in ordered))


def _counted_there(database: Database, filter: EventFilter, by: str) -> list[tuple[tuple[str, ...], int]]:
    meant = choose(database, filter).condition()
    columns = ", ".join(_COLUMNS[by])
    rows = database.query(f"SELECT {columns}, count(*) FROM event WHERE {meant.sql} GROUP BY {columns}", meant.params)
    return [(tuple(row[:-1]), int(row[-1])) for row in rows]


def _counted_here(database: Database, filter: EventFilter, by: str) -> list[tuple[tuple[str, ...], int]]:
    width = {DAY: 10, HOUR: 13}.get(by)
    names = ["timestamp"] if width else [column.strip('"') for column in _COLUMNS[by]]
    positions = [_POSITIONS[name] for name in names]
    counts = Counter(tuple([row[p] for p in positions]) for row in meant_rows(database, filter))
    return [(tuple(part[:width] for part in parts) if width else parts, number) for parts, number in counts.items()]


def _values(by: str, parts: tuple[str | None, ...]) -> Iterable[str]:
    if by == "change":
        return loads(parts[0] or "[]") or [NO_CHANGE]
    return [":".join(part or NO_CHANGE for part in parts)]


def _in_time(by: str, counts: Counter[str]) -> list[tuple[str, int]]:
    """In order of time, what is empty between the first and the last included, unless that is very much."""
    ordered = sorted(counts.items())
    if not ordered:
        return []
    form, step = _STEPS[by]
    moment, last = (datetime.strptime(ordered[at][0], form) for at in (0, -1))
    if (last - moment) / step > _MOST_EMPTY:
        return ordered
    found = []
    while moment <= last:
        value = moment.strftime(form)
        found.append((value, counts.get(value, 0)))
        moment += step
    return found
