"""Asking the audit log: events by filter, one event, counts, and the targets that have events.

Pages follow each other by sequence number, so that events that are appended meanwhile shift nothing. The database
chooses the events, by the SQL of `conditions`; conditions on values are checked here, on a page at a time, so that
memory stays flat. Owns pages and references to events.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from iac.audit.chain import COLUMNS, FIELDS, Row, creation_patch, event_from_row, not_intact
from iac.audit.clauses import like_literal
from iac.audit.conditions import Chosen, choose
from iac.audit.filters import EventFilter
from iac.audit.pruned import was_pruned
from iac.audit.record import Event
from iac.audit.where import Where
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.values.codec import loads

_PAGE: Final = 500
_BEYOND: Final = 1 << 62
_POSITIONS: Final = {name: number for number, name in enumerate(FIELDS)}
_SEQUENCE: Final = _POSITIONS["sequence"]
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
JSON_FIELDS: Final = frozenset({"change", "forced_by", "context", "post_state", "patch"})
"""Fields that are stored as JSON text."""


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """An object that has events: its name at the latest of them, how many, when the first was, and what and when
    the latest was."""

    type: str
    id: str
    name: str
    events: int
    first_timestamp: str
    last_event_type: str
    last_timestamp: str


def events(database: Database, filter: EventFilter = EventFilter()) -> Iterator[Event]:  # noqa: B008  # frozen
    """The events that are meant, newest first unless asked otherwise. Raises `DiagnosticsError`."""
    chosen = choose(database, filter)
    after = None if filter.after is None else _cursor(database, filter.after)
    found = map(event_from_row, _meant(filter.where, _rows(database, chosen, filter, after)))
    return found if filter.limit is None else islice(found, min(filter.limit, sys.maxsize))


def _rows(database: Database, chosen: Chosen, filter: EventFilter, after: int | None) -> Iterator[Row]:
    order = "ASC" if filter.oldest_first else "DESC"
    # With conditions on values nobody knows how many rows it takes to find enough.
    size = _PAGE if filter.limit is None or filter.where else max(1, min(_PAGE, filter.limit))
    while True:
        page = chosen.sequences(ascending=filter.oldest_first, after=after, limit=size)
        # A query inside the query: the columns are read for the rows of the page alone.
        rows = database.query(
            f"SELECT {COLUMNS} FROM event WHERE sequence IN (SELECT sequence FROM ({page.sql}) AS page)"
            f" ORDER BY sequence {order}",
            page.params,
        )
        yield from rows
        if len(rows) < size:
            return
        after = rows[-1][_SEQUENCE]


def _meant(where: Sequence[Where], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows for which all conditions hold."""
    for row in rows:
        if where:
            fields = _Fields(row)
            if not all(condition.holds(fields) for condition in where):
                continue
        yield row


class _Fields:
    """The fields of a row, JSON read when a condition asks for it."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._read: dict[str, Any] = {}

    def __call__(self, name: str) -> Any:
        if name not in JSON_FIELDS:
            return self._row[_POSITIONS[name]]
        if name not in self._read:
            text = self._row[_POSITIONS[name]]
            if text is None:  # only a patch is left out
                text = creation_patch(self._row[_POSITIONS["post_state"]])
            try:
                self._read[name] = loads(text)
            except (ValueError, TypeError, RecursionError):
                raise not_intact(self._row[_SEQUENCE]) from None
        return self._read[name]


def count(database: Database, filter: EventFilter = EventFilter()) -> int:  # noqa: B008  # frozen
    """How many events are meant, whatever `limit` and `after` say."""
    if filter.where:
        return sum(1 for _ in meant_rows(database, filter))
    meant = choose(database, filter).condition()
    row = database.query_one(f"SELECT count(*) FROM event WHERE {meant.sql}", meant.params)
    return int(row[0]) if row else 0


def meant_rows(database: Database, filter: EventFilter) -> Iterator[Row]:
    """The stored rows of all events that are meant, newest first, whatever `limit` and `after` say."""
    everything = replace(filter, limit=None, after=None, oldest_first=False)
    return _meant(filter.where, _rows(database, choose(database, everything), everything, None))


def _cursor(database: Database, reference: str | int) -> int:
    """The sequence number to go on after. An event that was pruned meanwhile is still a place in the log: ids sort
    as their events do."""
    text = str(reference).strip().lower()
    if text.isdecimal() and not text.startswith("0"):
        return min(int(text), _BEYOND)
    if _ID.fullmatch(text):
        row = database.query_one("SELECT sequence FROM event WHERE id <= ? ORDER BY id DESC LIMIT 1", [text])
        return int(row[0]) if row else 0
    return event(database, reference).sequence


def event(database: Database, reference: str | int) -> Event:
    """The event with this sequence number, id, or beginning of an id that no other has.

    Raises `DiagnosticsError` when there is none or more than one.
    """
    text = str(reference).strip().lower().removeprefix("#")
    # Ids begin with a zero until the year 2527, sequence numbers never do.
    value: str | int
    if text.isdecimal() and not text.startswith("0"):
        condition, value = "sequence = ?", min(int(text), _BEYOND)
    else:
        condition, value = "id LIKE ? ESCAPE '!'", like_literal(text) + "%"
    rows = database.query(f"SELECT {COLUMNS} FROM event WHERE {condition} ORDER BY sequence LIMIT 4", [value])
    if not rows or not text:
        pruned = was_pruned(database, value if isinstance(value, int) else text)
        missing = f'The audit log has no event with sequence number or id "{reference}".'
        raise DiagnosticsError(pruned or error("Event not found", missing))
    if len(rows) > 1:
        found = ", ".join(row[FIELDS.index("id")] for row in rows[:3]) + (", ..." if len(rows) > 3 else "")
        raise DiagnosticsError(
            error("Ambiguous event id", f'The ids of several events begin with "{reference}": {found}.')
        )
    return event_from_row(rows[0])


def targets(database: Database, filter: EventFilter | str | None = None) -> list[TargetSummary]:
    """The objects that have events, by type and name: those of a target type, or of the events that a filter means
    (whatever its `limit` and `after` say)."""
    if isinstance(filter, str):
        filter = EventFilter(target_types=(filter,))
    filter = filter or EventFilter()
    if filter.where:
        return _summaries(meant_rows(database, filter))
    meant = choose(database, filter).condition()
    rows = database.query(
        "SELECT n.target_type, n.target_id, n.target_name, g.events, o.timestamp, n.event_type, n.timestamp FROM"
        " (SELECT min(sequence) AS first, max(sequence) AS last, count(*) AS events FROM event"
        f" WHERE {meant.sql} GROUP BY target_id, target_type, CASE WHEN target_id = '' THEN target_name END) g"
        " JOIN event n ON n.sequence = g.last JOIN event o ON o.sequence = g.first"
        " ORDER BY n.target_type, n.target_name, n.target_id",
        meant.params,
    )
    return [TargetSummary(*row) for row in rows]


def _summaries(rows: Iterator[Row]) -> list[TargetSummary]:
    """What `targets` gives, from rows with the newest first."""
    found: dict[tuple[str, str, str], TargetSummary] = {}
    for row in rows:
        type, id, name, what, when = (row[_POSITIONS[n]] for n in _SUMMARIZED)
        object = (type, id, "" if id else name)  # a creation that failed made nothing that has an id
        known = found.get(object) or TargetSummary(type, id, name, 0, when, what, when)
        found[object] = replace(known, events=known.events + 1, first_timestamp=when)
    return sorted(found.values(), key=lambda t: (t.type, t.name, t.id))


_SUMMARIZED: Final = ("target_type", "target_id", "target_name", "event_type", "timestamp")
