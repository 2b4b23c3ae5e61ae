"""Outputs: created, changed, deleted; sensitive ones; and what becomes of them when an apply fails."""

from __future__ import annotations

import pytest
from kit import Lab, describe

from iac.plan.model import Mode, Plan

OUTPUT = 'output "o" {\n  value = %s\n}\n'


def changes(plan: Plan) -> dict[str, str]:
    return {o.name: o.change.action.value for o in plan.outputs}


def test_an_output_is_created_changed_and_deleted(lab: Lab) -> None:
    assert changes(lab.plan(OUTPUT % 1).plan) == {"o": "create"}
    lab.succeed()
    assert changes(lab.plan().plan) == {"o": "no-op"}
    assert changes(lab.plan(OUTPUT % 2).plan) == {"o": "update"}
    lab.succeed()
    assert lab.outputs() == {"o": 2}
    assert changes(lab.plan("locals {}\n").plan) == {"o": "delete"}
    lab.succeed()
    assert lab.outputs() == {}


def test_a_change_of_outputs_alone_is_a_change(lab: Lab) -> None:
    assert not lab.plan(OUTPUT % 1).plan.is_empty


@pytest.mark.parametrize(
    "value", ['"text"', "1.5", "true", '[1, "a"]', "{ a = null }", 'toset(["b", "a"])', "null", "[]", "{}"]
)
def test_an_output_can_be_anything(lab: Lab, value: str) -> None:
    lab.succeed(OUTPUT % value)
    assert lab.plan().plan.is_empty


def test_a_sensitive_value_needs_a_sensitive_output(lab: Lab) -> None:
    text = 'variable "s" {\n  default   = "x"\n  sensitive = true\n}\n'
    assert lab.mistakes(text + OUTPUT % "[var.s]") == ["main.tf:5,1: Output refers to sensitive values"]
    declared = text + 'output "o" {\n  value     = var.s\n  sensitive = true\n}\n'
    lab.succeed(declared)
    with lab.project() as project:
        assert project.state().outputs["o"].sensitive
    assert lab.plan().plan.is_empty


def test_becoming_sensitive_is_a_change(lab: Lab) -> None:
    lab.succeed(OUTPUT % 1)
    plan = lab.plan('output "o" {\n  value = 1\n  sensitive = true\n}\n').plan
    assert changes(plan) == {"o": "update"}
    lab.succeed()
    assert lab.plan().plan.is_empty


def test_what_a_sensitive_output_was_is_not_shown(lab: Lab) -> None:
    lab.succeed('output "o" {\n  value = "hunter2"\n  sensitive = true\n}\n')
    assert "hunter2" not in lab.text('output "o" {\n  value = "correct-horse"\n  sensitive = true\n}\n')
    assert "correct-horse" not in lab.text()
    assert "hunter2" not in lab.text("locals {}\n")


def test_a_precondition_of_an_output_stops_the_plan(lab: Lab) -> None:
    text = """\
    variable "n" {
      default = 1
    }
    output "o" {
      value = var.n
      precondition {
        condition     = var.n > 1
        error_message = "Too small."
      }
    }
    """
    (error,) = lab.refused(text)
    assert describe([error]) == ["main.tf:7,21: Module output value precondition failed"]
    assert error.detail == "Too small."


FAILING = """
resource "terraform_data" "good" {
  input = "new"
}
resource "terraform_data" "bad" {
  input = tonumber(terraform_data.good.output)
}
resource "terraform_data" "known" {
  input      = "known"
  depends_on = [terraform_data.bad]
}
output "good" {
  value = terraform_data.good.output
}
output "bad" {
  value = terraform_data.bad.id
}
output "never_made" {
  value = terraform_data.known.input
}
output "constant" {
  value = "c"
}
"""


def test_outputs_of_what_failed_or_was_skipped_are_not_written(lab: Lab) -> None:
    applied = lab.apply(FAILING)
    assert not applied.result.succeeded
    assert lab.outputs() == {"good": "new", "constant": "c"}


def test_outputs_of_what_failed_keep_their_old_values(lab: Lab) -> None:
    lab.succeed(FAILING.replace('"new"', '"1"'))
    before = lab.outputs()
    applied = lab.apply(FAILING)
    assert not applied.result.succeeded
    assert lab.outputs() == {**before, "good": "new"}


def test_destroying_deletes_outputs(lab: Lab) -> None:
    lab.succeed(OUTPUT % 1)
    assert changes(lab.plan(mode=Mode.DESTROY).plan) == {"o": "delete"}
    assert lab.destroy().result.succeeded
    assert lab.outputs() == {}
