"""Conversion of values between types.

The rules are cty's (package `convert`), as Terraform uses them for arguments, variables and conditionals.
A conversion can fail for two reasons: no value of the one type fits the other (the message alone then says
where they differ), or this value does not (the error then has the path inside the value). Raises
`ConversionError`; turning it into a diagnostic is left to whoever holds the syntax. Which types go
together is said by `unify`.
"""

from __future__ import annotations

from collections.abc import Sequence

from iac.values import numbers
from iac.values.limits import LimitError
from iac.values.paths import Key, Path, format_path
from iac.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    list_of,
    without_optional,
)
from iac.values.unify import convertible, missing_attributes, requirement, settled, unify
from iac.values.value import (
    FALSE,
    TRUE,
    UNKNOWN,
    Value,
    list_value,
    map_value,
    null,
    object_value,
    set_value,
    tuple_value,
    unknown,
)


class ConversionError(Exception):
    """A value does not fit a type; `path` is where inside it, `message` what is required there."""

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path

    def within(self, *steps: str | Key) -> ConversionError:
        """The same error seen from further out."""
        return ConversionError(self.message, (*steps, *self.path))

    def __str__(self) -> str:
        """The message with the place in front, as Terraform has it: `.ports[1]: a number is required`."""
        return f"{format_path(self.path)}: {self.message}" if self.path else self.message


def convert(value: Value, ty: Type) -> Value:
    """`value` as a value of type `ty`, marks kept. Raises `ConversionError` when there is no such value.

    `ty` may be a constraint: `any` inside it takes whatever the value has, optional attributes that are
    missing become null.
    """
    if value.type is ty or ty is DYNAMIC:
        return value
    try:
        return _convert(value, ty)
    except ConversionError:
        if convertible(value.type, ty, unsafe=True):
            raise
        raise ConversionError(requirement(value.type, ty)) from None


def _convert(value: Value, ty: Type) -> Value:
    if value.type is ty or ty is DYNAMIC:
        return value
    raw = value.raw
    if raw is None or raw is UNKNOWN:
        if not convertible(value.type, ty, unsafe=True):
            raise ConversionError(requirement(value.type, ty))
        target = settled(value.type, ty)
        if raw is None:
            return null(target).with_marks(value.marks)
        result = unknown(target).never_null() if value.is_never_null else unknown(target)
        return result.with_marks(value.marks)
    result = _convert_known(value, ty)
    return result.with_marks(value.marks) if value.marks else result


def _convert_known(value: Value, ty: Type) -> Value:
    kind = value.type.kind
    if ty.is_primitive:
        return _to_primitive(value, ty)
    if isinstance(ty, CollectionType):
        if ty.kind == "map":
            if kind in ("map", "object"):
                return _to_map(value, ty.element)
        elif kind in ("list", "set", "tuple"):
            return _to_sequence(value, ty)
    elif isinstance(ty, ObjectType):
        if kind in ("object", "map"):
            return _to_object(value, ty)
    elif isinstance(ty, TupleType) and kind == "tuple" and len(value.raw) == len(ty.elements):
        return tuple_value(_at(Key(i), e, t) for i, (e, t) in enumerate(zip(value.raw, ty.elements, strict=True)))
    raise ConversionError(requirement(value.type, ty))


def _at(step: str | Key, value: Value, ty: Type) -> Value:
    if value.type is ty:
        return value
    try:
        return _convert(value, ty)
    except ConversionError as problem:
        raise problem.within(step) from None


def _to_primitive(value: Value, ty: Type) -> Value:
    have, raw = value.type, value.raw
    if ty is STRING:
        if have is NUMBER:
            return Value(STRING, numbers.format_number(raw))
        if have is BOOL:
            return Value(STRING, "true" if raw else "false")
    elif ty is NUMBER and have is STRING:
        try:
            return Value(NUMBER, numbers.parse(raw))
        except LimitError as problem:
            raise ConversionError(problem.message) from None
        except ValueError:
            raise ConversionError("a number is required") from None
    elif ty is BOOL and have is STRING:
        if raw in ("true", "1"):
            return TRUE
        if raw in ("false", "0"):
            return FALSE
        hint = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false"}.get(raw)
        more = f'; to convert from string, use lowercase "{hint}"' if hint else ""
        raise ConversionError(f"a bool is required{more}")
    raise ConversionError(requirement(have, ty))


def _to_sequence(value: Value, ty: CollectionType) -> Value:
    elements: Sequence[Value] = value.raw
    target = ty.element
    if target.has_dynamic:
        target = _common(value, elements, target, ty.kind)
    converted = [_at(Key(i), e, target) for i, e in enumerate(elements)]
    element = _one_type(converted, without_optional(target), ty.kind)
    if ty.kind == "list":
        if value.type.kind == "set" and len(elements) > 1 and not value.is_wholly_known:
            return unknown(list_of(element)).never_null()  # what is unknown may turn out to be the same
        return list_value(element, converted)
    return set_value(element, converted)


def _to_map(value: Value, target: Type) -> Value:
    elements: dict[str, Value] = value.raw
    if target.has_dynamic:
        target = _common(value, list(elements.values()), target, "map")
    converted = {k: _at(Key(k), e, target) for k, e in elements.items()}
    return map_value(_one_type(list(converted.values()), without_optional(target), "map"), converted)


def _one_type(elements: Sequence[Value], element: Type, kind: str) -> Type:
    """The type of all elements of a new collection; where it is to be `element` but for an `any` in that, the type
    that they have."""
    if not element.has_dynamic:
        return element
    types = {e.type for e in elements} - {DYNAMIC}
    if len(types) > 1:
        raise ConversionError(f"element types must all match for conversion to {kind}")
    return types.pop() if types else element


def _common(value: Value, elements: Sequence[Value], target: Type, kind: str) -> Type:
    """The one element type that replaces `any` in `list(any)` and its like."""
    types = [e.type if target is DYNAMIC else _convert(e, target).type for e in elements]
    if not types:
        have = value.type
        return settled(have.element, target) if isinstance(have, CollectionType) else without_optional(target)
    found = unify(types, unsafe=True)
    if found is DYNAMIC and not value.type.is_collection:
        # Beside nulls without a type, an object may have parts of one type, a tuple none.
        distinct = set(types) - {DYNAMIC}
        found = next(iter(distinct), DYNAMIC) if len(distinct) <= (kind == "map") else None
    if found is None:
        raise ConversionError(f"all {kind} elements must have the same type")
    return found


def _to_object(value: Value, ty: ObjectType) -> Value:
    elements: dict[str, Value] = value.raw
    missing = [n for n in ty.attributes if n not in elements and n not in ty.optional]
    from_map = value.type.kind == "map"
    if missing and from_map:
        raise ConversionError(f'map has no element for required attribute "{missing[0]}"')
    if missing:
        raise ConversionError(missing_attributes(missing))
    converted = {}
    for name, target in ty.attributes.items():
        element = elements.get(name)
        if element is None:
            converted[name] = null(without_optional(target))
        else:
            converted[name] = _at(Key(name) if from_map else name, element, target)
    return object_value(converted)
