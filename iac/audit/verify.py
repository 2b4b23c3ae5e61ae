"""Proving that nobody altered the log: the hash chain, walked from its beginning to its end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from iac.audit.chain import COLUMNS, FIELDS, Head, read_head, row_hash
from iac.database import Database

_PAGE: Final = 1000
_ID, _SEQUENCE, _PREVIOUS_HASH, _HASH = map(FIELDS.index, ("id", "sequence", "previous_hash", "hash"))


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found.

    `checked` counts the events that were read and found in order. `first_bad` is the sequence number of the
    first event that was altered, removed or inserted, `first_bad_id` its id where it is there to have one,
    `problem` a sentence about it. `head_sequence` and `head_hash` name the newest event: noted elsewhere,
    they prove later that the log still begins with the same events.
    """

    checked: int
    first_bad: int | None = None
    first_bad_id: str | None = None
    problem: str | None = None
    head_sequence: int = 0
    head_hash: str = ""

    @property
    def is_valid(self) -> bool:
        """Whether there were events and all are as they were recorded. Never true of an empty log."""
        return self.checked > 0 and self.problem is None

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to verify."""
        return self.checked == 0 and self.problem is None


def verify(database: Database, *, known: tuple[int, str] | None = None) -> Verification:
    """Recomputes every hash and follows the chain.

    `known` is a sequence number and hash noted earlier, elsewhere; the chain must still have it. Without
    one, somebody who can write to the database and recomputes every hash after a change leaves no trace.
    """
    row = database.query_one("SELECT pruned_sequence, pruned_hash FROM audit_chain")
    assert row is not None, "the chain is begun when the tables are created"
    begin, previous = int(row[0]), str(row[1])
    last = begin
    for event, head in _events(database):
        sequence = event[_SEQUENCE]
        problem = _problem(event, last, previous, head)
        if problem is None and known is not None and known[0] == sequence and known[1] != event[_HASH]:
            problem = f"Event {sequence} is not the one whose hash was noted: the log was rewritten."
        if problem is not None:
            missing = sequence > last + 1
            bad, bad_id = (last + 1, None) if missing else (sequence, event[_ID])
            return Verification(last - begin, bad, bad_id, problem, head.sequence, head.hash)
        last, previous = sequence, event[_HASH]
    head = read_head(database)
    problem = None
    if last < head.sequence:
        problem = f"Event {last + 1} was removed: the log must end with event {head.sequence}."
    elif previous != head.hash:
        problem = f"Event {last} is not the one that was recorded last."
    elif known is not None and not begin < known[0] <= last:
        problem = f"Event {known[0]}, whose hash was noted, is not in the log."
    bad = None if problem is None else max(last, 1) if last == head.sequence else last + 1
    return Verification(last - begin, bad, None, problem, head.sequence, head.hash)


def _events(database: Database) -> Iterator[tuple[tuple[Any, ...], Head]]:
    """Every stored row in order, each with a head that is not older than it: others may be appending."""
    after: int | None = None
    while True:
        condition, params = ("WHERE sequence > ?", (after,)) if after is not None else ("", ())
        rows = database.query(f"SELECT {COLUMNS} FROM event {condition} ORDER BY sequence LIMIT {_PAGE}", params)
        if not rows:
            return
        head = read_head(database)
        for row in rows:
            yield row, head
        after = rows[-1][_SEQUENCE]


def _problem(row: tuple[Any, ...], last: int, previous: str, head: Head) -> str | None:
    sequence = row[_SEQUENCE]
    if sequence > head.sequence or sequence <= last:
        return f"Event {sequence} was inserted: it is not part of the chain."
    if sequence > last + 1:
        return f"Event {last + 1} was removed: event {last or 'none'} is followed by event {sequence}."
    if row_hash(row) != row[_HASH]:
        return f"Event {sequence} was altered: its content does not match its hash."
    if row[_PREVIOUS_HASH] != previous:
        return f"Event {sequence} does not continue event {last}: one of the two was replaced."
    return None
