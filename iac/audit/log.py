"""Appending to the audit log.

Owns `record`: secrets out, patch, id, time, hash, row. Leaves asking to `query`, proving to `verify`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from iac.audit.chain import INSERT, Head, event_from_row, read_head, row_hash, write_head
from iac.audit.ids import next_id
from iac.audit.patch import make_patch
from iac.audit.record import Event, Operation, Origin
from iac.audit.sensitive import Digest, JsonPath, digester, redact, scrub, secrets_at
from iac.database import Database
from iac.values.codec import canonical

_HEAD: Final = "audit.head"


class AuditLog:
    """The log of one database, for appending. Any number of them may exist at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
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
        the groups of what was modified (see `groups.changed_groups`). The timestamp is never earlier than
        that of the event before it.
        """
        if not self._database.in_transaction:
            raise RuntimeError("an event is recorded in the transaction of the change that it tells of")
        if sensitive:
            if error:
                error = scrub(error, secrets_at(before, sensitive) | secrets_at(after, sensitive))
            digest = self._digester()
            before, after = redact(before, sensitive, digest), redact(after, sensitive, digest)
        head = self._head()
        origin = operation.origin
        row: list[Any] = [
            next_id(head.id),
            head.sequence + 1,
            max(_now(), head.timestamp),
            event_type,
            target_type,
            target_id,
            target_name,
            operation.address,
            canonical(sorted(set(change))),
            origin.user,
            origin.tool,
            origin.workspace,
            origin.run_id,
            origin.plan_id,
            origin.message,
            operation.source,
            canonical(list(operation.forced_by)),
            error,
            self._context_text(origin),
            canonical(after),
            # A creation's patch would only repeat the object.
            None if before is None and after is not None else canonical(make_patch(before, after)),
            head.hash,
        ]
        row.append(row_hash(row))
        self._database.execute(INSERT, row)
        self._set_head(Head(head.sequence + 1, row[-1], row[0], row[2]))
        return event_from_row(row)

    def _digester(self) -> Digest:
        if self._digest is None:
            row = self._database.query_one("SELECT key FROM audit_key")
            assert row is not None, "the key is made when the tables are created"
            self._digest = digester(bytes.fromhex(row[0]))
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


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
