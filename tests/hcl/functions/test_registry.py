"""The table of functions: which there are and with which signatures."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from iac.hcl.functions import FunctionContext, Parameter, function_table
from iac.values.types import type_to_json

SIGNATURES: dict[str, Any] = json.loads((Path(__file__).parent / "signatures.json").read_text())
OURS = {"base64gunzip", "cidrcontains", "urldecode"}
PROVIDER = {f"provider::terraform::{name}" for name in ("decode_tfvars", "encode_expr", "encode_tfvars")}
TABLE = function_table(FunctionContext())


def described(parameter: Parameter | None) -> Any:
    return parameter and [parameter.name, type_to_json(parameter.type), parameter.allow_null]


def test_there_are_all_functions_of_terraform_and_three_of_opentofu() -> None:
    assert set(TABLE) == SIGNATURES.keys() | OURS | PROVIDER


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_a_function_has_the_parameters_that_terraform_tells(name: str) -> None:
    function = TABLE[name]
    assert [described(p) for p in function.parameters] == SIGNATURES[name]["parameters"]
    assert described(function.variadic) == SIGNATURES[name]["variadic"]


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_function_is_described_and_shown_by_example(name: str) -> None:
    function = TABLE[name]
    assert function.name == name
    assert function.description.endswith((".", ".)"))
    assert function.example.startswith(f"{name}(")


def test_every_function_has_a_second_name_in_the_core_namespace() -> None:
    assert TABLE["core::upper"].name == "core::upper"
    assert "core::upper" in TABLE


@pytest.mark.parametrize("name", ["nosuch", "core::nosuch", "core::core::upper", "provider::x::y"])
def test_an_unknown_name_is_not_found(name: str) -> None:
    assert name not in TABLE
    assert TABLE.get(name) is None


def test_building_the_table_imports_no_family_and_no_heavy_library() -> None:
    program = (
        "import sys\n"
        "from iac.hcl.functions import FunctionContext, function_table\n"
        "table = function_table(FunctionContext())\n"
        "heavy = {'yaml', 're2', 'regex', 'bcrypt', 'cryptography', 'gmpy2'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
        "for name in table: table[name]\n"
        "heavy = {'yaml', 're2', 'regex', 'bcrypt', 'cryptography', 'gmpy2'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[3])


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_the_signatures_are_those_of_the_installed_terraform() -> None:
    told = subprocess.run(["terraform", "metadata", "functions", "-json"], capture_output=True, check=True).stdout
    names = {n for n in json.loads(told)["function_signatures"] if not n.startswith("core::")}
    assert names == SIGNATURES.keys()
