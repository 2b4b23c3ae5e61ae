"""What may be asked of a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from iac.address import ConfigResource, Resource, ResourceInstance, Target, config_path_text, module_text
from iac.config.model import Config
from iac.diagnostics import Diagnostic, Diagnostics, did_you_mean, warning
from iac.engine.graph import Graph, Node
from iac.engine.moves import Moves
from iac.engine.selecting import Pattern, Selector, may_contain
from iac.plan.model import Mode
from iac.state.dependencies import reached
from iac.state.model import State
from iac.values.codec import quote


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The options of `iac plan`: mode, whether to refresh, `-target` or `-exclude`, `-replace`."""

    mode: Mode = Mode.NORMAL
    refresh: bool = True
    targets: Sequence[Selector] = ()
    replace: Sequence[Target] = ()
    excludes: Sequence[Selector] = ()

    @property
    def is_partial(self) -> bool:
        """Whether something is left out of the plan on purpose."""
        return bool(self.targets or self.excludes)

    def is_replaced(self, address: ResourceInstance) -> bool:
        """Whether `-replace` names the instance."""
        return any(_instance(target) == address for target in self.replace)

    def unmatched(self, addresses: Iterable[ResourceInstance]) -> list[Diagnostic]:
        """Warnings of each `-replace` that names none of the instances, but a resource that has some."""
        known = list(addresses) if self.replace else []
        found = []
        for target in self.replace:
            wanted = _instance(target)
            meant = [address for address in known if address.config == wanted.config]
            if meant and wanted not in meant and wanted.key is None:
                found.append(_lacks_key(wanted, sorted(meant, key=ResourceInstance.sort_key)))
        return found


def _instance(target: Target) -> ResourceInstance:
    assert target.resource is not None, "-replace names no modules"
    return ResourceInstance(target.module, target.resource, target.key)


def _lacks_key(wanted: ResourceInstance, meant: Sequence[ResourceInstance]) -> Diagnostic:
    choices = "\n".join(f"  -replace={quote(str(address))}" for address in meant)
    return warning(
        "Incompletely-matched force-replace resource instance",
        f"Your force-replace request for {wanted} doesn't match any resource instances because it lacks an instance "
        f"key.\n\nTo force replacement of particular instances, use one or more of the following options instead:\n"
        f"{choices}",
    )


class Selection:
    """Which instances `-target` and `-exclude` leave in the plan.

    Targets bring all of what they depend on, or, when it is to destroy, all of what depends on them. What is excluded
    takes all of what depends on it along, or, when it is to destroy, all that it depends on.
    """

    def __init__(self, options: PlanOptions, graph: Graph, state: State, config: Config) -> None:
        self.targets, self.excludes = options.targets, options.excludes
        self._graph = graph
        self._state = state
        self._config = config
        self.needed: set[ConfigResource] = set()
        self.left_out: set[ConfigResource] = set()
        if not options.is_partial:
            return
        destroy = options.mode is Mode.DESTROY
        needs = _needs(graph, state, remembered=destroy)
        users = _reversed(needs)
        if self.targets:
            self.needed = _reached([a for a in needs if self._may_be_target(a)], users if destroy else needs)
        if self.excludes:
            excluded = [a for a in needs if any(may_contain(e, a) for e in self.excludes)]
            self.left_out = _reached(excluded, needs if destroy else users)

    def includes(self, address: ResourceInstance) -> bool:
        """Whether the instance is to be planned."""
        if address.config in self.left_out or any(e.contains(address) for e in self.excludes):
            return False
        if not self.targets or address.config in self.needed:
            return True
        return any(t.contains(address) for t in self.targets)

    def includes_resource(self, address: ConfigResource) -> bool:
        """Whether any instance of the block may be planned, and all of what `-exclude` may name of it."""
        if address in self.left_out or any(may_contain(e, address) for e in self.excludes):
            return False
        return not self.targets or address in self.needed or any(may_contain(t, address) for t in self.targets)

    def meaningless(self, planned: Iterable[ResourceInstance]) -> list[Diagnostic]:
        """A warning for each target and exclusion that is neither in the configuration nor in the state: a slip of the
        pen, which a plan of nothing would not show. `planned` are the instances of the plan."""
        selectors = [("target", t) for t in self.targets] + [("exclude", e) for e in self.excludes]
        if not selectors:
            return []
        instances = {*planned, *self._state.instances}
        blocks = {*self._graph.resource_dependencies, *(address.config for address in instances)}
        modules = {config_path_text(block.module) for block in blocks} | {module_text(a.module) for a in instances}
        known = sorted({str(address) for address in [*blocks, *instances]} | modules - {""})
        return [
            _matches_nothing(option, selector, known)
            for option, selector in selectors
            if not any(selector.contains(address) for address in instances)
            and (_has_key(selector) or not any(may_contain(selector, block) for block in blocks))
        ]

    def includes_node(self, node: Node) -> bool:
        """Whether everything that an output or a check needs is in the plan, and that is something. A check that
        targets leave to itself is not looked at."""
        if not self.targets and not self.excludes:
            return True
        if self.targets and node.kind == "check":
            return False
        blocks = [n for n in reached([node], self._graph.dependencies) if n.kind == "resource"]
        return bool(blocks) and all(self.includes_resource(_block(n)) for n in blocks)

    def evaluated(self) -> frozenset[Node]:
        """The nodes that matter to the plan: blocks of which an instance may be planned, outputs and checks that are
        included, and everything that these need. A mistake elsewhere is no hindrance."""
        order = self._graph.order
        if not self.targets and not self.excludes:
            return frozenset(order)
        return frozenset(reached([node for node in order if self._may_include(node)], self._graph.dependencies))

    def _may_include(self, node: Node) -> bool:
        if node.kind == "resource":
            block = _block(node)
            is_meant = not self.targets or block in self.needed or self._may_be_target(block)
            return is_meant and block not in self.left_out
        return node.kind == "provider" or (node.kind in ("output", "check") and self.includes_node(node))

    def _may_be_target(self, block: ConfigResource) -> bool:
        """Whether a target may mean an instance of the block; its keys are not known yet."""
        return any(
            target.may_reach(block)
            if isinstance(target, Pattern) and self._is_keyed(block)
            else may_contain(target, block)
            for target in self.targets
        )

    @cached_property
    def _keyed_in_state(self) -> frozenset[ConfigResource]:
        return frozenset(a.config for a in self._state.instances if str(a) != str(a.config))

    def _is_keyed(self, block: ConfigResource) -> bool:
        """Whether the addresses of its instances have keys."""
        resource = self._config.resource(block)
        if resource is None:  # what the state alone has, is known with its keys
            return block in self._keyed_in_state
        calls = (self._config.modules[block.module[:n]].calls[block.module[n]] for n in range(len(block.module)))
        repeated = [(resource.count, resource.for_each), *((call.count, call.for_each) for call in calls)]
        return any(count is not None or for_each is not None for count, for_each in repeated)

    def refuse_partial_moves(self, moves: Moves, diagnostics: Diagnostics) -> None:
        """Adds an error when objects moved of which the targets leave one end out of the plan."""
        ends = [a for pair in moves.previous.items() for a in pair] if self.targets or self.excludes else []
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


def _has_key(selector: Selector) -> bool:
    """Whether it is one instance of a block that is meant."""
    return isinstance(selector, Target) and selector.key is not None


def _matches_nothing(option: str, selector: Selector, known: Iterable[str]) -> Diagnostic:
    return warning(
        f"The -{option} option matches nothing",
        f"There is no {quote(str(selector))} in the configuration or in the state."
        + did_you_mean(str(selector), known),
    )


def _block(node: Node) -> ConfigResource:
    assert isinstance(node.name, Resource)
    return ConfigResource(node.module, node.name)


_Edges = Mapping[ConfigResource, Collection[ConfigResource]]


def _reached(starts: Iterable[ConfigResource], edges: _Edges) -> set[ConfigResource]:
    """The blocks that are reached from these; a block is not reached from itself."""
    found: set[ConfigResource] = set()
    pending = [*starts]
    while pending:
        for other in edges.get(pending.pop(), ()):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def _needs(graph: Graph, state: State, *, remembered: bool) -> dict[ConfigResource, set[ConfigResource]]:
    """What each block depends on by the configuration; and by what the state remembers, where the block is gone or
    `remembered` says so."""
    found = {address: set(needs) for address, needs in graph.resource_dependencies.items()}
    for instance, stored in state.instances.items():
        if remembered or instance.config not in graph.resource_dependencies:
            found.setdefault(instance.config, set()).update(stored.dependencies)
    return found


def _reversed(edges: _Edges) -> dict[ConfigResource, set[ConfigResource]]:
    found: dict[ConfigResource, set[ConfigResource]] = {address: set() for address in edges}
    for address, others in edges.items():
        for other in others:
            found.setdefault(other, set()).add(address)
    return found
