"""`type()` of what holds types itself, as Terraform's console has it."""

from __future__ import annotations

import pytest

from iac.hcl.evaluate import evaluate
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.hcl.type_function import render_result, with_type_function


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("type(type(1))", "type"),
        ("type([type(1)])", "tuple([\n    type,\n])"),
        ('type({ a = type(1), b = "x" })', "object({\n    a: type,\n    b: string,\n})"),
    ],
)
def test_a_type_is_of_type_type(text: str, shown: str) -> None:
    scope = VariableScope({}, with_type_function(function_table(FunctionContext())))
    expression, problems = parse_expression(text, "case.tf")
    assert problems == []
    assert render_result(evaluate(expression, scope)) == shown
