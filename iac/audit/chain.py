"""The hash chain and how an event is stored: column order, canonical form, hash, both ends, row to record.

Each event's hash is the SHA-256 of the canonical JSON (RFC 8785) of all its other fields, `previous_hash`
among them, so anyone who has the exported events can recompute it. Owns what `log`, `query`, `verify`, `export`
and `prune` share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple

from iac.audit.record import Event
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.values.codec import loads

GENESIS: Final = "0" * 64
"""The `previous_hash` of the first event."""

FIELDS: Final = (
    "id",
    "sequence",
    "timestamp",
    "event_type",
    "target_type",
    "target_id",
    "target_name",
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
    "previous_hash",
    "hash",
)
"""The fields of an event in the order of the record, which is that of every stored row read or written."""

COLUMNS: Final = ", ".join(f'"{name}"' for name in FIELDS)
INSERT: Final = f"INSERT INTO event ({COLUMNS}) VALUES ({', '.join('?' * len(FIELDS))})"

_JSON_FIELDS: Final = frozenset({"sequence", "change", "forced_by", "context", "post_state", "patch"})


def _members(names: Iterable[str]) -> tuple[tuple[int, str, bool], ...]:
    """Canonical JSON has its members sorted: the position of each field, and what is written before it."""
    return tuple(
        (FIELDS.index(name), f'{"," if number else ""}"{name}":', name in _JSON_FIELDS)
        for number, name in enumerate(sorted(names))
    )


_HASHED: Final = _members(set(FIELDS) - {"hash"})
_WHOLE: Final = _members(FIELDS)
_PATCH: Final = FIELDS.index("patch")
_POST_STATE: Final = FIELDS.index("post_state")
_SEQUENCE: Final = FIELDS.index("sequence")

Row = Sequence[Any]
"""An event as stored: JSON fields as canonical JSON text, in the order of `FIELDS`."""


def creation_patch(post_state: str) -> str:
    """The patch, as canonical JSON, of an object that did not exist before."""
    return f'[{{"old":null,"op":"add","path":"","value":{post_state}}}]'


def canonical_text(row: Row) -> str:
    """The canonical JSON of a row without its hash; the `hash` field need not be there."""
    return _text(row, _HASHED)


def event_text(row: Row) -> str:
    """The canonical JSON of a whole event, hash included: a line of an export."""
    return _text(row, _WHOLE)


def _text(row: Row, members: Iterable[tuple[int, str, bool]]) -> str:
    parts = ["{"]
    for index, label, is_json in members:
        value = row[index]
        parts.append(label)
        if value is None:
            parts.append(creation_patch(row[_POST_STATE]) if index == _PATCH else "null")
        elif is_json or value.__class__ is not str:  # what is neither was never recorded so, and has another hash
            parts.append(str(value))
        else:
            parts.append(encode_basestring(value))
    parts.append("}")
    return "".join(parts)


def row_hash(row: Row) -> str:
    """The hash that a row must have."""
    return hashlib.sha256(canonical_text(row).encode()).hexdigest()


def event_from_row(row: Row) -> Event:
    """The record of a stored row. Raises `DiagnosticsError` when it is none: somebody altered it."""
    fields = dict(zip(FIELDS, row, strict=True))
    whole = all(value.__class__ in _STORED for value in row)
    try:
        if fields["patch"] is None:
            fields["patch"] = creation_patch(fields["post_state"])
        for name in ("change", "forced_by"):
            fields[name] = tuple(loads(fields[name]))
        for name in ("context", "post_state", "patch"):
            fields[name] = loads(fields[name])
        datetime.fromisoformat(fields["timestamp"])
        whole = whole and type(fields["context"]) is dict and all("path" in o for o in fields["patch"])
    except (ValueError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise not_intact(fields["sequence"])
    return Event(**fields)


_STORED: Final = (str, int, type(None))
"""What SQLite gives for a column of an event."""


def not_intact(sequence: Any) -> DiagnosticsError:
    """The mistake of an event that contradicts itself: it is not what was recorded."""
    return DiagnosticsError(
        error(
            "The log is not intact",
            f"Event {sequence} is not as it was recorded, and cannot be read. See iac events verify.",
        )
    )


_PAGE_ROWS: Final = 1000
_PAGE_BYTES: Final = 1 << 20


def pages(
    database: Database, condition: str = "", params: Sequence[Any] = (), *, after: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """The stored rows in the order of the chain, page by page, from after a sequence number.

    `condition` is SQL that each row must meet. A page has fewer rows where objects are large, so that memory stays
    flat.
    """
    size = 64
    while True:
        beyond = [] if after is None else ["sequence > ?"]
        where = " AND ".join([*beyond, *([f"({condition})"] if condition else [])])
        rows = database.query(
            f"SELECT {COLUMNS} FROM event{f' WHERE {where}' if where else ''} ORDER BY sequence LIMIT {size}",
            [*([] if after is None else [after]), *params],
        )
        if rows:
            yield rows
        if len(rows) < size:
            return
        after = rows[-1][_SEQUENCE]
        read = sum(len(row[_POST_STATE]) + len(row[_PATCH] or "") for row in rows)
        size = max(1, min(_PAGE_ROWS, size * 2, size * _PAGE_BYTES // max(read, 1)))


class Head(NamedTuple):
    """The newest event, as the next one must know it."""

    sequence: int
    hash: str
    id: str
    timestamp: str


def begin_chain(database: Database) -> None:
    """Makes the log ready for its first event. Called once, when the tables are created."""
    database.execute(
        "INSERT INTO audit_chain (sequence, hash, event_id, timestamp, pruned_sequence, pruned_hash)"
        " VALUES (0, ?, '', '', 0, ?)",
        (GENESIS, GENESIS),
    )
    database.execute("INSERT INTO audit_key (key) VALUES (?)", (secrets.token_hex(32),))


def read_head(database: Database) -> Head:
    """The newest event, or sequence 0 when there is none."""
    return Head(*_only_row(database, "SELECT sequence, hash, event_id, timestamp FROM audit_chain"))


def write_head(database: Database, head: Head) -> None:
    """Stores the newest event."""
    database.execute("UPDATE audit_chain SET sequence = ?, hash = ?, event_id = ?, timestamp = ?", head)


class Pruned(NamedTuple):
    """The last event that was pruned: the chain that is left continues it. Sequence 0 when none was."""

    sequence: int
    hash: str


def read_pruned(database: Database) -> Pruned:
    """Where the log begins now."""
    sequence, hash = _only_row(database, "SELECT pruned_sequence, pruned_hash FROM audit_chain")
    return Pruned(int(sequence), str(hash))


def write_pruned(database: Database, pruned: Pruned) -> None:
    """Stores where the log begins, which allows the events up to there to be deleted."""
    database.execute("UPDATE audit_chain SET pruned_sequence = ?, pruned_hash = ?", pruned)


def digest_key(database: Database) -> bytes:
    """The key of the digests that stand for sensitive values. It is for `log`, for naming the
    database, and for holding what there is against the log."""
    try:
        return bytes.fromhex(_only_row(database, "SELECT key FROM audit_key")[0])
    except (ValueError, TypeError):
        raise DiagnosticsError(error("The log is not intact", "Its key was altered.")) from None


def _only_row(database: Database, sql: str) -> Row:
    """The row that is there since the tables were created."""
    row = database.query_one(sql)
    if row is None:
        raise DiagnosticsError(
            error("The log is not intact", "The row that says where the log ends, or that has its key, was removed.")
        )
    return row


def database_id(database: Database) -> str:
    """What tells this database from any other, wherever it is moved: 32 hex digits.

    Made from the key of the digests, which every database has and which it does not give away.
    """
    return hmac.new(digest_key(database), b"iac database id", hashlib.sha256).hexdigest()[:32]
