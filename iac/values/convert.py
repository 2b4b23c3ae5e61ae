"""Conversion of values between types, and the type that several types have in common.

The rules are cty's (package `convert`), as Terraform uses them for arguments, variables and conditionals.
Raises `ConversionError`, which names the place inside the value; turning it into a diagnostic is left to
whoever holds the syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iac.values import numbers
from iac.values.paths import Key, Path
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
    map_of,
    object_of,
    tuple_of,
    type_name,
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
        return describe(self.path, self.message)


def describe(path: Path, message: str) -> str:
    """The message with the place in front of it, in cty's words: `element "a": attribute "b": ...`."""
    words = []
    for step in path:
        if isinstance(step, Key):
            key = step.key
            words.append(
                f'element "{key}"'
                if isinstance(key, str)
                else f"element {key}"
                if isinstance(key, int)
                else "element"
            )
        else:
            words.append(f'attribute "{step}"')
    return ": ".join([*words, message])


def convert(value: Value, ty: Type) -> Value:
    """`value` as a value of type `ty`, marks kept. Raises `ConversionError` when there is no such value.

    `ty` may be a constraint: `any` inside it takes whatever the value has, optional attributes that are
    missing become null.
    """
    if value.type is ty or ty is DYNAMIC:
        return value
    raw = value.raw
    if raw is None or raw is UNKNOWN:
        if value.type is not DYNAMIC and not convertible(value.type, ty, unsafe=True):
            raise ConversionError(requirement(value.type, ty))
        target = _settled(value.type, ty)
        return (null(target) if raw is None else unknown(target)).with_marks(value.marks)
    result = _convert_known(value, ty)
    return result.with_marks(value.marks) if value.marks else result


def _settled(have: Type, want: Type) -> Type:
    """The type that a null or unknown of type `have` gets when converted to the constraint `want`."""
    want = without_optional(want)
    if not want.has_dynamic or have is DYNAMIC:
        return want
    if isinstance(want, CollectionType) and isinstance(have, CollectionType) and want.element is DYNAMIC:
        return CollectionTypeOf(want.kind, have.element)
    return want


def CollectionTypeOf(kind: str, element: Type) -> CollectionType:  # noqa: N802 - reads as the type it makes
    """The collection type of a kind given by name."""
    from iac.values.types import set_of

    return {"list": list_of, "set": set_of, "map": map_of}[kind](element)


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
        return tuple_value(
            _at(Key(i), e, t) for i, (e, t) in enumerate(zip(value.raw, ty.elements, strict=True))
        )
    raise ConversionError(requirement(value.type, ty))


def _at(step: str | Key, value: Value, ty: Type) -> Value:
    try:
        return convert(value, ty)
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
        target = _common(elements, target, ty.kind)
    step = (lambda i, e: Key(e)) if value.type.kind == "set" else (lambda i, e: Key(i))
    converted = [_at(step(i, e), e, target) for i, e in enumerate(elements)]
    element = without_optional(target)
    if ty.kind == "list":
        return list_value(element, converted)
    return set_value(element, converted)


def _to_map(value: Value, target: Type) -> Value:
    elements: dict[str, Value] = value.raw
    if target.has_dynamic:
        target = _common(list(elements.values()), target, "map")
    return map_value(without_optional(target), {k: _at(Key(k), e, target) for k, e in elements.items()})


def _common(elements: Sequence[Value], target: Type, kind: str) -> Type:
    """The one element type that replaces `any` in `list(any)` and its like."""
    types = [e.type for e in elements] if target is DYNAMIC else [convert(e, target).type for e in elements]
    if not types:
        return without_optional(target)
    found = unify(types)
    if found is None:
        raise ConversionError(
            f"all {kind} elements must have the same type"
            if kind != "map"
            else "all map elements must have the same type"
        )
    return found


def _to_object(value: Value, ty: ObjectType) -> Value:
    elements: dict[str, Value] = value.raw
    missing = [n for n in ty.attributes if n not in elements and n not in ty.optional]
    if missing:
        raise ConversionError(_missing(missing))
    return object_value(
        {
            n: _at(n, elements[n], t) if n in elements else null(without_optional(t))
            for n, t in ty.attributes.items()
        }
    )


def _missing(names: Sequence[str]) -> str:
    quoted = [f'"{n}"' for n in names]
    if len(quoted) == 1:
        return f"attribute {quoted[0]} is required"
    if len(quoted) == 2:
        return f"attributes {quoted[0]} and {quoted[1]} are required"
    return f"attributes {', '.join(quoted[:-1])}, and {quoted[-1]} are required"


def requirement(have: Type, want: Type) -> str:
    """Why `have` cannot become `want`, in cty's words: `string required`, `attribute "a" is required`."""
    if isinstance(want, ObjectType) and isinstance(have, ObjectType):
        missing = [n for n in want.attributes if n not in have.attributes and n not in want.optional]
        if missing:
            return _missing(missing)
        for name, target in want.attributes.items():
            part = have.attributes.get(name)
            if part is not None and not convertible(part, target, unsafe=True):
                return f'attribute "{name}": {requirement(part, target)}'
    if isinstance(want, CollectionType) and isinstance(have, CollectionType) and want.element is not DYNAMIC:
        sequences = ("list", "set")
        if (
            want.kind == have.kind or (want.kind in sequences and have.kind in sequences)
        ) and not convertible(have.element, want.element, unsafe=True):
            return f"incorrect {want.kind} element type: {requirement(have.element, want.element)}"
    return f"{type_name(want)} required"


def convertible(have: Type, want: Type, *, unsafe: bool) -> bool:
    """Whether values of type `have` can become `want`: always, or with `unsafe` at least sometimes."""
    if have is want or want is DYNAMIC or have is DYNAMIC:
        return True
    if want.is_primitive:
        if want is STRING:
            return have.is_primitive
        return unsafe and have is STRING
    if isinstance(want, CollectionType):
        if want.kind == "map":
            parts: Iterable[Type]
            if isinstance(have, ObjectType):
                parts = have.attributes.values()
            elif isinstance(have, CollectionType) and have.kind == "map":
                parts = (have.element,)
            else:
                return False
        elif isinstance(have, TupleType):
            parts = have.elements
        elif isinstance(have, CollectionType) and have.kind != "map":
            if have.kind == "set" and want.kind == "list" and not unsafe:
                pass
            parts = (have.element,)
        else:
            return False
        return all(convertible(p, want.element, unsafe=unsafe) for p in parts)
    if isinstance(want, ObjectType):
        if isinstance(have, ObjectType):
            return all(
                convertible(have.attributes[n], t, unsafe=unsafe)
                if n in have.attributes
                else n in want.optional
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


def unify(types: Sequence[Type], *, unsafe: bool = False) -> Type | None:
    """The type that all of `types` convert to, or None. With `unsafe`, conversions that may fail count too."""
    distinct = list(dict.fromkeys(types))
    if not distinct:
        return None
    if len(distinct) == 1:
        return distinct[0]
    if DYNAMIC in distinct:
        return DYNAMIC
    kinds = {t.kind for t in distinct}
    if kinds <= {"object", "map"}:
        return _unify_maps(distinct, kinds, unsafe)
    if kinds <= {"tuple", "list"} or kinds <= {"tuple", "set"}:
        return _unify_sequences(distinct, kinds, unsafe)
    if kinds == {"list", "set"}:
        element = unify([t.element for t in distinct if isinstance(t, CollectionType)], unsafe=unsafe)
        return None if element is None else list_of(element)
    if kinds in ({"set"},):
        return _unify_elements(distinct, "set", unsafe)
    for candidate in distinct:
        if all(convertible(t, candidate, unsafe=False) for t in distinct):
            return candidate
    if unsafe:
        for candidate in distinct:
            if all(convertible(t, candidate, unsafe=True) for t in distinct):
                return candidate
    return None


def _unify_elements(types: Sequence[Type], kind: str, unsafe: bool) -> Type | None:
    elements: list[Type] = []
    for t in types:
        if isinstance(t, CollectionType):
            elements.append(t.element)
        elif isinstance(t, ObjectType):
            elements.extend(t.attributes.values())
        elif isinstance(t, TupleType):
            elements.extend(t.elements)
    element = unify(elements, unsafe=unsafe) if elements else DYNAMIC
    return None if element is None else CollectionTypeOf(kind, element)


def _unify_maps(types: Sequence[Type], kinds: set[str], unsafe: bool) -> Type | None:
    objects = [t for t in types if isinstance(t, ObjectType)]
    if kinds == {"object"} and all(o.attributes.keys() == objects[0].attributes.keys() for o in objects):
        parts = {n: unify([o.attributes[n] for o in objects], unsafe=unsafe) for n in objects[0].attributes}
        if all(p is not None for p in parts.values()):
            return object_of({n: p for n, p in parts.items() if p is not None})
        return None
    return _unify_elements(types, "map", unsafe)


def _unify_sequences(types: Sequence[Type], kinds: set[str], unsafe: bool) -> Type | None:
    tuples = [t for t in types if isinstance(t, TupleType)]
    if kinds == {"tuple"} and all(len(t.elements) == len(tuples[0].elements) for t in tuples):
        parts = [unify(column, unsafe=unsafe) for column in zip(*(t.elements for t in tuples), strict=True)]
        if all(p is not None for p in parts):
            return tuple_of(p for p in parts if p is not None)
        return None
    return _unify_elements(types, "set" if "set" in kinds else "list", unsafe)
