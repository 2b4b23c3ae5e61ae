"""Values as text: the expectations are what `terraform console` and Terraform's diagnostics print."""

from __future__ import annotations

import pytest

from iac.hcl.evaluate import evaluate
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import FunctionContext
from iac.hcl.parser import parse_expression
from iac.hcl.render import brief, render_value
from iac.hcl.scope import VariableScope
from iac.values.types import BOOL, NUMBER, STRING, list_of, map_of, object_of
from iac.values.value import EPHEMERAL, ONLY_SENSITIVE, Value, null, number, string, unknown

SCOPE = VariableScope({}, function_table(FunctionContext()))


def value_of(text: str) -> Value:
    return evaluate(parse_expression(text, "case.tf")[0], SCOPE)


IN_FULL = [
    ("1.5", "1.5"),
    ("1e30", "1000000000000000000000000000000"),
    ("true", "true"),
    ("null", "null"),
    ("tostring(null)", "tostring(null)"),
    ("tolist(null)", "tolist(null) /* of dynamic */"),
    ("true ? null : {a = 1}", "null /* object */"),
    ("true ? null : [1]", "null /* tuple */"),
    ('"tab\\tq\\"b\\\\"', '"tab\\tq\\"b\\\\"'),
    ('"a$${x} %%{y}"', '"a${x} %{y}"'),
    ('"é€😀\\u0001"', '"é€😀\\x01"'),
    ('"\\u00a0x\\u2028y"', '"\\u00a0x\\u2028y"'),
    ('"a\\nb"', "<<EOT\na\nb\nEOT"),
    ('"a\\n"', "<<EOT\na\n\nEOT"),
    ('{x = "l1\\nl2\\n"}', '{\n  "x" = <<-EOT\n  l1\n  l2\n  \n  EOT\n}'),
    ('["a\\nb", 1]', "[\n  <<-EOT\n  a\n  b\n  EOT,\n  1,\n]"),
    ("[]", "[]"),
    ("{}", "{}"),
    ("tolist([])", "tolist([])"),
    ("toset([])", "toset([])"),
    ("tomap({})", "tomap({})"),
    ('toset(["b", "a"])', 'toset([\n  "a",\n  "b",\n])'),
    ("tolist([null, 1])", "tolist([\n  tonumber(null),\n  1,\n])"),
    ('tomap({a = null, b = "x"})', 'tomap({\n  "a" = tostring(null)\n  "b" = "x"\n})'),
    ('{a = {b = [1]}, "c d" = null}', '{\n  "a" = {\n    "b" = [\n      1,\n    ]\n  }\n  "c d" = null\n}'),
    ("sensitive(1)", "(sensitive value)"),
    ("{a = sensitive(1)}", '{\n  "a" = (sensitive value)\n}'),
]


@pytest.mark.parametrize(("text", "expected"), IN_FULL, ids=[text for text, _ in IN_FULL])
def test_a_value_is_shown_as_the_console_shows_it(text: str, expected: str) -> None:
    assert render_value(value_of(text)) == expected


def test_what_is_unknown_or_ephemeral_is_said_to_be_so() -> None:
    assert render_value(unknown(STRING)) == "(known after apply)"
    assert render_value(string("x").with_marks(frozenset({EPHEMERAL}))) == "(ephemeral value)"


BRIEF = [
    (string('say "hi"\n'), '"say \\"hi\\"\\n"'),
    (number(123456789), "123456789"),
    (number(12345678901234), "1.23456789e+13"),
    (number(1.5), "1.5"),
    (value_of("1 / 3"), "0.3333333333"),
    (Value(BOOL, False), "false"),
    (null(STRING), "null"),
    (unknown(list_of(STRING)), "a list of string"),
    (value_of("[]"), "empty tuple"),
    (value_of("[1]"), "tuple with 1 element"),
    (value_of("[1, 2]"), "tuple with 2 elements"),
    (Value(map_of(NUMBER), {}), "empty map of number"),
    (value_of("{}"), "object with no attributes"),
    (value_of("{a = 1}"), 'object with 1 attribute "a"'),
    (value_of("{a = 1, b = 2}"), "object with 2 attributes"),
    (Value(object_of({"a": STRING}), {"a": string("x")}, ONLY_SENSITIVE), "(sensitive value)"),
]


@pytest.mark.parametrize(("value", "expected"), BRIEF, ids=[expected for _, expected in BRIEF])
def test_a_value_beside_an_error_is_told_in_a_few_words(value: Value, expected: str) -> None:
    assert brief(value) == expected
