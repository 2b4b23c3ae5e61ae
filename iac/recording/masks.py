"""What plan JSON says of values beside them: which parts are unknown, which are sensitive.

A mask is true for a whole, or a list or object with the masks of parts; where it says nothing the part is neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from iac.values.codec import implied
from iac.values.types import DYNAMIC, EMPTY_OBJECT, EMPTY_TUPLE
from iac.values.value import ONLY_SENSITIVE, Value, object_value, tuple_value, unknown


def value_of(known: Any, unknowns: Any, sensitives: Any) -> Value:
    """One value out of its three parts. Lists become tuples, objects objects: the JSON does not say more."""
    if unknowns is True:
        # Of something unknown only the shape may be told.
        value = unknown(EMPTY_OBJECT if sensitives == {} else EMPTY_TUPLE if sensitives == [] else DYNAMIC)
    elif isinstance(known, dict) or (known is None and isinstance(unknowns, dict) and unknowns):
        parts = known or {}
        more = unknowns if isinstance(unknowns, dict) else {}
        names = dict.fromkeys([*parts, *(n for n, mask in more.items() if mask is True)])
        value = object_value({n: value_of(parts.get(n), more.get(n), part(sensitives, n)) for n in sorted(names)})
    elif isinstance(known, list):
        value = tuple_value(value_of(k, part(unknowns, i), part(sensitives, i)) for i, k in enumerate(known))
    else:
        value = implied(known)
    return value.with_marks(ONLY_SENSITIVE) if sensitives is True else value


def part(mask: Any, step: str | int) -> Any:
    """The mask of a part."""
    if isinstance(mask, dict):
        return mask.get(step)
    if isinstance(mask, list) and isinstance(step, int) and step < len(mask):
        return mask[step]
    return None


def masked_paths(mask: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a mask is true."""
    if mask is True:
        yield path
    elif isinstance(mask, dict):
        for name, inner in mask.items():
            yield from masked_paths(inner, (*path, name))
    elif isinstance(mask, list):
        for index, inner in enumerate(mask):
            yield from masked_paths(inner, (*path, index))


def without(data: Any, mask: Any) -> Any:
    """The data without the members of objects that the mask names; elements of lists there are null."""
    if isinstance(data, dict) and isinstance(mask, dict):
        return {n: without(v, mask.get(n)) for n, v in data.items() if mask.get(n) is not True}
    if isinstance(data, list) and isinstance(mask, list):
        return [None if part(mask, i) is True else without(v, part(mask, i)) for i, v in enumerate(data)]
    return data
