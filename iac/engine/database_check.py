"""Whether a database is in order: the file, its references, the audit log, the states, and all of them together.

Owns which checks there are and what each found. What is merely worth knowing (a lock whose holder is gone, an object
that was deleted outside) is a note and no problem. Reads only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from iac.address import MANAGED
from iac.audit.verify import verify
from iac.database import Database, SchemaDamaged
from iac.database.upkeep import integrity_problems, reference_problems
from iac.diagnostics import DiagnosticsError
from iac.engine.log_check import LogProblem, check_log
from iac.engine.objects import decode
from iac.engine.prepare import Catalog
from iac.plan.records import RUNNING, runs
from iac.platform.schemas import KINDS
from iac.state.lock import holder_is_gone, read_lock
from iac.state.model import InstanceObject
from iac.state.store import StateReader, workspaces
from iac.storage import schema_problems

_Problems = Iterator[str | LogProblem]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: problems, and notes on what is not wrong."""

    name: str
    problems: tuple[str | LogProblem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether there is no problem."""
        return not self.problems


class _Notes(list[str]):
    """What is worth knowing."""


def check_database(database: Database, catalog: Catalog) -> list[Finding]:
    """Runs every check, also after one has failed."""
    return [_run(name, check, database, catalog) for name, check in _CHECKS.items()]


def _run(
    name: str, check: Callable[[Database, Catalog, _Notes], _Problems], database: Database, catalog: Catalog
) -> Finding:
    problems: list[str | LogProblem] = []
    notes = _Notes()
    try:
        problems.extend(check(database, catalog, notes))
    except SchemaDamaged:
        problems.append("the check could not be done: the tables are not as they should be, see schema")
    except DiagnosticsError as problem:
        problems.extend(f"{d.summary}: {d.detail}" for d in problem.diagnostics)
    except Exception as problem:  # in a database that is damaged anything may be, or be missing
        problems.append(f"the check could not be done ({type(problem).__name__})")
    return Finding(name, tuple(problems), tuple(notes))


def _file(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    yield from integrity_problems(database)


def _schema(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    yield from schema_problems(database)


def _references(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    yield from reference_problems(database)


def _audit_log(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    found = verify(database)
    if found.problem is not None:
        yield found.problem
    elif found.is_empty:
        notes.append("there are no events")
    else:
        notes.append(f"{found.checked} events, none altered, removed, inserted or reordered")


def _objects(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    found = check_log(database, catalog)
    yield from found.problems
    notes.append(f"{found.agreeing} of {found.total} objects agree with the log")


def _states(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    """Every object of every state can be read, and those of the platform are there."""
    present = {kind: {id for (id,) in database.query(f"SELECT id FROM {kind}")} for kind in KINDS}
    bound: dict[tuple[str, str], str] = {}
    for workspace in workspaces(database):
        state = StateReader(database, workspace).load()
        for stored in (*state.instances.values(), *state.deposed.values()):
            where = f"{stored.address} in workspace {workspace}"
            try:
                found = _identity(stored, catalog)
            except (ValueError, KeyError, TypeError) as problem:
                yield f"{where} does not fit its schema ({type(problem).__name__})"
                continue
            if found is None:
                continue
            if found[1] not in present[found[0]]:
                notes.append(f"{where} is not on the platform any more: the next plan finds that out")
            if found in bound:
                notes.append(f"{where} is the same object as {bound[found]}")
            bound[found] = where


def _identity(stored: InstanceObject, catalog: Catalog) -> tuple[str, str] | None:
    """Kind and id of an object of the platform; None for others. Raises ValueError or KeyError."""
    resource = stored.address.resource
    schema = catalog.schema(stored.provider)
    types = schema.resources if resource.mode == MANAGED else schema.data_sources
    value = decode(stored, types[resource.type])
    if resource.mode != MANAGED:
        return None
    kind, id, _ = catalog.create(stored.provider).target(resource.type, value)
    return (kind, id) if kind in KINDS else None


def _runs(database: Database, catalog: Catalog, notes: _Notes) -> _Problems:
    """Locks and runs whose process is gone: nothing is lost, but somebody may want to know."""
    for workspace in workspaces(database):
        held = read_lock(database, workspace)
        if held is not None:
            gone = "; its process is gone, and the next run takes it over" if holder_is_gone(held) else ""
            notes.append(f"workspace {workspace} is locked by {held.who} since {held.created}, id {held.id}{gone}")
        if held is None or holder_is_gone(held):
            for run in runs(database, workspace, status=RUNNING):
                notes.append(f"run {run.id} of {run.started} was killed: what it had done is kept")
    yield from ()


_CHECKS: Final = {
    "file": _file,
    "schema": _schema,
    "references": _references,
    "audit log": _audit_log,
    "objects and log": _objects,
    "states": _states,
    "runs and locks": _runs,
}
