"""Appending to the audit log.

Owns `record`: secrets out, patch, id, time, hash, row. Leaves asking to `query`, proving to `verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final

from iac.audit.chain import FIELDS, INSERT, Head, digest_key, read_head, row_hash, write_head
from iac.audit.ids import next_id
from iac.audit.patch import make_patch
from iac.audit.record import Event, Operation
from iac.audit.sensitive import Digest, JsonPath, digester, redact, scrub, secrets_at
from iac.database import Database
from iac.values.codec import canonical

_HEAD: Final = "audit.head"
_ID, _SEQUENCE, _TIMESTAMP = map(FIELDS.index, ("id", "sequence", "timestamp"))
_CHANGE, _FORCED_BY, _CONTEXT = map(FIELDS.index, ("change", "forced_by", "context"))
_POST_STATE, _PATCH = map(FIELDS.index, ("post_state", "patch"))


_now: Final = partial(datetime.now, UTC)


class AuditLog:
    """The log of one database, for appending. Any number of them may exist at once. `clock` gives the time."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock
        self._digest: Digest | None = None
        self._context: tuple[Mapping[str, Any] | None, str] = (None, "{}")

    def record(
        self,
        operation: Operation,
        *,
        event_type: str,
        target_type: str,
        target_id: str,
        target_name: str,
        before: Any,
        after: Any,
        sensitive: Sequence[JsonPath] = (),
        change: Sequence[str] = (),
        error: str | None = None,
    ) -> Event:
        """Appends one event and returns it. Must be called inside a transaction of the database.

        `before` and `after` are the object as plain JSON data, None where it does not exist. What is at the
        `sensitive` paths of either is stored as a digest, and its text is taken out of `error`. `change` are
        the groups of what was modified (see `groups.changed_groups`). The order of events is that of their
        sequence; the timestamp is the clock's, but never earlier than that of the event before it, so that a
        clock that is set back does not turn the log's time back. The event returned holds the data that was
        given, not a copy.
        """
        if not self._database.in_transaction:
            raise RuntimeError("an event is recorded in the transaction of the change that it tells of")
        if sensitive:
            before, after, error = self._without_secrets(before, after, error, sensitive)
        head = self._head()
        place = (next_id(head.id), head.sequence + 1, max(_timestamp(self._clock()), head.timestamp))
        what = (event_type, target_type, target_id, target_name)
        result = (error, operation.origin.context, after, make_patch(before, after))
        facts: tuple[Any, ...] = (*place, *what, *_circumstances(operation, change), *result, head.hash)
        return Event(*self._append(facts, is_creation=before is None and after is not None))

    def _append(self, facts: tuple[Any, ...], *, is_creation: bool) -> tuple[Any, ...]:
        """Stores an event: `facts` are its fields but the hash. Returns all of them."""
        row = list(facts)
        row[_CHANGE], row[_FORCED_BY] = _list_text(facts[_CHANGE]), _list_text(facts[_FORCED_BY])
        row[_CONTEXT] = self._context_text(facts[_CONTEXT])
        row[_POST_STATE] = canonical(facts[_POST_STATE])
        # A creation's patch would only repeat the object.
        row[_PATCH] = None if is_creation else canonical(facts[_PATCH])
        hash = row_hash(row)
        row.append(hash)
        self._database.execute(INSERT, row)
        self._set_head(Head(row[_SEQUENCE], hash, row[_ID], row[_TIMESTAMP]))
        return (*facts, hash)

    def _without_secrets(
        self, before: Any, after: Any, error: str | None, sensitive: Sequence[JsonPath]
    ) -> tuple[Any, Any, str | None]:
        if error:
            error = scrub(error, secrets_at(before, sensitive) | secrets_at(after, sensitive))
        digest = self._digester()
        return redact(before, sensitive, digest), redact(after, sensitive, digest), error

    def _digester(self) -> Digest:
        if self._digest is None:
            self._digest = digester(digest_key(self._database))
        return self._digest

    def _head(self) -> Head:
        head = self._database.memory.get(_HEAD)
        return head if head is not None else read_head(self._database)

    def _set_head(self, head: Head) -> None:
        # Remembered only as long as nobody else can append.
        self._database.memory[_HEAD] = head
        write_head(self._database, head)

    def _context_text(self, context: Mapping[str, Any]) -> str:
        # The same for every operation of a run.
        if self._context[0] is not context:
            self._context = (context, canonical(dict(context)))
        return self._context[1]


def _circumstances(operation: Operation, change: Sequence[str]) -> tuple[Any, ...]:
    """The fields from `address` to `forced_by`: who did it, from where and why."""
    origin = operation.origin
    return (
        operation.address,
        tuple(sorted(set(change))),
        origin.user,
        origin.tool,
        origin.workspace,
        origin.run_id,
        origin.plan_id,
        origin.message,
        operation.source,
        tuple(operation.forced_by),
    )


@lru_cache(maxsize=1024)
def _list_text(names: tuple[str, ...]) -> str:
    """The canonical JSON of a list of names: the same few come again and again."""
    return canonical(list(names))


def _timestamp(moment: datetime) -> str:
    # Half the time of strftime.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
