"""`iac functions`: which functions there are, and what each is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate, evaluate_template
from iac.hcl.functions import FunctionContext, docs, function_table
from iac.hcl.functions.registry import families
from iac.hcl.parser import parse_expression
from iac.hcl.render import render_value
from iac.hcl.scope import VariableScope
from iac.values.convert import convert
from iac.values.value import Value

TABLE = function_table(FunctionContext(evaluate_template=evaluate_template))
MORE_PRECISE = {"contains", "format", "formatlist", "index", "sum"}
"""Functions whose return type Terraform calls any, though it is always the same."""


def test_all_functions_are_listed_by_family_one_a_line(iac: Any) -> None:
    outcome = iac("functions")
    assert (outcome.code, outcome.err) == (0, "")
    assert "IP networks\n  cidrcontains " in outcome.out
    listed = [line.split()[0] for line in outcome.out.splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted(TABLE)


def test_every_family_has_a_title() -> None:
    assert list(docs.TITLES) == list(families())


def test_a_function_is_explained(iac: Any) -> None:
    assert iac("functions", "lookup").out == (
        "lookup(inputMap: any, key: string, default: any...) -> any\n"
        "\n"
        "The element of a map under a key, or a default.\n"
        "\n"
        "  inputMap    any     a map or object\n"
        "  key         string  the key\n"
        "  default...  any     the result when the key is not there; may be null\n"
        "\n"
        "Example:\n"
        '  lookup({a = "ay"}, "b", "none") = "none"\n'
    )


def test_a_function_is_explained_under_its_name_in_core_too(iac: Any) -> None:
    assert iac("functions", "core::upper").out.startswith("core::upper(str: string) -> string\n")


def test_for_an_unknown_name_the_nearest_is_named(iac: Any) -> None:
    outcome = iac("functions", "uper")
    assert (outcome.code, outcome.out) == (1, "")
    assert 'There is no function named "uper". Did you mean "upper"?' in outcome.err


@pytest.mark.parametrize(
    ("name", "signature"),
    [
        ("uuid", "uuid() -> string"),
        ("max", "max(numbers: number...) -> number"),
        ("transpose", "transpose(values: map(list(string))) -> map(list(string))"),
        ("chunklist", "chunklist(list: list(any), size: number) -> list(list(any))"),
        ("tolist", "tolist(v: any) -> list(any)"),
        ("merge", "merge(maps: any...) -> any"),
        ("setunion", "setunion(first_set: set(any), other_sets: set(any)...) -> set(any)"),
        ("jsondecode", "jsondecode(str: string) -> any"),
    ],
)
def test_a_signature(name: str, signature: str) -> None:
    assert docs.signature(TABLE[name]) == signature


def test_one_signature_as_json(iac: Any) -> None:
    assert json.loads(iac("functions", "bcrypt", "-json").out) == {
        "format_version": "1.0",
        "function_signatures": {
            "bcrypt": {
                "description": TABLE["bcrypt"].description,
                "return_type": "string",
                "parameters": [{"name": "str", "description": "the text", "type": "string"}],
                "variadic_parameter": {
                    "name": "cost",
                    "description": TABLE["bcrypt"].variadic.description,
                    "type": "number",
                },
            }
        },
    }


def shape(signature: dict[str, Any]) -> Any:
    """A signature without the texts."""
    if isinstance(signature, list):
        return [shape(part) for part in signature]
    if isinstance(signature, dict):
        return {key: shape(part) for key, part in signature.items() if key != "description"}
    return signature


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_the_json_is_that_of_terraform_but_for_the_texts(iac: Any) -> None:
    told = json.loads(
        subprocess.check_output(["terraform", "metadata", "functions", "-json"], stderr=subprocess.DEVNULL)
    )
    ours = json.loads(iac("functions", "-json").out)
    assert ours["format_version"] == told["format_version"]
    for name, theirs in told["function_signatures"].items():
        mine = shape(ours["function_signatures"][name])
        if name.removeprefix("core::") in MORE_PRECISE:
            mine["return_type"] = "dynamic"
        assert mine == shape(theirs), name


# --- the examples ---

DIFFERENT_EACH_TIME = {"uuid", "bcrypt", "timestamp", "plantimestamp", "abspath", "pathexpand"}
OF_OTHERS = {"rsadecrypt", "templatestring", "can", "try", "ephemeralasnull"}
"""Their examples speak of files and local values that are not here."""


@pytest.fixture
def beside_files(tmp_path: Path) -> VariableScope:
    """The files that examples name."""
    (tmp_path / "hello.txt").write_text("Hello")
    (tmp_path / "hello.tftpl").write_text("Hello, ${name}")
    (tmp_path / "conf" / "b").mkdir(parents=True)
    (tmp_path / "conf" / "a.json").touch()
    (tmp_path / "conf" / "b" / "c.json").touch()
    return VariableScope({}, function_table(FunctionContext(tmp_path, evaluate_template=evaluate_template)))


@pytest.mark.parametrize("name", sorted(set(TABLE) - DIFFERENT_EACH_TIME - OF_OTHERS))
def test_an_example_is_true(beside_files: VariableScope, name: str) -> None:
    called, result = divide(TABLE[name].example)
    value = value_of(called, beside_files)
    if result == "(sensitive value)":
        assert render_value(value) == result
    elif not result.endswith('..."'):
        assert value == convert(value_of(result, beside_files), value.type)


def divide(example: str) -> tuple[str, str]:
    """The call and the result: divided at the first equals sign that has a whole call before it."""
    at = example.find(") = ") + 1
    while parse_expression(example[:at], "")[1]:
        at = example.find(") = ", at) + 1
        assert at, example
    return example[:at], example[at + 3 :]


def value_of(text: str, scope: VariableScope) -> Value:
    expression, problems = parse_expression(text, "example")
    if problems:
        raise DiagnosticsError(problems)
    return evaluate(expression, scope)
