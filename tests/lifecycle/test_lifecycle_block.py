"""The lifecycle block: prevent_destroy, ignore_changes, replace_triggered_by, preconditions, postconditions."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, describe, reasons

from iac.diagnostics import DiagnosticsError

GUARDED = """
resource "terraform_data" "a" {
  input            = "one"
  triggers_replace = "%s"
  lifecycle {
    prevent_destroy = true
  }
}
"""


def test_prevent_destroy_refuses_a_replacement(lab: Lab) -> None:
    lab.succeed(GUARDED % "x")
    (error,) = lab.refused(GUARDED % "y")
    assert error.summary == "Instance cannot be destroyed"
    assert "terraform_data.a has lifecycle.prevent_destroy set" in error.detail
    assert error.subject is not None
    assert error.subject.start.line == 2


def test_prevent_destroy_refuses_a_destroy_and_a_shrinking_count(lab: Lab) -> None:
    counted = GUARDED.replace("input ", "count = %s\n input ") % ("%d", "x")
    lab.succeed(counted % 2)
    assert lab.mistakes(counted % 1) == ["main.tf:2,1: Instance cannot be destroyed"]
    with pytest.raises(Exception, match="Instance cannot be destroyed"):
        lab.destroy()


def test_prevent_destroy_goes_with_the_block(lab: Lab) -> None:
    lab.succeed(GUARDED % "x")
    assert lab.succeed("").done == ["delete terraform_data.a"]


# --- ignore_changes ---

IGNORING = """
resource "iac_environment" "e" {
  cluster_id            = iac_cluster.main.id
  name                  = "%s"
  mode                  = "%s"
  environment_variables = %s
  lifecycle {
    ignore_changes = %s
  }
}
"""


@pytest.mark.parametrize(
    ("ignored", "changed"),
    [
        ("[mode]", ("a", "STAGING", '{ A = "1", B = "1" }')),
        ("[name, mode]", ("b", "STAGING", '{ A = "1", B = "1" }')),
        ('[environment_variables["A"]]', ("a", "PREVIEW", '{ A = "2", B = "1" }')),
        ('[environment_variables["A"]]', ("a", "PREVIEW", '{ B = "1" }')),
        ('[environment_variables["C"]]', ("a", "PREVIEW", '{ A = "1", B = "1", C = "1" }')),
        ("[environment_variables]", ("a", "PREVIEW", "{}")),
        ("all", ("b", "STAGING", "{}")),
    ],
)
def test_what_is_ignored_stays_as_it_is(lab: Lab, ignored: str, changed: tuple[str, str, str]) -> None:
    lab.succeed(CLUSTER + IGNORING % ("a", "PREVIEW", '{ A = "1", B = "1" }', ignored))
    assert lab.actions(CLUSTER + IGNORING % (*changed, ignored)) == {}


def test_what_is_not_ignored_still_changes(lab: Lab) -> None:
    lab.succeed(CLUSTER + IGNORING % ("a", "PREVIEW", '{ A = "1", B = "1" }', '[environment_variables["A"]]'))
    lab.succeed(CLUSTER + IGNORING % ("a", "PREVIEW", '{ A = "2", B = "2" }', '[environment_variables["A"]]'))
    assert lab.objects()["iac_environment.e"]["environment_variables"] == {"A": "1", "B": "2"}


def test_ignore_changes_does_not_hold_for_creation(lab: Lab) -> None:
    lab.succeed(CLUSTER + IGNORING % ("a", "PREVIEW", "{}", "all"))
    assert lab.values("mode")["iac_environment.e"] == "PREVIEW"


def test_drift_of_what_is_ignored_is_left_alone(lab: Lab) -> None:
    lab.succeed(CLUSTER + IGNORING % ("a", "PREVIEW", "{}", "[mode]"))
    lab.update_outside("iac_environment.e", mode="STAGING")
    run = lab.plan()
    assert [str(d.address) for d in run.plan.drift] == ["iac_environment.e"]
    assert run.plan.is_empty


def test_ignoring_what_does_not_exist_is_a_mistake(lab: Lab) -> None:
    assert [m.split(": ")[1] for m in lab.mistakes(CLUSTER + IGNORING % ("a", "PREVIEW", "{}", "[moode]"))] == [
        "Unsupported attribute"
    ]


# --- replace_triggered_by ---

TRIGGER = """
resource "terraform_data" "source" {
  count            = %d
  input            = { x = "%s", y = "%s" }
  triggers_replace = "%s"
}
resource "terraform_data" "follower" {
  count = 2
  input = count.index
  lifecycle {
    replace_triggered_by = [%s]
  }
}
"""


@pytest.mark.parametrize(
    ("trigger", "change", "replaced"),
    [
        ("terraform_data.source[0]", (2, "2", "1", "t"), [0, 1]),
        ("terraform_data.source[0].input", (2, "2", "1", "t"), [0, 1]),
        ("terraform_data.source[0].input.x", (2, "2", "1", "t"), [0, 1]),
        ("terraform_data.source[0].input.y", (2, "2", "1", "t"), []),
        ("terraform_data.source[0].triggers_replace", (2, "2", "1", "t"), []),
        ("terraform_data.source[0].id", (2, "1", "1", "u"), [0, 1]),
        ("terraform_data.source", (2, "1", "1", "u"), [0, 1]),
        ("terraform_data.source[count.index]", (2, "1", "1", "u"), [0, 1]),
        ("terraform_data.source[count.index]", (2, "1", "1", "t"), []),
    ],
)
def test_a_change_of_what_is_named_replaces(
    lab: Lab, trigger: str, change: tuple[int, str, str, str], replaced: list[int]
) -> None:
    lab.succeed(TRIGGER % (2, "1", "1", "t", trigger))
    plan = lab.plan(TRIGGER % (*change, trigger)).plan
    followers = {a: r for a, r in reasons(plan).items() if "follower" in a}
    assert followers == {f"terraform_data.follower[{i}]": "replace_by_triggers" for i in replaced}
    lab.succeed()
    assert lab.actions() == {}


# --- conditions ---

CONDITION = """
variable "size" {
  default = 1
}
resource "terraform_data" "source" {
  input = "known after apply"
}
resource "terraform_data" "a" {
  input = var.size
  lifecycle {
    %s {
      condition     = %s
      error_message = "Not like this: ${var.size}."
    }
  }
}
resource "terraform_data" "after" {
  input = terraform_data.a.id
}
"""


@pytest.mark.parametrize("kind", ["precondition", "postcondition"])
def test_a_condition_that_holds_lets_it_pass(lab: Lab, kind: str) -> None:
    lab.succeed(CONDITION % (kind, "var.size == 1"))


@pytest.mark.parametrize("kind", ["precondition", "postcondition"])
def test_a_condition_that_is_known_to_fail_stops_the_plan(lab: Lab, kind: str) -> None:
    (error,) = lab.refused(CONDITION % (kind, "var.size == 2"))
    assert describe([error]) == [f"main.tf:12,23: Resource {kind} failed"]
    assert error.detail == "Not like this: 1."
    assert error.concerns == "terraform_data.a"


def test_a_precondition_that_is_known_only_when_applied_is_checked_then(lab: Lab) -> None:
    applied = lab.apply(CONDITION % ("precondition", 'terraform_data.source.output == "other"'))
    assert describe(applied.errors) == ["main.tf:12,23: Resource precondition failed"]
    assert applied.done == ["apply terraform_data.source"]
    assert [str(a) for a in applied.result.skipped] == ["terraform_data.after"]


def test_a_postcondition_that_fails_when_applied_keeps_the_object_and_stops_what_depends_on_it(lab: Lab) -> None:
    applied = lab.apply(CONDITION % ("postcondition", 'self.id == "other"'))
    assert describe(applied.errors) == ["main.tf:12,23: Resource postcondition failed"]
    assert sorted(applied.done) == ["apply terraform_data.a", "apply terraform_data.source"]
    assert [str(a) for a in applied.result.skipped] == ["terraform_data.after"]
    assert "terraform_data.a" in lab.objects()


def test_every_failing_condition_is_reported(lab: Lab) -> None:
    rule = 'precondition {\n condition = var.size == %d\n error_message = "No %d."\n}\n'
    text = f'resource "terraform_data" "a" {{\n lifecycle {{\n{rule % (2, 2)}{rule % (3, 3)}}}\n}}\n'
    errors = lab.refused(f'variable "size" {{\n default = 1\n}}\n{text}')
    assert [e.detail for e in errors] == ["No 2.", "No 3."]


def test_a_message_that_would_tell_a_secret_is_not_shown(lab: Lab) -> None:
    lab.write(
        """
        variable "secret" {
          default   = "hunter2"
          sensitive = true
        }
        resource "terraform_data" "a" {
          lifecycle {
            precondition {
              condition     = var.secret == "other"
              error_message = "It is ${var.secret}."
            }
          }
        }
        """
    )
    with pytest.raises(DiagnosticsError) as problem:
        lab.plan()
    said = problem.value.diagnostics
    assert [d.summary for d in said] == ["Error message refers to sensitive values", "Resource precondition failed"]
    assert "hunter2" not in "".join(d.summary + d.detail for d in said)


def test_a_data_source_can_have_conditions(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    text = """
    data "iac_cluster" "main" {
      name = "main"
      lifecycle {
        postcondition {
          condition     = self.region == "us-east-1"
          error_message = "Elsewhere: ${self.region}."
        }
      }
    }
    """
    (error,) = lab.refused(CLUSTER + text)
    assert error.detail == "Elsewhere: eu-west-3."
