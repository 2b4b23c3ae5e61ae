"""Retention: old events go, and what is left still verifies and explains what there is.

Only the oldest events go, without a gap. Where they ended is kept (`chain.Pruned`), pruning is an event itself, and
an object that would be left without any event gets a BASELINE event: its state, and the event that it comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from iac.audit.chain import (
    COLUMNS,
    FIELDS,
    Pruned,
    Row,
    database_id,
    event_from_row,
    pages,
    read_pruned,
    row_hash,
    write_pruned,
)
from iac.audit.external import EXTERNAL
from iac.audit.filters import format_time, parse_time
from iac.audit.log import AuditLog
from iac.audit.record import BASELINE, LOG, PRUNED, Event, Operation, Origin
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error

RETENTION_VARIABLE: Final = "IAC_RETENTION"
_SEQUENCE, _PREVIOUS_HASH, _HASH = map(FIELDS.index, ("sequence", "previous_hash", "hash"))
_ORIGINAL: Final = ("id", "sequence", "timestamp", "event_type", "user", "tool", "run_id", "hash")


@dataclass(frozen=True, slots=True)
class Pruning:
    """What pruning takes away: `count` events from `first_timestamp` to `last_timestamp`, up to `last`; and for how
    many objects a BASELINE is needed."""

    before: datetime
    count: int
    last: Pruned
    first_timestamp: str
    last_timestamp: str
    baselines: int


def retention_time(before: str | None, retention: str | None, now: datetime) -> datetime:
    """Up to when events are to go: `--before`, else the configured retention such as `365d`.

    Raises `DiagnosticsError` when there is neither, it is no time, or it is in the future.
    """
    text = before or retention
    if not text:
        raise DiagnosticsError(
            error(
                "Nothing says what to prune",
                "Say how old events must be with -before=30d (or a date), or configure a retention with "
                f"{RETENTION_VARIABLE}=365d.",
            )
        )
    moment = parse_time(text, now)
    if moment > now:
        raise DiagnosticsError(error("Invalid time", f'"{text}" is in the future; only what is past can be pruned.'))
    return moment


def plan_pruning(database: Database, before: datetime) -> Pruning | None:
    """What `prune` would do; None when no event is older than that."""
    # Timestamps never decrease along the sequence.
    last = database.query_one(
        "SELECT sequence, hash, timestamp FROM event WHERE timestamp < ?"
        " ORDER BY timestamp DESC, sequence DESC LIMIT 1",
        (format_time(before),),
    )
    if last is None:
        return None
    first = database.query_one("SELECT timestamp FROM event ORDER BY sequence LIMIT 1")
    assert first is not None
    return Pruning(
        before=before,
        count=last[0] - read_pruned(database).sequence,
        last=Pruned(last[0], last[1]),
        first_timestamp=first[0],
        last_timestamp=last[2],
        baselines=len(_left_bare(database, last[0])),
    )


def prune(database: Database, before: datetime, origin: Origin) -> Pruning | None:
    """Takes away the events older than `before`, in one transaction; None when there is none.

    Raises `DiagnosticsError` when what is to go is not intact: pruning would hide that.
    """
    with database.transaction():
        pruning = plan_pruning(database, before)
        if pruning is None:
            return None
        old = read_pruned(database)
        _check_intact(database, old, pruning.last)
        log = AuditLog(database)
        for row in _left_bare(database, pruning.last.sequence):
            _record_baseline(log, event_from_row(row), origin)
        log.record(
            Operation(origin),
            event_type=PRUNED,
            target_type=LOG,
            target_id=database_id(database),
            target_name=LOG,
            before=_boundary(old),
            after=_boundary(pruning.last)
            | {
                "before": format_time(before),
                "pruned_events": pruning.count,
                "first_timestamp": pruning.first_timestamp,
                "last_timestamp": pruning.last_timestamp,
            },
        )
        write_pruned(database, pruning.last)
        database.execute("DELETE FROM event WHERE sequence <= ?", (pruning.last.sequence,))
        return pruning


def _boundary(pruned: Pruned) -> dict[str, Any]:
    return {"pruned_sequence": pruned.sequence, "pruned_hash": pruned.hash}


def _left_bare(database: Database, last: int) -> list[Row]:
    """The latest events of the objects that exist and would have no event left: of those up to `last`, the latest
    that tells of a state."""
    newest = (
        "SELECT max(sequence) AS sequence FROM event WHERE sequence <= ? AND target_type <> ?"
        " AND context NOT LIKE ? GROUP BY target_type, target_id"
    )
    return list(
        database.query(
            f"SELECT {COLUMNS} FROM event e WHERE sequence IN (SELECT sequence FROM ({newest}) AS newest)"
            " AND post_state <> 'null' AND NOT EXISTS (SELECT 1 FROM event later WHERE later.target_id = e.target_id"
            " AND later.target_type = e.target_type AND later.sequence > ? AND later.context NOT LIKE ?)"
            " ORDER BY sequence",
            (last, LOG, _MARK, last, _MARK),
        )
    )


_MARK: Final = f'%"{EXTERNAL}":true%'


def _record_baseline(log: AuditLog, event: Event, origin: Origin) -> None:
    """Keeps an object's state with where it comes from, under the name and workspace of the original."""
    original = {name: getattr(event, name) for name in _ORIGINAL}
    if "git" in event.context:
        original["git"] = event.context["git"]
    if event.event_type == BASELINE:
        original = event.context["original"]
    kept = replace(origin, workspace=event.workspace, context={**origin.context, "original": original})
    log.record(
        Operation(kept, address=event.address, source=event.source),
        event_type=BASELINE,
        target_type=event.target_type,
        target_id=event.target_id,
        target_name=event.target_name,
        before=event.post_state,
        after=event.post_state,
    )


def _check_intact(database: Database, begin: Pruned, last: Pruned) -> None:
    previous = begin
    for rows in pages(database, "sequence <= ?", (last.sequence,)):
        for row in rows:
            sequence = row[_SEQUENCE]
            linked = sequence == previous.sequence + 1 and row[_PREVIOUS_HASH] == previous.hash
            if not linked or row_hash(row) != row[_HASH]:
                raise DiagnosticsError(
                    error(
                        "The log is not intact",
                        f"Event {previous.sequence + 1} is not as it was recorded, and pruning would hide that. "
                        "Nothing was pruned. See iac events verify.",
                    )
                )
            previous = Pruned(sequence, row[_HASH])
