"""Functions that count, choose and search in lists, sets and tuples.

Those that make a new sequence are in `sequences`, those on maps and objects in `mappings`, set algebra in `sets`.
"""

from __future__ import annotations

from collections.abc import Sequence

from iac.hcl.functions.equality import equal
from iac.hcl.functions.sequences import SEQUENCES, sequence, whole_index
from iac.hcl.functions.shorthand import KEEPS_MARKS, anything, numeric
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.hcl.functions.strings import grapheme_count
from iac.values.convert import ConversionError, convert
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
    type_name,
)
from iac.values.unify import unify
from iac.values.value import (
    FALSE,
    TRUE,
    UNKNOWN,
    Value,
    boolean,
    element_type,
    null,
    number,
    unknown,
)

# --- all, any, counting ----------------------------------------------------------------------------------


def _alltrue(arguments: Sequence[Value], returns: Type) -> Value:
    for item in arguments[0].raw:
        if item.raw is UNKNOWN:
            return unknown(BOOL)
        if not item.raw:
            return FALSE
    return TRUE


def _anytrue(arguments: Sequence[Value], returns: Type) -> Value:
    items = arguments[0].raw
    if any(item.raw is True for item in items):
        return TRUE
    return unknown(BOOL) if any(item.raw is UNKNOWN for item in items) else FALSE


def _length_type(arguments: Sequence[Value]) -> Type:
    if arguments[0].type in (NUMBER, BOOL):
        raise FunctionError("argument must be a string, a collection type, or a structural type")
    return NUMBER


def _length(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    ty = value.type
    count: int | None = None
    if isinstance(ty, TupleType):
        count = len(ty.elements)
    elif isinstance(ty, ObjectType):
        count = len(ty.attributes)
    elif value.raw is not UNKNOWN:
        if ty is STRING:
            count = grapheme_count(value.raw)
        elif ty.kind != "set" or value.is_wholly_known or len(value.raw) == 1:
            count = len(value.raw)
    return (unknown(NUMBER) if count is None else number(count)).with_marks(value.marks)


# --- choosing --------------------------------------------------------------------------------------------


def _coalesce_type(arguments: Sequence[Value]) -> Type:
    ty = unify([a.type for a in arguments], unsafe=True)
    if ty is None:
        raise FunctionError("all arguments must have the same type")
    return ty


def _coalesce(arguments: Sequence[Value], returns: Type) -> Value:
    for argument in arguments:
        try:
            value = convert(argument, returns)
        except ConversionError:
            continue  # as Terraform does: the types have something in common, but this value has not
        if value.raw is UNKNOWN:
            return unknown(returns)
        if value.raw is not None and not (returns is STRING and value.raw == ""):
            return value
    raise FunctionError("no non-null, non-empty-string arguments")


def _coalescelist_type(arguments: Sequence[Value]) -> Type:
    if not arguments:
        raise FunctionError("at least one argument is required")
    for argument in arguments:
        if not argument.is_known:
            return DYNAMIC
        if argument.type.kind not in ("list", "tuple"):
            raise FunctionError("coalescelist arguments must be lists or tuples")
    types = {a.type for a in arguments}
    return types.pop() if len(types) == 1 else DYNAMIC


def _coalescelist(arguments: Sequence[Value], returns: Type) -> Value:
    for argument in arguments:
        if argument.raw is UNKNOWN:
            return unknown(returns)
        if argument.raw:
            return argument
    raise FunctionError("no non-null arguments")


def _element_type(arguments: Sequence[Value]) -> Type:
    items, index = arguments
    ty = items.type
    if isinstance(ty, CollectionType) and ty.kind == "list":
        return ty.element
    if not isinstance(ty, TupleType):
        raise FunctionError(f"cannot read elements from {type_name(ty)}")
    if not index.is_known:
        return DYNAMIC
    return ty.elements[_position(index, len(ty.elements))]


def _position(index: Value, length: int) -> int:
    """The index into something of a length, counted around: past the end it starts again."""
    position = whole_index(index.raw)
    if length == 0:
        raise FunctionError("cannot use element function with an empty list")
    return position % length


def _element(arguments: Sequence[Value], returns: Type) -> Value:
    items, index = arguments
    found: Value = items.raw[_position(index, len(items.raw))]
    return found.with_marks(items.marks)


def _one_type(arguments: Sequence[Value]) -> Type:
    ty = arguments[0].type
    if isinstance(ty, CollectionType) and ty.kind != "map":
        return ty.element
    if isinstance(ty, TupleType) and len(ty.elements) < 2:
        return ty.elements[0] if ty.elements else DYNAMIC
    raise FunctionError(_ONE, 0)


_ONE = "must be a list, set, or tuple value with either zero or one elements"


def _one(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    if items.type.kind == "set" and not items.is_wholly_known and len(items.raw) > 1:
        return unknown(returns)
    if len(items.raw) > 1:
        raise FunctionError(_ONE, 0)
    only: Value = items.raw[0] if items.raw else null(returns)
    return only


# --- searching -------------------------------------------------------------------------------------------


def _contains(arguments: Sequence[Value], returns: Type) -> Value:
    items, wanted = arguments
    if items.type.kind not in SEQUENCES:
        raise FunctionError("argument must be list, tuple, or set")
    if items.type.kind == "set" and items.is_wholly_known and wanted.is_wholly_known:
        return _set_contains(items, wanted)
    answers = [equal(wanted, item) for item in items.raw]
    if True in answers:
        return TRUE
    return unknown(BOOL) if None in answers else FALSE


def _set_contains(items: Value, wanted: Value) -> Value:
    try:
        wanted = convert(wanted, element_type(items)) if wanted.type is DYNAMIC else wanted
    except ConversionError:
        return FALSE
    return boolean(any(equal(wanted, item) for item in items.raw))


def _index(arguments: Sequence[Value], returns: Type) -> Value:
    items, wanted = arguments
    if items.type.kind not in ("list", "tuple"):
        raise FunctionError("argument must be a list or tuple")
    if not items.raw:
        raise FunctionError("cannot search an empty list")
    for position, item in enumerate(items.raw):
        answer = equal(item, wanted)
        if answer is None:
            return unknown(NUMBER)
        if answer:
            return number(position)
    raise FunctionError("item not found")


def _matchkeys_type(arguments: Sequence[Value]) -> Type:
    values, keys, searchset = arguments
    if unify([keys.type, searchset.type], unsafe=True) is None:
        raise FunctionError("keys and searchset must be of the same type")
    return values.type


def _matchkeys(arguments: Sequence[Value], returns: Type) -> Value:
    values, keys, searchset = arguments
    if len(values.raw) != len(keys.raw):
        raise FunctionError("length of keys and values should be equal")
    ty = unify([keys.type, searchset.type], unsafe=True)
    assert ty is not None
    try:
        keys, searchset = convert(keys, ty), convert(searchset, ty)
    except ConversionError as problem:
        raise FunctionError(problem.message) from None
    if not searchset.raw:
        return sequence(returns, ())
    if not values.is_wholly_known or not keys.is_wholly_known:
        return unknown(returns)
    chosen = []
    for value, key in zip(values.raw, keys.raw, strict=True):
        answers = [equal(key, wanted) for wanted in searchset.raw]
        if None in answers and True not in answers:
            return unknown(returns)
        if True in answers:
            chosen.append(value)
    return sequence(returns, chosen)


_BOOLS = Parameter("list", list_of(BOOL), description="a list of bools")
_ANY_LIST = anything("list", "a list or tuple")
_EACH = {"allow_null": True, "allow_unknown": True, "allow_dynamic": True}

_FUNCTIONS = (
    Function(
        "alltrue",
        (_BOOLS,),
        BOOL,
        _alltrue,
        description="Tells whether all elements are true; they are when there is none.",
        example="alltrue([true, false]) = false",
    ),
    Function(
        "anytrue",
        (_BOOLS,),
        BOOL,
        _anytrue,
        description="Tells whether any element is true.",
        example="anytrue([true, false]) = true",
    ),
    Function(
        "coalesce",
        (),
        _coalesce_type,
        _coalesce,
        variadic=anything("vals", "values of one type", **_EACH),
        description="The first argument that is neither null nor an empty string.",
        example='coalesce("", null, "b") = "b"',
    ),
    Function(
        "coalescelist",
        (),
        _coalescelist_type,
        _coalescelist,
        variadic=anything("vals", "lists or tuples", **_EACH),
        description="The first argument that is not an empty list.",
        example='coalescelist([], ["c", "d"]) = ["c", "d"]',
        nullable=True,
    ),
    Function(
        "contains",
        (anything("list", "a list, set or tuple"), anything("value", "what to look for")),
        BOOL,
        _contains,
        description="Tells whether a list or set has a value among its elements.",
        example='contains(["a", "b"], "a") = true',
    ),
    Function(
        "element",
        (KEEPS_MARKS, numeric("index", "which one, from 0; past the end it starts again")),
        _element_type,
        _element,
        description="One element of a list; an index past the end starts again from the beginning.",
        example='element(["a", "b", "c"], 3) = "a"',
        nullable=True,
    ),
    Function(
        "index",
        (_ANY_LIST, anything("value", "what to look for")),
        NUMBER,
        _index,
        description="The index of the first element that equals a value.",
        example='index(["a", "b"], "b") = 1',
    ),
    Function(
        "length",
        (
            anything(
                "value",
                "a string, collection or structure",
                allow_unknown=True,
                allow_dynamic=True,
                allow_marked=True,
            ),
        ),
        _length_type,
        _length,
        description="How many elements a collection, or characters a string, has.",
        example='length(["a", "b"]) = 2',
    ),
    Function(
        "matchkeys",
        (
            Parameter("values", list_of(DYNAMIC), description="what to choose from"),
            Parameter("keys", list_of(DYNAMIC), description="a key for each value"),
            Parameter("searchset", list_of(DYNAMIC), description="the keys to look for"),
        ),
        _matchkeys_type,
        _matchkeys,
        description="The values whose keys are in a list of wanted keys.",
        example='matchkeys(["i-1", "i-2"], ["eu", "us"], ["us"]) = ["i-2"]',
    ),
    Function(
        "one",
        (anything("list", "a list, set or tuple of at most one element"),),
        _one_type,
        _one,
        description="The only element of a list, or null when the list is empty.",
        example='one(["a"]) = "a"',
        nullable=True,
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
