"""Numbers have 512 bits of mantissa and are written as the shortest plain decimal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.values import numbers


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1", "1"), ("-0.5", "-0.5"), ("1e3", "1000"), ("1.50", "1.5"), ("1e-7", "0.0000001"), ("0.1", "0.1")],
)
def test_a_number_is_shown_without_exponent_or_surplus_zeros(text: str, shown: str) -> None:
    assert numbers.format_number(numbers.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "x", "1_0", "0x10", " 1", "1.2.3", "e5"])
def test_what_is_no_decimal_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        numbers.parse(text)


def test_decimal_fractions_add_up_as_people_expect() -> None:
    total = numbers.add(numbers.parse("0.1"), numbers.parse("0.2"))
    assert numbers.format_number(total) == "0.3"


def test_a_whole_result_is_an_int() -> None:
    assert type(numbers.multiply(numbers.parse("0.5"), 4)) is int


@pytest.mark.parametrize(("a", "b", "rest"), [(7, 3, 1), (-7, 3, -1), (7, -3, 1), (-7, -3, -1)])
def test_the_remainder_has_the_sign_of_the_dividend(a: int, b: int, rest: int) -> None:
    assert numbers.modulo(a, b) == rest


def test_division_by_zero_is_infinite_but_zero_by_zero_has_no_result() -> None:
    assert numbers.format_number(numbers.divide(1, 0)) == "+Inf"
    assert numbers.format_number(numbers.divide(-1, 0)) == "-Inf"
    with pytest.raises(ValueError):
        numbers.divide(0, 0)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_shown_number_reads_back_as_itself(value: float) -> None:
    number = numbers.from_float(value)
    assert numbers.parse(numbers.format_number(number)) == number
