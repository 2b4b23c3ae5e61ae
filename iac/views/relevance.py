"""Which part of a drift matters to a plan.

Terraform shows only changes made outside that may have affected the plan: those of attributes to which a
planned change or an output refers. A plan that says which those are does so in `extra["relevant_attributes"]`,
in the form of plan JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iac.values.value import Value, rebuild


def relevant_paths(relevant: Iterable[Mapping[str, Any]], address: str) -> list[Sequence[Any]]:
    """The paths of plan JSON's `relevant_attributes` that lead into the resource instance."""
    return [item["attribute"] for item in relevant if item["resource"] == address]


def keep_relevant(before: Value, after: Value, paths: Sequence[Sequence[Any]]) -> Value:
    """`after` with everything that no path leads to, or through, put back as it was in `before`.

    Lists and sets are relevant as a whole or not at all.
    """
    if any(not path for path in paths):
        return after
    if not paths:
        return before
    old, new = before.raw, after.raw
    if old.__class__ is not dict or new.__class__ is not dict:
        return after
    parts = {}
    for name in new:
        below = [path[1:] for path in paths if path[0] == name]
        parts[name] = keep_relevant(old[name], new[name], below) if name in old else new[name]
    return rebuild(after, parts.values())
