"""Asking the audit log: events by filter, one event, counts, and the targets that have events.

Everything is filtered by the database, and paged by sequence number: a page costs what it returns, and
events that are appended meanwhile shift nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from iac.audit.chain import COLUMNS, FIELDS, event_from_row
from iac.audit.filters import EventFilter, TargetFilter, format_time, parse_target, target_type
from iac.audit.record import Event
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error

_PAGE: Final = 500
_SEQUENCE: Final = FIELDS.index("sequence")


@dataclass(frozen=True, slots=True)
class TargetSummary:
    """An object that has events: its name at the latest of them, how many, and what and when that was."""

    type: str
    id: str
    name: str
    events: int
    last_event_type: str
    last_timestamp: str


def events(database: Database, filter: EventFilter = EventFilter()) -> Iterator[Event]:  # noqa: B008  # frozen
    """The events that are meant, newest first unless asked otherwise. Raises `DiagnosticsError`."""
    conditions, params = _conditions(database, filter)
    return _pages(database, filter, conditions, params)


def _pages(database: Database, filter: EventFilter, conditions: list[str], params: list[Any]) -> Iterator[Event]:
    order, beyond = ("ASC", ">") if filter.oldest_first else ("DESC", "<")
    remaining = filter.limit
    last: int | None = None
    while remaining is None or remaining > 0:
        size = _PAGE if remaining is None else min(_PAGE, remaining)
        more = [] if last is None else [f"sequence {beyond} ?"]
        where = _where([*conditions, *more])
        rows = database.query(
            f"SELECT {COLUMNS} FROM event{where} ORDER BY sequence {order} LIMIT ?",
            [*params, *([] if last is None else [last]), size],
        )
        yield from map(event_from_row, rows)
        if len(rows) < size:
            return
        last = rows[-1][_SEQUENCE]
        remaining = None if remaining is None else remaining - len(rows)


def count(database: Database, filter: EventFilter = EventFilter()) -> int:  # noqa: B008  # frozen
    """How many events are meant, whatever `limit` says."""
    conditions, params = _conditions(database, filter)
    row = database.query_one(f"SELECT count(*) FROM event{_where(conditions)}", params)
    return int(row[0]) if row else 0


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
        condition, value = "id LIKE ? ESCAPE '!'", _like(text) + "%"
    rows = database.query(f"SELECT {COLUMNS} FROM event WHERE {condition} ORDER BY sequence LIMIT 4", [value])
    if not rows or not text:
        raise DiagnosticsError(
            error("Event not found", f'The audit log has no event with sequence number or id "{reference}".')
        )
    if len(rows) > 1:
        found = ", ".join(row[FIELDS.index("id")] for row in rows[:3]) + (", ..." if len(rows) > 3 else "")
        raise DiagnosticsError(
            error("Ambiguous event id", f'The ids of several events begin with "{reference}": {found}.')
        )
    return event_from_row(rows[0])


def targets(database: Database, type: str | None = None) -> list[TargetSummary]:
    """The objects that have events, of one type or of all, by type and name."""
    where, params = ("", []) if type is None else (" WHERE target_type = ?", [target_type(type)])
    rows = database.query(
        "SELECT e.target_type, e.target_id, e.target_name, g.events, e.event_type, e.timestamp FROM"
        " (SELECT max(sequence) AS last, count(*) AS events FROM event"
        f"{where} GROUP BY target_type, target_id) g"
        " JOIN event e ON e.sequence = g.last ORDER BY e.target_type, e.target_name, e.target_id",
        params,
    )
    return [TargetSummary(*row) for row in rows]


# --- Filters to SQL ----------------------------------------------------------------------------------------


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def _conditions(database: Database, filter: EventFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    params: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        conditions.append(condition)
        params.extend(values)

    if filter.targets:
        _add_targets(filter.targets, add)
    if filter.event_types:
        add(f"event_type IN ({_marks(filter.event_types)})", *(t.upper() for t in filter.event_types))
    # Timestamps never decrease along the sequence, so that times become bounds of it.
    if filter.since is not None:
        add(f"sequence >= {_FIRST_AT}", format_time(filter.since), _BEYOND)
    if filter.until is not None:
        add(f"sequence < {_FIRST_AT}", format_time(filter.until), _BEYOND)
    for column, wanted in (
        ('"user"', filter.users),
        ("tool", filter.tools),
        ("workspace", filter.workspaces),
    ):
        if wanted:
            add(*_any_of(column, wanted))
    if filter.run is not None:
        # The beginning of the id is enough: the table shows no more of it.
        add("(run_id >= ? AND run_id < ?)", filter.run, f"{filter.run}\uffff")
    if filter.change:
        add(
            "(" + " OR ".join(["change LIKE ? ESCAPE '!'"] * len(filter.change)) + ")",
            *(f'%"{_like(group)}"%' for group in filter.change),
        )
    if filter.after is not None:
        add(f"sequence {'>' if filter.oldest_first else '<'} ?", event(database, filter.after).sequence)
    return conditions, params


_BEYOND: Final = 1 << 62
_FIRST_AT: Final = "coalesce((SELECT sequence FROM event WHERE timestamp >= ? ORDER BY timestamp, sequence LIMIT 1), ?)"


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _like(text: str) -> str:
    """The text as a LIKE pattern for itself, with `!` as the escape character."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _matches(column: str, pattern: str) -> tuple[str, str]:
    if "*" not in pattern and "?" not in pattern:
        return f"{column} = ?", pattern
    return f"{column} LIKE ? ESCAPE '!'", _like(pattern).replace("*", "%").replace("?", "_")


def _any_of(column: str, wanted: Sequence[str]) -> tuple[str, ...]:
    if len(wanted) > 1 and not any("*" in w or "?" in w for w in wanted):
        return (f"{column} IN ({_marks(wanted)})", *wanted)
    parts = [_matches(column, pattern) for pattern in wanted]
    return ("(" + " OR ".join(c for c, _ in parts) + ")", *(p for _, p in parts))


def _add_targets(wanted: Sequence[str | TargetFilter], add: Any) -> None:
    parsed = [parse_target(t) if isinstance(t, str) else t for t in wanted]
    alternatives = [alternative for target in parsed for alternative in _target_conditions(target)]
    if len(alternatives) == 1:
        add(alternatives[0][0], *alternatives[0][1:])
        return
    # Each alternative by its own index; with OR, SQLite would rather walk the whole log in order.
    union = " UNION ".join(f"SELECT sequence FROM event WHERE {a[0]}" for a in alternatives)
    add(f"sequence IN ({union})", *(value for a in alternatives for value in a[1:]))


def _target_conditions(target: TargetFilter) -> list[tuple[str, ...]]:
    """Conditions of which one must hold, each with its parameters."""
    if target.word is not None:
        return [("target_type = ?", target_type(target.word)), ("target_id = ?", target.word)]
    if target.address is not None:
        exact = ("address = ?", target.address)
        if target.address.endswith("]") and not _is_module(target.address):
            return [exact]
        inside = [f"{target.address}["] if not target.address.endswith("]") else []
        if _is_module(target.address):
            inside.append(f"{target.address}.")
        return [exact, *(("address LIKE ? ESCAPE '!'", _like(prefix) + "%") for prefix in inside)]
    conditions, params = [], []
    for column, value in (("target_type", target.type), ("target_name", target.name)):
        if value is not None:
            condition, param = _matches(column, value)
            conditions.append(condition)
            params.append(param)
    return [(" AND ".join(conditions) or "1 = 1", *params)]


def _is_module(address: str) -> bool:
    from iac.address import parse_target as parse_address

    return parse_address(address).resource is None
