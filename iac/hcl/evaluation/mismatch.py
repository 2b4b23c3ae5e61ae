"""What tells the types of a conditional's two arms apart, in words."""

from __future__ import annotations

from iac.hcl.render import go_quote
from iac.values.types import CollectionType, ObjectType, TupleType, Type, type_name


def describe_mismatch(then: Type, other: Type) -> str:
    """The first difference between two types that have none in common, as Terraform words it, without a
    full stop."""
    found = None
    if isinstance(then, ObjectType) and isinstance(other, ObjectType):
        found = _objects(then, other)
    elif isinstance(then, TupleType) and isinstance(other, TupleType):
        found = _tuples(then, other)
    elif isinstance(then, CollectionType) and isinstance(other, CollectionType):
        found = _collections(then, other)
    if found is not None:
        return found
    a, b = type_name(then), type_name(other)
    if a == b:
        return (
            "At least one deeply-nested attribute or element is not compatible across both the 'true' and the "
            "'false' value"
        )
    return f"The 'true' value is {a}, but the 'false' value is {b}"


def _objects(then: ObjectType, other: ObjectType) -> str | None:
    for name, ty in sorted(then.attributes.items()):
        if name not in other.attributes:
            return f"The 'true' value includes object attribute {go_quote(name)}, which is absent in the 'false' value"
        if ty is not other.attributes[name]:
            inner = describe_mismatch(ty, other.attributes[name])
            return f"Type mismatch for object attribute {go_quote(name)}: {inner}"
    for name in sorted(other.attributes):
        if name not in then.attributes:
            return f"The 'false' value includes object attribute {go_quote(name)}, which is absent in the 'true' value"
    return None


def _tuples(then: TupleType, other: TupleType) -> str | None:
    a, b = len(then.elements), len(other.elements)
    if a != b:
        return f"The 'true' tuple has length {a}, but the 'false' tuple has length {b}"
    for position, (x, y) in enumerate(zip(then.elements, other.elements, strict=True)):
        if x is not y:
            return f"Type mismatch for tuple element {position}: {describe_mismatch(x, y)}"
    return None


def _collections(then: CollectionType, other: CollectionType) -> str | None:
    kinds = {then.element.kind, other.element.kind}
    if then.kind == other.kind and kinds in ({"object"}, {"tuple"}):
        return f"Mismatched {then.kind} element types: {describe_mismatch(then.element, other.element)}"
    return None
