"""What holds of every value: codecs lose nothing, conversion ends at the type asked for, order is total."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iac.values import numbers
from iac.values.codec import canonical, from_json, loads, to_json, typed_from_json, typed_to_json
from iac.values.convert import convert
from iac.values.paths import marks_by_path, with_marks_by_path
from iac.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    Type,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
    type_from_json,
    type_to_json,
)
from iac.values.unify import convertible, unify
from iac.values.value import (
    ONLY_SENSITIVE,
    Value,
    boolean,
    null,
    number,
    object_value,
    set_value,
    string,
    tuple_value,
    unmark_deep,
)

names = st.text("abcdé", min_size=1, max_size=3)
types = st.recursive(
    st.sampled_from([STRING, NUMBER, BOOL]),
    lambda inner: st.one_of(
        inner.map(list_of),
        inner.map(set_of),
        inner.map(map_of),
        st.lists(inner, max_size=3).map(tuple_of),
        st.dictionaries(names, inner, max_size=3).map(object_of),
    ),
    max_leaves=6,
)
primitives = st.one_of(
    st.text(max_size=5).map(string),
    st.integers().map(number),
    st.floats(allow_nan=False, allow_infinity=False).map(number),
    st.booleans().map(boolean),
    st.just(null()),
)
values = st.recursive(
    primitives,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple_value), st.dictionaries(names, inner, max_size=4).map(object_value)
    ),
    max_leaves=12,
)
marked_values = st.recursive(
    st.tuples(primitives, st.booleans()).map(lambda pair: pair[0].with_marks(ONLY_SENSITIVE) if pair[1] else pair[0]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple_value), st.dictionaries(names, inner, max_size=4).map(object_value)
    ),
    max_leaves=12,
)


@given(types)
def test_a_type_survives_json_as_the_same_object(ty: Type) -> None:
    assert type_from_json(type_to_json(ty)) is ty


@given(values)
def test_a_value_survives_json_with_its_type(value: Value) -> None:
    assert from_json(loads(canonical(to_json(value))), value.type) == value


@given(values)
def test_a_value_for_any_type_survives_json_that_carries_the_type(value: Value) -> None:
    assert typed_from_json(typed_to_json(value, DYNAMIC), DYNAMIC) == value


@given(values)
def test_canonical_json_is_a_fixed_point(value: Value) -> None:
    text = canonical(to_json(value))
    assert canonical(loads(text)) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_so_that_it_reads_back(value: float) -> None:
    exact = numbers.from_float(value)
    assert numbers.parse(numbers.format_number(exact)) == exact


@given(st.integers(), st.integers().filter(bool))
def test_whole_numbers_divide_with_a_remainder_of_the_sign_of_the_dividend(a: int, b: int) -> None:
    rest = numbers.modulo(a, b)
    assert (a - rest) % b == 0
    assert abs(rest) < abs(b)
    assert rest == 0 or (rest < 0) is (a < 0)


@given(types, types)
def test_types_that_unify_all_convert_to_the_common_one(a: Type, b: Type) -> None:
    common = unify((a, b))
    if common is not None:
        assert convertible(a, common, unsafe=True)
        assert convertible(b, common, unsafe=True)
    assert unify((a, a)) is a


@given(values)
def test_conversion_of_elements_to_strings_gives_exactly_that_type(value: Value) -> None:
    want = list_of(STRING)
    if value.raw.__class__ is tuple and convertible(value.type, want, unsafe=True):
        assert convert(value, want).type is want


@given(marked_values)
def test_marks_taken_off_by_path_can_be_put_back(value: Value) -> None:
    plain, marks = unmark_deep(value)
    assert not plain.has_marks
    assert bool(marks) is value.has_marks
    assert with_marks_by_path(plain, marks_by_path(value)) == value


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=6))
def test_a_set_does_not_depend_on_the_order_it_is_given(texts: list[str | None]) -> None:
    elements = [null(STRING) if t is None else string(t) for t in texts]
    made = set_value(STRING, elements)
    assert made == set_value(STRING, reversed(elements))
    assert len(made.raw) == len(set(elements))
