"""Conversion of values between types, and the type that several types have in common.

The rules are cty's (package `convert`), as Terraform uses them for arguments, variables and conditionals.
A conversion can fail for two reasons: no value of the one type fits the other (the message alone then says
where they differ), or this value does not (the error then has the path inside the value). Raises
`ConversionError`; turning it into a diagnostic is left to whoever holds the syntax.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

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
    constraint_name,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
    without_optional,
)
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

_COLLECTIONS = {"list": list_of, "set": set_of, "map": map_of}


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
        target = _settled(value.type, ty)
        if raw is None:
            return null(target).with_marks(value.marks)
        result = unknown(target).never_null() if value.is_never_null else unknown(target)
        return result.with_marks(value.marks)
    result = _convert_known(value, ty)
    return result.with_marks(value.marks) if value.marks else result


def _settled(have: Type, want: Type) -> Type:
    """The type that a null or unknown of type `have` gets when converted to the constraint `want`."""
    want = without_optional(want)
    if not want.has_dynamic or have is DYNAMIC:
        return want
    if want is DYNAMIC:
        return have
    if isinstance(want, CollectionType):
        parts = _parts(have)
        if isinstance(have, CollectionType):
            return _COLLECTIONS[want.kind](_settled(have.element, want.element))
        common = unify([_settled(part, want.element) for part in parts], unsafe=True) if parts else None
        return _COLLECTIONS[want.kind](common or DYNAMIC)
    if isinstance(want, ObjectType) and isinstance(have, ObjectType):
        parts_by_name = have.attributes
        return object_of({n: _settled(parts_by_name.get(n, DYNAMIC), t) for n, t in want.attributes.items()})
    if isinstance(want, TupleType) and isinstance(have, TupleType):
        return tuple_of(_settled(h, w) for h, w in zip(have.elements, want.elements, strict=True))
    return want


def _parts(ty: Type) -> Sequence[Type]:
    """The types of what is inside a collection or structure."""
    if isinstance(ty, CollectionType):
        return (ty.element,)
    if isinstance(ty, ObjectType):
        return tuple(ty.attributes.values())
    return ty.elements if isinstance(ty, TupleType) else ()


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
        return _settled(have.element, target) if isinstance(have, CollectionType) else without_optional(target)
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
        raise ConversionError(_missing(missing))
    converted = {}
    for name, target in ty.attributes.items():
        element = elements.get(name)
        if element is None:
            converted[name] = null(without_optional(target))
        else:
            converted[name] = _at(Key(name) if from_map else name, element, target)
    return object_value(converted)


def _missing(names: Sequence[str]) -> str:
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
            return _missing(missing)
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
