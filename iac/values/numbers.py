"""Terraform's numbers: binary floats with a mantissa of 512 bits.

A number is a Python `int` when it is a whole number that fits in 512 bits (nearly always), else a gmpy2
`mpfr` of precision 512 (fractions, infinities, very large numbers, negative zero). Every function here returns that
normal form. gmpy2 is imported when the first fraction is met, not before.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeAlias

from iac.values.limits import DIGITS, LimitError

Number: TypeAlias = Any
"""`int` or `gmpy2.mpfr`: gmpy2's type cannot be named without importing it."""

PRECISION = 512
_LIMIT = 1 << PRECISION
_EXPONENT = (1 << 31) - 1
"""What is larger than two to this is an infinity, as in Go."""
_BITS = int(DIGITS * 3.32193)
"""Numbers with larger exponents have too many digits to be written."""
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")


@cache
def _context() -> Any:
    """gmpy2 and a context of 512 bits, rounding to the nearest even."""
    import gmpy2

    return gmpy2, gmpy2.context(precision=PRECISION, emax=_EXPONENT, emin=-_EXPONENT - 1, trap_divzero=False)


def _mpfr(value: Any) -> Any:
    gmpy2, context = _context()
    with gmpy2.context(context):
        return gmpy2.mpfr(value, PRECISION)


def normal(value: Number) -> Number:
    """The normal form of a number: `int` where it fits (not for -0), rounded to 512 bits where it does not.

    Raises `LimitError` for one that has too many digits to be written.
    """
    if type(value) is int:
        if -_LIMIT < value < _LIMIT:
            return value
        value = _mpfr(value)
    if value == 0:
        return value if "-" in str(value) else 0
    if value.is_infinite() or value.is_nan():
        return value
    if not -_BITS < _context()[0].get_exp(value) < _BITS:
        raise LimitError(f"the number has more than {DIGITS:,} digits")
    return int(value) if value.is_integer() and -_LIMIT < value < _LIMIT else value


def _negative_zero() -> Number:
    return _mpfr("-0")


def parse(text: str) -> Number:
    """The number that a decimal literal denotes. Raises ValueError when it is none."""
    if not _DECIMAL.match(text):
        raise ValueError(f"not a number: {text!r}")
    if text.lstrip("+-").isdigit() and len(text) < 150:
        value = int(text)
        return value if value or text[0] != "-" else _negative_zero()
    return normal(_mpfr(text.replace("E", "e")))


def from_float(value: float) -> Number:
    """The number that a Python float is, exactly."""
    return normal(_mpfr(value))


def add(a: Number, b: Number) -> Number:
    """The sum. Raises ValueError for opposing infinities."""
    if type(a) is int and type(b) is int:
        return normal(a + b)
    return _binary("add", a, b)


def subtract(a: Number, b: Number) -> Number:
    """The difference. Raises ValueError for an infinity from itself."""
    if type(a) is int and type(b) is int:
        return normal(a - b)
    return _binary("sub", a, b)


def multiply(a: Number, b: Number) -> Number:
    """The product. Raises ValueError for zero by an infinity."""
    if type(a) is int and type(b) is int:
        product = a * b
        return normal(product) if product or (a >= 0 and b >= 0) else _negative_zero()
    return _binary("mul", a, b)


def divide(a: Number, b: Number) -> Number:
    """The quotient; by zero it is an infinity. Raises ValueError for 0/0 and infinity/infinity."""
    if type(a) is int and type(b) is int and b != 0 and a % b == 0 and (a or b > 0):
        return a // b
    return _binary("div", a, b)


def modulo(a: Number, b: Number) -> Number:
    """The remainder of a division that rounds towards zero; by zero it is `a`. Raises ValueError for infinities."""
    if b == 0:
        return a
    if is_infinite(a) or is_infinite(b):
        raise ValueError("can't use modulo with zero and infinity")
    if type(a) is int and type(b) is int:
        rest = abs(a) % abs(b)
        return -rest if a < 0 else rest
    # As cty has it, rounding at each step: a - b * trunc(a / b).
    gmpy2, context = _context()
    with gmpy2.context(context):
        x, y = _mpfr(a), _mpfr(b)
        whole = gmpy2.trunc(gmpy2.div(x, y))
        return normal(gmpy2.sub(x, gmpy2.mul(y, whole)))


def negate(a: Number) -> Number:
    """The number with its sign turned."""
    if type(a) is int:
        return -a if a else _negative_zero()
    gmpy2, context = _context()
    with gmpy2.context(context):
        return normal(-a)


_NO_RESULT = {
    "add": "can't compute sum of opposing infinities",
    "sub": "can't subtract infinity from itself",
    "mul": "can't multiply zero by infinity",
    "div": "can't divide zero by zero or infinity by infinity",
}
"""Why an operation has no result, in cty's words."""


def _binary(name: str, a: Number, b: Number) -> Number:
    gmpy2, context = _context()
    with gmpy2.context(context):
        result = getattr(gmpy2, name)(_mpfr(a), _mpfr(b))
    if result.is_nan():
        raise ValueError(_NO_RESULT[name])
    return normal(result)


def is_infinite(value: Number) -> bool:
    """Whether it is one of the two infinities."""
    return type(value) is not int and bool(value.is_infinite())


def format_number(value: Number) -> str:
    """The shortest plain decimal (no exponent) that reads back as the same 512-bit number."""
    if type(value) is int:
        return str(value)
    if value.is_infinite():
        return "+Inf" if value > 0 else "-Inf"
    if not value:
        return "-0"
    digits, exponent = _shortest(value)
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    digits = digits.rstrip("0") or "0"
    if exponent <= 0:
        return f"{sign}0.{'0' * -exponent}{digits}"
    if exponent >= len(digits):
        return f"{sign}{digits}{'0' * (exponent - len(digits))}"
    return f"{sign}{digits[:exponent]}.{digits[exponent:]}"


def integer_text(value: int) -> str:
    """The decimal digits of a whole number of any size; Python's own conversion has a limit."""
    if -_LIMIT < value < _LIMIT:
        return str(value)
    gmpy2, _ = _context()
    return str(gmpy2.mpz(value).digits())


def _shortest(value: Any) -> tuple[str, int]:
    """Digits and decimal exponent of the shortest decimal that rounds to `value`.

    If n digits are enough then so are n + 1, so the smallest n is found by bisection.
    """

    def rounded(n: int) -> tuple[str, int]:
        digits, exponent, _ = value.digits(10, n)
        return digits, exponent

    def enough(n: int) -> bool:
        digits, exponent = rounded(n)
        sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
        return bool(_mpfr(f"{sign}0.{digits}e{exponent}") == value)

    low, high = 2, 156  # gmpy2 gives two digits at least; 156 are always enough for 512 bits
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return rounded(low)
