"""Whether a saved plan still fits the state: by the versions of the objects that it is about.

A plan is stale when an object that it changes, or that what it changes or outputs is computed from, was written since.
What happened to other objects does not matter; what the plan says of those is out of date and must not be written.
"""

from __future__ import annotations

from collections.abc import Iterator

from iac.address import ConfigResource, Resource, ResourceInstance
from iac.engine.graph import Graph, Node
from iac.engine.schedule import is_operation
from iac.plan.model import Action, Drift, Mode, Plan, ResourceChange
from iac.state.model import State


def outdated(plan: Plan, state: State) -> frozenset[ResourceInstance]:
    """The objects that were written, made or removed since the plan was made, by their addresses in the plan."""
    found = {c.address for c in plan.changes if _version(state, _place(c)) != c.prior_version}
    found |= {d.address for d in plan.drift if _version(state, _place(d)) != d.prior_version}
    if plan.mode is not Mode.REFRESH_ONLY and not plan.targets:
        # Such a plan knows every object that there was.
        known = {_place(c)[0] for c in plan.changes} | {_place(d)[0] for d in plan.drift}
        known |= {d.address for d in plan.data} | set(plan.forgotten_data)
        found |= {a for a in state.instances if a not in known}
    return frozenset(found)


def touched(plan: Plan, graph: Graph) -> set[ConfigResource]:
    """The blocks whose objects the plan changes, or computes something from."""
    blocks: set[ConfigResource] = set()
    for change in plan.changes:
        if is_operation(change) or change.import_id is not None:
            blocks.add(change.address.config)
            blocks.update(change.dependencies)
    for output in plan.outputs:
        if output.change.action is not Action.NO_OP:
            blocks.update(_needed_by(graph, Node("output", (), output.name)))
    if plan.mode is Mode.REFRESH_ONLY:
        blocks.update(d.address.config for d in plan.drift)
    return blocks


def _place(change: ResourceChange | Drift) -> tuple[ResourceInstance, str | None]:
    return change.previous_address or change.address, change.deposed


def _version(state: State, place: tuple[ResourceInstance, str | None]) -> int | None:
    address, deposed = place
    stored = state.instances.get(address) if deposed is None else state.deposed.get((address, deposed))
    return stored.version if stored is not None else None


def _needed_by(graph: Graph, start: Node) -> Iterator[ConfigResource]:
    pending, seen = [start], {start}
    while pending:
        for need in graph.dependencies.get(pending.pop(), ()):
            if need.kind == "resource":
                assert isinstance(need.name, Resource)
                yield ConfigResource(need.module, need.name)
            elif need not in seen:
                seen.add(need)
                pending.append(need)
