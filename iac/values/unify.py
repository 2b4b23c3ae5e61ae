"""How types go together: which converts to which, why not, and the type that several have in common.

The rules are cty's (package `convert`). Nothing here has a value: converting one is left to `convert`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from iac.values.types import (
    DYNAMIC,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
    constraint_name,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
    without_optional,
)

_COLLECTIONS = {"list": list_of, "set": set_of, "map": map_of}


def missing_attributes(names: Sequence[str]) -> str:
    """What is said of required attributes that are missing."""
    quoted = [f'"{n}"' for n in names]
    if len(quoted) == 1:
        return f"attribute {quoted[0]} is required"
    if len(quoted) == 2:
        return f"attributes {quoted[0]} and {quoted[1]} are required"
    return f"attributes {', '.join(quoted[:-1])}, and {quoted[-1]} are required"


def requirement(have: Type, want: Type) -> str:
    """Why no value of type `have` can become `want`, in cty's words: `string required`, `element 0: ...`."""
    if isinstance(want, ObjectType) and isinstance(have, ObjectType):
        missing = [n for n in want.attributes if n not in have.attributes and n not in want.optional]
        if missing:
            return missing_attributes(missing)
        for name, target in want.attributes.items():
            part = have.attributes.get(name)
            if part is not None and not convertible(part, target, unsafe=True):
                return f'attribute "{name}": {requirement(part, target)}'
    if isinstance(want, CollectionType):
        found = _collection_requirement(have, want)
        if found is not None:
            return found
    return f"{'any type' if want is DYNAMIC else constraint_name(want)} required"


def _collection_requirement(have: Type, want: CollectionType) -> str | None:
    sequence = want.kind != "map"
    if isinstance(have, TupleType if sequence else ObjectType):
        if want.element is DYNAMIC:
            return f"all {want.kind} elements must have the same type"
        parts: Iterable[tuple[object, Type]]
        if isinstance(have, ObjectType):
            parts = ((f'"{name}"', part) for name, part in have.attributes.items())
        else:
            parts = enumerate(_parts(have))
        for place, part in parts:
            if not convertible(part, want.element, unsafe=True):
                return f"element {place}: {requirement(part, want.element)}"
    elif isinstance(have, CollectionType) and (have.kind != "map") is sequence:
        return f"incorrect {want.kind} element type: {requirement(have.element, want.element)}"
    return None


def convertible(have: Type, want: Type, *, unsafe: bool) -> bool:
    """Whether values of type `have` can become `want`: always, or with `unsafe` at least sometimes."""
    if have is want or want is DYNAMIC or have is DYNAMIC:
        return True
    if want.is_primitive:
        if want is STRING:
            return have.is_primitive
        return unsafe and have is STRING
    if isinstance(want, CollectionType):
        return _convertible_to_collection(have, want, unsafe)
    if isinstance(want, ObjectType):
        if isinstance(have, ObjectType):
            return all(
                convertible(have.attributes[n], t, unsafe=unsafe) if n in have.attributes else n in want.optional
                for n, t in want.attributes.items()
            )
        return (
            unsafe
            and isinstance(have, CollectionType)
            and have.kind == "map"
            and all(convertible(have.element, t, unsafe=unsafe) for t in want.attributes.values())
        )
    if isinstance(want, TupleType) and isinstance(have, TupleType):
        return len(have.elements) == len(want.elements) and all(
            convertible(h, w, unsafe=unsafe) for h, w in zip(have.elements, want.elements, strict=True)
        )
    return False


def _convertible_to_collection(have: Type, want: CollectionType, unsafe: bool) -> bool:
    kinds = ("map", "object") if want.kind == "map" else ("list", "set", "tuple")
    if have.kind not in kinds:
        return False
    if want.kind == "set" and have.kind == "list" and not unsafe:
        return False  # it loses the order and what is there twice
    parts = _parts(have)
    if want.element is DYNAMIC:
        if have.is_collection or not parts:
            return True
        common = unify(parts, unsafe=unsafe)
        return common is not None and (common is not DYNAMIC or want.kind == "map" or set(parts) == {DYNAMIC})
    return all(convertible(part, want.element, unsafe=unsafe) for part in parts)


def unify(types: Sequence[Type], *, unsafe: bool = False) -> Type | None:
    """The type that all of `types` convert to, or None. With `unsafe`, conversions that may fail count too.

    `any` (a null literal, a value whose type is not known yet) goes with every primitive type; beside collections
    and structures of one kind the result is `any`, as it cannot be told yet what they will have in common.
    """
    distinct = list(dict.fromkeys(types))
    if len(distinct) < 2:
        return distinct[0] if distinct else None
    kinds = {t.kind for t in distinct if t is not DYNAMIC}
    found: Type | None = None
    if len(kinds) == 1 and kinds <= _UNIFIERS.keys():
        return DYNAMIC if DYNAMIC in distinct else _UNIFIERS[kinds.pop()](distinct, unsafe)
    if kinds == {"object", "map"}:
        found = _as_collections(distinct, "object", "map", unsafe)
    elif kinds == {"tuple", "list"}:
        found = _as_collections(distinct, "tuple", "list", unsafe)
    elif kinds >= {"object", "tuple"}:
        return None
    return found or _most_general(distinct, unsafe)


_GENERALITY = {kind: rank for rank, kind in enumerate(("string", "map", "list", "tuple", "set", "object"))}
"""Which kinds are tried first as the common type; `any` is tried last."""


def _most_general(types: Sequence[Type], unsafe: bool) -> Type | None:
    """The first of `types`, the most general ones before others, that all the others convert to."""

    def rank(ty: Type) -> int:
        return len(_GENERALITY) + 1 if ty is DYNAMIC else _GENERALITY.get(ty.kind, len(_GENERALITY))

    for candidate in sorted(types, key=rank):
        if all(t is candidate or convertible(t, candidate, unsafe=unsafe) for t in types):
            return candidate
    return None


def _as_collections(types: Sequence[Type], structure: str, collection: str, unsafe: bool) -> Type | None:
    """The common type of collections and structures, when that is a collection."""
    same = _unify_parts([t for t in types if t.kind == structure], collection, unsafe)
    if same is None:
        return None
    found = unify([same if t.kind == structure else t for t in types], unsafe=unsafe)
    return found if found is not None and found.kind == collection else None


def _unify_parts(types: Sequence[Type], kind: str, unsafe: bool) -> Type | None:
    """A collection of what all the parts have in common."""
    element = unify([part for t in types for part in _parts(t)], unsafe=unsafe)
    if element is None:
        return None
    found = _COLLECTIONS[kind](element)
    fits = all(t.is_collection or convertible(t, found, unsafe=unsafe) for t in types)
    return found if fits else None


def _unify_objects(types: Sequence[Type], unsafe: bool) -> Type | None:
    objects = [t for t in types if isinstance(t, ObjectType)]
    names = objects[0].attributes.keys()
    if any(o.attributes.keys() != names for o in objects):
        return _unify_parts(types, "map", unsafe)
    parts = {name: unify([o.attributes[name] for o in objects], unsafe=unsafe) for name in names}
    if None in parts.values():
        return None
    found = object_of({n: p for n, p in parts.items() if p is not None})
    fits = all(convertible(o, found, unsafe=unsafe) for o in objects)
    return found if fits else _unify_parts(types, "map", unsafe)


def _unify_tuples(types: Sequence[Type], unsafe: bool) -> Type | None:
    tuples = [t for t in types if isinstance(t, TupleType)]
    if any(len(t.elements) != len(tuples[0].elements) for t in tuples):
        return _unify_parts(types, "list", unsafe)
    parts = [unify(column, unsafe=unsafe) for column in zip(*(t.elements for t in tuples), strict=True)]
    if None in parts:
        return None
    found = tuple_of(p for p in parts if p is not None)
    fits = all(convertible(t, found, unsafe=unsafe) for t in tuples)
    return found if fits else _unify_parts(types, "list", unsafe)


_UNIFIERS: dict[str, Callable[[Sequence[Type], bool], Type | None]] = {
    "map": lambda types, unsafe: _unify_parts(types, "map", unsafe),
    "list": lambda types, unsafe: _unify_parts(types, "list", unsafe),
    "set": lambda types, unsafe: _unify_parts(types, "set", unsafe),
    "object": _unify_objects,
    "tuple": _unify_tuples,
}
"""How types that are all of one kind are unified."""


def settled(have: Type, want: Type) -> Type:
    """The type that a null or unknown of type `have` gets when converted to the constraint `want`."""
    want = without_optional(want)
    if not want.has_dynamic or have is DYNAMIC:
        return want
    if want is DYNAMIC:
        return have
    if isinstance(want, CollectionType):
        parts = _parts(have)
        if isinstance(have, CollectionType):
            return _COLLECTIONS[want.kind](settled(have.element, want.element))
        common = unify([settled(part, want.element) for part in parts], unsafe=True) if parts else None
        return _COLLECTIONS[want.kind](common or DYNAMIC)
    if isinstance(want, ObjectType) and isinstance(have, ObjectType):
        parts_by_name = have.attributes
        return object_of({n: settled(parts_by_name.get(n, DYNAMIC), t) for n, t in want.attributes.items()})
    if isinstance(want, TupleType) and isinstance(have, TupleType):
        return tuple_of(settled(h, w) for h, w in zip(have.elements, want.elements, strict=True))
    return want


def _parts(ty: Type) -> Sequence[Type]:
    """The types of what is inside a collection or structure."""
    if isinstance(ty, CollectionType):
        return (ty.element,)
    if isinstance(ty, ObjectType):
        return tuple(ty.attributes.values())
    return ty.elements if isinstance(ty, TupleType) else ()
