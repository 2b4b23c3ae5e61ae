"""Type constraints as they are written, and the defaults in them."""

import pytest

from iac.diagnostics import Pos
from iac.hcl.defaults import apply_defaults
from iac.hcl.parser import parse_expression
from iac.hcl.typeexpr import parse_type
from iac.values.convert import convert
from iac.values.types import type_expression
from iac.values.value import Value, null, number, object_value, string, to_python, tuple_value


def parsed(text: str):  # type: ignore[no-untyped-def]  # three results as parse_type has them
    expression, problems = parse_expression(text, "main.tf", Pos(1, 1, 0))
    assert not problems
    return parse_type(expression)


TYPES = [
    ("string", "string"),
    ("number", "number"),
    ("bool", "bool"),
    ("any", "dynamic"),
    ("list(string)", "list(string)"),
    ("set(number)", "set(number)"),
    ("map(any)", "map(dynamic)"),
    ("list", "list(dynamic)"),
    ("tuple([string, bool])", "tuple([string,bool])"),
    ("object({ b = number, a = string })", "object({a=string,b=number})"),
    ("object({ a = optional(string) })", "object({a=optional(string)})"),
    ("list(object({ a = optional(list(number), []) }))", "list(object({a=optional(list(number))}))"),
]


@pytest.mark.parametrize(("text", "expected"), TYPES)
def test_a_constraint_denotes_a_type(text: str, expected: str) -> None:
    ty, _, problems = parsed(text)
    assert not problems
    assert type_expression(ty) == expected


WRONG = [
    ("strin", 'The keyword "strin" is not a valid type specification.'),
    ("list()", "The list type constructor requires one argument specifying the element type."),
    ("set", "The set type constructor requires one argument specifying the element type."),
    ("string(1)", 'Primitive type keyword "string" does not expect arguments.'),
    ("lisst(string)", 'Keyword "lisst" is not a valid type constructor.'),
    ("optional(string)", 'Keyword "optional" is valid only as a modifier for object type attributes.'),
    ("tuple(string)", "Tuple type constructor requires a list of element types."),
]


@pytest.mark.parametrize(("text", "detail"), WRONG)
def test_a_wrong_constraint_is_reported_in_the_words_of_terraform(text: str, detail: str) -> None:
    _, _, problems = parsed(text)
    assert [(p.summary, p.detail) for p in problems] == [("Invalid type specification", detail)]


def filled(text: str, value: Value) -> object:
    ty, defaults, problems = parsed(text)
    assert not problems
    return to_python(convert(apply_defaults(value, defaults) if defaults else value, ty))


def test_a_missing_or_null_optional_attribute_takes_its_default() -> None:
    text = "object({ a = string, b = optional(number, 5), c = optional(string) })"
    expected = {"a": "x", "b": 5, "c": None}
    assert filled(text, object_value({"a": string("x")})) == expected
    assert filled(text, object_value({"a": string("x"), "b": null()})) == expected
    assert filled(text, object_value({"a": string("x"), "b": number(7)})) == {**expected, "b": 7}


def test_defaults_reach_into_collections_and_defaults() -> None:
    text = "list(object({ o = optional(object({ n = optional(number, 1) }), {}) }))"
    value = tuple_value([object_value({}), object_value({"o": object_value({"n": number(2)})})])
    assert filled(text, value) == [{"o": {"n": 1}}, {"o": {"n": 2}}]
