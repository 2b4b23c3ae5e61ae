"""Every function gives what the real terraform gave: see `record.py` for where `golden/` comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate, evaluate_template
from iac.hcl.functions import Function, FunctionContext, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.values.codec import canonical, loads, to_json
from iac.values.types import type_to_json
from iac.values.value import unmark_deep

HERE = Path(__file__).parent
MOMENT = "2024-05-06T07:08:09Z"
LINE_AND_COLUMN = re.compile(r"on line \d+, column \d+: ")


@cache
def table() -> Mapping[str, Function]:
    return function_table(FunctionContext(HERE / "files", MOMENT, MOMENT, evaluate_template=evaluate_template))


def answer(case: str) -> Any:
    """What our functions make of an expression, in the form of the golden files."""
    expression, diagnostics = parse_expression(case, "case.tf")
    try:
        if diagnostics:
            raise DiagnosticsError(diagnostics)
        value, _ = unmark_deep(evaluate(expression, VariableScope({}, table())))
    except DiagnosticsError as problem:
        first = problem.diagnostics[0]
        return {"error": {"summary": first.summary, "detail": first.detail}}
    return {"type": type_to_json(value.type), "value": to_json(value)}


def cases() -> Iterator[Any]:
    for path in sorted((HERE / "golden").glob("*.json")):
        for case, expected in loads(path.read_text(encoding="utf-8")).items():
            yield pytest.param(case, expected, id=f"{path.stem}: {case}")


@pytest.mark.parametrize(("case", "expected"), list(cases()))
def test_an_expression_gives_what_terraform_gave(case: str, expected: Any) -> None:
    actual = answer(case)
    if "error" not in actual and expected.get("type", "") is None:
        assert actual["value"] is None  # terraform does not tell the type of a null
        return
    if case.startswith("yamldecode") and "error" in expected:
        # The reason is the same; where the parsers notice it differs.
        for said in (actual, expected):
            said["error"]["detail"] = LINE_AND_COLUMN.sub("", said["error"]["detail"])
    assert canonical(actual) == canonical(expected)


def test_every_expression_in_the_cases_has_an_answer() -> None:
    for path in (HERE / "cases").glob("*.txt"):
        lines = path.read_text(encoding="utf-8").splitlines()
        written = {line for line in lines if line.strip() and not line.startswith("#")}
        recorded = loads((HERE / "golden" / f"{path.stem}.json").read_text(encoding="utf-8"))
        assert written == recorded.keys(), f"run record.py {path.stem}"
