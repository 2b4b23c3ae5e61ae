"""Set algebra: union, intersection, difference, product."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import reduce

from iac.hcl.functions.shorthand import anything
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Implementation, Parameter
from iac.values.convert import ConversionError, convert
from iac.values.limits import check_parts
from iac.values.types import DYNAMIC, CollectionType, TupleType, Type, list_of, set_of, tuple_of
from iac.values.unify import unify
from iac.values.value import (
    NO_MARKS,
    Value,
    element_type,
    list_value,
    set_value,
    tuple_value,
    unknown,
)

_Elements = dict[Value, None]
"""Elements of a set, in order and without repetition."""


def _common_type(arguments: Sequence[Value]) -> Type:
    """The set type of all arguments; an empty set of any type fits with everything."""
    elements = [element_type(a) for a in arguments if not (element_type(a) is DYNAMIC and a.is_known and not a.raw)]
    if not elements:
        return set_of(DYNAMIC)
    element = unify(elements, unsafe=True)
    if element is None:
        raise FunctionError("given sets must all have compatible element types")
    return set_of(element)


def _operation(combine: Callable[[_Elements, _Elements], _Elements], allow_unknown: bool) -> Implementation:
    """A set function that folds its arguments; one that takes elements away needs all of them known."""

    def implementation(arguments: Sequence[Value], returns: Type) -> Value:
        sets: list[_Elements] = []
        for position, argument in enumerate(arguments):
            try:
                converted = convert(argument, returns)
            except ConversionError as problem:
                raise FunctionError(problem.message, position) from None
            if not allow_unknown and not converted.is_wholly_known:
                return unknown(returns)
            sets.append(dict.fromkeys(converted.raw))
        assert isinstance(returns, CollectionType)
        elements = reduce(combine, sets[1:], sets[0])
        if returns.element is DYNAMIC:  # untyped nulls among the elements: settle their type
            return convert(tuple_value(elements), returns)
        return set_value(returns.element, elements)

    return implementation


def _union(a: _Elements, b: _Elements) -> _Elements:
    return {**a, **b}


def _intersection(a: _Elements, b: _Elements) -> _Elements:
    return {item: None for item in a if item in b}


def _difference(a: _Elements, b: _Elements) -> _Elements:
    return {item: None for item in a if item not in b}


def _product_type(arguments: Sequence[Value]) -> Type:
    if len(arguments) < 2:
        raise FunctionError("at least two arguments are required")
    elements = [_part_type(position, a.type) for position, a in enumerate(arguments)]
    ordered = all(a.type.kind != "set" for a in arguments)
    return (list_of if ordered else set_of)(tuple_of(elements))


def _part_type(position: int, ty: Type) -> Type:
    if isinstance(ty, CollectionType) and ty.kind != "map":
        return ty.element
    if not isinstance(ty, TupleType):
        raise FunctionError("a set or a list is required", position)
    if not ty.elements:
        return DYNAMIC
    common = unify(ty.elements, unsafe=True)
    if common is None:
        raise FunctionError("all elements must be of the same type", position)
    return common


def _product(arguments: Sequence[Value], returns: Type) -> Value:
    assert isinstance(returns, CollectionType)
    assert isinstance(returns.element, TupleType)
    marks = NO_MARKS.union(*(a.marks for a in arguments))
    if any(a.type.kind == "set" and not a.is_wholly_known and len(a.raw) > 1 for a in arguments):
        return unknown(returns).with_marks(marks)
    columns = [[convert(item, ty) for item in a.raw] for a, ty in zip(arguments, returns.element.elements, strict=True)]
    check_parts(math.prod(map(len, columns)) * (1 + len(columns)))
    rows = map(tuple_value, itertools.product(*columns))
    make = list_value if returns.kind == "list" else set_value
    return make(returns.element, rows).with_marks(marks)


def _set_parameter(name: str) -> Parameter:
    return Parameter(name, set_of(DYNAMIC), allow_dynamic=True, description="a set")


_FIRST, _OTHERS = _set_parameter("first_set"), _set_parameter("other_sets")
_FUNCTIONS = (
    Function(
        "setintersection",
        (_FIRST,),
        _common_type,
        _operation(_intersection, allow_unknown=False),
        variadic=_OTHERS,
        description="The elements that are in all of several sets.",
        example='setintersection(["a", "b"], ["b", "c"]) = ["b"]',
    ),
    Function(
        "setproduct",
        (),
        _product_type,
        _product,
        variadic=anything("sets", "sets or lists", allow_marked=True),
        description="All combinations of one element from each of several sets or lists.",
        example='setproduct(["a"], ["x", "y"]) = [["a", "x"], ["a", "y"]]',
    ),
    Function(
        "setsubtract",
        (_set_parameter("a"), _set_parameter("b")),
        _common_type,
        _operation(_difference, allow_unknown=False),
        description="The elements of one set that are not in another.",
        example='setsubtract(["a", "b", "c"], ["a", "c"]) = ["b"]',
    ),
    Function(
        "setunion",
        (_FIRST,),
        _common_type,
        _operation(_union, allow_unknown=True),
        variadic=_OTHERS,
        description="The elements that are in any of several sets.",
        example='setunion(["a", "b"], ["b", "c"]) = ["a", "b", "c"]',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
