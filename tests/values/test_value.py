"""Values: identity, order, marks."""

from iac.values.types import NUMBER, STRING
from iac.values.value import (
    NO_MARKS,
    ONLY_SENSITIVE,
    all_marks,
    list_value,
    map_value,
    number,
    object_value,
    rebuild,
    set_value,
    string,
    to_python,
    tuple_value,
    unknown,
    unmark_deep,
)


def test_strings_are_normalised() -> None:
    assert string("e\u0301") == string("\u00e9")


def test_maps_and_objects_are_in_key_order() -> None:
    assert list(map_value(NUMBER, {"b": number(2), "a": number(1)}).raw) == ["a", "b"]
    assert list(object_value({"b": number(2), "a": number(1)}).raw) == ["a", "b"]


def test_a_set_has_each_element_once_in_order_and_takes_over_their_marks() -> None:
    value = set_value(NUMBER, [number(3), number(1), number(3).with_marks(ONLY_SENSITIVE)])
    assert to_python(value) == [1, 3]
    assert value.marks == ONLY_SENSITIVE


def test_marks_inside_are_seen_from_outside_and_taken_off_together() -> None:
    value = tuple_value([string("a").with_marks(ONLY_SENSITIVE)])
    assert value.has_marks
    assert not value.is_sensitive
    assert all_marks(value) == ONLY_SENSITIVE
    assert unmark_deep(value) == (tuple_value([string("a")]), ONLY_SENSITIVE)
    assert unmark_deep(string("a")) == (string("a"), NO_MARKS)


def test_a_value_with_something_unknown_in_it_is_known_but_not_wholly() -> None:
    value = tuple_value([unknown(STRING)])
    assert value.is_known
    assert not value.is_wholly_known


def test_different_types_or_marks_are_different_values() -> None:
    assert list_value(STRING, []) != list_value(NUMBER, [])
    assert string("a") != string("a").with_marks(ONLY_SENSITIVE)


def test_a_rebuilt_tuple_takes_the_types_of_its_new_elements() -> None:
    assert rebuild(tuple_value([string("a")]), [number(1)]) == tuple_value([number(1)])
