"""Short forms for writing function specs: parameters, and implementations that need plain data alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iac.hcl.functions.spec import FunctionError, Implementation, Parameter
from iac.values import numbers
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type, list_of
from iac.values.value import Value, boolean, string


def text(name: str, description: str = "") -> Parameter:
    """A string parameter."""
    return Parameter(name, STRING, description=description)


def numeric(name: str, description: str = "") -> Parameter:
    """A number parameter."""
    return Parameter(name, NUMBER, description=description)


def anything(name: str, description: str = "", **allowed: bool) -> Parameter:
    """A parameter of any type; `allowed` are flags of `Parameter`."""
    return Parameter(name, DYNAMIC, description=description, **allowed)


STRINGS = Parameter("list", list_of(STRING), description="a list of strings")
KEEPS_MARKS = anything("list", "a list or tuple", allow_marked=True)

EVERYTHING = {"allow_null": True, "allow_unknown": True, "allow_dynamic": True, "allow_marked": True}
"""Flags of a parameter whose function wants to see the value as it is."""


def lift(compute: Callable[..., Any]) -> Implementation:
    """An implementation from a function over raw data (`str`, `bool`, numbers) that gives a primitive."""

    def implementation(arguments: Sequence[Value], returns: Type) -> Value:
        result = compute(*[argument.raw for argument in arguments])
        if returns is STRING:
            return string(result)
        if returns is BOOL:
            return boolean(result)
        return Value(NUMBER, numbers.normal(result))

    return implementation


def whole(number: Any, argument: int | None = None) -> int:
    """A number argument as a Python int. Raises `FunctionError` when it has a fraction or is too large.

    Terraform holds such arguments in 64 bits.
    """
    if not number:
        return 0  # negative zero as well
    if type(number) is not int or not -(1 << 63) <= number < 1 << 63:
        raise FunctionError(_LIMITS, argument)
    return number


_LIMITS = "value must be a whole number, between -9223372036854775808 and 9223372036854775807"
