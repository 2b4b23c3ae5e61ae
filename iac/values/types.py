"""The type system of the language (that of HCL and cty): primitives, collections, structures, dynamic.

Types are interned: two equal types are the same object, so they are compared with `is`. Owns the types,
their names for people and their JSON form (as in plan, state and provider schema JSON). Leaves values to
`iac.values.value`, conversion to `iac.values.convert`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final


class Type:
    """A type. `kind` is one of string, number, bool, dynamic, list, set, map, object, tuple."""

    __slots__ = ("kind",)
    kind: str

    def __init__(self, kind: str) -> None:
        self.kind = kind

    @property
    def is_primitive(self) -> bool:
        """Whether it is string, number or bool."""
        return self.kind in ("string", "number", "bool")

    @property
    def is_collection(self) -> bool:
        """Whether it is a list, set or map: all elements of one type."""
        return self.kind in ("list", "set", "map")

    @property
    def has_dynamic(self) -> bool:
        """Whether `any` stands anywhere in it."""
        return self.kind == "dynamic"

    def __repr__(self) -> str:
        return type_expression(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type_from_json, (type_to_json(self),)


class CollectionType(Type):
    """A list, set or map of one `element` type."""

    __slots__ = ("element",)
    element: Type

    def __init__(self, kind: str, element: Type) -> None:
        super().__init__(kind)
        self.element = element

    @property
    def has_dynamic(self) -> bool:
        return self.element.has_dynamic


class ObjectType(Type):
    """An object with named `attributes` (sorted by name), of which `optional` may be left out in a
    type constraint."""

    __slots__ = ("attributes", "optional")
    attributes: Mapping[str, Type]
    optional: frozenset[str]

    def __init__(self, attributes: Mapping[str, Type], optional: frozenset[str]) -> None:
        super().__init__("object")
        self.attributes = attributes
        self.optional = optional

    @property
    def has_dynamic(self) -> bool:
        return any(t.has_dynamic for t in self.attributes.values())


class TupleType(Type):
    """A tuple: one type for each of its `elements`."""

    __slots__ = ("elements",)
    elements: tuple[Type, ...]

    def __init__(self, elements: tuple[Type, ...]) -> None:
        super().__init__("tuple")
        self.elements = elements

    @property
    def has_dynamic(self) -> bool:
        return any(t.has_dynamic for t in self.elements)


STRING: Final = Type("string")
NUMBER: Final = Type("number")
BOOL: Final = Type("bool")
DYNAMIC: Final = Type("dynamic")

_PRIMITIVES: Final = {t.kind: t for t in (STRING, NUMBER, BOOL, DYNAMIC)}
_COLLECTIONS: dict[tuple[str, Type], CollectionType] = {}
_OBJECTS: dict[tuple[tuple[tuple[str, Type], ...], frozenset[str]], ObjectType] = {}
_TUPLES: dict[tuple[Type, ...], TupleType] = {}


def _collection(kind: str, element: Type) -> CollectionType:
    found = _COLLECTIONS.get((kind, element))
    if found is None:
        found = _COLLECTIONS[kind, element] = CollectionType(kind, element)
    return found


def list_of(element: Type) -> CollectionType:
    """`list(element)`."""
    return _collection("list", element)


def set_of(element: Type) -> CollectionType:
    """`set(element)`."""
    return _collection("set", element)


def map_of(element: Type) -> CollectionType:
    """`map(element)`."""
    return _collection("map", element)


def object_of(attributes: Mapping[str, Type], optional: Iterable[str] = ()) -> ObjectType:
    """`object({...})`; the names in `optional` are `optional(...)` attributes of a constraint."""
    key = (tuple(sorted(attributes.items(), key=_name)), frozenset(optional))
    found = _OBJECTS.get(key)
    if found is None:
        found = _OBJECTS[key] = ObjectType(dict(key[0]), key[1])
    return found


def _name(item: tuple[str, Type]) -> str:
    return item[0]


def tuple_of(elements: Iterable[Type]) -> TupleType:
    """`tuple([...])`."""
    key = tuple(elements)
    found = _TUPLES.get(key)
    if found is None:
        found = _TUPLES[key] = TupleType(key)
    return found


EMPTY_OBJECT: Final = object_of({})
EMPTY_TUPLE: Final = tuple_of(())


def without_optional(ty: Type) -> Type:
    """The same type with every `optional` attribute made an ordinary one: the type values have."""
    if isinstance(ty, CollectionType):
        return _collection(ty.kind, without_optional(ty.element))
    if isinstance(ty, ObjectType):
        return object_of({n: without_optional(t) for n, t in ty.attributes.items()})
    if isinstance(ty, TupleType):
        return tuple_of(without_optional(t) for t in ty.elements)
    return ty


def type_name(ty: Type) -> str:
    """The type of a value in words, as error messages have it: `string`, `list of string`, `object`, `tuple`, ...

    cty calls this the friendly name.
    """
    return f"{ty.kind} of {type_name(ty.element)}" if isinstance(ty, CollectionType) else ty.kind


def constraint_name(ty: Type) -> str:
    """The same for a type that is asked for, where `any` stands for some type: `list of any single type`."""
    if not isinstance(ty, CollectionType):
        return ty.kind
    return f"{ty.kind} of {'any single type' if ty.element is DYNAMIC else constraint_name(ty.element)}"


def type_expression(ty: Type) -> str:
    """The type as a constraint on one line: `list(object({a=string}))`; what `type()` is built on."""
    if isinstance(ty, CollectionType):
        return f"{ty.kind}({type_expression(ty.element)})"
    if isinstance(ty, ObjectType):
        inner = ",".join(
            f"{n}=optional({type_expression(t)})" if n in ty.optional else f"{n}={type_expression(t)}"
            for n, t in ty.attributes.items()
        )
        return f"object({{{inner}}})"
    if isinstance(ty, TupleType):
        return f"tuple([{','.join(type_expression(t) for t in ty.elements)}])"
    return ty.kind


def type_to_json(ty: Type) -> Any:
    """The type as cty's JSON: `"string"`, `["list", "string"]`, `["object", {"a": "string"}]`."""
    if isinstance(ty, CollectionType):
        return [ty.kind, type_to_json(ty.element)]
    if isinstance(ty, ObjectType):
        attributes = {n: type_to_json(t) for n, t in ty.attributes.items()}
        return ["object", attributes, sorted(ty.optional)] if ty.optional else ["object", attributes]
    if isinstance(ty, TupleType):
        return ["tuple", [type_to_json(t) for t in ty.elements]]
    return ty.kind


def type_from_json(raw: Any) -> Type:
    """The reverse of `type_to_json`. Raises ValueError when `raw` describes no type."""
    if isinstance(raw, str) and raw in _PRIMITIVES:
        return _PRIMITIVES[raw]
    if isinstance(raw, list) and len(raw) in (2, 3):
        kind, inner = raw[0], raw[1]
        if kind in ("list", "set", "map"):
            return _collection(kind, type_from_json(inner))
        if kind == "object" and isinstance(inner, dict):
            return object_of({n: type_from_json(t) for n, t in inner.items()}, raw[2] if len(raw) == 3 else ())
        if kind == "tuple" and isinstance(inner, list):
            return tuple_of(type_from_json(t) for t in inner)
    raise ValueError(f"not a type: {raw!r}")
