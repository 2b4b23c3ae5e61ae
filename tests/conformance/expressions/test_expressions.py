"""Expressions evaluate as the real `terraform` evaluates them: values with their types, errors with their
words, the place they mark and the values they show. `record.py` made the golden files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError, Pos
from iac.hcl.evaluate import evaluate
from iac.hcl.functions.registry import function_table
from iac.hcl.functions.spec import FunctionContext
from iac.hcl.parser import parse_expression
from iac.hcl.scope import EMPTY_SCOPE, VariableScope
from iac.hcl.syntax import Expression
from iac.values.codec import canonical, loads, to_json
from iac.values.types import type_to_json
from iac.values.value import object_value

HERE = Path(__file__).parent
GOLDEN = {path.stem: loads(path.read_text(encoding="utf-8")) for path in sorted((HERE / "golden").glob("*.json"))}
CASES = [(family, case) for family, answers in GOLDEN.items() for case in answers]


@cache
def scope() -> VariableScope:
    """The local values that the cases refer to, as `record.py` declares them to terraform."""
    functions = function_table(FunctionContext())
    texts = json.loads((HERE / "locals.json").read_text(encoding="utf-8"))
    plain = VariableScope({}, functions)
    values = {name: evaluate(parsed(text), plain) for name, text in texts.items()}
    return VariableScope({"local": object_value(values)}, functions)


def parsed(text: str) -> Expression:
    expression, problems = parse_expression(text, "case.tf", Pos(1, 1, 0))
    assert problems == []
    return expression


def answer(text: str) -> dict[str, Any]:
    """What `iac` makes of an expression, in the form of the golden files."""
    try:
        value = evaluate(parsed(text), scope())
    except DiagnosticsError as problem:
        return {
            "errors": [
                {
                    "summary": d.summary,
                    "detail": d.detail,
                    "columns": [d.subject.start.column, d.subject.end.column] if d.subject else None,
                    "values": dict(d.values),
                }
                for d in problem.diagnostics
            ]
        }
    return {"type": type_to_json(value.type), "value": to_json(value)}


@pytest.mark.parametrize(("family", "case"), CASES, ids=[case for _, case in CASES])
def test_as_terraform_does(family: str, case: str) -> None:
    expected = GOLDEN[family][case]
    found = answer(case)
    if "errors" in expected:
        assert found == expected
    else:
        assert canonical(found) == canonical(expected)


def test_constants_need_no_scope() -> None:
    assert evaluate(parsed('{a = [1, "x"], b = 1 + 2}'), EMPTY_SCOPE).is_wholly_known
