"""What objects of a state depend on, through others, too.

An object remembers the blocks that its own referred to. That is enough as long as those are in the state; what stands
in a state file, and what an object remembers when one between is forgotten, is the whole line of its ancestors.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from iac.address import ConfigResource, ResourceInstance
from iac.state.model import InstanceObject, State

_Edges = Mapping[ConfigResource, set[ConfigResource]]
_Block = TypeVar("_Block", bound=Hashable)


def with_ancestors(objects: Iterable[InstanceObject]) -> list[InstanceObject]:
    """The objects, each depending also on what its dependencies depend on: so Terraform remembers them."""
    found = list(objects)
    edges = _edges(found)
    known: dict[tuple[ConfigResource, ...], tuple[ConfigResource, ...]] = {}
    for stored in found:
        if stored.dependencies not in known:
            known[stored.dependencies] = tuple(sorted(reached(stored.dependencies, edges)))
    return [replace(stored, dependencies=known[stored.dependencies]) for stored in found]


def without(state: State, forgotten: Collection[ResourceInstance]) -> list[InstanceObject]:
    """The objects that depended on a block of which nothing is left when these are forgotten: each depends on what
    that depended on instead, so that it is still destroyed before it."""
    objects = [*state.instances.values(), *state.deposed.values()]
    left = [stored for stored in objects if stored.address not in forgotten]
    gone = {address.config for address in forgotten} - {stored.address.config for stored in left}
    edges = {block: needs for block, needs in _edges(objects).items() if block in gone}
    changed = []
    for stored in left:
        if gone.intersection(stored.dependencies):
            needs = reached(stored.dependencies, edges) - gone
            changed.append(replace(stored, dependencies=tuple(sorted(needs))))
    return changed


def _edges(objects: Iterable[InstanceObject]) -> _Edges:
    edges: dict[ConfigResource, set[ConfigResource]] = {}
    for stored in objects:
        edges.setdefault(stored.address.config, set()).update(stored.dependencies)
    return edges


def reached(starts: Iterable[_Block], edges: Mapping[_Block, Collection[_Block]]) -> set[_Block]:
    """These blocks, and all that they depend on, directly or through others."""
    found = set(starts)
    waiting = [*found]
    while waiting:
        for need in edges.get(waiting.pop(), ()):
            if need not in found:
                found.add(need)
                waiting.append(need)
    return found
