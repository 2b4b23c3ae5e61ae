"""What the log still knows of events that were pruned: that they were, when and by whom.

Pruning itself is left to `prune`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from iac.audit.chain import COLUMNS, event_from_row, not_intact, read_pruned
from iac.audit.filters import EventFilter
from iac.audit.record import LOG, PRUNED, Event
from iac.database import Database
from iac.diagnostics import Diagnostic, error

_BEGINNING: Final = re.compile(r"[0-9a-f]{8}[0-9a-f-]*")


class Pruning(NamedTuple):
    """A pruning, by the event that tells of it: which events it took, and when the last of them was."""

    event: Event
    first: int
    last: int
    last_timestamp: str


def prunings(database: Database) -> Iterator[Pruning]:
    """Those of which an event is left, newest first. Raises `DiagnosticsError` when somebody altered one."""
    rows = database.query(
        f"SELECT {COLUMNS} FROM event WHERE event_type = ? AND (target_type || '') = ? ORDER BY sequence DESC",
        [PRUNED, LOG],
    )
    for event in map(event_from_row, rows):
        told: Any = event.post_state
        try:
            last = int(told["pruned_sequence"])
            yield Pruning(event, last - int(told["pruned_events"]) + 1, last, str(told["last_timestamp"]))
        except (TypeError, KeyError, ValueError):
            raise not_intact(event.sequence) from None


def was_pruned(database: Database, reference: str | int) -> Diagnostic | None:
    """What to say of a reference to an event that is not there: a sequence number, an id or the beginning of one. None
    when pruning has nothing to do with it. Raises `DiagnosticsError`."""
    boundary = read_pruned(database).sequence
    if isinstance(reference, int):
        return error("Event was pruned", _told(database, reference)) if 0 < reference <= boundary else None
    first = database.query_one("SELECT id FROM event ORDER BY sequence LIMIT 1")
    # Ids sort as their events do.
    if boundary and first is not None and _BEGINNING.fullmatch(reference) and reference < first[0][: len(reference)]:
        detail = f'If there was an event with the id "{reference}", it was one of those up to {boundary}. '
        return error("Event was pruned", detail + _told(database, boundary))
    return None


def pruned_in(database: Database, filter: EventFilter) -> str | None:
    """What to say of an answer that may lack events which were pruned: None when none were, or when the filter asks
    only for later ones, or for nothing in particular. Raises `DiagnosticsError`."""
    boundary = read_pruned(database).sequence
    if not boundary or filter == EventFilter():
        return None
    latest = next(prunings(database), None)
    until = "" if latest is None else latest.last_timestamp
    if latest is not None and filter.since is not None and filter.since > datetime.fromisoformat(until):
        return None
    who = "" if latest is None else f" by {latest.event.user} at {latest.event.timestamp}"
    when = f" (the last of {until})" if until else ""
    return f"Events up to {boundary}{when} were pruned{who}: the answer has none of them."


def _told(database: Database, sequence: int) -> str:
    """By which pruning an event went. That may have been pruned itself: then the one after it is known."""
    known = [pruning for pruning in prunings(database) if sequence <= pruning.last]
    if not known:
        return f"Event {sequence} was pruned."
    event, first = known[-1].event, known[-1].first
    if sequence < first:
        return f"Event {sequence} was pruned, some time before the pruning that event {event.sequence} tells of."
    reason = f' ("{event.message}")' if event.message else ""
    return (
        f"Event {sequence} was pruned by {event.user} at {event.timestamp}{reason}, as event {event.sequence} tells. "
        "An export that was made before may have it."
    )
