"""Applying plans, and the records of plans and runs.

Owns how the layers below are put together for a run, and when a plan is stale; leaves asking the user to the caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cached_property

from iac.address import ResourceInstance
from iac.audit.chain import digest_key
from iac.audit.log import AuditLog
from iac.audit.record import Origin
from iac.audit.sensitive import digester
from iac.diagnostics import Diagnostics, DiagnosticsError, error, warning
from iac.engine.applier import Applier, ApplyResult, Observer
from iac.engine.operations import Operations
from iac.engine.providers import Providers
from iac.engine.revert_run import RevertOperations, RevertSettling, RevertWriter, is_revert, reason
from iac.engine.settling import Settling
from iac.engine.staleness import outdated, touched
from iac.plan.model import Plan
from iac.plan.records import APPLIED, FAILED, INTERRUPTED, PARTLY_APPLIED, STALE, PlanRecorder, RunRecord, runs
from iac.project.opened import Opened, present_time
from iac.project.planning import PlannedRun
from iac.state.model import State
from iac.state.store import StateWriter


class Applying(Opened):
    """What applies plans and keeps them."""

    @cached_property
    def recorder(self) -> PlanRecorder:
        """What keeps plans and runs in the database."""
        return PlanRecorder(self.database, digester(digest_key(self.database)))

    def record_plan(self, run: PlannedRun, message: str | None = None) -> None:
        """Keeps a plan, without its secrets. Applying one keeps it as well."""
        self.recorder.record_plan(run.plan, self.origin(message))

    def record_failed_plan(self, plan: Plan, message: str | None = None) -> None:
        """Keeps what there is of a plan that failed."""
        self.recorder.record_plan(plan, self.origin(message))
        self.recorder.set_status(plan.id, FAILED)

    def apply(
        self,
        run: PlannedRun,
        observer: Observer,
        *,
        message: str | None = None,
        stopping: Callable[[], bool] = lambda: False,
        strict_serial: bool = False,
    ) -> tuple[ApplyResult, Origin]:
        """Applies a plan; the caller holds the lock. Returns what was done and under which run.

        Raises `DiagnosticsError` when the plan is stale: when something that it changes, or is computed from, was
        changed since; with `strict_serial` when anything in the state was (Terraform's rule).
        """
        plan = run.plan
        state = self.state()
        try:
            known_to_differ = _refuse_stale(run, state, strict_serial)
        except DiagnosticsError:
            self._refuse_applied(plan)
            self.recorder.set_status(plan.id, STALE)
            raise
        origin = replace(self.origin(message), run_id=str(uuid.uuid4()), plan_id=plan.id)
        if is_revert(plan) and not origin.message:
            origin = replace(origin, message=reason(plan))
        log = AuditLog(self.database)
        evaluator = self.evaluator(run.prepared.config, during_plan=False, timestamp=present_time())
        problems = Diagnostics()
        parts = plan, run.prepared, Providers(run.prepared), evaluator, state, problems, known_to_differ
        if is_revert(plan):
            writer: StateWriter = RevertWriter(self.database, self.workspace, plan)
            settling: Settling = RevertSettling(*parts)
            operations: Operations = RevertOperations(settling, state, writer, log)
        else:
            writer, settling = StateWriter(self.database, self.workspace), Settling(*parts)
            operations = Operations(settling, state, writer, log)
        applier = Applier(plan, state, self.database, writer, log, origin, operations, observer, stopping)
        self.recorder.end_lost_runs(self.workspace)
        record = self.recorder.begin_run(plan, origin)
        try:
            result = applier.run()
        except BaseException as stop:
            self._end_abruptly(record, applier.result, stop)
            raise
        result.diagnostics.extend(problems)
        if plan.targets:
            result.diagnostics.add(_INCOMPLETE)
        self.recorder.end_run(_ended(record, result))
        return result, origin

    def _refuse_applied(self, plan: Plan) -> None:
        """Raises `DiagnosticsError` when it is the plan itself that has changed what it is about."""
        earlier = runs(self.database, plan_id=plan.id, limit=1)
        if not earlier:
            return
        run = earlier[0]
        raise DiagnosticsError(
            error(
                "Saved plan is stale",
                f"This plan was applied before, on {run.started[:10]} at {run.started[11:19]} UTC by {run.user} "
                f"({run.status}). What was done then: iac runs show {run.id}",
            )
        )

    def _end_abruptly(self, record: RunRecord, result: ApplyResult, stop: BaseException) -> None:
        """Keeps what was done until something ended the run: the user, an output that closed, a full disk."""
        result.interrupted = not isinstance(stop, DiagnosticsError)
        if isinstance(stop, DiagnosticsError):
            result.diagnostics.extend(stop.diagnostics)
        with suppress(DiagnosticsError):  # the database may be what failed
            self.recorder.end_run(_ended(record, result))


def _refuse_stale(run: PlannedRun, state: State, strict_serial: bool) -> frozenset[ResourceInstance]:
    """Raises `DiagnosticsError` when a plan no longer fits the state; returns the objects that have changed since,
    which then do not matter to it."""
    plan = run.plan
    if plan.lineage and plan.lineage != state.lineage:
        raise DiagnosticsError(
            error(
                "Saved plan does not match the given state",
                "The given plan file can not be applied because it was created from a different state lineage.",
            )
        )
    if plan.serial == state.serial:
        return frozenset()
    differing = outdated(plan, state)
    blocks = touched(plan, run.prepared.graph)
    concerned = sorted((a for a in differing if a.config in blocks), key=ResourceInstance.sort_key)
    if not concerned and not strict_serial:
        return differing
    listed = "".join(f"\n  - {address}" for address in concerned[:_MOST_STALE])
    more = f"\n  - and {len(concerned) - _MOST_STALE} more" if len(concerned) > _MOST_STALE else ""
    which = f"\n\nThese objects have changed since, which the plan is about:{listed}{more}" if concerned else ""
    raise DiagnosticsError(
        error(
            "Saved plan is stale",
            "The given plan file can no longer be applied because the state was changed by another operation after the "
            f"plan was created.{which}",
        )
    )


_MOST_STALE = 10

_INCOMPLETE = warning(
    "Applied changes may be incomplete",
    "The plan was created with the -target or the -exclude option in effect, so some changes requested in the "
    "configuration may have been ignored and the output values may not be fully updated. Run the following command to "
    "verify that no other changes are pending:\n    iac plan\n\nNote that these options are not suitable for routine "
    "use, and are provided only for exceptional situations such as recovering from errors or mistakes.",
)


def _ended(record: RunRecord, result: ApplyResult) -> RunRecord:
    """The record of a run with what came of it."""
    status = APPLIED
    if result.interrupted:
        status = INTERRUPTED
    elif not result.succeeded:
        status = PARTLY_APPLIED if result.operations else FAILED
    first = next(iter(result.diagnostics.errors), None)
    return replace(
        record,
        status=status,
        imported=result.imported,
        added=result.added,
        changed=result.changed,
        destroyed=result.destroyed,
        error=None if first is None else f"{first.summary}: {first.detail}" if first.detail else first.summary,
        durations=result.durations,
    )
