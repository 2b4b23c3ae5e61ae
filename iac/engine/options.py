"""What may be asked of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iac.address import ConfigResource, ResourceInstance, Target
from iac.engine.graph import Graph
from iac.plan.model import Mode


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of `iac plan`: mode, whether to refresh, `-target`, `-replace`."""

    mode: Mode = Mode.NORMAL
    refresh: bool = True
    targets: Sequence[Target] = ()
    replace: Sequence[Target] = ()

    def is_replaced(self, address: ResourceInstance) -> bool:
        """Whether `-replace` names the instance."""
        return any(t.contains(address) for t in self.replace)


class Selection:
    """Which instances `-target` leaves in the plan: those named, and all of what they depend on."""

    def __init__(self, options: PlanOptions, graph: Graph) -> None:
        self.targets = options.targets
        self.needed: set[ConfigResource] = set()
        pending = [a for a in graph.resource_dependencies if any(_may_contain(t, a) for t in self.targets)]
        while pending:
            for need in graph.resource_dependencies.get(pending.pop(), ()):
                if need not in self.needed:
                    self.needed.add(need)
                    pending.append(need)

    def includes(self, address: ResourceInstance) -> bool:
        """Whether the instance is to be planned."""
        if not self.targets or address.config in self.needed:
            return True
        return any(t.contains(address) for t in self.targets)

    def includes_resource(self, address: ConfigResource) -> bool:
        """Whether any instance of the block may be planned."""
        return not self.targets or address in self.needed or any(_may_contain(t, address) for t in self.targets)


def _may_contain(target: Target, address: ConfigResource) -> bool:
    path = tuple(step.name for step in target.module)
    if address.module[: len(path)] != path:
        return False
    return target.resource is None or (len(path) == len(address.module) and target.resource == address.resource)
