"""Conversion between types, and the type that several have in common."""

import pytest

from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type, list_of, map_of, object_of, set_of, tuple_of
from iac.values.unify import unify
from iac.values.value import (
    ONLY_SENSITIVE,
    Value,
    boolean,
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

CONVERTED = [
    (number(1), STRING, string("1")),
    (boolean(True), STRING, string("true")),
    (string("1.0"), NUMBER, number(1)),
    (string("true"), BOOL, boolean(True)),
    (tuple_value([string("a"), number(1)]), list_of(STRING), list_value(STRING, [string("a"), string("1")])),
    (
        tuple_value([string("a"), number(1)]),
        list_of(DYNAMIC),
        list_value(STRING, [string("a"), string("1")]),
    ),
    (tuple_value([string("a"), string("a")]), set_of(STRING), set_value(STRING, [string("a")])),
    (object_value({"a": number(1)}), map_of(STRING), map_value(STRING, {"a": string("1")})),
    (
        object_value({"a": number(1), "b": number(2)}),
        object_of({"a": STRING}),
        object_value({"a": string("1")}),
    ),
    (
        object_value({}),
        object_of({"a": STRING}, ["a"]),
        object_value({"a": null(STRING)}),
    ),
    (null(), STRING, null(STRING)),
    (unknown(NUMBER), STRING, unknown(STRING)),
    (number(1).with_marks(ONLY_SENSITIVE), STRING, string("1").with_marks(ONLY_SENSITIVE)),
]


@pytest.mark.parametrize(("value", "ty", "expected"), CONVERTED)
def test_a_value_converts(value: Value, ty: Type, expected: Value) -> None:
    assert convert(value, ty) == expected


REFUSED = [
    (string("x"), NUMBER, "a number is required"),
    (string("True"), BOOL, 'a bool is required; to convert from string, use lowercase "true"'),
    (tuple_value([]), STRING, "string required"),
    (object_value({}), object_of({"a": STRING}), 'attribute "a" is required'),
    (tuple_value([string("x")]), list_of(NUMBER), "[0]: a number is required"),
    (object_value({"a": string("x")}), object_of({"a": NUMBER}), ".a: a number is required"),
]


@pytest.mark.parametrize(("value", "ty", "message"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_with_the_place(value: Value, ty: Type, message: str) -> None:
    with pytest.raises(ConversionError) as caught:
        convert(value, ty)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("types", "common"),
    [
        ([NUMBER, STRING], STRING),
        ([NUMBER, BOOL], None),
        ([tuple_of([NUMBER]), tuple_of([STRING])], tuple_of([STRING])),
        ([object_of({"a": NUMBER}), object_of({"b": STRING})], map_of(STRING)),
        ([list_of(NUMBER), tuple_of([STRING])], list_of(STRING)),
        ([NUMBER, DYNAMIC], NUMBER),
    ],
)
def test_types_have_the_common_type_that_all_convert_to(types: list[Type], common: Type | None) -> None:
    assert unify(types) is common
