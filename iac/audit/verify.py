"""Proving that nobody altered the log: the hash chain, walked from its beginning to its end.

Owns the walk over the database and what was found. Exports are `verify_export`'s, signatures `checkpoint`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from iac.audit.chain import FIELDS, Head, Pruned, pages, read_head, read_pruned, row_hash
from iac.database import Database

_ID, _SEQUENCE, _PREVIOUS_HASH, _HASH = map(FIELDS.index, ("id", "sequence", "previous_hash", "hash"))

Known: TypeAlias = tuple[int, str]
"""A sequence number and the hash of that event, noted earlier and kept elsewhere: what a checkpoint says."""


class _Found(NamedTuple):
    """The first bad event, its id where it is there to have one, and a sentence about it."""

    bad: int | None
    id: str | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found.

    `checked` counts the events that were read and found in order. `first_bad` is the sequence number of the
    first event that was altered, removed, inserted or reordered, `first_bad_id` its id where it is there to have
    one, `problem` a sentence about it. `pruned` is the sequence of the last event that was pruned, 0 when none was.
    `head_sequence` and `head_hash` name the newest event: noted elsewhere, they prove later that the log still
    begins with the same events.
    """

    checked: int
    first_bad: int | None = None
    first_bad_id: str | None = None
    problem: str | None = None
    head_sequence: int = 0
    head_hash: str = ""
    pruned: int = 0

    @property
    def is_valid(self) -> bool:
        """Whether there were events and all are as they were recorded. Never true of an empty log."""
        return self.checked > 0 and self.problem is None

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to verify."""
        return self.checked == 0 and self.problem is None


def verify(database: Database, *, known: Known | None = None) -> Verification:
    """Recomputes every hash and follows the chain.

    `known` is a sequence number and hash noted earlier, elsewhere; the chain must still have it. Without
    one, somebody who can write to the database and recomputes every hash after a change leaves no trace. Others
    may append and prune meanwhile.
    """
    while True:
        pruned = read_pruned(database)
        result = _walk(database, pruned, known)
        # What was pruned while walking is not missing.
        if result.problem is None or read_pruned(database) == pruned:
            return result


def _walk(database: Database, pruned: Pruned, known: Known | None) -> Verification:
    last, previous = pruned.sequence, pruned.hash
    found: _Found | None = None
    for row, head in _rows(database):
        sequence = row[_SEQUENCE]
        if (
            sequence != last + 1
            or row[_PREVIOUS_HASH] != previous
            or sequence > head.sequence
            or row_hash(row) != row[_HASH]
        ):
            found = _broken(database, row, last, head)
        elif known is not None and known[0] == sequence and known[1] != row[_HASH]:
            found = _Found(sequence, row[_ID], _rewritten(known))
        if found is not None:
            break
        last, previous = sequence, row[_HASH]
    head = read_head(database)
    found = found or _at_end(last, previous, head) or _not_there(last, pruned, known) or _Found(None, None, None)
    return Verification(last - pruned.sequence, *found, head.sequence, head.hash, pruned.sequence)


def _rows(database: Database) -> Iterator[tuple[tuple[Any, ...], Head]]:
    """Every stored row in order, each with a head that is not older than it: others may be appending."""
    for rows in pages(database):
        head = read_head(database)
        for row in rows:
            yield row, head


# --- What is wrong -----------------------------------------------------------------------------------------


def _broken(database: Database, row: tuple[Any, ...], last: int, head: Head) -> _Found:
    sequence, id = row[_SEQUENCE], row[_ID]
    if sequence > head.sequence or sequence <= last:
        return _Found(sequence, id, f"Event {sequence} was inserted: it is not part of the chain.")
    if sequence > last + 1:
        text = f"Event {last + 1} was removed: event {last or 'none'} is followed by event {sequence}."
        return _Found(last + 1, None, text)
    if row_hash(row) != row[_HASH]:
        text = f"Event {sequence} was altered: its content does not match its hash."
        return _misplaced(database, row) or _Found(sequence, id, text)
    return _Found(sequence, id, f"Event {sequence} does not continue event {last}: one of the two was replaced.")


def _misplaced(database: Database, row: tuple[Any, ...]) -> _Found | None:
    """What happened when the event is as it was recorded, but for its sequence number."""
    sequence, id = row[_SEQUENCE], row[_ID]
    before = database.query_one("SELECT count(*) FROM event WHERE id <= ?", (id,))
    assert before is not None
    # Ids sort as the events were recorded; otherwise something before it was put in or taken out.
    for recorded in (before[0] + read_pruned(database).sequence, sequence - 1, sequence + 1):
        original = list(row)
        original[_SEQUENCE] = recorded
        if row_hash(original) != row[_HASH]:
            continue
        if recorded == sequence - 1:
            first = database.query_one("SELECT id FROM event WHERE sequence = ?", (recorded,))
            text = f"Event {recorded} was inserted: what is event {sequence} now was recorded in its place."
            return _Found(recorded, None if first is None else str(first[0]), text)
        if database.query_one("SELECT 1 FROM event WHERE hash = ?", (row[_PREVIOUS_HASH],)) is None:
            text = f"Event {sequence} was removed: what stands in its place was recorded as event {recorded}."
            return _Found(sequence, None, text)
        return _Found(sequence, id, f"Event {sequence} was reordered: it was recorded as event {recorded}.")
    return None


def _at_end(last: int, previous: str, head: Head) -> _Found | None:
    if last < head.sequence:
        return _Found(last + 1, None, f"Event {last + 1} was removed: the log must end with event {head.sequence}.")
    if previous != head.hash:
        return _Found(max(last, 1), None, f"Event {last} is not the one that was recorded last.")
    return None


def _not_there(last: int, pruned: Pruned, known: Known | None) -> _Found | None:
    """What is wrong when the walk did not come by the event that was noted."""
    if known is None or known[0] == 0 or known == pruned or pruned.sequence < known[0] <= last:
        return None
    if known[0] == pruned.sequence:
        return _Found(known[0], None, _rewritten(known))
    if known[0] < pruned.sequence:
        text = (
            f"Event {known[0]}, whose hash was noted, was pruned, as was everything up to event {pruned.sequence}: "
            "it can only be found in an export made before."
        )
        return _Found(None, None, text)
    text = f"Event {known[0]}, whose hash was noted, is not in the log: its end was removed."
    return _Found(last + 1, None, text)


def _rewritten(known: Known) -> str:
    return f"Event {known[0]} is not the one whose hash was noted: the log was rewritten."
