"""A library that drives Terraform's command line and reads its JSON drives ours in the same way: tftest."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

tftest = pytest.importorskip("tftest", reason='tftest is not installed: pip install "iac[consumers]"')

ROOT = Path(__file__).parents[2]
MAIN = """
variable "size" {
  default = 1
}
resource "terraform_data" "outer" {
  input = var.size
}
module "m" {
  source = "./m"
  size   = var.size
}
output "size" {
  value = terraform_data.outer.output
}
output "secret" {
  value     = "hidden"
  sensitive = true
}
"""
INNER = """
variable "size" {}
resource "terraform_data" "inner" {
  input = var.size
}
"""

Driven = Any
"""A directory as tftest drives it."""


@pytest.fixture(params=["iac", "terraform"])
def driven(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driven:
    """The configuration, initialized, in the hands of either tool."""
    binary = {"iac": _iac, "terraform": _terraform}[request.param](tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "none"))
    folder = tmp_path / "configuration"
    (folder / "m").mkdir(parents=True)
    (folder / "main.tf").write_text(MAIN)
    (folder / "m" / "main.tf").write_text(INNER)
    driven = tftest.TerraformTest(str(folder), binary=binary)
    driven.setup(cleanup_on_exit=False)
    return driven


def _iac(folder: Path) -> str:
    program = folder / "iac"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iac "$@"\n')
    program.chmod(0o755)
    return str(program)


def _terraform(folder: Path) -> str:
    (folder / "none").touch()
    program = shutil.which("terraform")
    if program is None:
        pytest.skip("terraform is not installed")
    return program


def test_it_reads_the_plan(driven: Driven) -> None:
    plan = driven.plan(output=True, tf_vars={"size": 2})
    assert plan.variables["size"] == "2"
    assert plan.outputs["secret"] == "hidden"
    assert plan.resources["terraform_data.outer"]["values"]["input"] == "2"
    assert plan.modules["module.m"].resources["terraform_data.inner"]["values"]["input"] == "2"
    changes = {address: change["change"]["actions"] for address, change in plan.resource_changes.items()}
    assert changes == {"terraform_data.outer": ["create"], "module.m.terraform_data.inner": ["create"]}


def test_it_reads_outputs_and_state_after_an_apply_and_destroys(driven: Driven) -> None:
    driven.apply(tf_vars={"size": 2})
    outputs = driven.output()
    assert (outputs["size"], outputs.sensitive) == ("2", ("secret",))
    state = driven.state_pull()
    assert state.outputs["size"] == "2"
    assert sorted(resource["name"] for resource in state.resources.values()) == ["inner", "outer"]
    driven.destroy()
    assert driven.state_pull().resources == {}


def test_it_hears_of_mistakes(driven: Driven) -> None:
    with pytest.raises(tftest.TerraformTestError, match="Value for undeclared variable"):
        driven.plan(output=True, tf_vars={"sise": 2})
