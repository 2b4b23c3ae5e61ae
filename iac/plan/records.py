"""Plans and runs in the database: what was planned, by whom and where, and what became of it.

A recorded plan is kept without its secrets (see `redaction`), so that it can be shown later to anybody who may read
the audit log. Its digest says whether two plans do the same, whenever and by whom they were made. Owns storing and
finding; showing is left to the views.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Any, Final

from iac.audit.record import Origin
from iac.audit.sensitive import Digest
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.plan.encoding import SchemaOf, decode_plan, encode_plan
from iac.plan.model import Plan
from iac.plan.redaction import redact_plan
from iac.values.codec import canonical, loads, to_json
from iac.values.types import DYNAMIC
from iac.values.value import null

PLANNED, APPLIED, PARTLY_APPLIED, FAILED = "planned", "applied", "partly applied", "failed"
DISCARDED, STALE, RUNNING, INTERRUPTED = "discarded", "stale", "running", "interrupted"

_COUNTED: Final = {"imported": "IMPORT", "added": "CREATE", "changed": "UPDATE", "destroyed": "DELETE"}
"""What a run counts, and the events that tell it where nobody counted."""

_VOLATILE: Final = ("id", "timestamp", "serial", "lineage", "workspace", "order")
"""What differs between two plans that do the same."""


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """A plan that was made: by whom, where, what it amounts to, and its status.

    `digest` is the SHA-256 of what it does; `variables` are those of the root module, sensitive ones as digests;
    `context` is where it was made (git, CI, host). `status` is planned, applied, partly applied, failed, discarded
    or stale.
    """

    id: str
    created: str
    workspace: str
    mode: str
    user: str
    tool: str
    context: Mapping[str, Any]
    status: str
    digest: str
    lineage: str
    serial: int
    imported: int
    added: int
    changed: int
    destroyed: int
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """An apply: of which plan, by whom, from when to when, and what was done.

    `digest` is that of the plan as it was applied: it equals the recorded plan's when what was applied is what was
    planned. `status` is running, applied, partly applied, failed or interrupted; a run whose process was killed stays
    running. `durations` has (address, part, milliseconds) of every operation.
    """

    id: str
    plan_id: str
    workspace: str
    user: str
    tool: str
    message: str | None
    context: Mapping[str, Any]
    started: str
    finished: str | None
    status: str
    digest: str
    imported: int
    added: int
    changed: int
    destroyed: int
    error: str | None
    durations: Sequence[tuple[str, str, int]] = ()


_PLAN_FIELDS: Final = tuple(f.name for f in fields(PlanRecord))
_RUN_FIELDS: Final = tuple(f.name for f in fields(RunRecord))
_PLAN_COLUMNS: Final = ", ".join(f'"{name}"' for name in _PLAN_FIELDS)
_RUN_COLUMNS: Final = ", ".join(f'"{name}"' for name in _RUN_FIELDS)
_JSON: Final = frozenset({"context", "variables"})


@dataclass(frozen=True, slots=True)
class _Document:
    """A plan without its secrets, as it is stored, and its digest."""

    content: bytes
    digest: str
    variables: Mapping[str, Any]


def _document(plan: Plan, digest: Digest) -> _Document:
    redacted = redact_plan(plan, digest)
    # What the configuration says is only needed to apply a plan.
    changes = [replace(c, config=null(DYNAMIC)) for c in redacted.changes]
    encoded = encode_plan(replace(redacted, changes=changes))
    parts = {name: canonical(value) for name, value in sorted(encoded.items())}
    members = ",".join(f'"{name}":{text}' for name, text in parts.items())
    lasting = "\n".join(text for name, text in parts.items() if name not in _VOLATILE)
    variables = {n: to_json(v, lambda _: None) for n, v in redacted.variables.items()}
    return _Document(
        zlib.compress(f"{{{members}}}".encode(), 3), hashlib.sha256(lasting.encode()).hexdigest(), variables
    )


class PlanRecorder:
    """Records the plans and runs of one database. Every call is a transaction of its own."""

    def __init__(self, database: Database, digest: Digest) -> None:
        self._database = database
        self._digest = digest
        self._known: tuple[Plan, _Document] | None = None

    def record_plan(self, plan: Plan, origin: Origin) -> PlanRecord:
        """Stores a plan as planned, unless it is there already."""
        document = self._documents(plan)
        imported, added, changed, destroyed = plan.counts
        record = PlanRecord(
            id=plan.id,
            created=_now(),
            workspace=plan.workspace,
            mode=plan.mode.value,
            user=origin.user,
            tool=origin.tool,
            context=origin.context,
            status=PLANNED,
            digest=document.digest,
            lineage=plan.lineage,
            serial=plan.serial,
            imported=imported,
            added=added,
            changed=changed,
            destroyed=destroyed,
            variables=document.variables,
        )
        marks = ", ".join("?" * (len(_PLAN_FIELDS) + 1))
        with self._database.transaction():
            self._database.execute(
                f"INSERT INTO plan ({_PLAN_COLUMNS}, document) VALUES ({marks}) ON CONFLICT (id) DO NOTHING",
                [*_row(record, _PLAN_FIELDS), document.content],
            )
        return record

    def _documents(self, plan: Plan) -> _Document:
        """The document of a plan, made once: whoever plans and applies needs it twice."""
        if self._known is None or self._known[0] is not plan:
            self._known = (plan, _document(plan, self._digest))
        return self._known[1]

    def set_status(self, plan_id: str, status: str) -> None:
        """Says what became of a plan."""
        with self._database.transaction():
            self._database.execute("UPDATE plan SET status = ? WHERE id = ?", (status, plan_id))

    def begin_run(self, plan: Plan, origin: Origin) -> RunRecord:
        """Stores that an apply begins, and its plan where that is not recorded yet."""
        if self._database.query_one("SELECT 1 FROM plan WHERE id = ?", (plan.id,)) is None:
            self.record_plan(plan, origin)
        assert origin.run_id is not None
        record = RunRecord(
            id=origin.run_id,
            plan_id=plan.id,
            workspace=plan.workspace,
            user=origin.user,
            tool=origin.tool,
            message=origin.message,
            context=origin.context,
            started=_now(),
            finished=None,
            status=RUNNING,
            digest=self._documents(plan).digest,
            imported=0,
            added=0,
            changed=0,
            destroyed=0,
            error=None,
        )
        with self._database.transaction():
            self._database.execute(
                f"INSERT INTO run ({_RUN_COLUMNS}) VALUES ({', '.join('?' * len(_RUN_FIELDS))})",
                _row(record, _RUN_FIELDS),
            )
        return record

    def end_run(self, record: RunRecord) -> None:
        """Stores how an apply ended just now, and what that makes of its plan."""
        self._end(replace(record, finished=_now()))

    def end_lost_runs(self, workspace: str) -> None:
        """Ends the runs of a workspace whose process died, as the caller knows who holds its lock. What they did is
        counted from their events; when they ended nobody knows."""
        for run in runs(self._database, workspace, status=RUNNING):
            done = dict(
                self._database.query(
                    "SELECT event_type, count(*) FROM event WHERE run_id = ? GROUP BY event_type", (run.id,)
                )
            )
            counts = {name: done.get(kind, 0) for name, kind in _COUNTED.items()}
            self._end(replace(run, status=INTERRUPTED, error="Its process was killed.", **counts))

    def _end(self, record: RunRecord) -> None:
        ended = {name: getattr(record, name) for name in ("status", "finished", "error", *_COUNTED)}
        ended["durations"] = _packed(record.durations)
        with self._database.transaction():
            self._database.execute(
                f"UPDATE run SET {', '.join(f'{n} = ?' for n in ended)} WHERE id = ?", [*ended.values(), record.id]
            )
            status = PARTLY_APPLIED if record.status == INTERRUPTED else record.status
            self._database.execute("UPDATE plan SET status = ? WHERE id = ?", (status, record.plan_id))


# --- finding -----------------------------------------------------------------------------------------------


def plans(
    database: Database, workspace: str | None = None, *, status: str | None = None, limit: int | None = None
) -> list[PlanRecord]:
    """The recorded plans, newest first."""
    rows = _select(database, "plan", _PLAN_COLUMNS, "created", {"workspace": workspace, "status": status}, limit)
    return [_plan(row) for row in rows]


def runs(
    database: Database,
    workspace: str | None = None,
    *,
    plan_id: str | None = None,
    status: str | None = None,
    limit: int | None = None,
) -> list[RunRecord]:
    """The runs, newest first."""
    equal = {"workspace": workspace, "plan_id": plan_id, "status": status}
    rows = _select(database, "run", _RUN_COLUMNS, "started", equal, limit)
    return [_run(row) for row in rows]


def find_plan(database: Database, reference: str) -> PlanRecord:
    """The plan of an id, or of the beginning of one. Raises `DiagnosticsError`."""
    return _plan(_find(database, "plan", _PLAN_COLUMNS, reference))


def find_run(database: Database, reference: str) -> RunRecord:
    """The run of an id, or of the beginning of one. Raises `DiagnosticsError`."""
    return _run(_find(database, "run", _RUN_COLUMNS, reference))


def load_plan(database: Database, plan_id: str, schema_of: SchemaOf) -> Plan:
    """A recorded plan as it was, without its secrets. Raises `DiagnosticsError` when it cannot be read any more."""
    row = database.query_one("SELECT document FROM plan WHERE id = ?", (plan_id,))
    try:
        assert row is not None, "the plan was found"
        return decode_plan(loads(zlib.decompress(bytes(row[0]))), schema_of)
    except (ValueError, KeyError, TypeError, zlib.error, json.JSONDecodeError) as problem:
        raise DiagnosticsError(
            error(
                "Recorded plan cannot be read",
                f"The plan {plan_id} was recorded by a version of iac or of a provider that is too different "
                f"({type(problem).__name__}).",
            )
        ) from None


def _select(
    database: Database, table: str, columns: str, order: str, equal: Mapping[str, str | None], limit: int | None
) -> list[tuple[Any, ...]]:
    wanted = {column: value for column, value in equal.items() if value is not None}
    where = f" WHERE {' AND '.join(f'{c} = ?' for c in wanted)}" if wanted else ""
    page = f" LIMIT {int(limit)}" if limit is not None else ""
    return database.query(
        f"SELECT {columns} FROM {table}{where} ORDER BY {order} DESC, id DESC{page}", [*wanted.values()]
    )


def _find(database: Database, table: str, columns: str, reference: str) -> tuple[Any, ...]:
    text = reference.strip().lower()
    rows = database.query(
        f"SELECT {columns} FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 2", (text, f"{text}\uffff")
    )
    if not rows or not text:
        raise DiagnosticsError(
            error(f"{table.capitalize()} not found", f'There is no recorded {table} with the id "{reference}".')
        )
    if len(rows) > 1:
        raise DiagnosticsError(
            error(
                f"Ambiguous {table} id",
                f'The ids of several begin with "{reference}": {rows[0][0]} and {rows[1][0]} among them.',
            )
        )
    return rows[0]


def _row(record: PlanRecord | RunRecord, names: Sequence[str]) -> list[Any]:
    values = []
    for name in names:
        value = getattr(record, name)
        if name in _JSON:
            value = canonical(dict(value))
        elif name == "durations":
            value = _packed(value)
        values.append(value)
    return values


def _packed(durations: Sequence[tuple[str, str, int]]) -> bytes:
    return zlib.compress(canonical([list(d) for d in durations]).encode(), 3)


def _plan(row: Sequence[Any]) -> PlanRecord:
    found = dict(zip(_PLAN_FIELDS, row, strict=True))
    return PlanRecord(**{**found, **{n: loads(found[n]) for n in _JSON & found.keys()}})


def _run(row: Sequence[Any]) -> RunRecord:
    found = dict(zip(_RUN_FIELDS, row, strict=True))
    found["context"] = loads(found["context"])
    found["durations"] = [(a, p, ms) for a, p, ms in loads(zlib.decompress(bytes(found["durations"])))]
    return RunRecord(**found)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
