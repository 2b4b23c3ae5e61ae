"""Values as JSON and back."""

import json

import pytest

from iac.values.codec import canonical, from_json, loads, quote, to_json, typed_from_json, typed_to_json
from iac.values.types import DYNAMIC, NUMBER, STRING, list_of, object_of
from iac.values.value import list_value, number, object_value, string, tuple_value, unknown


def test_a_number_keeps_every_digit() -> None:
    text = "0.12345678901234567890123456789"
    assert canonical(to_json(from_json(loads(text), NUMBER))) == text


def test_an_integer_of_more_digits_than_python_converts_is_read() -> None:
    text = '{"a":1' + "0" * 5000 + "}"
    assert canonical(loads(text)) == text
    assert from_json(loads(text)["a"], NUMBER) == from_json(loads("1e5000"), NUMBER)


@pytest.mark.parametrize("text", ["{", "1" * 5000 + "x", '{"a": 1' + "0" * 5000])
def test_what_is_no_json_is_a_mistake_however_long_its_numbers(text: str) -> None:
    with pytest.raises(json.JSONDecodeError):
        loads(text)


def test_an_unknown_value_has_no_json_form_unless_one_is_given() -> None:
    with pytest.raises(ValueError):
        to_json(unknown(STRING))
    assert to_json(tuple_value([unknown(STRING)]), lambda value: "?") == ["?"]


def test_json_that_does_not_fit_the_type_is_refused() -> None:
    with pytest.raises(ValueError):
        from_json("x", NUMBER)
    with pytest.raises(ValueError, match="unsupported attribute 'b'"):
        from_json({"b": 1}, object_of({"a": STRING}))


def test_where_the_type_is_any_it_is_kept_beside_the_value() -> None:
    value = object_value({"a": list_value(STRING, [string("x")])})
    ty = object_of({"a": DYNAMIC})
    assert typed_to_json(value, ty) == {"a": {"value": ["x"], "type": ["list", "string"]}}
    assert typed_from_json(typed_to_json(value, ty), ty) == value
    assert typed_from_json(["x"], list_of(STRING)) == list_value(STRING, [string("x")])


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (0.000001, "0.000001"),
        (1.5e-6, "0.0000015"),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),
    ],
)
def test_canonical_json_is_that_of_rfc_8785(data: object, text: str) -> None:
    assert canonical(data) == text
    assert json.loads(canonical(data)) == data


def test_a_quoted_string_is_an_hcl_literal() -> None:
    assert quote('a"${b}\n%{c}') == '"a\\"$${b}\\n%%{c}"'
    assert to_json(number(3)) == 3
