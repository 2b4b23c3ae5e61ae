"""Conditions on the values of an event: what `--where` asks.

Owns what a condition means: choosing values by path, comparing them, and finding what a patch changed at a
path. Leaves the text of conditions to `where_parser`, and choosing events to `query`.

Missing and null are one. A sensitive value is a digest: it differs from null, it can be seen to change, and no
other comparison with it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from iac.audit.record import Event
from iac.audit.sensitive import HIDDEN_PART, is_digest
from iac.values.codec import ExactNumber, canonical


class Any_(Enum):  # noqa: N801  # a sentinel that mypy can tell from names and indices
    """The step `[*]`: every element or member."""

    ALL = "*"


ALL: Final = Any_.ALL
Step: TypeAlias = str | int | Any_
Fields: TypeAlias = Callable[[str], Any]
"""Gives the value of a field of an event by name."""

Predicate: TypeAlias = Callable[[Fields], bool]
Operand: TypeAlias = Callable[[Fields], Iterable[Any]]
"""Gives the values that a side of a comparison stands for: none, one, or one for each element of `[*]`."""

Test: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Where:
    """A condition as it was written, and whether it holds for the fields of an event."""

    text: str
    holds: Predicate = field(compare=False, repr=False)

    def matches(self, event: Event) -> bool:
        """Whether it holds for an event."""
        return self.holds(lambda name: getattr(event, name))


# --- Choosing values -----------------------------------------------------------------------------------------


def select(data: Any, steps: Sequence[Step]) -> Iterator[Any]:
    """The values at a path: one (None where there is nothing), or with `[*]` as many as there are."""
    for number, step in enumerate(steps):
        if data is None or is_digest(data):
            # Into a sensitive value nobody looks; what is inside is as hidden as the whole.
            if data is None and ALL in steps[number:]:
                return
            break
        if step is ALL:
            for part in _parts(data):
                yield from select(part, steps[number + 1 :])
            return
        data = _part(data, step)
    yield data


def _part(data: Any, step: Step) -> Any:
    if isinstance(data, Mapping):
        return data.get(str(step))
    if isinstance(data, (list, tuple)) and isinstance(step, int):
        return data[step] if step < len(data) else None
    return None


def _parts(data: Any) -> Iterable[Any]:
    if isinstance(data, Mapping):
        return data.values()
    return data if isinstance(data, (list, tuple)) else ()


# --- Comparing -----------------------------------------------------------------------------------------------


def compare(operator: str, left: Any, right: Any) -> bool:
    """Whether `left OPERATOR right` holds, for `==`, `!=`, `<`, `<=`, `>` and `>=`.

    Values of different types are different, and neither is less. Strings are compared by code points.
    """
    if is_digest(left) or is_digest(right):
        return operator == "!=" and (left is None or right is None)
    if operator == "==":
        return same(left, right)
    if operator == "!=":
        return not same(left, right)
    if isinstance(left, str) and isinstance(right, str):
        return _ordered(operator, left, right)
    low, high = number(left), number(right)
    return low is not None and high is not None and _ordered(operator, low, high)


def _ordered(operator: str, left: Any, right: Any) -> bool:
    if operator in ("<", ">="):
        return bool(left < right) == (operator == "<")
    return bool(left > right) == (operator == ">")


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal; `1` and `true` are not."""
    if left is None or right is None or isinstance(left, (str, bool)) or isinstance(right, (str, bool)):
        return left.__class__ is right.__class__ and bool(left == right)
    one, other = number(left), number(right)
    if one is not None or other is not None:
        return one == other
    return canonical(left) == canonical(right)


def number(data: Any) -> int | Decimal | None:
    """A JSON number, exact; None for everything else."""
    if isinstance(data, bool):
        return None
    if isinstance(data, (int, Decimal)):
        return data
    if isinstance(data, float):
        return Decimal(repr(data))
    return Decimal(data.text) if isinstance(data, ExactNumber) else None


def any_pair(operator: str, left: Operand, right: Operand) -> Predicate:
    """Holds when any value on the left compares so with any on the right."""

    def holds(fields: Fields) -> bool:
        others = list(right(fields))
        return any(compare(operator, one, other) for one in left(fields) for other in others)

    return holds


def any_matches(operand: Operand, pattern: Any) -> Predicate:
    """Holds when the pattern is found in any of the values that are strings."""
    return lambda fields: any(isinstance(v, str) and pattern.search(v) is not None for v in operand(fields))


def any_exists(operand: Operand) -> Predicate:
    """Holds when any of the values is not null."""
    return lambda fields: any(value is not None for value in operand(fields))


def any_true(operand: Operand) -> Predicate:
    """Holds when any of the values is `true`."""
    return lambda fields: any(value is True for value in operand(fields))


# --- What changed --------------------------------------------------------------------------------------------


def changes(patch: Iterable[Mapping[str, Any]], steps: Sequence[Step]) -> Iterator[tuple[Any, Any]]:
    """What stood at a path of the object before and after, for each value there that a patch changed.

    Found also where the patch replaced, added or removed something around it, the whole object for one.
    """
    for operation in patch:
        pointer = operation["path"].split("/")[1:]
        if not all(_meets(step, part) for step, part in zip(steps, pointer, strict=False)):
            continue
        if len(pointer) > len(steps):
            # Of an object or list of which a part changed no more is said than of a sensitive value.
            yield HIDDEN_PART, HIDDEN_PART
            continue
        for old, new in _pairs(operation.get("old"), operation.get("value"), steps[len(pointer) :]):
            if not same(old, new):
                yield old, new


def _meets(step: Step, part: str) -> bool:
    return step is ALL or str(step) == part.replace("~1", "/").replace("~0", "~")


def _pairs(old: Any, new: Any, steps: Sequence[Step]) -> Iterator[tuple[Any, Any]]:
    if ALL not in steps:
        yield next(select(old, steps)), next(select(new, steps))
        return
    at = steps.index(ALL)
    old, new = next(select(old, steps[:at])), next(select(new, steps[:at]))
    if isinstance(old, Mapping) or isinstance(new, Mapping):
        before, after = (data if isinstance(data, Mapping) else {} for data in (old, new))
        inner = [(before.get(key), after.get(key)) for key in {**before, **after}]
    else:
        inner = list(zip_longest(_parts(old), _parts(new)))
    for one, other in inner:
        yield from _pairs(one, other, steps[at + 1 :])


def changed(steps: Sequence[Step], was: Test, became: Test) -> Predicate:
    """Holds when a value at the path changed from one that passes `was` to one that passes `became`."""
    return lambda fields: any(was(old) and became(new) for old, new in changes(fields("patch"), steps))


def moved(steps: Sequence[Step], operator: str) -> Predicate:
    """Holds when a number at the path changed so that `new OPERATOR old`."""
    return lambda fields: any(
        number(old) is not None and number(new) is not None and compare(operator, new, old)
        for old, new in changes(fields("patch"), steps)
    )
