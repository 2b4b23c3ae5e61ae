"""Functions that make a new sequence of lists, sets and tuples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from iac.hcl.functions.shorthand import KEEPS_MARKS, STRINGS, anything, numeric, whole
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.values import numbers
from iac.values.convert import ConversionError, convert
from iac.values.types import (
    DYNAMIC,
    NUMBER,
    STRING,
    CollectionType,
    TupleType,
    Type,
    list_of,
    tuple_of,
    type_name,
)
from iac.values.unify import unify
from iac.values.value import (
    NO_MARKS,
    UNKNOWN,
    Marks,
    Value,
    all_marks,
    list_value,
    number,
    tuple_value,
    unknown,
)

_RANGE_LIMIT = 1024
SEQUENCES = ("list", "set", "tuple")
"""The kinds of types whose values are sequences of elements."""


def sequence(ty: Type, elements: Sequence[Value], marks: Marks = NO_MARKS) -> Value:
    """A list of type `ty` with these elements, or a tuple of them where `ty` is no list.

    A list of any type becomes one of the type its elements have.
    """
    if isinstance(ty, CollectionType):
        element = elements[0].type if elements and ty.element is DYNAMIC else ty.element
        return list_value(element, elements).with_marks(marks)
    return tuple_value(elements).with_marks(marks)


def whole_index(raw: Any, what: str = "index", argument: int | None = None) -> int:
    """A number argument as an index. Raises `FunctionError` when it is no whole number."""
    try:
        return whole(raw)
    except FunctionError as problem:
        raise FunctionError(f"invalid {what}: {problem.message}", argument) from None


def _chunklist(arguments: Sequence[Value], returns: Type) -> Value:
    items, size = arguments
    count = whole_index(size.raw, "size")
    if count < 0:
        raise FunctionError("the size argument must be positive")
    raw = items.raw
    step = count or max(1, len(raw))
    chunks = [sequence(items.type, raw[start : start + step]) for start in range(0, len(raw), step)]
    return list_value(items.type, chunks).with_marks(items.marks)


def _compact(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    if not items.is_wholly_known:
        return unknown(returns)
    return list_value(STRING, [item for item in items.raw if item.raw])


def _concat_type(arguments: Sequence[Value]) -> Type:
    if not arguments:
        raise FunctionError("at least one argument is required")
    types = [a.type for a in arguments]
    if all(ty.kind == "list" for ty in types):
        common = unify(types, unsafe=True)
        if common is not None:
            return common
    elements: list[Type] = []
    for position, argument in enumerate(arguments):
        ty = argument.type
        if isinstance(ty, TupleType):
            elements += ty.elements
        elif isinstance(ty, CollectionType) and ty.kind == "list":
            if not argument.is_known:
                return DYNAMIC
            elements += [ty.element] * len(argument.raw)
        else:
            raise FunctionError(f"all arguments must be lists or tuples; got {type_name(ty)}", position)
    return tuple_of(elements)


def _concat(arguments: Sequence[Value], returns: Type) -> Value:
    marks = NO_MARKS.union(*(a.marks for a in arguments))
    elements: list[Value] = []
    for position, argument in enumerate(arguments):
        if returns.kind == "list":
            try:
                argument = convert(argument, returns)
            except ConversionError as problem:
                raise FunctionError(problem.message, position) from None
        elements += argument.raw
    return sequence(returns, elements, marks)


def _distinct(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    if not items.is_wholly_known:
        return unknown(returns)
    return sequence(returns, list(dict.fromkeys(items.raw)))


class _LengthUnknownError(Exception):
    """Something to be flattened has a length that is not known yet."""


def _flat(items: Value, marks: set[str]) -> Iterator[Value]:
    """The elements, those of inner sequences in their place; marks of the sequences are added to `marks`."""
    if items.raw is UNKNOWN or (items.type.kind == "set" and not items.is_wholly_known):
        raise _LengthUnknownError
    marks |= items.marks
    for item in items.raw:
        if item.type is DYNAMIC and item.raw is UNKNOWN:
            raise _LengthUnknownError  # it may turn out to be a sequence
        if item.type.kind in SEQUENCES and item.raw is not None:
            yield from _flat(item, marks)
        else:
            yield item


def _flatten_type(arguments: Sequence[Value]) -> Type:
    (items,) = arguments
    if items.type.kind not in SEQUENCES:
        raise FunctionError("can only flatten lists, sets and tuples")
    try:
        return tuple_of([item.type for item in _flat(items, set())])
    except _LengthUnknownError:
        return DYNAMIC


def _flatten(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    if returns is DYNAMIC:
        return unknown(DYNAMIC).with_marks(all_marks(items))
    marks: set[str] = set()
    return tuple_value(list(_flat(items, marks))).with_marks(frozenset(marks))


def _range(arguments: Sequence[Value], returns: Type) -> Value:
    if not 1 <= len(arguments) <= 3:
        raise FunctionError("must have one, two, or three arguments")
    given = [a.raw for a in arguments]
    start, end = (0, given[0]) if len(given) == 1 else given[:2]
    step = given[2] if len(given) == 3 else (-1 if end < start else 1)
    if step == 0:
        raise FunctionError("step must not be zero", 2)
    if step < 0 and end > start:
        raise FunctionError("end must be less than start when step is negative", 1)
    if step > 0 and end < start:
        raise FunctionError("end must be greater than start when step is positive", 1)
    result: list[Value] = []
    while start > end if step < 0 else start < end:
        if len(result) == _RANGE_LIMIT:
            raise FunctionError(
                f"more than {_RANGE_LIMIT} values were generated; either decrease the difference between "
                "start and end or use a smaller step"
            )
        result.append(number(start))
        start = numbers.add(start, step)
    return list_value(NUMBER, result)


def _reverse_type(arguments: Sequence[Value]) -> Type:
    ty = arguments[0].type
    if isinstance(ty, TupleType):
        return tuple_of(reversed(ty.elements))
    if isinstance(ty, CollectionType) and ty.kind != "map":
        return list_of(ty.element)
    raise FunctionError(f"can only reverse list or tuple values, not {type_name(ty)}", 0)


def _reverse(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    return sequence(returns, items.raw[::-1], items.marks)


def _slice_type(arguments: Sequence[Value]) -> Type:
    ty = arguments[0].type
    if ty.kind == "set":
        raise FunctionError(
            "cannot slice a set, because its elements do not have indices; explicitly convert to a list if "
            "the ordering of the result is not important",
            0,
        )
    if ty.kind not in ("list", "tuple"):
        raise FunctionError("must be a list or tuple value", 0)
    start, end = _bounds(arguments)
    if not isinstance(ty, TupleType):
        return ty
    return DYNAMIC if start is None or end is None else tuple_of(ty.elements[start:end])


def _bounds(arguments: Sequence[Value]) -> tuple[int | None, int | None]:
    """Start and end of a slice, None where not known. Raises `FunctionError` when they do not fit."""
    items = arguments[0]
    if isinstance(items.type, TupleType):
        length: int | None = len(items.type.elements)
    else:
        length = len(items.raw) if items.is_known else None
    bounds: list[int | None] = []
    for position, what in ((1, "start"), (2, "end")):
        if not arguments[position].is_known:
            bounds.append(None)
            continue
        index = whole_index(arguments[position].raw, f"{what} index", position)
        if index < 0:
            raise FunctionError(f"{what} index must not be less than zero", position)
        if length is not None and index > length:
            raise FunctionError(f"{what} index must not be greater than the length of the list", position)
        bounds.append(index)
    start, end = bounds
    if start is not None and end is not None and start > end:
        raise FunctionError("start index must not be greater than end index", 1)
    return start, end


def _slice(arguments: Sequence[Value], returns: Type) -> Value:
    items = arguments[0]
    start, end = _bounds(arguments)
    return sequence(returns, items.raw[start:end], items.marks)


def _sort(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    if not items.is_wholly_known:
        return list_value(STRING, [unknown(STRING)] * len(items.raw))  # the length at least is known
    for position, item in enumerate(items.raw):
        if item.raw is None:
            raise FunctionError(f"given list element {position} is null; a null string cannot be sorted")
    return list_value(STRING, sorted(items.raw, key=lambda item: item.raw))


_LIST = Parameter("list", list_of(DYNAMIC), description="the list")

_FUNCTIONS = (
    Function(
        "chunklist",
        (
            Parameter("list", list_of(DYNAMIC), allow_marked=True, description="the list"),
            numeric("size", "the length of a chunk; 0 for one chunk with everything"),
        ),
        lambda arguments: list_of(arguments[0].type),
        _chunklist,
        description="Divides a list into lists of a given length.",
        example="chunklist([1, 2, 3], 2) = [[1, 2], [3]]",
    ),
    Function(
        "compact",
        (STRINGS,),
        list_of(STRING),
        _compact,
        description="Removes null and empty strings from a list.",
        example='compact(["a", "", "b"]) = ["a", "b"]',
    ),
    Function(
        "concat",
        (),
        _concat_type,
        _concat,
        variadic=anything("seqs", "lists or tuples", allow_marked=True),
        description="Joins lists, one after the other, into one.",
        example='concat(["a"], ["b", "c"]) = ["a", "b", "c"]',
    ),
    Function(
        "distinct",
        (_LIST,),
        lambda arguments: arguments[0].type,
        _distinct,
        description="Removes repeated elements; the first of each stays.",
        example='distinct(["a", "b", "a"]) = ["a", "b"]',
    ),
    Function(
        "flatten",
        (anything("list", "a list, set or tuple", allow_unknown=True, allow_marked=True),),
        _flatten_type,
        _flatten,
        description="Replaces elements that are lists by their elements, however deep.",
        example='flatten([["a", "b"], [], ["c"]]) = ["a", "b", "c"]',
    ),
    Function(
        "range",
        (),
        list_of(NUMBER),
        _range,
        variadic=numeric("params", "limit; or start and limit; or start, limit and step"),
        description="A list of numbers from a start up to, and without, a limit.",
        example="range(1, 8, 2) = [1, 3, 5, 7]",
    ),
    Function(
        "reverse",
        (anything("list", "a list, set or tuple", allow_marked=True),),
        _reverse_type,
        _reverse,
        description="The elements of a list in reverse order.",
        example="reverse([1, 2, 3]) = [3, 2, 1]",
    ),
    Function(
        "slice",
        (
            KEEPS_MARKS,
            numeric("start_index", "the first index"),
            numeric("end_index", "the index after the last"),
        ),
        _slice_type,
        _slice,
        description="The elements of a list from one index up to, and without, another.",
        example='slice(["a", "b", "c", "d"], 1, 3) = ["b", "c"]',
    ),
    Function(
        "sort",
        (STRINGS,),
        list_of(STRING),
        _sort,
        description="Sorts a list of strings by code points.",
        example='sort(["e", "d", "a"]) = ["a", "d", "e"]',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
