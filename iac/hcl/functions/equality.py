"""Whether two values are equal, as the functions that search and compare ask it (cty's `Equals`)."""

from __future__ import annotations

from collections.abc import Iterable

from iac.values.types import DYNAMIC, CollectionType, ObjectType, TupleType, Type
from iac.values.value import UNKNOWN, Value


def equal(a: Value, b: Value) -> bool | None:
    """Whether two values without marks are equal; None when that depends on something unknown.

    Values of different types differ; two nulls are equal.
    """
    if a is b and a.is_wholly_known:
        return True
    if a.raw is None or b.raw is None:
        return _equal_to_null(b if a.raw is None else a)
    if a.raw is UNKNOWN or b.raw is UNKNOWN:
        return None if a.raw is b.raw else _equal_to_unknown(a, b) if a.raw is UNKNOWN else _equal_to_unknown(b, a)
    if a.type is not b.type:
        # A part of unknown type may yet get the type that its counterpart has.
        open_types = a.type.has_dynamic and not a.is_wholly_known, b.type.has_dynamic and not b.is_wholly_known
        return None if any(open_types) and (_conforms(a.type, b.type) or _conforms(b.type, a.type)) else False
    if a.is_wholly_known and b.is_wholly_known:
        return bool(a.raw == b.raw)
    return _equal_parts(a, b)


def _equal_to_null(value: Value) -> bool | None:
    return True if value.raw is None else False if value.is_never_null else None


def _equal_to_unknown(what: Value, known: Value) -> bool | None:
    """Whether something unknown may be equal to a known value that is not null: None, or that it is not."""
    if what.type.has_dynamic:
        return None
    return None if what.type is known.type and (not what.prefix or known.raw.startswith(what.prefix)) else False


def _conforms(ty: Type, want: Type) -> bool:
    """Whether a type is of the form of another, in which `any` stands for anything."""
    if ty is want or want is DYNAMIC:
        return True
    if isinstance(ty, CollectionType) and isinstance(want, CollectionType):
        return ty.kind == want.kind and _conforms(ty.element, want.element)
    if isinstance(ty, ObjectType) and isinstance(want, ObjectType):
        return ty.attributes.keys() == want.attributes.keys() and all(
            _conforms(ty.attributes[name], part) for name, part in want.attributes.items()
        )
    if isinstance(ty, TupleType) and isinstance(want, TupleType):
        return len(ty.elements) == len(want.elements) and all(map(_conforms, ty.elements, want.elements))
    return False


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
