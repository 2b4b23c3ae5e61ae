"""Appending to the audit log.

Owns `record`: secrets out, patch, id, time, hash, row. Leaves asking to `query`, proving to `verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Final

from iac.audit.chain import FIELDS, INSERT, Head, digest_key, read_head, row_hash, write_head
from iac.audit.ids import next_id
from iac.audit.patch import make_patch
from iac.audit.record import Event, Operation, Origin
from iac.audit.sensitive import Digest, JsonPath, digester, redact, scrub, secrets_at
from iac.database import Database
from iac.values.codec import canonical

_HEAD: Final = "audit.head"
_ID, _SEQUENCE, _TIMESTAMP, _HASH = map(FIELDS.index, ("id", "sequence", "timestamp", "hash"))
_CHANGE, _FORCED_BY, _CONTEXT = map(FIELDS.index, ("change", "forced_by", "context"))
_POST_STATE, _PATCH = map(FIELDS.index, ("post_state", "patch"))


_now: Final = partial(datetime.now, UTC)


class AuditLog:
    """The log of one database, for appending. Any number of them may exist at once. `clock` gives the time."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock
        self._digest: Digest | None = None
        self._context: tuple[Origin | None, str] = (None, "{}")

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
            if error:
                error = scrub(error, secrets_at(before, sensitive) | secrets_at(after, sensitive))
            digest = self._digester()
            before, after = redact(before, sensitive, digest), redact(after, sensitive, digest)
        head = self._head()
        groups = tuple(sorted(set(change)))
        patch = make_patch(before, after)
        origin = operation.origin
        row: list[Any] = [
            next_id(head.id),
            head.sequence + 1,
            max(_timestamp(self._clock()), head.timestamp),
            event_type,
            target_type,
            target_id,
            target_name,
            operation.address,
            _list_text(groups),
            origin.user,
            origin.tool,
            origin.workspace,
            origin.run_id,
            origin.plan_id,
            origin.message,
            operation.source,
            _list_text(tuple(operation.forced_by)),
            error,
            self._context_text(origin),
            canonical(after),
            # A creation's patch would only repeat the object.
            None if before is None and after is not None else canonical(patch),
            head.hash,
        ]
        row.append(row_hash(row))
        self._database.execute(INSERT, row)
        self._set_head(Head(row[_SEQUENCE], row[_HASH], row[_ID], row[_TIMESTAMP]))
        # What was just written is not read back: that would cost as much as making the row.
        for position, value in (
            (_CHANGE, groups),
            (_FORCED_BY, tuple(operation.forced_by)),
            (_CONTEXT, origin.context),
            (_POST_STATE, after),
            (_PATCH, patch),
        ):
            row[position] = value
        return Event(*row)

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

    def _context_text(self, origin: Origin) -> str:
        if self._context[0] is not origin:
            self._context = (origin, canonical(dict(origin.context)))
        return self._context[1]


@lru_cache(maxsize=1024)
def _list_text(names: tuple[str, ...]) -> str:
    """The canonical JSON of a list of names: the same few come again and again."""
    return canonical(list(names))


def _timestamp(moment: datetime) -> str:
    # Half the time of strftime.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
