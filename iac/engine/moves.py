"""Follows `moved` blocks: which object of the state has which address now, before anything is planned.

The rules are Terraform's ("Refactoring"): statements form chains and are followed in their order; one that stands in
a module counts in every instance of it; an object does not move to where another one is. Adding or removing
`count` moves between the instance without a key and the first one by itself. Owns moving; the order and the mistakes
of the statements are left to `move_statements`, what happens to the objects to the planner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from iac.address import AbsResource, ConfigResource, InstanceKey, ResourceInstance, Target, module_path
from iac.config.model import Config, MoveBlock
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange, warning
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, SINGLE, kind_of
from iac.engine.move_statements import Statement, check_statements, in_order, still_exists
from iac.state.model import State


@dataclass(frozen=True)
class Moves:
    """The state with its objects where they are now; where each that moved was; those that could not move, as text;
    and the statements that were followed."""

    state: State
    previous: Mapping[ResourceInstance, ResourceInstance]
    blocked: Sequence[tuple[str, str]] = ()
    statements: Sequence[Statement] = ()
    circles: Sequence[Diagnostic] = ()
    """That statements lead in a circle, and so were not followed."""


def follow_moves(config: Config, state: State, diagnostics: Diagnostics) -> Moves:
    """Moves the objects of a state as the configuration says. Mistakes in the statements go to the diagnostics."""
    explicit = [Statement(m.path, b) for m in config.modules.values() for b in m.moves]
    check_statements(explicit, diagnostics)
    circles = Diagnostics()
    statements = in_order([*explicit, *_implied(config, state, explicit)], circles)
    if not statements or diagnostics.has_errors:
        return Moves(state, {}, (), explicit, list(circles))
    addresses = _Addresses(state)
    for statement in statements:
        addresses.follow(statement)
    return Moves(addresses.moved_state(state), addresses.previous(), list(addresses.blocked), explicit)


def blocked_warning(moves: Moves) -> Diagnostic | None:
    """What to say of the objects that could not move; None when all could."""
    if not moves.blocked:
        return None
    listed = "".join(f"\n  - {source} could not move to {destination}" for source, destination in moves.blocked)
    return warning(
        "Unresolved resource instance address changes",
        "iac tried to adjust resource instance addresses in the prior state based on change information recorded in "
        "the configuration, but some adjustments did not succeed due to existing objects already at the intended "
        f"addresses:{listed}\n\niac has planned to destroy these objects. If iac's proposed changes aren't "
        'appropriate, you must first resolve the conflicts using the "iac state" subcommands and then create a new '
        "plan.",
    )


def refuse_unmoved(moves: Moves, config: Config, evaluator: Evaluator, diagnostics: Diagnostics) -> None:
    """Adds an error for every statement that moves away from what the configuration still declares, now that
    the evaluator knows which instances there are."""
    for statement in moves.statements:
        declared = _declared(statement, config, evaluator)
        if declared is not None:
            diagnostics.add(still_exists(statement, declared))
    if not diagnostics.has_errors:
        diagnostics.extend(moves.circles)


def _declared(statement: Statement, config: Config, evaluator: Evaluator) -> SourceRange | None:
    source, exact = statement.source, statement.block.has_key
    path = (*statement.module, *module_path(source.module))
    if source.resource is None:
        call = config.modules[path[:-1]].calls.get(path[-1]) if path[:-1] in config.modules else None
        if call is None:
            return None
        instances = [m[len(statement.module) :] for m in evaluator.module_instances.get(path, ())]
        found = any(i[:-1] == source.module[:-1] and (not exact or i == source.module) for i in instances)
        return call.range if found or not exact else None
    resource = config.resource(ConfigResource(path, source.resource))
    if resource is None:
        return None
    for module in evaluator.module_instances.get(path, ()):
        if module[len(statement.module) :] != source.module:
            continue
        instances_there = evaluator.resources.get(AbsResource(module, source.resource))
        if not exact or (instances_there is not None and source.key in instances_there.values):
            return resource.range
    return None


def _implied(config: Config, state: State, explicit: Sequence[Statement]) -> Iterator[Statement]:
    """The moves of objects whose block got or lost `count`, where no statement says otherwise."""
    for resource in state.resources():
        block = config.resource(resource.config)
        if block is None:
            continue
        kind, keys = kind_of(block), state.of_resource(resource)
        if kind == COUNT and None in keys and 0 not in keys:
            ends: tuple[InstanceKey, InstanceKey] = (None, 0)
        elif kind == SINGLE and 0 in keys and None not in keys:
            ends = (0, None)
        else:
            continue
        old, new = (resource.instance(key) for key in ends)
        if any(s.moved(old) or s.may_fill(new) for s in explicit):
            continue
        source, destination = (Target(resource.module, resource.resource, key, True) for key in ends)
        yield Statement((), MoveBlock(source, destination, block.range))


class _Addresses:
    """Where the objects of a state are while statements are followed."""

    def __init__(self, state: State) -> None:
        self._origin: dict[ResourceInstance, ResourceInstance] = {}
        """From the address that an object has now to the one that it has in the state."""
        self._by_block: dict[ConfigResource, dict[ResourceInstance, None]] = {}
        self.blocked: dict[tuple[str, str], None] = {}
        for address in dict.fromkeys([*state.instances, *(a for a, _ in state.deposed)]):
            self._put(address, address)

    def follow(self, statement: Statement) -> None:
        """Moves what the statement names. All of it is looked at before any of it is moved."""
        taken: dict[str, bool] = {}
        moving = []
        for old, new in self._named_by(statement):
            source, destination = statement.unit(old), statement.unit_of_new(new)
            if str(destination) not in taken:
                taken[str(destination)] = self._is_taken(destination)
            if taken[str(destination)]:
                self.blocked[str(source), str(destination)] = None
            else:
                moving.append((old, new))
        lifted = [(new, self._take(old)) for old, new in moving]
        for new, origin in lifted:
            self._put(new, origin)

    def _named_by(self, statement: Statement) -> list[tuple[ResourceInstance, ResourceInstance]]:
        source = statement.source
        path = (*statement.module, *module_path(source.module))
        if source.resource is not None:
            blocks = [ConfigResource(path, source.resource)]
        else:
            blocks = [b for b in self._by_block if b.module[: len(path)] == path]
        found = []
        for block in blocks:
            for old in self._by_block.get(block, ()):
                new = statement.moved(old)
                if new is not None:
                    found.append((old, new))
        return found

    def _is_taken(self, place: Target) -> bool:
        """Whether there is an object at a place, or in it."""
        if place.resource is not None:
            block = ConfigResource(module_path(place.module), place.resource)
            if place.exact_key:
                return ResourceInstance(place.module, place.resource, place.key) in self._origin
            return any(a.module == place.module for a in self._by_block.get(block, ()))
        depth, path = len(place.module), module_path(place.module)
        inside = (found for block, found in self._by_block.items() if block.module[:depth] == path)
        return any(a.module[:depth] == place.module for found in inside for a in found)

    def _put(self, address: ResourceInstance, origin: ResourceInstance) -> None:
        self._origin[address] = origin
        self._by_block.setdefault(address.config, {})[address] = None

    def _take(self, address: ResourceInstance) -> ResourceInstance:
        del self._by_block[address.config][address]
        return self._origin.pop(address)

    def previous(self) -> dict[ResourceInstance, ResourceInstance]:
        """The address in the state of each object that is somewhere else now."""
        return {new: old for new, old in self._origin.items() if new != old}

    def moved_state(self, state: State) -> State:
        """The state with the addresses of now."""
        now = {old: new for new, old in self._origin.items()}
        if all(old == new for old, new in now.items()):
            return state
        return replace(
            state,
            instances={now[a]: replace(o, address=now[a]) for a, o in state.instances.items()},
            deposed={(now[a], k): replace(o, address=now[a]) for (a, k), o in state.deposed.items()},
        )
