"""What may be asked of a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from iac.address import ConfigResource, ResourceInstance, Target
from iac.diagnostics import Diagnostics
from iac.engine.graph import Graph
from iac.engine.moves import Moves
from iac.plan.model import Mode
from iac.state.model import State
from iac.values.codec import quote


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
    """Which instances `-target` leaves in the plan: those named and all of what they depend on, or, when it is
    to destroy, all of what depends on them."""

    def __init__(self, options: PlanOptions, graph: Graph, state: State) -> None:
        self.targets = options.targets
        self.needed: set[ConfigResource] = set()
        if not self.targets:
            return
        edges: Mapping[ConfigResource, Collection[ConfigResource]] = graph.resource_dependencies
        if options.mode is Mode.DESTROY:
            edges = _dependents(graph, state)
        pending = [a for a in edges if any(_may_contain(t, a) for t in self.targets)]
        while pending:
            for need in edges.get(pending.pop(), ()):
                if need not in self.needed:
                    self.needed.add(need)
                    pending.append(need)

    def includes(self, address: ResourceInstance) -> bool:
        """Whether the instance is to be planned."""
        if not self.targets or address.config in self.needed:
            return True
        return any(t.contains(address) for t in self.targets)

    def refuse_partial_moves(self, moves: Moves, diagnostics: Diagnostics) -> None:
        """Adds an error when objects moved of which the targets leave one end out of the plan."""
        ends = [a for pair in moves.previous.items() for a in pair] if self.targets else []
        missing = sorted({str(a.abs_resource) for a in ends if not self.includes(a)})
        if missing:
            listed = "".join(f"\n  -target={quote(address)}" for address in missing)
            diagnostics.error(
                "Moved resource instances excluded by targeting",
                "Resource instances in your current state have moved to new addresses in the latest configuration. iac "
                "must include those resource instances while planning in order to ensure a correct result, but your "
                "-target=... options do not fully cover all of those resource instances.\n\nTo create a valid plan, "
                "either remove your -target=... options altogether or add the following additional target options:"
                f"{listed}\n\nNote that adding these options may include further additional resource instances in your "
                "plan, in order to respect object dependencies.",
            )

    def includes_resource(self, address: ConfigResource) -> bool:
        """Whether any instance of the block may be planned."""
        return not self.targets or address in self.needed or any(_may_contain(t, address) for t in self.targets)


def _dependents(graph: Graph, state: State) -> dict[ConfigResource, set[ConfigResource]]:
    """What depends on each block, by the configuration and by what the state remembers."""
    found: dict[ConfigResource, set[ConfigResource]] = {}
    for address, needs in graph.resource_dependencies.items():
        for need in needs:
            found.setdefault(need, set()).add(address)
    for instance, stored in state.instances.items():
        for need in stored.dependencies:
            found.setdefault(need, set()).add(instance.config)
    return found


def _may_contain(target: Target, address: ConfigResource) -> bool:
    path = tuple(step.name for step in target.module)
    if address.module[: len(path)] != path:
        return False
    return target.resource is None or (len(path) == len(address.module) and target.resource == address.resource)
