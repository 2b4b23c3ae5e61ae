"""What a run that fails shows: an error for each object, the object it is about, and no outputs that are outdated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

INSTANCES = """
variable "v" {
  default = "x"
}
resource "terraform_data" "a" {
  for_each = toset(["p", "q"])
  input    = var.v
  lifecycle {
    %s {
      condition     = %s == "x"
      error_message = "Not x."
    }
  }
}
output "v" {
  value = { for k, a in terraform_data.a : k => a.output }
}
"""
LATE = INSTANCES % ("postcondition", "self.output")


def test_a_failed_apply_shows_no_outputs_as_they_may_be_those_of_before(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(LATE)
    assert "Outputs:\n\nv = {" in iac("apply", "-auto-approve").out
    failed = iac("apply", "-auto-approve", "-var", "v=y")
    assert failed.code == 1
    assert "\nOutputs:" not in failed.out.partition("Not everything was applied")[2]


@pytest.mark.parametrize(
    ("kind", "value"), [("precondition", "var.v"), ("postcondition", "self.input"), ("postcondition", "self.output")]
)
def test_each_instance_whose_condition_does_not_hold_is_told_by_its_address(
    iac, directory: Path, kind: str, value: str
) -> None:
    (directory / "main.tf").write_text(INSTANCES % (kind, value))
    assert iac("apply", "-auto-approve").code == 0
    errors = iac("apply", "-auto-approve", "-var", "v=y").err
    assert errors.count(f"Error: Resource {kind} failed") == 2
    assert 'failed\n\n  with terraform_data.a["p"],\n  on main.tf line 10' in errors
    assert 'failed\n\n  with terraform_data.a["q"],\n  on main.tf line 10' in errors


def test_a_condition_that_does_not_hold_has_no_address_in_json_as_in_terraform(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(LATE)
    iac("apply", "-auto-approve")
    messages = map(json.loads, iac("apply", "-auto-approve", "-json", "-var", "v=y").out.splitlines())
    told = [m["diagnostic"] for m in messages if m["type"] == "diagnostic"]
    assert [t["summary"] for t in told] == ["Resource postcondition failed"] * 2
    assert not any("address" in t for t in told)
