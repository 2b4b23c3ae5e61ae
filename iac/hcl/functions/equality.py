"""Whether two values are equal, as the functions that search and compare ask it (cty's `Equals`)."""

from __future__ import annotations

from collections.abc import Iterable

from iac.values.types import DYNAMIC
from iac.values.value import UNKNOWN, Value


def equal(a: Value, b: Value) -> bool | None:
    """Whether two values without marks are equal; None when that depends on something unknown.

    Values of different types differ; two nulls are equal.
    """
    if a is b and a.is_wholly_known:
        return True
    if a.raw is None and b.raw is None:
        return True
    if a.raw is UNKNOWN or b.raw is UNKNOWN:
        return None if a.type is b.type or DYNAMIC in (a.type, b.type) else _equal_types_differ(a, b)
    if a.raw is None or b.raw is None or a.type is not b.type:
        return False
    if a.is_wholly_known and b.is_wholly_known:
        return bool(a.raw == b.raw)
    return _equal_parts(a, b)


def _equal_types_differ(a: Value, b: Value) -> bool | None:
    """An unknown compared with a value of another type: different, unless the other is null."""
    return None if a.raw is None or b.raw is None else False


def _equal_parts(a: Value, b: Value) -> bool | None:
    if len(a.raw) != len(b.raw) and a.type.kind != "set":
        return False
    if a.type.kind == "set":
        return None
    if a.type.kind == "map" and a.raw.keys() != b.raw.keys():
        return False
    return _all(equal(x, y) for x, y in zip(a.elements(), b.elements(), strict=True))


def _all(answers: Iterable[bool | None]) -> bool | None:
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result
