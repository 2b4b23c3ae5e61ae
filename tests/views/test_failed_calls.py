"""A diagnostic of a function call says which function was called, as Terraform's do."""

from __future__ import annotations

from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.views.diagnostics import diagnostic_to_json, render_diagnostic


def failed(text: str) -> tuple[str, dict[str, Any]]:
    """The first diagnostic of an expression as text and as JSON."""
    expression, _ = parse_expression(text, "main.tf")
    with pytest.raises(DiagnosticsError) as raised:
        evaluate(expression, VariableScope({}, function_table(FunctionContext())))
    diagnostic, sources = raised.value.diagnostics[0], {"main.tf": text.encode()}
    told = diagnostic_to_json(diagnostic, sources)["snippet"].get("function_call")
    return render_diagnostic(diagnostic, sources, color=False, width=80), told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("upper([])", "upper(str)"),
        ("upper()", "upper(str)"),
        ('core::format("%d", "x")', "core::format(format, args...)"),
        ("max(null...)", "max(numbers...)"),
    ],
)
def test_the_function_is_named_with_its_parameters(text: str, shown: str) -> None:
    assert f"    ├────────────────\n    │ while calling {shown}\n" in failed(text)[0]


def test_the_signature_is_in_the_json() -> None:
    assert failed('core::format("%d", "x")')[1] == {
        "called_as": "core::format",
        "signature": {
            "name": "format",
            "params": [{"name": "format", "type": "string"}],
            "variadic_param": {"name": "args", "type": "dynamic"},
            "return_type": "dynamic",
        },
    }


def test_inside_of_for_there_is_only_the_name() -> None:
    text, told = failed("[for x in [1] : upper([])]")
    assert told == {"called_as": "upper"}
    assert "while calling" not in text


def test_what_is_no_call_names_none() -> None:
    assert failed("1 + null")[1] is None
