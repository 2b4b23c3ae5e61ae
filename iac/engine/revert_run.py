"""Carries out a plan to revert: the applier's operations, with what is special when no configuration is behind them.

New ids are put where objects refer to what is made again; objects that no state has stay out of it; every event says
what it reverts; and what was changed since the plan was made is not overwritten.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from iac.address import ResourceInstance
from iac.audit.record import Operation
from iac.database import Database
from iac.diagnostics import Diagnostics, DiagnosticsError
from iac.engine.evaluator import Evaluator
from iac.engine.objects import with_schema_marks
from iac.engine.operations import Begin, Operations
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.revert_values import with_new_ids, with_unknown_ids
from iac.engine.settling import Settling, check_consistent
from iac.plan.model import Action, Plan, ResourceChange
from iac.providers.planning import proposed_new
from iac.providers.protocol import PlanRequest
from iac.state.checks import UNKNOWN, CheckResult
from iac.state.model import InstanceObject, State
from iac.state.store import StateWriter
from iac.values.paths import marks_by_path, with_marks_by_path
from iac.values.value import Value, null, unmark_deep

REVERTS: Final = "reverts"
"""The member of an event's `context` that names what it reverts: `{"events": [ids], "run": id}`."""


def is_revert(plan: Plan) -> bool:
    """Whether a plan undoes something."""
    return "revert" in plan.extra


def reason(plan: Plan) -> str:
    """The message of the events of a plan to revert, where the user gives none."""
    revert = plan.extra["revert"]
    if revert["run"] is not None:
        return f"reverts run {revert['run']}"
    ids = sorted({id for found in revert["events"].values() for id in found})
    return f"reverts event {ids[0]}" if len(ids) == 1 else f"reverts {len(ids)} events"


class RevertWriter(StateWriter):
    """Writes the state, but for the objects that no state has: their addresses only name them in the plan."""

    def __init__(self, database: Database, workspace: str, plan: Plan) -> None:
        super().__init__(database, workspace)
        self._left_out = frozenset(plan.extra["revert"]["unmanaged"])

    def put(self, instance: InstanceObject) -> int:
        """See `StateWriter.put`."""
        return 0 if str(instance.address) in self._left_out else super().put(instance)

    def remove(self, address: ResourceInstance, deposed: str | None = None) -> None:
        """See `StateWriter.remove`."""
        if str(address) not in self._left_out:
            super().remove(address, deposed)


class RevertSettling(Settling):
    """Settles what was not known while planning: the ids of what is made again. There is no configuration."""

    def __init__(
        self,
        plan: Plan,
        prepared: Prepared,
        providers: Providers,
        evaluator: Evaluator,
        state: State,
        diagnostics: Diagnostics,
        outdated: Collection[ResourceInstance] = frozenset(),
    ) -> None:
        self._old: Mapping[str, str] = plan.extra["revert"]["ids"]
        self._made: dict[str, str] = {}
        super().__init__(plan, prepared, providers, evaluator, state, diagnostics, outdated)

    def show(self, address: ResourceInstance, value: Value) -> None:
        """Remembers the ids of objects, by address."""
        id = value.raw.get("id") if value.raw.__class__ is dict else None
        if id is not None and isinstance(id.raw, str):
            self._made[str(address)] = id.raw

    def results(self, undone: Collection[ResourceInstance]) -> Sequence[CheckResult]:
        """What the state has, but known no longer: a plan to revert has no conditions, and changes what they are
        about."""
        return [replace(result, status=UNKNOWN, problems=()) for result in self.state.checks]

    def settle_change(self, change: ResourceChange) -> tuple[Value, Value]:
        """Configuration and planned object, both marked, with the ids that there are now."""
        if with_unknown_ids(change.config, self._old) is change.config:
            return change.config, change.change.after
        config = with_new_ids(change.config, {id: self._made[a] for id, a in self._old.items() if a in self._made})
        before = change.change.before if change.action is Action.UPDATE else null(change.schema.block.implied_type)
        (effective, _), (prior, _) = unmark_deep(config), unmark_deep(before)
        proposed = proposed_new(change.schema.block, prior, effective)
        request = PlanRequest(change.address.resource.type, prior, effective, proposed)
        planned = self.provider(change).plan(request).planned
        check_consistent(change, unmark_deep(change.change.after)[0], planned, "final plan")
        return config, with_schema_marks(change.schema.block, with_marks_by_path(planned, marks_by_path(config)))


class RevertOperations(Operations):
    """The operations of a plan to revert."""

    def apply(self, change: ResourceChange, operation: Operation, begin: Begin) -> Value:
        """See `Operations.apply`."""
        return super().apply(change, self._told(change, operation), begin)

    def delete(self, change: ResourceChange, operation: Operation, begin: Begin) -> Value:
        """See `Operations.delete`."""
        return super().delete(change, self._told(change, operation), begin)

    def record_failure(
        self, change: ResourceChange, part: str, operation: Operation, problem: DiagnosticsError
    ) -> None:
        """See `Operations.record_failure`."""
        super().record_failure(change, part, self._told(change, operation), problem)

    def _told(self, change: ResourceChange, operation: Operation) -> Operation:
        """The operation with what it reverts, and without an address where there is none."""
        revert, address = self.settling.plan.extra["revert"], str(change.address)
        reverts: dict[str, Any] = {"events": revert["events"].get(address, [])}
        if revert["run"] is not None:
            reverts["run"] = revert["run"]
        origin = replace(operation.origin, context={**operation.origin.context, REVERTS: reverts})
        return replace(operation, origin=origin, address=None if address in revert["unmanaged"] else address)
