"""The state remembers what came of the conditions, and says so only as long as it is true.

What Terraform remembers after the same steps is compared in `views/streams`, case `conditions_that_fail`.
"""

from __future__ import annotations

import pytest
from kit import Lab, Recording

from iac.address import parse_instance
from iac.plan.model import Mode

CHECKED = """
variable "n" {
  type    = number
  default = %d
}
resource "terraform_data" "a" {
  input            = var.n
  triggers_replace = var.n
  lifecycle {
    precondition {
      condition     = var.n > 0
      error_message = "Not positive."
    }
  }
}
resource "terraform_data" "later" {
  input = terraform_data.a.id
  lifecycle {
    postcondition {
      condition     = self.output == "none" ? false : var.n < 100
      error_message = "Too large."
    }
  }
}
check "small" {
  assert {
    condition     = terraform_data.a.output < 10
    error_message = "It is ${terraform_data.a.output}."
  }
}
output "o" {
  value = terraform_data.later.id
  precondition {
    condition     = terraform_data.later.output != "none"
    error_message = "There is none."
  }
}
"""


def results(lab: Lab) -> dict[str, str]:
    """What the state says, by address: status, and messages of what failed."""
    with lab.project() as project:
        return {r.address: " ".join((r.status, *r.problems)) for r in project.state().checks}


def serial(lab: Lab) -> int:
    with lab.project() as project:
        return project.state().serial


ALL_WELL = {
    "check.small": "pass",
    "output.o": "pass",
    "terraform_data.a": "pass",
    "terraform_data.later": "pass",
}


def test_what_held_is_remembered(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    assert results(lab) == ALL_WELL


def test_a_failed_assertion_is_remembered_with_its_message(lab: Lab) -> None:
    lab.succeed(CHECKED % 10)
    assert results(lab) == {**ALL_WELL, "check.small": "fail It is 10."}


def test_a_message_with_a_secret_is_not_kept(lab: Lab) -> None:
    secret = 'variable "s" {\n  default = "hidden"\n  sensitive = true\n}\n'
    lab.succeed(
        secret
        + 'check "c" {\n  assert {\n    condition = var.s == "x"\n    error_message = "It is ${var.s}."\n  }\n}\n'
    )
    assert results(lab) == {"check.c": "fail"}
    assert b"hidden" not in (lab.directory / "iac.db").read_bytes()


def test_nothing_is_written_when_nothing_came_out_differently(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    before = serial(lab)
    lab.succeed()
    assert serial(lab) == before


def test_a_result_that_changes_without_any_object_is_written(lab: Lab) -> None:
    check = (
        'variable "n" {}\ncheck "c" {\n  assert {\n    condition = var.n == "1"\n    error_message = "No."\n  }\n}\n'
    )
    lab.succeed(check, variables=["n=1"])
    before = serial(lab)
    lab.succeed(variables=["n=2"])
    assert results(lab) == {"check.c": "fail No."}
    assert serial(lab) == before + 1


def test_what_stands_on_something_that_failed_is_not_known(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    applied = lab.apply(CHECKED % 100)
    assert not applied.result.succeeded
    assert results(lab) == {
        "check.small": "fail It is 100.",
        "output.o": "unknown",
        "terraform_data.a": "pass",
        "terraform_data.later": "fail Too large.",
    }


def test_until_it_is_checked_again_nothing_is_said_of_what_changes(lab: Lab) -> None:
    class Watching(Recording):
        seen: dict[str, str] | None = None

        def started(self, change, part):  # type: ignore[no-untyped-def]  # as in Recording
            self.seen = self.seen or results(lab)
            super().started(change, part)

    lab.succeed(CHECKED % 1)
    watching = Watching()
    lab.apply(CHECKED % 2, recording=watching)
    assert set((watching.seen or {}).values()) == {"unknown"}
    assert results(lab) == ALL_WELL


def test_an_interrupted_run_says_nothing_of_what_it_left_out(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    lab.apply(CHECKED % 2, stopping=lambda: True)
    assert results(lab) == dict.fromkeys(ALL_WELL, "unknown")


def test_results_go_with_the_conditions(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    lab.succeed('resource "terraform_data" "a" {}\n')
    assert results(lab) == {}


def test_after_a_destroy_nothing_is_known(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    lab.destroy()
    assert set(results(lab).values()) == {"unknown"}


def test_edits_of_the_state_and_imports_leave_the_results_alone(lab: Lab) -> None:
    lab.succeed(CHECKED % 10)
    before = results(lab)
    with lab.project() as project:
        project.edit_state(lambda editor, state: editor.forget(list(state.instances)[:1]))
    assert results(lab) == before
    lab.write(CHECKED % 10 + 'resource "terraform_data" "x" {}\n')
    with lab.project() as project, project.lock("import"):
        project.apply(project.plan_import(parse_instance("terraform_data.x"), "known"), Recording())
    assert results(lab) == before


def test_a_revert_leaves_nothing_that_is_known(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    lab.succeed(CHECKED % 2)
    run = lab.events()[-1].run_id
    with lab.project() as project, project.lock("revert"):
        project.apply(project.plan_revert(str(run)), Recording())
    assert set(results(lab).values()) == {"unknown"}


def test_each_workspace_has_its_own(lab: Lab) -> None:
    lab.succeed(CHECKED % 1)
    with lab.project() as project:
        project.create_workspace("other")
    lab.workspace = "other"
    assert results(lab) == {}
    lab.succeed(CHECKED % 10)
    lab.workspace = "default"
    assert results(lab) == ALL_WELL


# --- refreshing is possible although something is not as it should be ---


@pytest.mark.parametrize("where", ["precondition", "postcondition"])
def test_a_condition_of_a_resource_is_a_warning_where_only_is_remembered_how_things_are(lab: Lab, where: str) -> None:
    text = (
        'variable "n" {\n  default = 1\n}\nresource "terraform_data" "a" {\n  lifecycle {\n'
        f'    {where} {{\n      condition = var.n == 1\n      error_message = "No."\n    }}\n  }}\n}}\n'
    )
    lab.succeed(text)
    run = lab.plan(mode=Mode.REFRESH_ONLY, variables=["n=2"])
    assert [(d.severity.value, d.summary) for d in run.plan.diagnostics] == [("warning", f"Resource {where} failed")]
    lab.succeed(mode=Mode.REFRESH_ONLY, variables=["n=2"])
    assert results(lab) == {"terraform_data.a": "fail No."}


def test_so_is_that_of_an_output_and_its_value_is_remembered(lab: Lab) -> None:
    text = (
        'variable "n" {\n  default = 1\n}\noutput "o" {\n  value = var.n\n'
        '  precondition {\n    condition = var.n == 1\n    error_message = "No."\n  }\n}\n'
    )
    lab.succeed(text)
    lab.succeed(mode=Mode.REFRESH_ONLY, variables=["n=2"])
    assert lab.outputs() == {"o": "2"}
    assert results(lab) == {"output.o": "fail No."}
