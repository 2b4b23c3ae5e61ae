"""How functions are called: conversion, null, unknown, marks, and the words of errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError, error
from iac.hcl.functions import Function, FunctionContext, FunctionError, Parameter, Thunk, call, function_table
from iac.hcl.syntax import Expression
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type, list_of
from iac.values.value import (
    FALSE,
    NULL,
    ONLY_SENSITIVE,
    TRUE,
    UNKNOWN_DYNAMIC,
    Value,
    list_value,
    null,
    number,
    object_value,
    string,
    tuple_value,
    unknown,
)

TABLE = function_table(FunctionContext())
SECRET = string("hunter2").with_marks(ONLY_SENSITIVE)


def echo(arguments: Sequence[Value], returns: Type) -> Value:
    return arguments[0]


def function(*parameters: Parameter, variadic: Parameter | None = None, returns: Any = STRING) -> Function:
    return Function("echo", parameters, returns, echo, variadic)


TEXT = Parameter("text", STRING)


def problem_of(function: Function, *arguments: Any) -> FunctionError:
    with pytest.raises(FunctionError) as caught:
        call(function, arguments)
    return caught.value


class TestArguments:
    def test_each_is_converted_to_its_parameter(self) -> None:
        assert call(function(TEXT), [number(5)]) == string("5")

    def test_one_that_does_not_convert_is_named(self) -> None:
        problem = problem_of(function(TEXT), tuple_value([]))
        diagnostic = problem.diagnostic(function(TEXT))
        assert problem.argument == 0
        assert diagnostic.summary == "Invalid function argument"
        assert diagnostic.detail == 'Invalid value for "text" parameter: string required.'

    def test_null_is_refused(self) -> None:
        assert problem_of(function(TEXT), NULL).message == "argument must not be null"

    def test_null_passes_where_the_parameter_allows_it(self) -> None:
        assert call(function(Parameter("text", STRING, allow_null=True)), [NULL]) == null(STRING)

    def test_too_few_are_counted(self) -> None:
        two = function(TEXT, Parameter("other", STRING))
        diagnostic = problem_of(two, string("a")).diagnostic(two)
        assert diagnostic.summary == "Not enough function arguments"
        assert diagnostic.detail == 'Function "echo" expects 2 argument(s). Missing value for "other".'

    def test_too_few_before_a_variadic_one_says_at_least(self) -> None:
        problem = problem_of(function(TEXT, variadic=TEXT))
        assert problem.missing
        assert problem.message == 'Function "echo" expects at least 1 argument(s). Missing value for "text".'

    def test_too_many_point_at_the_first_superfluous_one(self) -> None:
        problem = problem_of(function(TEXT), string("a"), string("b"))
        assert problem.argument == 1
        assert problem.summary == "Too many function arguments"

    def test_variadic_ones_share_a_parameter(self) -> None:
        problem = problem_of(function(TEXT, variadic=Parameter("more", NUMBER)), string("a"), number(1), string("x"))
        assert problem.argument == 2
        assert problem.message == "a number is required"


class TestUnknown:
    def test_makes_the_result_unknown_of_the_return_type(self) -> None:
        assert call(function(TEXT), [unknown(STRING)]) == unknown(STRING)

    def test_is_typed_by_conversion_first(self) -> None:
        assert call(function(TEXT, returns=lambda a: list_of(a[0].type)), [UNKNOWN_DYNAMIC]) == unknown(list_of(STRING))

    def test_of_unknown_type_makes_the_return_type_unknown(self) -> None:
        anything = function(Parameter("value", DYNAMIC), returns=lambda a: a[0].type)
        assert call(anything, [UNKNOWN_DYNAMIC]) == UNKNOWN_DYNAMIC

    def test_does_not_hide_a_null_beside_it(self) -> None:
        assert problem_of(function(TEXT, TEXT), unknown(STRING), NULL).argument == 1


class TestMarks:
    def test_of_an_argument_are_put_on_the_result(self) -> None:
        assert call(function(TEXT), [SECRET]).marks == ONLY_SENSITIVE

    def test_of_a_part_of_an_argument_are_put_on_the_whole_result(self) -> None:
        result = call(TABLE["join"], [string("-"), tuple_value([SECRET, string("b")])])
        assert result.marks == ONLY_SENSITIVE

    def test_are_put_on_an_unknown_result(self) -> None:
        assert call(TABLE["upper"], [unknown(STRING).with_marks(ONLY_SENSITIVE)]).is_sensitive

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("parseint", [SECRET, number(10)]),
            ("base64decode", [SECRET]),
            ("timeadd", [string("2020-01-01T00:00:00Z"), SECRET]),
            ("formatdate", [string("YYYY"), SECRET]),
            ("file", [SECRET]),
            ("filemd5", [SECRET]),
            ("regex", [string("(").with_marks(ONLY_SENSITIVE), SECRET]),
            ("cidrhost", [SECRET, number(1)]),
            ("uuidv5", [SECRET, string("x")]),
            ("textencodebase64", [string("x"), SECRET]),
            ("urldecode", [string("%hunter2").with_marks(ONLY_SENSITIVE)]),
            ("rsadecrypt", [string("hunter2!").with_marks(ONLY_SENSITIVE), string("")]),
            ("tonumber", [SECRET]),
            ("tobool", [SECRET]),
            ("lookup", [object_value({}), SECRET]),
            ("yamldecode", [string("!!int hunter2").with_marks(ONLY_SENSITIVE)]),
        ],
    )
    def test_keep_what_is_sensitive_out_of_error_messages(self, name: str, arguments: list[Value]) -> None:
        problem = problem_of(TABLE[name], *arguments)
        assert "hunter2" not in problem.diagnostic(TABLE[name]).detail


class TestPartlyUnknownArguments:
    """What can be said although a part of an argument is not known."""

    HALF = tuple_value([string("a"), unknown(STRING)])
    LIST = list_value(STRING, [string("a"), unknown(STRING)])

    @pytest.mark.parametrize(
        ("name", "arguments", "expected"),
        [
            ("length", [LIST], number(2)),
            ("length", [unknown(list_of(STRING))], unknown(NUMBER)),
            ("length", [UNKNOWN_DYNAMIC], unknown(NUMBER)),
            ("element", [LIST, number(0)], string("a")),
            ("element", [LIST, number(1)], unknown(STRING)),
            ("concat", [LIST, LIST], list_value(STRING, [*LIST.raw, *LIST.raw])),
            ("reverse", [HALF], tuple_value([unknown(STRING), string("a")])),
            ("slice", [HALF, number(0), number(1)], tuple_value([string("a")])),
            ("contains", [HALF, string("a")], TRUE),
            ("contains", [HALF, string("b")], unknown(BOOL)),
            ("keys", [object_value({"a": unknown(STRING)})], tuple_value([string("a")])),
            ("keys", [unknown(object_value({"a": NULL}).type)], tuple_value([string("a")])),
            ("lookup", [object_value({"a": string("x"), "b": unknown()}), string("a")], string("x")),
            ("merge", [object_value({"a": unknown()}), object_value({"a": TRUE})], object_value({"a": TRUE})),
            ("values", [object_value({"a": unknown(STRING)})], tuple_value([unknown(STRING)])),
            ("zipmap", [tuple_value([string("k")]), tuple_value([unknown(BOOL)])], object_value({"k": unknown(BOOL)})),
            ("coalesce", [string("a"), unknown(STRING)], string("a")),
            ("coalesce", [unknown(STRING), string("a")], unknown(STRING)),
            ("anytrue", [tuple_value([unknown(BOOL), TRUE])], TRUE),
            ("anytrue", [tuple_value([unknown(BOOL), FALSE])], unknown(BOOL)),
            ("alltrue", [tuple_value([FALSE, unknown(BOOL)])], FALSE),
            ("join", [string(","), LIST], unknown(STRING)),
            ("compact", [LIST], unknown(list_of(STRING))),
            ("sort", [LIST], list_value(STRING, [unknown(STRING), unknown(STRING)])),
            ("distinct", [LIST], unknown(list_of(STRING))),
            ("jsonencode", [HALF], unknown(STRING)),
            ("yamlencode", [HALF], unknown(STRING)),
            ("format", [string("%s"), unknown(STRING)], unknown(STRING)),
            ("formatlist", [string("%s!"), HALF], list_value(STRING, [string("a!"), unknown(STRING)])),
            ("flatten", [tuple_value([HALF, string("c")])], tuple_value([*HALF.raw, string("c")])),
            ("flatten", [tuple_value([unknown(list_of(STRING))])], UNKNOWN_DYNAMIC),
            ("index", [HALF, string("a")], number(0)),
            ("index", [HALF, string("b")], unknown(NUMBER)),
            ("sum", [tuple_value([number(1), unknown(NUMBER)])], unknown(NUMBER)),
            ("one", [tuple_value([unknown(STRING)])], unknown(STRING)),
            ("tostring", [unknown(NUMBER)], unknown(STRING)),
            ("tolist", [HALF], LIST),
            ("issensitive", [unknown(STRING)], unknown(BOOL)),
            ("regex", [unknown(STRING), string("a")], UNKNOWN_DYNAMIC),
            ("jsondecode", [unknown(STRING)], UNKNOWN_DYNAMIC),
        ],
    )
    def test_is_said(self, name: str, arguments: list[Value], expected: Value) -> None:
        assert call(TABLE[name], arguments) == expected


def failing() -> Value:
    raise DiagnosticsError(error("Invalid index", "There is nothing here."))


def thunk(evaluate: Any) -> Thunk:
    return Thunk(Expression.__new__(Expression), evaluate)


class TestLazyFunctions:
    def test_try_takes_the_first_that_succeeds(self) -> None:
        assert call(TABLE["try"], [thunk(failing), thunk(lambda: string("b")), thunk(failing)]) == string("b")

    def test_try_evaluates_nothing_after_it(self) -> None:
        def surprise() -> Value:
            raise AssertionError("evaluated")

        assert call(TABLE["try"], [thunk(lambda: TRUE), thunk(surprise)]) == TRUE

    def test_try_says_nothing_of_what_is_not_known(self) -> None:
        assert call(TABLE["try"], [thunk(lambda: unknown(STRING)), thunk(lambda: TRUE)]) == UNKNOWN_DYNAMIC

    def test_try_lists_all_failures_when_none_succeeds(self) -> None:
        problem = problem_of(TABLE["try"], thunk(failing), thunk(failing))
        assert problem.message.startswith("no expression succeeded:\n- Invalid index")

    def test_can_answers_for_failure_success_and_the_unknown(self) -> None:
        results = [call(TABLE["can"], [thunk(e)]) for e in (failing, lambda: NULL, lambda: unknown(STRING))]
        assert results == [FALSE, TRUE, unknown(BOOL)]
