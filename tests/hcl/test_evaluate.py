"""What expressions evaluate to, and how a wrong one is reported; the expectations are Terraform's own."""

import pytest

from iac.diagnostics import Diagnostic, DiagnosticsError, Pos
from iac.hcl.evaluate import evaluate, evaluate_template
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import FunctionContext
from iac.hcl.parser import parse_expression
from iac.hcl.render import render_value
from iac.hcl.scope import EMPTY_SCOPE, Scope, VariableScope
from iac.hcl.syntax import ScopeTraversal
from iac.values.types import NUMBER, STRING
from iac.values.value import (
    EPHEMERAL,
    NULL,
    ONLY_SENSITIVE,
    TRUE,
    UNKNOWN_DYNAMIC,
    Value,
    map_value,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)

FUNCTIONS = function_table(FunctionContext(evaluate_template=evaluate_template))
VARIABLES = {
    "var": object_value(
        {
            "s": string("abc").with_marks(ONLY_SENSITIVE),
            "o": object_value({"a": number(1), "b": string("x")}),
            "l": tuple_value([string("a"), string("b")]),
            "m": map_value(NUMBER, {"a": number(1)}),
            "n": NULL,
            "t": TRUE,
            "u": unknown(STRING),
            "any": UNKNOWN_DYNAMIC,
            "e": string("once").with_marks(frozenset({EPHEMERAL})),
        }
    )
}
SCOPE = VariableScope(VARIABLES, FUNCTIONS)


def value_of(text: str, scope: Scope = SCOPE) -> Value:
    expression, problems = parse_expression(text, "main.tf", Pos(1, 1, 0))
    assert not problems
    return evaluate(expression, scope)


def problem_of(text: str, scope: Scope = SCOPE) -> Diagnostic:
    with pytest.raises(DiagnosticsError) as caught:
        value_of(text, scope)
    return caught.value.diagnostics[0]


def one_line(value: Value) -> str:
    return " ".join(render_value(value).split())


VALUES = [
    ("1 + 2 * 3", "7"),
    ("0.1 + 0.2", "0.3"),
    ("-7 % 3", "-1"),
    ("5 % 0", "5"),
    ("1 / 0", "+Inf"),
    ('"2" + 1', "3"),
    ("1 == 1", "true"),
    ('1 == "1"', "false"),
    ('[1] == ["1"]', "false"),
    ("tolist([1]) == [1]", "false"),
    ("null == null", "true"),
    ("{ a = 1 } == { a = 1 }", "true"),
    ("!true", "false"),
    ('"true" && true', "true"),
    ("false && var.l[9] == 1", "false"),
    ("true || null", "true"),
    ('"a${1}b${true}"', '"a1btrue"'),
    ('"${var.l}"', '[ "a", "b", ]'),
    ('"%{ for x in ["a", "b"] ~} ${x} %{ endfor ~}"', '"a b "'),
    ('"%{ if false }a%{ endif }"', '""'),
    ("var.o.a", "1"),
    ('var.o["b"]', '"x"'),
    ("var.m.a", "1"),
    ("var.l.1", '"b"'),
    ("var.l[var.o.a]", '"b"'),
    ("null[*]", "[]"),
    ('"a"[*]', '[ "a", ]'),
    ("[{ a = 1 }, { a = 2 }][*].a", "[ 1, 2, ]"),
    ("[{ a = 1 }, { a = 2 }].*.a", "[ 1, 2, ]"),
    ("true ? null : { a = 1 }", "null /* object */"),
    ('true ? 1 : "a"', '"1"'),
    ('true ? [1] : ["a"]', '[ "1", ]'),
    ('false ? { a = 1 } : { b = "x" }', 'tomap({ "b" = "x" })'),
    ('true ? tomap({ a = 1 }) : { b = "x" }', 'tomap({ "a" = "1" })'),
    ('true ? [1, 2] : tolist(["a"])', 'tolist([ "1", "2", ])'),
    ("true ? 1 : var.l[9]", "1"),
    ('[for k, v in { b = 1, a = 2 } : "${k}=${v}"]', '[ "a=2", "b=1", ]'),
    ("[for i, v in [5, 6] : i + v if v > 5]", "[ 7, ]"),
    ('{ for v in ["a", "b", "a"] : v => 1... }', '{ "a" = [ 1, 1, ] "b" = [ 1, ] }'),
    ("[for var in [{ s = 1 }] : var.s]", "[ 1, ]"),
    ("[for x in [1, 2] : [for x in [x * 10] : x + 1]]", "[ [ 11, ], [ 21, ], ]"),
    ("{ (upper(var.o.b)) = 1 }", '{ "X" = 1 }'),
    ("max([1, 3, 2]...)", "3"),
    ("try(var.o.zzz, 5)", "5"),
    ("can(var.o.zzz)", "false"),
    ("[for x in [1] : try(x.a, x)]", "[ 1, ]"),
    ('core::upper("a")', '"A"'),
    ("tolist(null)", "tolist(null) /* of dynamic */"),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_an_expression_has_the_value_that_terraform_gives_it(text: str, expected: str) -> None:
    assert one_line(value_of(text)) == expected


UNKNOWN_OR_HIDDEN = [
    ("var.u", "(known after apply)"),
    ('"x${var.u}"', "(known after apply)"),
    ("var.u + 1", "(known after apply)"),
    ("[for x in var.any : x]", "(known after apply)"),
    ("[for x in [1] : x if var.any]", "(known after apply)"),
    ("var.u == null", "(known after apply)"),
    ("var.any ? 1 : 2", "(known after apply)"),
    ("{ (var.u) = 1 }", "(known after apply)"),
    ("false && var.any", "false"),
    ("var.s", "(sensitive value)"),
    ('var.s == "abc"', "(sensitive value)"),
    ('"a ${var.s}"', "(sensitive value)"),
    ('var.s == "abc" ? 1 : 2', "(sensitive value)"),
    ("upper(var.s)", "(sensitive value)"),
    ("[for x in [1] : x if var.s != x]", "(sensitive value)"),
    ("{ (var.s) = 1 }", "(sensitive value)"),
    ("[var.s, 1]", "[ (sensitive value), 1, ]"),
    ("var.e", "(ephemeral value)"),
]


@pytest.mark.parametrize(("text", "expected"), UNKNOWN_OR_HIDDEN)
def test_what_is_unknown_or_marked_makes_the_result_so(text: str, expected: str) -> None:
    assert one_line(value_of(text)) == expected


NO_ELEMENT = "The given key does not identify an element in this collection value"
AGREE = "The true and false result expressions must have consistent types."
ERRORS = [
    ('1 + "a"', "Invalid operand", "Unsuitable value for right operand: a number is required."),
    ('-"a"', "Invalid operand", "Unsuitable value for unary operand: a number is required."),
    ("var.m + 1", "Invalid operand", "Unsuitable value for left operand: number required."),
    ("1 + null", "Operation failed", "Error during operation: argument must not be null."),
    ("0 / 0", "Operation failed", "Error during operation: can't divide zero by zero or infinity by infinity."),
    ("var.o.c", "Unsupported attribute", 'This object does not have an attribute named "c".'),
    ("var.m.c", "Missing map element", 'This map does not have an element with the key "c".'),
    ('"a".x', "Unsupported attribute", "Can't access attributes on a primitive-typed value (string)."),
    ("var.l.c", "Unsupported attribute", "This value does not have any attributes."),
    (
        "null.a",
        "Attempt to get attribute from null value",
        "This value is null, so it does not have any attributes.",
    ),
    ("null[0]", "Attempt to index null value", "This value is null, so it does not have any indices."),
    ("var.l[5]", "Invalid index", f"{NO_ELEMENT}."),
    ("[][0]", "Invalid index", f"{NO_ELEMENT}: the collection has no elements."),
    (
        "var.l[-1]",
        "Invalid index",
        f"{NO_ELEMENT}: a negative number is not a valid index for a sequence.",
    ),
    ('var.l["x"]', "Invalid index", f"{NO_ELEMENT}: a number is required."),
    ("var.o[var.n]", "Invalid index", "Can't use a null value as an indexing key."),
    ('"x" ? 1 : 2', "Incorrect condition type", "The condition expression must be of type bool."),
    (
        "null ? 1 : 2",
        "Null condition",
        "The condition value is null. Conditions must either be true or false.",
    ),
    (
        'true ? [1] : "a"',
        "Inconsistent conditional result types",
        f"{AGREE} The 'true' value is tuple, but the 'false' value is string.",
    ),
    (
        "true ? { a = 1 } : { a = {} }",
        "Inconsistent conditional result types",
        f"{AGREE} Type mismatch for object attribute \"a\": The 'true' value is number, but the 'false' value is "
        "object.",
    ),
    (
        "[for x in 1 : x]",
        "Iteration over non-iterable value",
        "A value of type number cannot be used as the collection in a 'for' expression.",
    ),
    (
        "[for x in null : x]",
        "Iteration over null value",
        "A null value cannot be used as the collection in a 'for' expression.",
    ),
    (
        '{ for x in ["a", "a"] : x => 1 }',
        "Duplicate object key",
        "Two different items produced the key \"a\" in this 'for' expression. If duplicates are expected, use the "
        "ellipsis (...) after the value expression to enable grouping by key.",
    ),
    ("{ (null) = 1 }", "Null value as key", "Can't use a null value as a key."),
    ("{ ([]) = 1 }", "Incorrect key type", "Can't use this value as a key: string required."),
    (
        '"a${null}"',
        "Invalid template interpolation value",
        "The expression result is null. Cannot include a null value in a string template.",
    ),
    (
        '"%{ for x in ["a"] }${null}%{ endfor }"',
        "Invalid template interpolation value",
        "The expression result is null. Cannot include a null value in a string template.",
    ),
    (
        'uppr("a")',
        "Call to unknown function",
        'There is no function named "uppr". Did you mean "upper"?',
    ),
    (
        "upper()",
        "Not enough function arguments",
        'Function "upper" expects 1 argument(s). Missing value for "str".',
    ),
    ("upper(1, 2)", "Too many function arguments", 'Function "upper" expects only 1 argument(s).'),
    (
        "upper(null)",
        "Invalid function argument",
        'Invalid value for "str" parameter: argument must not be null.',
    ),
    (
        'upper("a"...)',
        "Invalid expanding argument value",
        "The expanding argument (indicated by ...) must be of a tuple, list, or set type.",
    ),
    (
        "a::b(1)",
        "Unknown provider function",
        'The function namespace "a" is not valid. Provider function calls must use the "provider::" namespace prefix.',
    ),
    (
        "{ for k, v in { a = {} } : k => v + 1 }",
        "Invalid operand",
        "Unsuitable value for left operand: number required.",
    ),
    (
        "max([]...)",
        "Error in function call",
        'Call to function "max" failed: must pass at least one number.',
    ),
]


@pytest.mark.parametrize(("text", "summary", "detail"), ERRORS)
def test_a_mistake_is_reported_in_the_words_of_terraform(text: str, summary: str, detail: str) -> None:
    problem = problem_of(text)
    assert (problem.summary, problem.detail) == (summary, detail)


MARKED = [
    ('1 + "a"', '"a"'),
    ("var.o.c", ".c"),
    ("var.l[5]", "[5]"),
    ("var.o[var.n]", "[var.n]"),
    ('true ? [1] : "a"', '[1] : "a"'),
    ("uppr(1)", "uppr"),
    ("upper()", ")"),
    ("upper(1, 2)", "2"),
    ('upper("a", "bc")', "bc"),
    ("upper([])", "["),
    ("upper([1, 2]...)", "[1, 2]"),
    ("max([]...)", "max("),
    ("{ (null) = 1 }", "1"),
]


@pytest.mark.parametrize(("text", "marked"), MARKED)
def test_the_part_at_fault_is_marked(text: str, marked: str) -> None:
    subject = problem_of(text).subject
    assert subject is not None
    assert text[subject.start.byte : subject.end.byte] == marked


INVOLVED = [
    ("var.o.c", (("var.o", "is object with 2 attributes"),)),
    ("var.m.a.b", (("var.m.a", "is 1"),)),
    ("var.l[var.n]", (("var.l", "is tuple with 2 elements"), ("var.n", "is null"))),
    ("var.s.x", ()),
    ("[for x in [{ a = 1 }] : x.a + {}]", ()),
]


@pytest.mark.parametrize(("text", "values"), INVOLVED)
def test_the_values_behind_a_mistake_are_told_but_nothing_sensitive(
    text: str, values: tuple[tuple[str, str], ...]
) -> None:
    assert problem_of(text).values == values


def test_without_a_scope_nothing_may_be_called_or_referred_to() -> None:
    assert problem_of("upper(1)", EMPTY_SCOPE).detail == "Functions may not be called here."
    assert problem_of("var.x", EMPTY_SCOPE).detail == "Variables may not be used here."


def test_an_index_by_a_reference_asks_the_scope_first() -> None:
    class OneInstance(VariableScope):
        def lookup_index(self, traversal: ScopeTraversal, key: Value) -> Value | None:
            return object_value({"id": key})

    scope = OneInstance(VARIABLES, FUNCTIONS)
    assert value_of("thing.web[var.o.b].id", scope) == string("x")


def test_an_expression_compiled_once_is_evaluated_in_each_scope() -> None:
    expression, _ = parse_expression("x + 1", "main.tf", Pos(1, 1, 0))
    assert [evaluate(expression, VariableScope({"x": number(n)}, FUNCTIONS)).raw for n in range(3)] == [1, 2, 3]


def test_a_template_knows_only_its_variables_and_the_functions() -> None:
    assert evaluate_template("Hi ${upper(name)}", "t.tftpl", {"name": string("ann")}, FUNCTIONS) == string("Hi ANN")
    with pytest.raises(DiagnosticsError) as caught:
        evaluate_template("Hi ${nam}", "t.tftpl", {"name": string("ann")}, FUNCTIONS)
    assert caught.value.diagnostics[0].detail == 'There is no variable named "nam". Did you mean "name"?'
