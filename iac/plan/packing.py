"""Values as JSON with nothing lost: unknown parts, marks and types included. The inside of a saved plan.

Types are in a table beside the values, each once (`type_to_json`): a packed value begins with the number of its type.
Below it a string, bool, number or null stands for itself;
everything else is an array with a tag: `["u"]` unknown, `["m", marks, value]` marked, `["l", [...]]` the
elements of a list, set or tuple, `["d", {...}]` those of a map or object, `["n", text]` a number that is
no integer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iac.values import numbers
from iac.values.types import (
    BOOL,
    NUMBER,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    type_from_json,
    type_to_json,
)
from iac.values.value import UNKNOWN, Value


class TypeTable:
    """The types of packed values, in the order in which they were met."""

    def __init__(self) -> None:
        self._numbers: dict[Type, int] = {}

    def number(self, ty: Type) -> int:
        """The place of a type in the table."""
        return self._numbers.setdefault(ty, len(self._numbers))

    def to_json(self) -> list[Any]:
        """The table."""
        return [type_to_json(ty) for ty in self._numbers]


def read_types(raw: Any) -> list[Type]:
    """The types of a table as it was written. Raises ValueError."""
    return [type_from_json(ty) for ty in raw]


def pack(value: Value, types: TypeTable) -> list[Any]:
    """The JSON form of a value."""
    return [types.number(value.type), _pack(value)]


def _pack(value: Value) -> Any:
    if value.marks:
        return ["m", sorted(value.marks), _pack(Value(value.type, value.raw))]
    raw = value.raw
    kind = raw.__class__
    if kind is tuple:
        return ["l", [_pack(e) for e in raw]]
    if kind is dict:
        return ["d", {k: _pack(e) for k, e in raw.items()}]
    if raw is UNKNOWN:
        return ["u"]
    if value.type is NUMBER and raw is not None and kind is not int:
        return ["n", numbers.format_number(raw)]
    return raw


_PYTHON = {STRING: str, NUMBER: int, BOOL: bool}


def unpack(packed: Any, types: Sequence[Type]) -> Value:
    """The reverse of `pack`. Raises ValueError for anything that `pack` did not make."""
    try:
        number, raw = packed
        return _unpack(types[number], raw)
    except (TypeError, KeyError, IndexError, AttributeError) as problem:
        raise ValueError(f"not a packed value: {problem}") from None


def _unpack(ty: Type, raw: Any) -> Value:
    if not isinstance(raw, list):
        if raw is not None and type(raw) is not _PYTHON.get(ty):
            raise ValueError(f"no value of type {ty!r}")
        return Value(ty, raw)
    tag = raw[0]
    if tag == "u":
        return Value(ty, UNKNOWN)
    if tag == "m":
        if not all(isinstance(mark, str) for mark in raw[1]):
            raise ValueError("a mark is a text")
        return _unpack(ty, raw[2]).with_marks(frozenset(raw[1]))
    if tag == "n":
        return Value(ty, numbers.parse(raw[1]) if "Inf" not in raw[1] else numbers.from_float(float(raw[1])))
    if tag == "l":
        if isinstance(ty, TupleType):
            return Value(ty, tuple(_unpack(t, e) for t, e in zip(ty.elements, raw[1], strict=True)))
        if isinstance(ty, CollectionType) and ty.kind != "map":
            return Value(ty, tuple([_unpack(ty.element, e) for e in raw[1]]))
    if tag == "d":
        if isinstance(ty, ObjectType):
            return Value(ty, {n: _unpack(t, raw[1][n]) for n, t in ty.attributes.items()})
        if isinstance(ty, CollectionType) and ty.kind == "map":
            return Value(ty, {k: _unpack(ty.element, e) for k, e in raw[1].items()})
    raise ValueError(f"unknown tag {tag!r}")
