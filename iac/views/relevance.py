"""Which part of a drift matters to a plan: what leads to an attribute that the plan says is relevant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from iac.values.value import Value, rebuild


def relevant_paths(relevant: Iterable[Mapping[str, Any]], address: str) -> list[Sequence[Any]]:
    """The paths of plan JSON's `relevant_attributes` that lead into the resource instance."""
    return [item["attribute"] for item in relevant if item["resource"] == address]


def keep_relevant(before: Value, after: Value, paths: Sequence[Sequence[Any]]) -> Value:
    """`after` with everything that no path leads to, or through, put back as it was in `before`.

    Sets are relevant as a whole or not at all.
    """
    if any(not path for path in paths):
        return after
    if not paths:
        return before
    old, new = before.raw, after.raw
    if after.type.kind == "list" and old.__class__ is tuple and new.__class__ is tuple:
        return rebuild(after, _relevant_elements(old, new, paths))
    if old.__class__ is not dict or new.__class__ is not dict:
        return after
    parts = {}
    for name in new:
        below = [path[1:] for path in paths if path[0] == name]
        parts[name] = keep_relevant(old[name], new[name], below) if name in old else new[name]
    return rebuild(after, parts.values())


def _relevant_elements(old: Sequence[Value], new: Sequence[Value], paths: Sequence[Sequence[Any]]) -> Iterator[Value]:
    """The elements of a list: what is not relevant stays, does not come and does not go."""
    for index in range(max(len(old), len(new))):
        below = [path[1:] for path in paths if path[0] == index]
        if index < min(len(old), len(new)):
            yield keep_relevant(old[index], new[index], below)
        elif index < len(old) and not below:
            yield old[index]
        elif index < len(new) and below:
            yield new[index]
