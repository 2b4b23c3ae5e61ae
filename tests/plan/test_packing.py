"""Packing keeps everything of a value: its type, what is unknown, and its marks."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac.plan.packing import TypeTable, pack, read_types, unpack
from iac.values import numbers
from iac.values.types import DYNAMIC, NUMBER, STRING, Type, list_of, map_of, object_of
from iac.values.value import (
    ONLY_SENSITIVE,
    UNKNOWN_DYNAMIC,
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

TYPES: list[Type] = [STRING, NUMBER, DYNAMIC, list_of(STRING), map_of(NUMBER), object_of({"a": STRING})]

scalars = st.one_of(
    st.text(max_size=5).map(string),
    st.booleans().map(boolean),
    st.integers().map(number),
    st.floats(allow_nan=False).map(numbers.from_float).map(lambda n: Value(NUMBER, n)),
    st.sampled_from(["0.1", "1e400", "-1e-400", "3.3333333333333333333333333333"]).map(
        lambda s: Value(NUMBER, numbers.parse(s))
    ),
    st.sampled_from(TYPES).map(null),
    st.sampled_from(TYPES).map(unknown),
)


def containers(parts: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    strings = st.lists(st.text(max_size=3), max_size=3)
    return st.one_of(
        st.lists(parts, max_size=3).map(tuple_value),
        st.dictionaries(st.text(max_size=3), parts, max_size=3).map(object_value),
        strings.map(lambda items: list_value(STRING, [string(s) for s in items])),
        strings.map(lambda items: set_value(STRING, [string(s) for s in items])),
        strings.map(lambda items: map_value(STRING, {s: unknown(STRING) for s in items})),
    )


values = st.recursive(scalars, containers, max_leaves=8).flatmap(
    lambda v: st.sampled_from([v, v.with_marks(ONLY_SENSITIVE)])
)


def through_json(value: Value) -> Value:
    types = TypeTable()
    packed = json.loads(json.dumps(pack(value, types)))
    return unpack(packed, read_types(json.loads(json.dumps(types.to_json()))))


@settings(max_examples=200, derandomize=True, deadline=None)
@given(values)
def test_what_is_packed_comes_out_as_it_was(value: Value) -> None:
    back = through_json(value)
    assert back == value
    assert back.type == value.type
    assert back.marks == value.marks
    assert pack(back, TypeTable()) == pack(value, TypeTable())


@pytest.mark.parametrize(
    ("packed", "types"),
    [
        (None, []),
        ([], []),
        ("x", []),
        ([0], ["string"]),
        ([0, ["?"]], ["string"]),
        ([1, "x"], ["string"]),
        ([0, 1], ["nope"]),
        ([0, ["d", {}]], [["list", "string"]]),
        (["0", 2], ["string"]),
    ],
)
def test_what_was_not_packed_is_refused(packed: object, types: list[object]) -> None:
    with pytest.raises(ValueError):
        unpack(packed, read_types(types))


def test_the_unknown_of_no_type_is_kept() -> None:
    assert through_json(UNKNOWN_DYNAMIC) == UNKNOWN_DYNAMIC
