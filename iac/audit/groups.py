"""What was modified, at a high level: the event's `change`, from the groups that the schema names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from iac.schema import Block, NestedBlock

DEFAULT: Final = "config"


def groups_of(block: Block) -> Iterator[str]:
    """Every group that a change of such an object may have."""
    yield DEFAULT
    yield from (attribute.group for attribute in block.attributes.values())
    for nested in block.blocks.values():
        yield from (group for group in (nested.group, *groups_of(nested.block)) if group)


def changed_groups(block: Block, before: Any, after: Any) -> tuple[str, ...]:
    """The groups, sorted, of the attributes and blocks that differ between two states of an object.

    Both are plain JSON by the schema, None where the object does not exist: then every group in which
    anything is set counts. Null and empty are the same.
    """
    return tuple(sorted(set(_differing(block, before, after, ""))))


def _differing(block: Block, before: Any, after: Any, inherited: str) -> Iterator[str]:
    before, after = _members(before), _members(after)
    for name, attribute in block.attributes.items():
        if _differ(before.get(name), after.get(name)):
            # An attribute that names no group of its own has that of the block around it.
            yield attribute.group if attribute.group != DEFAULT else inherited or DEFAULT
    for name, nested in block.blocks.items():
        if _differ(before.get(name), after.get(name)):
            yield from _in_blocks(nested, before.get(name), after.get(name), nested.group or inherited)


def _in_blocks(nested: NestedBlock, before: Any, after: Any, group: str) -> Iterator[str]:
    found = False
    for old, new in _pairs(nested, before, after):
        for name in _differing(nested.block, old, new, group):
            found = True
            yield name
    if not found:
        yield group or DEFAULT


def _pairs(nested: NestedBlock, before: Any, after: Any) -> Iterator[tuple[Any, Any]]:
    """The blocks of one kind before and after, those that correspond together."""
    if nested.nesting == "single":
        yield before, after
    elif nested.nesting == "map":
        before, after = _members(before), _members(after)
        for key in {**before, **after}:
            yield before.get(key), after.get(key)
    else:
        old, new = list(before or ()), list(after or ())
        if nested.nesting == "set":
            old, new = [e for e in old if e not in new], [e for e in new if e not in old]
        for index in range(max(len(old), len(new))):
            yield old[index] if index < len(old) else None, new[index] if index < len(new) else None


def _members(data: Any) -> Mapping[str, Any]:
    return data if isinstance(data, Mapping) else {}


def _differ(before: Any, after: Any) -> bool:
    return bool(before != after) and not (_is_empty(before) and _is_empty(after))


def _is_empty(data: Any) -> bool:
    return data is None or (isinstance(data, (str, list, tuple, Mapping)) and not data)
