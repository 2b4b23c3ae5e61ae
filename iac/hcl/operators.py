"""The operators: what each does with known values, and once for all what null, unknown and marks do.

The rules are cty's and HCL's: operands are converted to what the operator takes, except by `==` and `!=`, which
convert nothing; null is an error for all others; an unknown operand makes the result unknown; marks go on to
the result. Raises `Failure`; where in the source it happened is left to the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from iac.hcl.failure import Failure
from iac.hcl.functions.equality import equal
from iac.values import numbers
from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, NUMBER, Type
from iac.values.value import NO_MARKS, UNKNOWN, Marks, Value, boolean, unknown, unmark_deep


class Operator(NamedTuple):
    """What an operator takes, what it gives, and how, from the raw operands (ValueError: it has no result).

    `deciding` is, for `&&` and `||`, the operand that settles the result whatever the other is.
    """

    takes: Type
    gives: Type
    compute: Callable[..., Any]
    deciding: bool | None = None


BINARY: Final[Mapping[str, Operator]] = {
    "+": Operator(NUMBER, NUMBER, numbers.add),
    "-": Operator(NUMBER, NUMBER, numbers.subtract),
    "*": Operator(NUMBER, NUMBER, numbers.multiply),
    "/": Operator(NUMBER, NUMBER, numbers.divide),
    "%": Operator(NUMBER, NUMBER, numbers.modulo),
    "<": Operator(NUMBER, BOOL, lambda a, b: bool(a < b)),
    "<=": Operator(NUMBER, BOOL, lambda a, b: bool(a <= b)),
    ">": Operator(NUMBER, BOOL, lambda a, b: bool(a > b)),
    ">=": Operator(NUMBER, BOOL, lambda a, b: bool(a >= b)),
    "&&": Operator(BOOL, BOOL, lambda a, b: a and b, deciding=False),
    "||": Operator(BOOL, BOOL, lambda a, b: a or b, deciding=True),
}
"""All operators of two operands but `==` and `!=`, for which there is `equality`."""

UNARY: Final[Mapping[str, Operator]] = {
    "-": Operator(NUMBER, NUMBER, numbers.negate),
    "!": Operator(BOOL, BOOL, lambda a: not a),
}


def operand(value: Value, ty: Type, index: int, side: str) -> Value:
    """A value as the operand of an operator that takes `ty`. Raises `Failure` for what does not convert."""
    if value.type is ty:
        return value
    try:
        return convert(value, ty)
    except ConversionError as problem:
        raise Failure("Invalid operand", f"Unsuitable value for {side} operand: {problem}.", index) from None


def binary(operator: Operator, left: Value, right: Value) -> Value:
    """The result of an operator of two operands. Raises `Failure`."""
    takes = operator.takes
    a, b = operand(left, takes, 0, "left"), operand(right, takes, 1, "right")
    if a.raw is None or b.raw is None:
        raise _failed("argument must not be null")
    marks = a.marks | b.marks if a.marks or b.marks else NO_MARKS
    if a.raw is UNKNOWN or b.raw is UNKNOWN:
        deciding = operator.deciding
        if deciding is not None and (a.raw is deciding or b.raw is deciding):
            return boolean(deciding).with_marks(marks)
        return unknown(operator.gives).never_null().with_marks(marks)
    try:
        return _result(operator, operator.compute(a.raw, b.raw), marks)
    except ValueError as problem:
        raise _failed(str(problem)) from None


def unary(operator: Operator, value: Value) -> Value:
    """The result of an operator of one operand. Raises `Failure`."""
    a = operand(value, operator.takes, 0, "unary")
    if a.raw is None:
        raise _failed("argument must not be null")
    if a.raw is UNKNOWN:
        return unknown(operator.gives).never_null().with_marks(a.marks)
    return _result(operator, operator.compute(a.raw), a.marks)


def equality(a: Value, b: Value, *, negated: bool = False) -> Value:
    """`a == b`, or with `negated` `a != b`: false for different types, whatever the values."""
    plain_a, marks_a = unmark_deep(a)
    plain_b, marks_b = unmark_deep(b)
    same = equal(plain_a, plain_b)
    result = unknown(BOOL).never_null() if same is None else boolean(same is not negated)
    return result.with_marks(marks_a | marks_b)


def _result(operator: Operator, raw: Any, marks: Marks) -> Value:
    result = boolean(raw) if operator.gives is BOOL else Value(operator.gives, raw)
    return result.with_marks(marks) if marks else result


def _failed(reason: str) -> Failure:
    return Failure("Operation failed", f"Error during operation: {reason}.")
