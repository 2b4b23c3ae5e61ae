"""Values: what expressions evaluate to and what objects are made of.

A `Value` has a type, and is known, null or unknown, and may carry marks (`SENSITIVE`, `EPHEMERAL`). Values
never change. Elements of a collection or structure are values themselves with marks of their own; a mark on
the container says the container as a whole is, say, sensitive. The model is that of cty, Terraform's value
library. Owns values, marks and their constructors; leaves conversion to `convert`, JSON to `codec`.

`raw` by type: string `str` (NFC), number `int` or `mpfr`, bool `bool`, list and tuple and set a tuple of
values (sets in set order, no duplicates), map and object a dict of values (sorted by key).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from iac.values import numbers
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
    set_of,
    tuple_of,
)

Marks = frozenset[str]
SENSITIVE: Final = "sensitive"
EPHEMERAL: Final = "ephemeral"
NO_MARKS: Final[Marks] = frozenset()
ONLY_SENSITIVE: Final[Marks] = frozenset({SENSITIVE})


class _Unknown:
    """The one object that stands for a value that is not known yet."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()

_COMPUTED, _HAS_UNKNOWN, _HAS_MARKS = 1, 2, 4
_FLAGS, _DEPTH, _DEPTH_STEP, _SIZE_AT = 0x7, 0xFFFF8, 0x8, 20
"""What the bits of the facts about a value are: flags, how deep it is nested, and from this bit on how large it is."""
_PLAIN = _COMPUTED | 1 << _SIZE_AT
"""The facts about most values: one object, as there are many of them."""


class Value:
    """An immutable value of the language. Build it with the constructors of this module."""

    __slots__ = ("_facts", "marks", "raw", "type")
    type: Type
    raw: Any
    marks: Marks
    prefix = ""
    """How an unknown string is known to begin."""

    def __init__(self, type: Type, raw: Any, marks: Marks = NO_MARKS) -> None:
        self.type = type
        self.raw = raw
        self.marks = marks
        self._facts = 0

    @property
    def is_null(self) -> bool:
        """Whether it is null."""
        return self.raw is None

    @property
    def is_never_null(self) -> bool:
        """Whether it is not null, and will not be when it becomes known."""
        return self.raw is not None and self.raw is not UNKNOWN

    @property
    def is_known(self) -> bool:
        """Whether the value itself is known; elements inside may still be unknown."""
        return self.raw is not UNKNOWN

    @property
    def is_wholly_known(self) -> bool:
        """Whether nothing in it, however deep, is unknown."""
        return not (self._facts or self._compute()) & _HAS_UNKNOWN

    @property
    def has_marks(self) -> bool:
        """Whether it or anything in it is marked."""
        return bool((self._facts or self._compute()) & _HAS_MARKS)

    @property
    def is_sensitive(self) -> bool:
        """Whether the value itself is marked sensitive (not only a part of it)."""
        return SENSITIVE in self.marks

    @property
    def size(self) -> int:
        """How large it is: one for each value in it, one for each 64 characters of text; what stands in it several
        times counts each time."""
        return (self._facts or self._compute()) >> _SIZE_AT

    @property
    def depth(self) -> int:
        """How many containers there are around the value that is nested most deeply."""
        return ((self._facts or self._compute()) & _DEPTH) // _DEPTH_STEP

    def _compute(self) -> int:
        facts, depth, size = _COMPUTED, 0, 1
        if self.marks:
            facts |= _HAS_MARKS
        raw = self.raw
        if raw is UNKNOWN:
            facts |= _HAS_UNKNOWN
        else:
            kind = raw.__class__
            if kind is tuple or kind is dict:
                for element in raw if kind is tuple else raw.values():
                    more = element._facts or element._compute()
                    facts |= more & _FLAGS
                    depth = max(depth, (more & _DEPTH) + _DEPTH_STEP)
                    size += more >> _SIZE_AT
            elif kind is str:
                size += len(raw) >> 6
        facts |= min(depth, _DEPTH) | size << _SIZE_AT
        self._facts = facts = _PLAIN if facts == _PLAIN else facts
        return facts

    def elements(self) -> Iterator[Value]:
        """The element values of a known, non-null collection or structure, in its order."""
        return iter(self.raw.values() if self.raw.__class__ is dict else self.raw)

    def with_marks(self, marks: Marks) -> Value:
        """The value with further marks."""
        if marks <= self.marks:
            return self
        return Value(self.type, self.raw, self.marks | marks)

    def without_own_marks(self) -> Value:
        """The value without its own marks; those of its elements stay."""
        return Value(self.type, self.raw) if self.marks else self

    def never_null(self, prefix: str = "") -> Value:
        """The value; when it is unknown, and its type is known, with the knowledge that it will not be null, and how
        it begins if it is a string (cty calls that a refinement)."""
        if self.raw is not UNKNOWN or self.type is DYNAMIC or (self.is_never_null and not prefix):
            return self
        return _NeverNull(self.type, self.marks, prefix)

    def __eq__(self, other: object) -> bool:
        """Structural identity: same type, same content, same marks. Not the language's `==`."""
        if self is other:
            return True
        if not isinstance(other, Value):
            return NotImplemented
        return self.type is other.type and self.marks == other.marks and bool(self.raw == other.raw)

    def __hash__(self) -> int:
        raw = self.raw
        return hash((self.type, tuple(raw.items()) if raw.__class__ is dict else raw))

    def __repr__(self) -> str:
        marks = f" {sorted(self.marks)}" if self.marks else ""
        return f"<{self.type!r} {'...' if self.has_marks else repr(self.raw)}{marks}>"


class _NeverNull(Value):
    """An unknown value that will not be null."""

    __slots__ = ("prefix",)

    def __init__(self, type: Type, marks: Marks, prefix: str) -> None:
        super().__init__(type, UNKNOWN, marks)
        self.prefix = prefix

    @property
    def is_never_null(self) -> bool:
        return True

    def with_marks(self, marks: Marks) -> Value:
        return self if marks <= self.marks else _NeverNull(self.type, self.marks | marks, self.prefix)

    def without_own_marks(self) -> Value:
        return _NeverNull(self.type, NO_MARKS, self.prefix) if self.marks else self


TRUE: Final = Value(BOOL, True)
FALSE: Final = Value(BOOL, False)
NULL: Final = Value(DYNAMIC, None)
UNKNOWN_DYNAMIC: Final = Value(DYNAMIC, UNKNOWN)


def string(text: str) -> Value:
    """A string, NFC-normalised as Terraform's are."""
    return Value(STRING, text if text.isascii() else unicodedata.normalize("NFC", text))


def number(value: numbers.Number | float) -> Value:
    """A number from an int, a float or an mpfr."""
    if type(value) is float:
        return Value(NUMBER, numbers.from_float(value))
    return Value(NUMBER, numbers.normal(value))


def boolean(value: bool) -> Value:
    """`true` or `false`."""
    return TRUE if value else FALSE


def null(ty: Type = DYNAMIC) -> Value:
    """The null of a type."""
    return NULL if ty is DYNAMIC else Value(ty, None)


def unknown(ty: Type = DYNAMIC) -> Value:
    """An unknown value of a type."""
    return UNKNOWN_DYNAMIC if ty is DYNAMIC else Value(ty, UNKNOWN)


def list_value(element: Type, elements: Iterable[Value]) -> Value:
    """A list; all `elements` are of type `element` already."""
    return Value(list_of(element), tuple(elements))


def tuple_value(elements: Iterable[Value]) -> Value:
    """A tuple of whatever types the elements have."""
    raw = tuple(elements)
    return Value(tuple_of([e.type for e in raw]), raw)


def map_value(element: Type, elements: Mapping[str, Value]) -> Value:
    """A map; all values are of type `element` already."""
    return Value(map_of(element), _in_order(elements))


def object_value(attributes: Mapping[str, Value]) -> Value:
    """An object of whatever types the attributes have."""
    raw = _in_order(attributes)
    return Value(object_of({n: v.type for n, v in raw.items()}), raw)


def set_value(element: Type, elements: Iterable[Value]) -> Value:
    """A set; all `elements` are of type `element` already.

    Duplicates are dropped. Marks of elements move to the set as a whole, as in cty; a set that contains an
    unknown element keeps it (its length is then not known).
    """
    marks: Marks = NO_MARKS
    plain = []
    for item in elements:
        if item.has_marks:
            item, more = unmark_deep(item)
            marks |= more
        plain.append(item)
    if all(item.is_wholly_known for item in plain):
        plain = list(dict.fromkeys(plain))  # of what is not known, nothing is known to be the same
    return Value(set_of(element), tuple(sorted(plain, key=_set_order)), marks)


def _in_order(elements: Mapping[str, Value]) -> dict[str, Value]:
    """The same by key; strings sort by code point, which is the order of their UTF-8."""
    keys = list(elements)
    ordered = sorted(keys)
    return dict(elements) if keys == ordered else {key: elements[key] for key in ordered}


def _set_order(value: Value) -> tuple[bool, bool, Any]:
    """A sort key in cty's order of set elements: null last, unknown before it; primitives by value, others by
    their hash text."""
    raw = value.raw
    if raw is None or raw is UNKNOWN:
        return raw is None, raw is UNKNOWN, 0
    return False, False, raw if value.type.is_primitive else _hash_text(value).encode()


def _hash_text(value: Value) -> str:
    """The text by which cty orders elements of sets of collections and structures."""
    raw, ty = value.raw, value.type
    if raw is UNKNOWN:
        return "?"
    if raw is None:
        return "~"
    if ty is STRING:
        return json.dumps(raw, ensure_ascii=False)
    if ty is NUMBER:
        return numbers.format_number(raw)
    if ty is BOOL:
        return "1" if raw else "0"
    if ty.kind == "map":
        return "{" + "".join(f"{json.dumps(k, ensure_ascii=False)}:{_hash_text(v)};" for k, v in raw.items()) + "}"
    left, right = "[]" if ty.is_collection else "<>"
    return left + "".join(f"{_hash_text(v)};" for v in value.elements()) + right


def unmark_deep(value: Value) -> tuple[Value, Marks]:
    """The value with no marks anywhere, and all the marks it had."""
    if not value.has_marks:
        return value, NO_MARKS
    marks = value.marks
    raw = value.raw
    if raw is UNKNOWN:
        return value.without_own_marks(), marks
    if raw.__class__ is tuple:
        parts = [unmark_deep(e) for e in raw]
        raw = tuple(p[0] for p in parts)
        marks = marks.union(*(p[1] for p in parts))
    elif raw.__class__ is dict:
        pairs = {k: unmark_deep(e) for k, e in raw.items()}
        raw = {k: p[0] for k, p in pairs.items()}
        marks = marks.union(*(p[1] for p in pairs.values()))
    return Value(value.type, raw), marks


def all_marks(value: Value) -> Marks:
    """Every mark on it or in it."""
    return unmark_deep(value)[1]


def element_type(value: Value) -> Type:
    """The element type of a collection value."""
    ty = value.type
    if not isinstance(ty, CollectionType):
        raise TypeError(f"{ty!r} is no collection")
    return ty.element


def rebuild(value: Value, elements: Iterable[Value]) -> Value:
    """A container like `value` (same kind, keys and own marks) with other elements in the same order.

    The type is that of the new elements: a tuple or object takes their types, a list, map or set keeps its
    element type.
    """
    raw, ty, marks = value.raw, value.type, value.marks
    if raw.__class__ is dict:
        new = dict(zip(raw, elements, strict=True))
        if isinstance(ty, ObjectType):
            ty = object_of({n: v.type for n, v in new.items()})
        return Value(ty, new, marks)
    items = tuple(elements)
    if isinstance(ty, TupleType):
        return Value(tuple_of([e.type for e in items]), items, marks)
    if isinstance(ty, CollectionType) and ty.kind == "set":
        return set_value(ty.element, items).with_marks(marks)
    return Value(ty, items, marks)


def to_python(value: Value) -> Any:
    """The plain Python form of a wholly known value, marks dropped: str, int, float, bool, list, dict, None.

    For the code of providers and functions, which checks types before; numbers with a fraction become float.
    """
    raw = value.raw
    if raw.__class__ is tuple:
        return [to_python(e) for e in raw]
    if raw.__class__ is dict:
        return {k: to_python(e) for k, e in raw.items()}
    if raw is UNKNOWN:
        raise ValueError("the value is not known")
    if value.type is NUMBER and raw is not None and type(raw) is not int:
        return float(raw)
    return raw
