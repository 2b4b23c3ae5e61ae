"""`iac plans` and `iac runs`: what was planned, by whom, and what became of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MAIN = """
variable "secret" {
  sensitive = true
  default   = "hunter2"
}
variable "n" {
  type    = number
  default = 1
}
resource "terraform_data" "a" {
  input = { n = var.n, secret = var.secret }
}
"""


@pytest.fixture(autouse=True)
def configuration(directory: Path) -> None:
    (directory / "main.tf").write_text(MAIN)


def plans(iac) -> list[dict]:
    return json.loads(iac("plans", "--json").out)


def runs(iac) -> list[dict]:
    return json.loads(iac("runs", "--json").out)


def test_nothing_was_planned_yet(iac) -> None:
    iac("init")
    assert iac("plans").out == "No plans.\n"
    assert iac("runs").out == "No runs.\n"


def test_every_plan_is_recorded(iac) -> None:
    iac("plan")
    iac("plan", "-destroy")
    assert [(p["mode"], p["status"], p["user"], p["added"]) for p in plans(iac)] == [
        ("destroy", "planned", "ana", 0),
        ("normal", "planned", "ana", 1),
    ]


def test_an_apply_is_a_run_of_its_plan(iac) -> None:
    iac("apply", "-auto-approve", "--message", "first")
    [plan], [run] = plans(iac), runs(iac)
    assert (plan["status"], run["status"], run["plan_id"]) == ("applied", "applied", plan["id"])
    assert (run["added"], run["message"], run["digest"]) == (1, "first", plan["digest"])
    assert [d["address"] for d in run["durations"]] == ["terraform_data.a"]


def test_a_run_is_shown_with_its_events(iac) -> None:
    iac("apply", "-auto-approve")
    out = iac("runs", "show", runs(iac)[0]["id"][:8]).out
    assert "As planned: yes" in out
    assert "CREATE" in out
    assert [e["event_type"] for e in json.loads(iac("runs", "show", "-json", runs(iac)[0]["id"]).out)["events"]] == [
        "CREATE"
    ]


def test_a_saved_plan_is_applied_as_it_was_planned(iac) -> None:
    iac("plan", "-out=tfplan")
    iac("apply", "tfplan")
    [plan], [run] = plans(iac), runs(iac)
    assert (plan["status"], plan["digest"]) == ("applied", run["digest"])


def test_a_plan_that_is_too_old_is_stale(iac) -> None:
    iac("plan", "-out=tfplan")
    iac("apply", "-auto-approve", "-var", "n=2")
    iac("apply", "tfplan")
    assert sorted(p["status"] for p in plans(iac)) == ["applied", "stale"]


def test_a_run_that_fails_half_way_says_so(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(
        MAIN
        + """
resource "terraform_data" "b" {
  input = terraform_data.a.output
  lifecycle {
    precondition {
      condition     = terraform_data.a.id == "x"
      error_message = "Never."
    }
  }
}
"""
    )
    assert iac("apply", "-auto-approve").code == 1
    [plan], [run] = plans(iac), runs(iac)
    assert (plan["status"], run["status"]) == ("partly applied", "partly applied")
    assert "Never." in run["error"]


def test_a_plan_is_shown_as_it_was(iac) -> None:
    shown = iac("plan").out
    iac("apply", "-auto-approve", "-var", "n=5")
    first = plans(iac)[-1]["id"]
    text = iac("plans", "show", first).out
    assert shown[shown.index("iac will perform") : shown.index("Plan: 1 to add")] in text
    document = json.loads(iac("plans", "show", first, "-json").out)
    assert document["resource_changes"][0]["change"]["actions"] == ["create"]


def test_markdown_is_for_pull_requests(iac) -> None:
    iac("plan")
    out = iac("plans", "show", plans(iac)[0]["id"], "--format", "markdown").out
    assert out.startswith("### Plan: 1 to add, 0 to change, 0 to destroy.\n")
    assert "| `terraform_data.a` | create |" in out
    assert "<details><summary>" in out


def test_two_plans_that_do_the_same_have_one_digest(iac) -> None:
    iac("plan")
    iac("plan")
    iac("plan", "-var", "n=2")
    third, second, first = plans(iac)
    assert first["digest"] == second["digest"] != third["digest"]
    same = iac("plans", "diff", first["id"], second["id"])
    assert (same.code, same.out) == (0, "The two plans do the same.\n")
    differing = iac("plans", "diff", first["id"], third["id"])
    assert differing.code == 2
    assert "~ n      = 1 -> 2" in differing.out


def test_a_changed_secret_changes_the_digest_and_is_shown_nowhere(iac, directory: Path) -> None:
    iac("plan")
    iac("plan", "-var", "secret=swordfish")
    second, first = plans(iac)
    assert first["digest"] != second["digest"]
    for out in (
        iac("plans", "diff", first["id"], second["id"]).out,
        *(
            iac("plans", "show", p["id"], "--format", f).out
            for p in (first, second)
            for f in ("text", "json", "markdown")
        ),
        iac("plans", "--json").out,
    ):
        assert "hunter2" not in out
        assert "swordfish" not in out


def test_a_plan_is_found_by_the_beginning_of_its_id(iac) -> None:
    iac("plan")
    assert iac("plans", "show", plans(iac)[0]["id"][:20]).code == 0
    assert "There is no recorded plan" in iac("plans", "show", "zzz").err
    assert "There is no recorded run" in iac("runs", "show", "zzz").err
    assert "is not expected here" in iac("plans", "shwo").err


FAILING = (
    'variable "x" {\n  default = 1\n}\nresource "terraform_data" "good" {\n  input = var.x\n}\n'
    'resource "terraform_data" "bad" {\n  lifecycle {\n    precondition {\n'
    '      condition     = var.x == 1\n      error_message = "No."\n    }\n  }\n}\n'
)


@pytest.mark.parametrize("command", [("plan",), ("plan", "-json"), ("apply", "-auto-approve")])
def test_a_plan_that_failed_is_kept_as_far_as_it_came(iac, directory: Path, command: tuple[str, ...]) -> None:
    (directory / "main.tf").write_text(FAILING)
    assert iac(*command, "-var=x=2").code == 1
    (plan,) = json.loads(iac("plans", "--json").out)
    assert (plan["status"], plan["added"]) == ("failed", 1)
    shown = iac("plans", "show", plan["id"]).out
    assert "planned the following actions, but then encountered a problem" in shown
    assert "terraform_data.good will be created" in shown


def test_drift_keeps_no_plan(iac, directory: Path) -> None:
    assert iac("apply", "-auto-approve").code == 0
    before = len(json.loads(iac("plans", "--json").out))
    (directory / "more.tf").write_text("locals {\n  x = [1][2]\n}\n")
    assert iac("drift").code == 1
    assert len(json.loads(iac("plans", "--json").out)) == before
