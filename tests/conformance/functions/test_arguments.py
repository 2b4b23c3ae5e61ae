"""Every function treats null, unknown, sensitive and wrong arguments as the real terraform does: the value, what of it
is unknown and what sensitive, its type, or the error. `record_arguments.py` made `arguments.json`."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `argument_cases`

from argument_cases import CALLS, HERE, KINDS, SIGNATURES, TEMPLATE, UNKNOWN, cases

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate, evaluate_template
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.hcl.type_function import render_type
from iac.values.codec import canonical, loads
from iac.values.types import STRING
from iac.values.value import object_value, unknown
from iac.views.value_json import known_json, sensitive_json, unknown_json

GOLDEN: dict[str, Any] = loads((HERE / "arguments.json").read_text(encoding="utf-8"))
OF_THE_RUN = "plantimestamp()"
"""The call whose value is another one in each run."""
DIFFERENT = {
    "a null without a type is a null; terraform never knows the result": (
        'format("%s-%03d", null, 7)',
        'format("%s-%03d", "web", null)',
        'formatlist("%s-%s", null, ["a", "b"])',
        'formatlist("%s-%s", "web", null)',
    ),
}
"""The calls where iac means to differ, by why."""
MEANT = {text for texts in DIFFERENT.values() for text in texts}


@cache
def scope() -> VariableScope:
    moment = "2024-05-06T07:08:09Z"
    functions = function_table(
        FunctionContext(HERE / "files", None, moment, during_plan=True, evaluate_template=evaluate_template)
    )
    resources = object_value({"u": object_value({"id": unknown(STRING)})})
    values = {}
    for name, text in {**UNKNOWN, "template": TEMPLATE}.items():
        root = {"terraform_data": resources, "local": object_value(values)}
        values[name] = evaluate(parse_expression(text, "case.tf")[0], VariableScope(root, functions))
    return VariableScope({"local": object_value(values)}, functions)


def answer(text: str) -> Any:
    """What `iac` makes of a call, in the form of the golden file."""
    try:
        value = evaluate(parse_expression(text, "case.tf")[0], scope())
    except DiagnosticsError as problem:
        first = problem.diagnostics[0]
        return {"error": {"summary": first.summary, "detail": first.detail}}
    return {
        "type": render_type(value.type),
        "value": known_json(value),
        "unknown": unknown_json(value),
        "sensitive": sensitive_json(value),
    }


@pytest.mark.parametrize("text", GOLDEN)
def test_a_call_gives_what_terraform_gave(text: str) -> None:
    ours, wanted = answer(text), GOLDEN[text]
    if text == OF_THE_RUN:
        ours, wanted = ({**each, "type": "string", "value": None} for each in (ours, wanted))
    assert (canonical(ours) != canonical(wanted)) if text in MEANT else (canonical(ours) == canonical(wanted))


def test_every_function_of_terraform_is_called() -> None:
    assert CALLS.keys() == SIGNATURES.keys()
    assert len(CALLS) == 118


def test_every_function_is_called_with_every_kind_of_argument() -> None:
    found = defaultdict(set)
    for name, kind, text in cases():
        assert text in GOLDEN, "run record_arguments.py"
        found[name].add(kind)
    without_parameters = {name for name, arguments in CALLS.items() if not arguments}
    assert without_parameters == {"plantimestamp", "timestamp", "uuid"}
    for name, kinds in found.items():
        assert kinds == ({"normal"} if name in without_parameters else set(KINDS)), name


def test_the_good_call_of_every_function_is_good() -> None:
    assert [text for _, kind, text in cases() if kind == "normal" and "error" in GOLDEN[text]] == []
