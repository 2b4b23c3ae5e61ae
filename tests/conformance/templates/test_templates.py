"""Strings, heredocs, templates and the syntax of expressions mean what they mean to the real `terraform`.
`record.py` made the golden file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from iac.hcl.evaluate import evaluate
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import FunctionContext
from iac.hcl.parser import parse_native
from iac.hcl.scope import VariableScope
from iac.hcl.syntax import BlockHeader, Expression
from iac.values.codec import canonical, loads, to_json
from iac.values.types import type_to_json
from iac.values.value import object_value

HERE = Path(__file__).parent
GOLDEN = loads((HERE / "templates.json").read_text(encoding="utf-8"))


@cache
def parsed(newline: str = "\n") -> tuple[dict[str, Expression], VariableScope]:
    """The expressions of the outputs of `templates.tf`, and the scope of its local values."""
    source = (HERE / "templates.tf").read_text(encoding="utf-8").replace("\n", newline)
    file, problems = parse_native(source.encode(), "templates.tf")
    assert problems == []
    content, problems = file.body.content({}, {"locals": BlockHeader(), "output": BlockHeader("name")})
    assert problems == []
    functions = function_table(FunctionContext())
    (named,) = content.of_type("locals")
    values = {
        name: evaluate(attribute.expression, VariableScope({}, functions))
        for name, attribute in named.body.just_attributes()[0].items()
    }
    outputs = {
        block.labels[0]: block.body.content({"value": True}, {})[0].attributes["value"].expression
        for block in content.of_type("output")
    }
    return outputs, VariableScope({"local": object_value(values)}, functions)


def test_every_output_has_a_recorded_value() -> None:
    assert set(parsed()[0]) == set(GOLDEN)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_value_is_that_of_terraform(name: str) -> None:
    outputs, scope = parsed()
    value = evaluate(outputs[name], scope)
    assert canonical({"type": type_to_json(value.type), "value": to_json(value)}) == canonical(GOLDEN[name])


def test_a_heredoc_keeps_the_line_endings_of_its_file() -> None:
    outputs, scope = parsed("\r\n")
    assert evaluate(outputs["indented"], scope).raw == "hello\r\n  world\r\n"
    assert evaluate(outputs["heredoc_empty"], scope).raw == ""
    assert evaluate(outputs["heredoc_marker_inside"], scope).raw.count("\r\n") == 4


def test_everything_outside_strings_means_the_same_with_any_line_ending() -> None:
    (unix, scope), (dos, _) = parsed(), parsed("\r\n")
    for name in unix:
        if not name.startswith(("heredoc", "indented")):
            assert to_json(evaluate(dos[name], scope)) == to_json(evaluate(unix[name], scope)), name
