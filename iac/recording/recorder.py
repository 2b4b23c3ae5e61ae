"""Recording a plan of another program, and what its apply did, into the database: `iac record`.

All of it is one transaction. Plan and run get ids out of their contents, so that the same run cannot be recorded twice;
the ids are keyed, because there may be secrets in the contents.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from iac.audit.chain import digest_key
from iac.audit.external import RECORDED
from iac.audit.groups import DEFAULT, changed_groups
from iac.audit.log import AuditLog
from iac.audit.record import UPDATE, Operation, Origin
from iac.audit.sensitive import digester, scrub
from iac.database import Database
from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.plan.model import Plan
from iac.plan.records import APPLIED, FAILED, INTERRUPTED, PARTLY_APPLIED, PlanRecorder, RunRecord
from iac.providers.iac.provider import iac_schema
from iac.recording.apply_log import ApplyLog
from iac.recording.conversion import to_plan
from iac.recording.happenings import MOVE, Happening, Outcome, secrets_of, what_happened
from iac.recording.plan_json import JsonPlan
from iac.schema import ResourceSchema
from iac.values.codec import canonical
from iac.values.paths import Key, format_path


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded. `is_new` says whether the plan was not there before; `run` is None without an apply."""

    plan: Plan
    is_new: bool
    run: RunRecord | None
    events: int
    warnings: Sequence[Diagnostic]


def record(database: Database, plan: JsonPlan, log: ApplyLog | None, content: bytes, origin: Origin) -> Recorded:
    """Records a plan, and with a `log` (whose bytes are `content`) the run that applied it.

    Raises `DiagnosticsError`, and records nothing, when the run is recorded already or is not of this plan.
    """
    key = digest_key(database)
    plan_id = _identity(key, canonical(plan.document).encode(), origin.workspace)
    program = log.program if log is not None else ""
    about = {RECORDED: True, "terraform_version": plan.terraform_version, **({"program": program} if program else {})}
    origin = replace(origin, plan_id=plan_id, context={**origin.context, **about})
    converted = to_plan(plan, plan_id, origin.workspace)
    recorder = PlanRecorder(database, digester(key))
    outcome = Outcome() if log is None else what_happened(plan, log)
    with database.transaction():
        is_new = database.query_one("SELECT 1 FROM plan WHERE id = ?", (plan_id,)) is None
        if is_new:
            recorder.record_plan(converted, origin)
        if log is None:
            return Recorded(converted, is_new, None, 0, ())
        origin = replace(origin, run_id=_identity(key, content, origin.workspace))
        _refuse_twice(database, origin)
        begun = recorder.begin_run(converted, origin)
        _write_events(database, plan, outcome.happenings, origin)
        ended = _ended(begun, plan, log, outcome)
        recorder.end_run(ended)
        # Not when it was recorded: when it was.
        times = (log.started or begun.started, log.ended or begun.started, begun.id)
        database.execute("UPDATE run SET started = ?, finished = ? WHERE id = ?", times)
    return Recorded(converted, is_new, ended, len(outcome.happenings), outcome.warnings)


def _identity(key: bytes, content: bytes, scope: str) -> str:
    """An id out of a content, as a UUID of version 8 (RFC 9562)."""
    found = hmac.new(key, scope.encode() + b"\0" + content, sha256).hexdigest()
    return f"{found[:8]}-{found[8:12]}-8{found[13:16]}-{'89ab'[int(found[16], 16) % 4]}{found[17:20]}-{found[20:32]}"


def _refuse_twice(database: Database, origin: Origin) -> None:
    """Raises `DiagnosticsError` when the run is recorded, or another of its plan that did something: no plan is applied
    twice. A log that breaks off before anything was done is no hindrance for the whole one."""
    rows = database.query("SELECT id, status FROM run WHERE id = ? OR plan_id = ?", (origin.run_id, origin.plan_id))
    for id, status in rows:
        has_begun = database.query_one("SELECT 1 FROM event WHERE run_id = ? LIMIT 1", (id,)) is not None
        if id == origin.run_id or (status != FAILED and (has_begun or status != INTERRUPTED)):
            what = "This run" if id == origin.run_id else "A run of this plan"
            raise DiagnosticsError(
                error(
                    "Run already recorded",
                    f"{what} is in the audit log already, as {id}. To see it: iac events --run {id[:8]}",
                )
            )


def _ended(run: RunRecord, plan: JsonPlan, log: ApplyLog, outcome: Outcome) -> RunRecord:
    failed = bool(log.errors) or any(h.error is not None for h in outcome.happenings)
    any_done = any(h.error is None for h in outcome.happenings)
    status = APPLIED if log.finished else INTERRUPTED
    if failed:
        status = PARTLY_APPLIED if any_done else FAILED
    counted = (outcome.imported, outcome.added, outcome.changed, outcome.destroyed)
    imported, added, changed, destroyed = log.counts or counted
    return replace(
        run,
        status=status,
        imported=imported,
        added=added,
        changed=changed,
        destroyed=destroyed,
        error=scrub(log.errors[0].text, secrets_of(plan)) if log.errors else None,
        durations=outcome.durations,
    )


# --- events -------------------------------------------------------------------------------------------------


def _write_events(database: Database, plan: JsonPlan, happenings: Sequence[Happening], origin: Origin) -> None:
    log = AuditLog(database)
    for happening in happenings:
        change = happening.change
        more: dict[str, object] = {"happened": happening.happened} if happening.happened else {}
        if happening.event_type == MOVE:
            more["moved_from"] = str(change.previous_address)
        if change.deposed is not None:
            more["deposed"] = change.deposed
        told = replace(origin, context={**origin.context, **more})
        problem = happening.error
        log.record(
            Operation(told, str(change.address), forced_by=_forced_by(happening)),
            event_type=happening.event_type,
            target_type=change.address.resource.type,
            target_id=happening.target_id,
            target_name=happening.target_name,
            before=happening.before,
            after=happening.after,
            sensitive=happening.sensitive,
            change=_groups(happening),
            error=None if problem is None else scrub(problem, secrets_of(plan)),
        )


def _forced_by(happening: Happening) -> list[str]:
    if not happening.change.action.is_replace:
        return []
    paths = (tuple(Key(s) if isinstance(s, int) else s for s in p) for p in happening.change.replace_paths)
    return [format_path(path).lstrip(".") for path in paths]


def _groups(happening: Happening) -> Sequence[str]:
    """What was modified, at a high level; of a type of other providers nothing more is known."""
    if happening.before == happening.after:
        # What is new of an update may not have been known.
        return (DEFAULT,) if happening.event_type == UPDATE else ()
    schema = _schema(happening.change.address.resource.type)
    if schema is None:
        return (DEFAULT,)
    return changed_groups(schema.block, happening.before, happening.after)


@cache
def _schema(type: str) -> ResourceSchema | None:
    return iac_schema().resources.get(type)
