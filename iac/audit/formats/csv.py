"""CSV (RFC 4180) for people and spreadsheets: one event a row, safe to open.

Every field is quoted, no cell can become a formula, and control characters appear as escapes, so that a row is
always one line. It is therefore not lossless; `ndjson` is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from iac.audit.formats.cells import printable, without_formula
from iac.audit.record import Event
from iac.values.codec import canonical

COLUMNS: Final = (
    "timestamp",
    "event_type",
    "target_type",
    "target_name",
    "target_id",
    "address",
    "change",
    "user",
    "tool",
    "workspace",
    "run_id",
    "plan_id",
    "message",
    "source",
    "forced_by",
    "error",
    "context",
    "post_state",
    "patch",
    "sequence",
    "id",
    "previous_hash",
    "hash",
)
_LISTS: Final = frozenset({"change", "forced_by"})
_JSON: Final = frozenset({"context", "post_state", "patch"})


def csv(events: Iterable[Event]) -> Iterator[str]:
    """A line with the names of the columns, then one for each event."""
    yield _line(COLUMNS)
    for event in events:
        yield _line([_cell(event, name) for name in COLUMNS])


def _cell(event: Event, name: str) -> str:
    value = getattr(event, name)
    if name in _LISTS:
        return ", ".join(value)
    if name in _JSON:
        return "" if value is None else canonical(value)
    return "" if value is None else str(value)


def _line(cells: Iterable[str]) -> str:
    quoted = ('"' + without_formula(printable(cell)).replace('"', '""') + '"' for cell in cells)
    return ",".join(quoted) + "\r\n"
