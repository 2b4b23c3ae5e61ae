"""Values in MessagePack: what Terraform sends, and what it is sent."""

from __future__ import annotations

from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.plugin.messages import message
from iac.plugin.values import decode, encode
from iac.values import numbers
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, list_of, map_of, object_of, set_of, tuple_of
from iac.values.value import (
    TRUE,
    Value,
    list_value,
    map_value,
    null,
    number,
    object_value,
    set_value,
    string,
    tuple_value,
    unknown,
)

UNKNOWN_BYTES = b"\xd4\x00\x00"


def packed(value: Any) -> Any:
    return message("DynamicValue", msgpack=msgpack.packb(value))


@pytest.mark.parametrize(
    ("value", "ty", "expected"),
    [
        (string("é"), STRING, "é"),
        (TRUE, BOOL, True),
        (number(7), NUMBER, 7),
        (number(-(1 << 63)), NUMBER, -(1 << 63)),
        (number(1 << 70), NUMBER, str(1 << 70)),
        (number(1.5), NUMBER, 1.5),
        (Value(NUMBER, numbers.parse("0.1")), NUMBER, "0.1"),
        (null(STRING), STRING, None),
        (list_value(STRING, [string("a")]), list_of(STRING), ["a"]),
        (set_value(NUMBER, [number(2), number(1)]), set_of(NUMBER), [1, 2]),
        (map_value(BOOL, {"k": TRUE}), map_of(BOOL), {"k": True}),
        (
            object_value({"a": string("x"), "b": null(NUMBER)}),
            object_of({"a": STRING, "b": NUMBER}),
            {"a": "x", "b": None},
        ),
        (tuple_value([string("x"), TRUE]), tuple_of([STRING, BOOL]), ["x", True]),
        (string("x"), DYNAMIC, [b'"string"', "x"]),
        (list_value(STRING, []), DYNAMIC, [b'["list", "string"]', []]),
        (null(), DYNAMIC, None),
    ],
)
def test_a_value_is_written_as_terraform_writes_it_and_read_back(value: Value, ty: Any, expected: Any) -> None:
    written = encode(value, ty)
    assert msgpack.unpackb(written.msgpack) == expected
    assert decode(written, ty) == value


@pytest.mark.parametrize("ty", [STRING, NUMBER, list_of(STRING), object_of({"a": BOOL}), DYNAMIC])
def test_an_unknown_value_is_extension_0(ty: Any) -> None:
    written = encode(unknown(ty), ty)
    assert written.msgpack == UNKNOWN_BYTES
    assert decode(written, ty) == unknown(ty)


def test_a_refined_unknown_value_is_read_as_unknown() -> None:
    refined = msgpack.ExtType(12, msgpack.packb({1: False, 2: "pre"}))
    assert decode(packed({"a": refined}), object_of({"a": STRING})) == object_value({"a": unknown(STRING)})


def test_an_unknown_value_of_a_known_type_keeps_the_type_where_any_is_declared() -> None:
    assert decode(encode(unknown(STRING), DYNAMIC), DYNAMIC) == unknown(STRING)


def test_a_list_of_any_takes_the_type_of_its_elements() -> None:
    elements = [[b'"string"', "x"], [b'"string"', "y"]]
    assert decode(packed(elements), list_of(DYNAMIC)) == list_value(STRING, [string("x"), string("y")])


def test_an_empty_message_is_null() -> None:
    assert decode(message("DynamicValue"), STRING) == null(STRING)


@pytest.mark.parametrize(
    ("raw", "ty"),
    [
        (1, STRING),
        ("x", BOOL),
        (True, NUMBER),
        ({"a": "x"}, object_of({"a": STRING, "b": STRING})),
        ({"a": "x", "c": "y"}, object_of({"a": STRING})),
        (["x"], map_of(STRING)),
        ({"x": "y"}, list_of(STRING)),
        (["x"], tuple_of([STRING, STRING])),
    ],
)
def test_what_does_not_fit_the_type_is_refused(raw: Any, ty: Any) -> None:
    with pytest.raises(ValueError):
        decode(packed(raw), ty)


@given(st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=30)))
def test_numbers_keep_all_their_digits(given_number: Any) -> None:
    value = Value(
        NUMBER, numbers.parse(f"{given_number:f}" if not isinstance(given_number, int) else str(given_number))
    )
    assert decode(encode(value, NUMBER), NUMBER) == value
