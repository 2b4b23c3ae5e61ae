"""One operation of Terraform's apply: object and event in one transaction, and an event when it fails.

The platform writes the event of what succeeds. Terraform does not tell a provider the address of the object, which
values the configuration calls sensitive, or that an object is imported, moved or forgotten: events have none of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile

from iac.audit.log import AuditLog
from iac.audit.record import Operation
from iac.audit.sensitive import sensitive_paths
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.platform.rows import Paths, from_row, statements
from iac.platform.schemas import KINDS
from iac.plugin.problems import unexpected
from iac.plugin.session import Session
from iac.providers.protocol import ApplyRequest
from iac.values.codec import to_json
from iac.values.paths import Path, path_from_json
from iac.values.value import Value


def apply_object(
    session: Session, type: str, prior: Value, planned: Value, config: Value, forced_by: Sequence[str]
) -> Value:
    """Creates (`prior` null), deletes (`planned` null) or updates an object; returns it as it is then.

    Raises `DiagnosticsError`, with everything undone and the failure in the log.
    """
    if session.stopping:
        raise DiagnosticsError(error("Interrupted", "Terraform was told to stop before this operation began."))
    database, provider = session.writable, session.provider
    request = ApplyRequest(type, prior, planned, config, (), Operation(session.origin(), forced_by=forced_by))
    try:
        with database.transaction():
            kind = provider.target(type, prior)[0]
            return provider.apply(replace(request, sensitive=_remembered(database, kind, prior)))
    except DiagnosticsError as problem:
        _record_failure(session, type, request, problem)
        raise
    except Exception as problem:
        failure = DiagnosticsError(unexpected(problem))
        _record_failure(session, type, request, failure)
        raise failure from problem


def _remembered(database: Database, kind: str, prior: Value) -> list[Path]:
    """What `iac` was told to be sensitive in an object. It stays so, lists as a whole: where in them a secret is now,
    Terraform does not say."""
    steady = [takewhile(lambda step: isinstance(step, str), path) for path in _remembered_json(database, kind, prior)]
    return [path_from_json(path, prior.type) for path in steady]


def _remembered_json(database: Database, kind: str, prior: Value) -> Paths:
    if prior.is_null:
        return []
    row = database.query_one(statements(kind).by_id, (prior.raw["id"].raw,))
    return [] if row is None else from_row(KINDS[kind], row)[1]


def _record_failure(session: Session, type: str, request: ApplyRequest, problem: DiagnosticsError) -> None:
    """Logs that an operation failed, with its error; where not even that can be written, the error alone is told."""
    prior, planned = request.prior, request.planned
    verb = "CREATE" if prior.is_null else "DELETE" if planned.is_null else "UPDATE"
    known = planned if prior.is_null else prior
    kind, id, name = session.provider.target(type, known)
    data = to_json(known, lambda _: None)
    state = None if prior.is_null else data
    first = problem.diagnostics[0]
    database = session.writable
    with suppress(DiagnosticsError), database.transaction():
        remembered = map(tuple, _remembered_json(database, kind, prior))
        AuditLog(database).record(
            request.operation,
            event_type=f"{verb}_FAILED",
            target_type=kind,
            target_id=id,
            target_name=name or id,
            before=state,
            after=state,
            sensitive=[*remembered, *sensitive_paths(KINDS[kind].block, data)],
            error=f"{first.summary}: {first.detail}" if first.detail else first.summary,
        )
