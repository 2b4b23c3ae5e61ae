"""Defaults of optional object attributes: the tree that a type constraint declares, and filling them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from iac.values.convert import ConversionError, convert
from iac.values.types import CollectionType, list_of, map_of
from iac.values.unify import unify
from iac.values.value import UNKNOWN, Value, object_value, set_value, tuple_value

ELEMENT = ""
"""The name under which the children of a collection's defaults have those of its elements."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """The defaults of one type: `values` of its optional attributes by name, and the `children`: the
    defaults inside attributes by name, inside tuple elements by position, inside collections under `ELEMENT`."""

    values: Mapping[str, Value] = field(default_factory=dict)
    children: Mapping[str, Defaults] = field(default_factory=dict)

    def child(self, step: str | int) -> Defaults | None:
        """The defaults that hold for an attribute or element."""
        return self.children.get(ELEMENT) or self.children.get(str(step))


def apply_defaults(value: Value, defaults: Defaults) -> Value:
    """The value with defaults wherever an optional attribute is missing or null; marks are kept.

    To be done before conversion to the type: what comes out may still need it. Where the value does not
    have the shape of the type, it is left for the conversion to refuse.
    """
    if value.raw is None or value.raw is UNKNOWN:
        return value
    kind = value.type.kind
    if kind in ("list", "set", "tuple"):
        items = [_applied(element, defaults.child(i)) for i, element in enumerate(value.raw)]
        return _sequence(value, items).with_marks(value.marks)
    if kind in ("map", "object"):
        members = {name: _applied(element, defaults.child(name)) for name, element in value.raw.items()}
        for name, default in defaults.values.items():
            if name not in members or members[name].raw is None:
                members[name] = _applied(default, defaults.child(name))
        return _mapping(value, members).with_marks(value.marks)
    return value


def _applied(value: Value, defaults: Defaults | None) -> Value:
    return value if defaults is None else apply_defaults(value, defaults)


def _sequence(value: Value, items: Sequence[Value]) -> Value:
    """The elements as a collection of the same kind where they still have a type in common, else a tuple."""
    if not isinstance(value.type, CollectionType):
        return tuple_value(items)
    if not items:
        return value
    same = _unified(items)
    if same is None:
        return tuple_value(items)
    element = same[0].type
    return Value(list_of(element), tuple(same)) if value.type.kind == "list" else set_value(element, same)


def _mapping(value: Value, members: Mapping[str, Value]) -> Value:
    if value.type.kind == "object":
        return object_value(members)
    if not members:
        return value
    same = _unified(list(members.values()))
    if same is None:
        return object_value(members)
    return Value(map_of(same[0].type), dict(sorted(zip(members, same, strict=True), key=lambda pair: pair[0])))


def _unified(items: Sequence[Value]) -> list[Value] | None:
    common = unify([item.type for item in items], unsafe=True)
    if common is None:
        return None
    try:
        return [convert(item, common) for item in items]
    except ConversionError:
        return None
