"""The order of apply: which operation waits for which.

A replacement is two operations. Creates and updates wait for what their configuration refers to; deletes wait
for the deletes of what depended on them, as the state remembers it. Dependencies hold between blocks, so
they meet in gates (one for a block) and the number of edges stays linear in the number of changes.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from iac.address import ConfigResource
from iac.plan.model import Action, ActionReason, Plan, ResourceChange

APPLY, DELETE, IMPORT = "apply", "delete", "import"


def operation_count(plan: Plan) -> int:
    """How many operations a plan has; a replacement counts as two, and importing as one more."""
    return sum(is_operation(c) + c.action.is_replace + (c.import_id is not None) for c in plan.changes)


def is_operation(change: ResourceChange) -> bool:
    """Whether something is done for a change, apart from importing."""
    return change.action is not Action.NO_OP or change.previous_address is not None


@dataclass(slots=True)
class Step:
    """One operation of a plan, or (with `change` None) a gate where dependencies meet."""

    change: ResourceChange | None
    part: str
    priority: tuple[int, int] = (0, 0)
    waits: int = 0
    unlocks: list[Step] = field(default_factory=list)
    blocked: bool = False

    def before(self, other: Step) -> None:
        """Makes the other wait for this one."""
        self.unlocks.append(other)
        other.waits += 1


class Schedule:
    """Hands out the operations of a plan, each when nothing that it waits for is left.

    Iterate over it, and call `fail` for an operation that failed before taking the next one: all that waits
    for it, directly or not, is then left out and counted in `skipped`.
    """

    def __init__(self, plan: Plan) -> None:
        self._steps: list[Step] = []
        self._applied: dict[ConfigResource, Step] = {}
        self._deletable: dict[ConfigResource, Step] = {}
        self._unused: dict[ConfigResource, Step] = {}
        self.skipped: list[Step] = []
        self._build([plan.changes[i] for i in plan.order] or list(plan.changes))

    def _gate(self, gates: dict[ConfigResource, Step], address: ConfigResource) -> Step:
        gate = gates.get(address)
        if gate is None:
            gate = gates[address] = Step(None, "")
            self._steps.append(gate)
        return gate

    def _build(self, changes: Sequence[ResourceChange]) -> None:
        kept = {d for c in changes if c.action is Action.UPDATE for d in c.prior_dependencies}
        for index, change in enumerate(changes):
            action = change.action
            imported = self._import_step(change, index) if change.import_id is not None else None
            if not is_operation(change):
                continue
            create = delete = None
            if action is not Action.DELETE:
                create = self._apply_step(change, index)
            if action is Action.DELETE or action.is_replace:
                delete = self._delete_step(change, index, change.address.config in kept)
            if action is Action.DELETE_THEN_CREATE:
                assert create is not None
                assert delete is not None
                delete.before(create)
            elif action is Action.CREATE_THEN_DELETE:
                assert create is not None
                assert delete is not None
                create.before(delete)
                self._gate(self._unused, change.address.config).before(delete)
            if imported is not None:
                for step in filter(None, (create, delete)):
                    imported.before(step)

    def _import_step(self, change: ResourceChange, index: int) -> Step:
        step = Step(change, IMPORT, (0, index))
        self._steps.append(step)
        step.before(self._gate(self._applied, change.address.config))
        return step

    def _apply_step(self, change: ResourceChange, index: int) -> Step:
        # What a check looks at is read when everything else is done.
        step = Step(change, APPLY, (3 if change.reason is ActionReason.READ_BECAUSE_CHECK_NESTED else 1, index))
        self._steps.append(step)
        for need in change.dependencies:
            self._gate(self._applied, need).before(step)
            step.before(self._gate(self._unused, need))
        step.before(self._gate(self._applied, change.address.config))
        return step

    def _delete_step(self, change: ResourceChange, index: int, still_used: bool) -> Step:
        # Deletes come first, so that a name is free for its successor, unless what is updated still uses it.
        step = Step(change, DELETE, (2 if still_used else 0, index))
        self._steps.append(step)
        self._gate(self._deletable, change.address.config).before(step)
        for need in change.prior_dependencies:
            step.before(self._gate(self._deletable, need))
        return step

    def __iter__(self) -> Iterator[Step]:
        ready = [(s.priority, i, s) for i, s in enumerate(self._steps) if s.waits == 0]
        heapq.heapify(ready)
        count = len(self._steps)
        while ready:
            _, _, step = heapq.heappop(ready)
            if step.change is not None:
                if step.blocked:
                    self.skipped.append(step)
                else:
                    yield step
            for other in step.unlocks:
                other.blocked = other.blocked or step.blocked
                other.waits -= 1
                if other.waits == 0:
                    count += 1
                    heapq.heappush(ready, (other.priority, count, other))

    def fail(self, step: Step) -> None:
        """Says that an operation failed."""
        step.blocked = True
