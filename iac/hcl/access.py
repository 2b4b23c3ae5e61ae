"""What `.name` and `[key]` give of a value, and Terraform's words where they give nothing.

The rules are HCL's: marks of the value and of the key go on to the result, of something unknown there is an
unknown part of the type it will have. Where in the source it happened is left to the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable

from iac.hcl.failure import Failure
from iac.hcl.syntax import Attr, Step
from iac.values import numbers
from iac.values.convert import ConversionError, convert
from iac.values.types import DYNAMIC, NUMBER, STRING, CollectionType, ObjectType, TupleType, Type
from iac.values.value import UNKNOWN, UNKNOWN_DYNAMIC, Value, unknown

_NO_ELEMENT = "The given key does not identify an element in this collection value"
_SET_INDEX = (
    "Elements of a set are identified only by their value and don't have any separate index or key to select "
    "with, so it's only possible to perform operations across all elements of the set."
)


def follow(value: Value, steps: Iterable[Step]) -> Value:
    """What several steps lead to. Raises `Failure`."""
    for step in steps:
        value = take(value, step)
    return value


def take(value: Value, step: Step) -> Value:
    """What one step of a traversal leads to. Raises `Failure`."""
    return attribute(value, step.name) if isinstance(step, Attr) else index(value, step.key)


def attribute(value: Value, name: str) -> Value:
    """`value.name`. Raises `Failure`."""
    raw, ty = value.raw, value.type
    if raw.__class__ is dict:
        found: Value | None = raw.get(name)
        if found is not None:
            return found.with_marks(value.marks) if value.marks else found
    if raw is None:
        raise Failure(
            "Attempt to get attribute from null value", "This value is null, so it does not have any attributes."
        )
    if isinstance(ty, ObjectType):
        if name not in ty.attributes:
            raise Failure("Unsupported attribute", f'This object does not have an attribute named "{name}".')
        return unknown(ty.attributes[name]).with_marks(value.marks)
    if isinstance(ty, CollectionType) and ty.kind == "map":
        if raw is not UNKNOWN:
            raise Failure("Missing map element", f'This map does not have an element with the key "{name}".')
        return unknown(ty.element).with_marks(value.marks)
    if ty is DYNAMIC:
        return UNKNOWN_DYNAMIC.with_marks(value.marks)
    raise Failure("Unsupported attribute", _no_attributes(ty, name))


def _no_attributes(ty: Type, name: str) -> str:
    if ty.is_primitive:
        return f"Can't access attributes on a primitive-typed value ({ty.kind})."
    if isinstance(ty, CollectionType) and isinstance(ty.element, ObjectType):
        if ty.kind == "list":
            which = f'attribute "{name}"' if name in ty.element.attributes else "an attribute"
            return (
                f"Can't access attributes on a list of objects. Did you mean to access {which} for a specific element "
                "of the list, or across all elements of the list?"
            )
        return (
            "Can't access attributes on a set of objects. Did you mean to access an attribute across all elements "
            "of the set?"
        )
    return "This value does not have any attributes."


def index(value: Value, key: Value) -> Value:
    """`value[key]`. Raises `Failure`."""
    if value.raw is None:
        raise Failure("Attempt to index null value", "This value is null, so it does not have any indices.")
    if key.raw is None:
        raise Failure("Invalid index", "Can't use a null value as an indexing key.")
    ty = value.type
    if DYNAMIC in (ty, key.type):
        return UNKNOWN_DYNAMIC.with_marks(value.marks | key.marks)
    kind = ty.kind
    if kind in ("list", "tuple"):
        found = _element(value, _as_key(key, NUMBER))
    elif kind in ("map", "object"):
        found = _member(value, _as_key(key, STRING), by_number=key.type is NUMBER)
    else:
        raise Failure("Invalid index", _SET_INDEX if kind == "set" else "This value does not have any indices.")
    marks = value.marks | key.marks
    return found.with_marks(marks) if marks else found


def _as_key(key: Value, ty: Type) -> Value:
    try:
        return convert(key, ty)
    except ConversionError as problem:
        raise Failure("Invalid index", f"{_NO_ELEMENT}: {problem}.") from None


def _element(value: Value, key: Value) -> Value:
    position, ty = key.raw, value.type
    if isinstance(ty, CollectionType) and (value.raw is UNKNOWN or position is UNKNOWN):
        return unknown(ty.element)
    if position is not UNKNOWN:
        if type(position) is not int and position != 0 and (numbers.is_infinite(position) or int(position) != position):
            raise Failure(
                "Invalid index",
                f"{_NO_ELEMENT}: indexing a sequence requires a whole number, but the given index has a fractional "
                "part.",
            )
        if position < 0:
            raise Failure("Invalid index", f"{_NO_ELEMENT}: a negative number is not a valid index for a sequence.")
    if position is UNKNOWN:
        return UNKNOWN_DYNAMIC
    elements = ty.elements if isinstance(ty, TupleType) else value.raw
    if position >= len(elements):
        raise Failure("Invalid index", _NO_ELEMENT + _beyond(position, len(elements), hidden=bool(value.marks)))
    if value.raw is UNKNOWN:
        return unknown(elements[int(position)])
    found: Value = value.raw[int(position)]
    return found


def _beyond(position: int, length: int, *, hidden: bool) -> str:
    """Why there is no element so far on; Terraform says it only of the first position beyond the end."""
    if hidden or position > length:
        return "."
    if not length:
        return ": the collection has no elements."
    return ": the given index is greater than or equal to the length of the collection."


def _member(value: Value, key: Value, *, by_number: bool) -> Value:
    name, ty = key.raw, value.type
    if isinstance(ty, ObjectType):
        if name is UNKNOWN or value.raw is UNKNOWN:
            return UNKNOWN_DYNAMIC
        if name not in ty.attributes:
            hint = " An object only supports looking up attributes by name, not by numeric index." if by_number else ""
            raise Failure("Invalid index", f"{_NO_ELEMENT}.{hint}")
        attribute: Value = value.raw[name]
        return attribute
    assert isinstance(ty, CollectionType)
    if name is UNKNOWN or value.raw is UNKNOWN:
        return unknown(ty.element)
    found: Value | None = value.raw.get(name)
    if found is None:
        raise Failure("Invalid index", f"{_NO_ELEMENT}.")
    return found
