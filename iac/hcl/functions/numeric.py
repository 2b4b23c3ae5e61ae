"""Functions on numbers. `log` and `pow` go through 64-bit floats, as in Terraform; the others are exact."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import reduce
from typing import Any

from iac.hcl.functions.shorthand import anything, lift, numeric, whole
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError, Parameter
from iac.hcl.render import go_quote
from iac.values import numbers
from iac.values.convert import ConversionError, convert
from iac.values.types import DYNAMIC, NUMBER, STRING, Type, type_name
from iac.values.value import Value, number, unknown

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SUM_OF = "argument must be list, set, or tuple of number values"


def _abs(value: Any) -> Any:
    return value if value > 0 else numbers.subtract(0, value)


def _ceil(value: Any) -> Any:
    return _made_whole(value, 1)


def _floor(value: Any) -> Any:
    return _made_whole(value, -1)


def _made_whole(value: Any, direction: int) -> Any:
    """A number without what is after its point, and the next whole one in a direction where that went the other way.

    gmpy2's own rounding would be to 53 bits.
    """
    if type(value) is int or numbers.is_infinite(value) or not value:
        return value
    whole_part = int(value)
    beside = whole_part < value if direction > 0 else whole_part > value
    return numbers.normal(whole_part + direction if beside else whole_part)


_LARGEST_DOUBLE = int(sys.float_info.max)


def _double(value: Any) -> float:
    """An argument as a 64-bit float. Raises `FunctionError` for one that is too large, but is no infinity."""
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if math.isinf(double) and not numbers.is_infinite(value):
        largest = f"{_LARGEST_DOUBLE}.000000"
        raise FunctionError(f"value must be between -{largest} and {largest} inclusive")
    return double


def _from_double(value: float) -> Any:
    if math.isnan(value):
        raise FunctionError("the result is not a number")
    if value.is_integer() or math.isinf(value):
        return numbers.from_float(value)
    # The shortest decimal and not the exact value: it is what Terraform shows of such a result.
    return numbers.parse(repr(value))


def _log_of(value: float) -> float:
    if value == 0:
        return -math.inf
    if value < 0 or math.isnan(value):
        return math.nan
    return value if math.isinf(value) else _natural_logarithm(value)


_LN2 = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""The natural logarithm of 2 in two parts, the first with zeros at its end."""

_LOG_SERIES = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)
"""Coefficients of the approximation in fdlibm's `e_log.c` (Sun Microsystems, freely usable)."""


def _natural_logarithm(value: float) -> float:
    """The logarithm by fdlibm's method, which Go uses: the C library's can differ in the last digit."""
    mantissa, exponent = math.frexp(value)
    if mantissa < math.sqrt(2) / 2:
        mantissa, exponent = mantissa * 2, exponent - 1
    f = mantissa - 1
    s = f / (2 + f)
    s2 = s * s
    s4 = s2 * s2
    a1, a2, a3, a4, a5, a6, a7 = _LOG_SERIES
    odd = s2 * (a1 + s4 * (a3 + s4 * (a5 + s4 * a7)))
    even = s4 * (a2 + s4 * (a4 + s4 * a6))
    half = 0.5 * f * f
    high, low = _LN2
    return exponent * high - ((half - (s * (half + odd + even) + exponent * low)) - f)


def _log(value: Any, base: Any) -> Any:
    numerator, denominator = _log_of(_double(value)), _log_of(_double(base))
    if denominator == 0:
        return _from_double(math.copysign(math.inf, numerator) if numerator else math.nan)
    return _from_double(numerator / denominator)


def _power(base: float, exponent: float) -> float:
    """A finite number above zero to a finite power, by squaring, in the order in which Go multiplies.

    The C library's result can differ in the last digit, and so show up as a change in every plan.
    """
    fraction, whole_part = math.modf(abs(exponent))
    if fraction > 0.5:
        fraction, whole_part = fraction - 1, whole_part + 1
    mantissa, shift = (math.exp(fraction * math.log(base)) if fraction else 1.0), 0
    factor, factor_shift = math.frexp(base)
    remaining = int(whole_part)
    while remaining:
        if abs(factor_shift) > 1 << 12:
            shift += factor_shift
            break
        if remaining & 1:
            mantissa *= factor
            shift += factor_shift
        factor *= factor
        factor_shift *= 2
        if factor < 0.5:
            factor += factor
            factor_shift -= 1
        remaining >>= 1
    if exponent < 0:
        mantissa, shift = 1 / mantissa, -shift
    try:
        return math.ldexp(mantissa, shift)
    except OverflowError:
        return math.inf


def _pow(value: Any, power: Any) -> Any:
    base, exponent = _double(value), _double(power)
    if exponent in (0.5, -0.5) and base >= 0 and not math.isinf(base):
        root = math.sqrt(base)
        return _from_double(root if exponent > 0 else 1 / root if root else math.inf)
    if base == 0 or math.isinf(base) or math.isinf(exponent) or exponent == 0:
        try:
            return _from_double(math.pow(base, exponent))
        except ValueError:
            return _from_double(math.inf)  # zero to a negative power
    if base < 0 and not exponent.is_integer():
        return _from_double(math.nan)
    result = _power(abs(base), exponent)
    return _from_double(-result if base < 0 and exponent % 2 == 1 else result)


def _signum(value: Any) -> int:
    exact = whole(value)
    return (exact > 0) - (exact < 0)


_MOST_DIGITS = 10_000
"""Of what `parseint` reads, 512 bits are kept: far fewer digits than these."""


def _parseint_type(arguments: Sequence[Value]) -> Type:
    if arguments[0].type is not STRING:
        raise FunctionError(f"first argument must be a string, not {type_name(arguments[0].type)}", 0)
    return NUMBER


def _parseint(arguments: Sequence[Value], returns: Type) -> Value:
    text, base = arguments[0].raw, whole(arguments[1].raw, 1)
    if not 2 <= base <= 62:
        raise FunctionError("base must be a whole number between 2 and 62 inclusive", 1)
    digits = text[1:] if text[:1] in ("+", "-") else text
    if base <= 36:
        digits = digits.lower()
    allowed = _DIGITS[:base]
    if not digits or any(digit not in allowed for digit in digits):
        raise FunctionError("cannot parse {} as a base {} integer", 0, go_quote(text), base)
    if len(digits) > _MOST_DIGITS:
        raise FunctionError(f"the number has more than {_MOST_DIGITS:,} digits", 0)
    value = reduce(lambda total, digit: total * base + allowed.index(digit), digits, 0)
    return number(-value if text.startswith("-") else value)


def _extreme(choose: Any) -> Any:
    def implementation(arguments: Sequence[Value], returns: Type) -> Value:
        if not arguments:
            raise FunctionError("must pass at least one number")
        return number(choose(argument.raw for argument in arguments))

    return implementation


def _sum(arguments: Sequence[Value], returns: Type) -> Value:
    (items,) = arguments
    ty = items.type
    if ty.is_primitive or ty is DYNAMIC:
        raise FunctionError("cannot sum noniterable", 0)
    if not items.raw:
        raise FunctionError("cannot sum an empty list", 0)
    if ty.kind in ("map", "object"):
        raise FunctionError(f"argument must be list, set, or tuple. Received {type_name(ty)}", 0)
    if not items.is_wholly_known:
        return unknown(NUMBER)
    total: Any = 0
    for item in items.raw:
        try:
            term = convert(item, NUMBER).raw
        except ConversionError:
            term = None
        if term is None:
            raise FunctionError(_SUM_OF, 0)
        try:
            total = numbers.add(total, term)
        except ValueError as problem:
            raise FunctionError(str(problem)) from None
    return number(total)


_NUM = numeric("num", "the number")
_NUMBERS = Parameter("numbers", NUMBER, description="the numbers")
_FUNCTIONS = (
    Function(
        "abs",
        (_NUM,),
        NUMBER,
        lift(_abs),
        description="The number without its sign.",
        example="abs(-12.4) = 12.4",
    ),
    Function(
        "ceil",
        (_NUM,),
        NUMBER,
        lift(_ceil),
        description="The nearest whole number that is not smaller.",
        example="ceil(5.1) = 6",
    ),
    Function(
        "floor",
        (_NUM,),
        NUMBER,
        lift(_floor),
        description="The nearest whole number that is not larger.",
        example="floor(4.9) = 4",
    ),
    Function(
        "log",
        (_NUM, numeric("base", "the base")),
        NUMBER,
        lift(_log),
        description="The logarithm of a number to a base.",
        example="log(16, 2) = 4",
    ),
    Function(
        "max",
        (),
        NUMBER,
        _extreme(max),
        variadic=_NUMBERS,
        description="The largest of several numbers.",
        example="max(12, 54, 3) = 54",
    ),
    Function(
        "min",
        (),
        NUMBER,
        _extreme(min),
        variadic=_NUMBERS,
        description="The smallest of several numbers.",
        example="min(12, 54, 3) = 3",
    ),
    Function(
        "parseint",
        (anything("number", "the digits, as a string"), numeric("base", "2 to 62")),
        _parseint_type,
        _parseint,
        description="Reads a whole number written in a base from 2 to 62.",
        example='parseint("FF", 16) = 255',
    ),
    Function(
        "pow",
        (_NUM, numeric("power", "the exponent")),
        NUMBER,
        lift(_pow),
        description="A number raised to a power.",
        example="pow(3, 2) = 9",
    ),
    Function(
        "signum",
        (_NUM,),
        NUMBER,
        lift(_signum),
        description="The sign of a number: -1, 0 or 1.",
        example="signum(-13) = -1",
    ),
    Function(
        "sum",
        (anything("list", "a list, set or tuple of numbers"),),
        NUMBER,
        _sum,
        description="The sum of the numbers in a list, set or tuple.",
        example="sum([10, 13, 6]) = 29",
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
