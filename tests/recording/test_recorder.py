"""What Terraform did becomes events, a plan and a run of the audit log."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from iac.audit.verify import verify
from iac.diagnostics import DiagnosticsError
from iac.engine.log_check import check_log
from iac.plan.model import Action
from iac.plan.records import find_plan, plans, runs
from iac.providers.registry import Registry
from iac.recording.conversion import load_any_plan
from iac.views.plan_text import render_plan

APPLIED = {
    "check": ["CREATE terraform_data.a"],
    "create": ["CREATE terraform_data.a", 'CREATE terraform_data.many["x"]', 'CREATE terraform_data.many["y.z"]'],
    "create_before_destroy": ["CREATE terraform_data.a", "DELETE terraform_data.a"],
    "deleted": ["DELETE terraform_data.a"],
    "destroy": ["DELETE terraform_data.a", "DELETE terraform_data.b"],
    "import": ["IMPORT terraform_data.a"],
    "import_and_update": ["IMPORT terraform_data.a", "UPDATE terraform_data.a"],
    "module": [
        "CREATE module.m[0].terraform_data.q",
        "CREATE module.m[1].terraform_data.q",
        "CREATE terraform_data.after",
    ],
    "moved": ["MOVE terraform_data.new"],
    "moved_and_updated": ["MOVE terraform_data.new", "UPDATE terraform_data.new"],
    "no_changes": [],
    "outputs": [],
    "refresh_only": [],
    "removed": ["FORGET terraform_data.a"],
    "replace": ["CREATE terraform_data.a", "DELETE terraform_data.a"],
    "tainted": ["CREATE terraform_data.a", "DELETE terraform_data.a"],
    "update": ["UPDATE terraform_data.a"],
}
PARTLY = {
    "failed": ["CREATE terraform_data.ok", "CREATE_FAILED terraform_data.bad"],
    "data": ["CREATE terraform_data.a"],
}


def refusal(*args: Any, **options: Any) -> str:
    laboratory, *rest = args
    with pytest.raises(DiagnosticsError) as caught:
        laboratory.record(*rest, **options)
    return "\n".join(f"{d.summary}: {d.detail}" for d in caught.value.diagnostics)


def everything(laboratory) -> str:
    """All that the database has, as text."""
    rows: list[Any] = []
    for table in ("event", "plan", "run"):
        rows += laboratory.database.query(f"SELECT * FROM {table}")
    return "".join(
        zlib.decompress(cell).decode() if isinstance(cell, bytes) else str(cell) for row in rows for cell in row
    )


@pytest.mark.parametrize("name", APPLIED)
def test_every_operation_that_was_completed_is_an_event(laboratory, name: str) -> None:
    recorded = laboratory.record(name)
    assert laboratory.happened() == APPLIED[name]
    (run,) = runs(laboratory.database)
    (plan,) = plans(laboratory.database)
    assert (run.status, plan.status, run.digest) == ("applied", "applied", plan.digest)
    assert {(e.run_id, e.plan_id, e.user, e.tool) for e in laboratory.events()} <= {
        (run.id, plan.id, "ana", "terraform")
    }
    assert recorded.warnings == []
    assert verify(laboratory.database).is_valid or not APPLIED[name]


@pytest.mark.parametrize("name", PARTLY)
def test_what_was_done_before_an_error_is_recorded_with_it(laboratory, name: str) -> None:
    laboratory.record(name)
    assert laboratory.happened() == PARTLY[name]
    assert runs(laboratory.database)[0].status == "partly applied"
    assert runs(laboratory.database)[0].error


@pytest.mark.parametrize("name", [*APPLIED, *PARTLY])
def test_no_secret_is_kept(laboratory, name: str) -> None:
    laboratory.record(name)
    assert "hunter2" not in everything(laboratory)


def test_the_events_of_a_replacement_are_in_the_order_in_which_it_happened(laboratory) -> None:
    laboratory.record("replace")
    laboratory.record("create_before_destroy")
    assert [e.event_type for e in laboratory.events()] == ["DELETE", "CREATE", "CREATE", "DELETE"]
    assert all(e.forced_by == ("triggers_replace",) for e in laboratory.events())


def test_an_event_has_the_id_from_the_log_and_the_planned_state(laboratory) -> None:
    laboratory.record("create")
    (event,) = (e for e in laboratory.events() if e.address == "terraform_data.a")
    assert (event.target_type, event.target_name) == ("terraform_data", "terraform_data.a")
    assert len(event.target_id) == 36
    assert event.post_state["id"] == event.target_id
    assert event.post_state["input"]["user"] == "ana"
    assert list(event.post_state["input"]["password"]) == ["$sensitive"]
    assert event.change == ("config",)


def test_what_was_not_known_while_planning_is_neither_in_the_state_nor_said_to_be_gone(laboratory) -> None:
    laboratory.record("update")
    (event,) = laboratory.events()
    assert "output" not in event.post_state
    assert event.patch == [{"op": "replace", "path": "/input", "old": "1", "value": "2"}]


def test_the_context_says_that_it_was_recorded_when_it_happened_and_by_what(laboratory) -> None:
    laboratory.record("update")
    (event,) = laboratory.events()
    assert event.context["recorded"] is True
    assert event.context["terraform_version"] == "1.11.4"
    assert event.context["host"] == "here"
    assert event.context["happened"] < event.timestamp
    assert runs(laboratory.database)[0].started < event.context["happened"]


def test_a_move_says_from_where(laboratory) -> None:
    laboratory.record("moved")
    assert laboratory.events()[0].context["moved_from"] == "terraform_data.old"


def test_a_failed_operation_has_its_diagnostic_as_error(laboratory) -> None:
    laboratory.record("failed")
    (event,) = (e for e in laboratory.events() if e.error)
    assert event.event_type == "CREATE_FAILED"
    assert event.error.startswith("local-exec provisioner error: Error running command 'exit 3'")


def test_secrets_are_taken_out_of_errors(laboratory) -> None:
    def quote(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if line["type"] == "diagnostic":
                line["diagnostic"]["detail"] = "the server refused hunter2"

    laboratory.record("failed", log=quote)
    assert "hunter2" not in everything(laboratory)
    assert any("(sensitive value)" in (e.error or "") for e in laboratory.events())


def test_the_name_of_an_object_is_its_name_attribute(laboratory) -> None:
    def name(document: dict[str, Any]) -> None:
        for change in document["resource_changes"]:
            change["change"]["after"]["name"] = "web"

    laboratory.record("update", plan=name)
    assert laboratory.events()[0].target_name == "web"


def test_a_sensitive_name_or_id_is_not_told(laboratory) -> None:
    def hide(document: dict[str, Any]) -> None:
        change = document["resource_changes"][0]["change"]
        change["before"]["name"] = change["after"]["name"] = "hunter2"
        change["before_sensitive"] = change["after_sensitive"] = {"name": True, "id": True}

    laboratory.record("update", plan=hide)
    event = laboratory.events()[0]
    assert (event.target_id, event.target_name) == ("terraform_data.a", "terraform_data.a")


def test_types_of_any_provider_are_recorded(laboratory) -> None:
    def other(data: Any) -> Any:
        return json.loads(
            json.dumps(data)
            .replace("terraform_data", "aws_instance")
            .replace("terraform.io/builtin/terraform", "registry.terraform.io/hashicorp/aws")
        )

    def plan(document: dict[str, Any]) -> None:
        document.update(other(document))

    def log(lines: list[dict[str, Any]]) -> None:
        lines[:] = other(lines)

    laboratory.record("update", plan=plan, log=log)
    assert [(e.target_type, e.address) for e in laboratory.events()] == [("aws_instance", "aws_instance.a")]


# --- plans alone ---


def test_a_plan_alone_is_recorded_as_planned(laboratory) -> None:
    recorded = laboratory.record("create", applied=False)
    assert laboratory.events() == []
    (plan,) = plans(laboratory.database)
    assert (plan.id, plan.status, plan.added, plan.tool) == (recorded.plan.id, "planned", 3, "terraform")
    assert plan.context["recorded"] is True
    assert list(plan.variables) == ["password"]
    assert str(plan.variables["password"]).startswith("hmac-sha256:")


def test_a_plan_is_recorded_once_and_its_apply_goes_with_it(laboratory) -> None:
    first = laboratory.record("create", applied=False)
    again = laboratory.record("create", applied=False)
    assert (first.is_new, again.is_new) == (True, False)
    applied = laboratory.record("create")
    assert not applied.is_new
    assert [p.status for p in plans(laboratory.database)] == ["applied"]


def test_the_same_run_is_refused_a_second_time(laboratory) -> None:
    laboratory.record("create")
    assert "Run already recorded" in refusal(laboratory, "create")
    assert len(laboratory.events()) == 3
    assert len(runs(laboratory.database)) == 1


def test_part_of_a_run_that_is_there_is_refused_too(laboratory) -> None:
    laboratory.record("create")
    assert "A run of this plan is in the audit log already" in refusal(
        laboratory, "create", log=lambda lines: lines.pop()
    )
    assert len(laboratory.events()) == 3


def test_a_run_that_did_nothing_may_be_followed_by_another(laboratory) -> None:
    def refuse(lines: list[dict[str, Any]]) -> None:
        problem = {"severity": "error", "summary": "Error acquiring the state lock", "detail": ""}
        lines[1:] = [{"type": "diagnostic", "@timestamp": "2030-01-01T00:00:00Z", "diagnostic": problem}]

    laboratory.record("create", log=refuse)
    laboratory.record("create")
    assert [run.status for run in runs(laboratory.database)].count("applied") == 1


def test_workspaces_are_apart(laboratory) -> None:
    laboratory.record("create")
    laboratory.record("create", workspace="blue")
    assert {e.workspace for e in laboratory.events()} == {"default", "blue"}


@pytest.mark.parametrize("name", [*APPLIED, *PARTLY])
def test_a_recorded_plan_can_be_shown(laboratory, name: str) -> None:
    def schema_of(provider: str, resource: Any) -> Any:
        raise KeyError(provider)

    recorded = laboratory.record(name, applied=False)
    shown = load_any_plan(laboratory.database, recorded.plan.id, schema_of)
    assert [c.action for c in shown.changes] == [c.action for c in recorded.plan.changes]
    text = render_plan(shown, color=False, width=80)
    assert "hunter2" not in text
    for change in shown.changes:
        assert change.action is Action.NO_OP or f"# {change.address}" in text


def test_two_plans_that_do_the_same_have_one_digest(laboratory) -> None:
    def later(document: dict[str, Any]) -> None:
        document["timestamp"] = "2030-01-01T00:00:00Z"

    one = laboratory.record("update", applied=False)
    other = laboratory.record("update", applied=False, plan=later)
    assert one.plan.id != other.plan.id
    assert len({find_plan(laboratory.database, r.plan.id).digest for r in (one, other)}) == 1


def test_drift_is_kept_with_the_plan(laboratory) -> None:
    def drift(document: dict[str, Any]) -> None:
        change = json.loads(json.dumps(document["resource_changes"][0]))
        change["change"]["after"] = {**change["change"]["before"], "input": "outside"}
        change["change"]["after_unknown"] = {}
        document["resource_drift"] = [change]

    recorded = laboratory.record("update", plan=drift)
    shown = load_any_plan(laboratory.database, recorded.plan.id, lambda provider, resource: {}[provider])
    assert [str(d.address) for d in shown.drift] == ["terraform_data.a"]
    assert len(laboratory.events()) == 1


def test_a_plan_to_destroy_is_known_as_one(laboratory) -> None:
    assert laboratory.record("destroy", applied=False).plan.mode.value == "destroy"
    assert laboratory.record("deleted", applied=False).plan.mode.value == "normal"


def test_variables_are_secret_when_nothing_says_that_they_are_not(laboratory) -> None:
    def without_configuration(document: dict[str, Any]) -> None:
        del document["configuration"]
        document["variables"] = {"size": {"value": "large"}}

    laboratory.record("update", applied=False, plan=without_configuration)
    assert str(plans(laboratory.database)[0].variables["size"]).startswith("hmac-sha256:")


# --- logs that do not tell all ---


def test_an_apply_that_was_killed_is_interrupted(laboratory) -> None:
    def kill(lines: list[dict[str, Any]]) -> None:
        last = max(i for i, line in enumerate(lines) if line["type"] == "apply_complete")
        del lines[last:]

    laboratory.record("create", log=kill)
    assert [len(laboratory.events()), runs(laboratory.database)[0].status] == [2, "interrupted"]
    assert plans(laboratory.database)[0].status == "partly applied"


def test_an_apply_that_did_nothing_before_its_error_failed(laboratory) -> None:
    def refuse(lines: list[dict[str, Any]]) -> None:
        problem = {"severity": "error", "summary": "Error acquiring the state lock", "detail": ""}
        lines[1:] = [{"type": "diagnostic", "@timestamp": "2030-01-01T00:00:00Z", "diagnostic": problem}]

    laboratory.record("moved_and_updated", log=refuse)
    assert laboratory.events() == []
    (run,) = runs(laboratory.database)
    assert (run.status, run.error) == ("failed", "Error acquiring the state lock")


def test_what_an_unfinished_log_cannot_tell_is_a_warning(laboratory) -> None:
    def cut(lines: list[dict[str, Any]]) -> None:
        del lines[-2:]

    def forget(document: dict[str, Any]) -> None:
        document["resource_changes"][1]["change"]["actions"] = ["forget"]

    recorded = laboratory.record("update", log=cut, plan=forget)
    assert laboratory.happened() == ["UPDATE terraform_data.a"]
    assert "terraform_data.b" in recorded.warnings[0].detail


def test_the_log_of_another_plan_is_refused_and_nothing_is_recorded(laboratory) -> None:
    def other(lines: list[dict[str, Any]]) -> None:
        for line in lines:
            if "hook" in line:
                line["hook"]["resource"]["addr"] = "terraform_data.other"

    assert "The log is not of this plan" in refusal(laboratory, "update", log=other)
    assert plans(laboratory.database) == []
    assert runs(laboratory.database) == []


def test_the_deposed_object_is_told_from_the_current_one_by_its_id(laboratory) -> None:
    def deposed(document: dict[str, Any]) -> None:
        old = json.loads(json.dumps(document["resource_changes"][0]))
        old["deposed"] = "0a1b2c3d"
        old["change"]["before"]["id"] = "old"
        document["resource_changes"].append(old)

    def log(lines: list[dict[str, Any]]) -> None:
        complete = next(line for line in lines if line["type"] == "apply_complete")
        complete["hook"] |= {"id_key": "id", "id_value": "old"}

    laboratory.record("deleted", plan=deposed, log=log)
    assert [(e.target_id, e.context.get("deposed")) for e in laboratory.events()] == [("old", "0a1b2c3d")]


# --- with the rest of iac ---


def test_recorded_objects_are_no_problem_of_the_log(laboratory) -> None:
    laboratory.record("create")
    laboratory.record("import")
    assert check_log(laboratory.database, Registry(lambda: laboratory.database)).problems == ()


def test_the_log_of_opentofu_is_read(laboratory) -> None:
    def tofu(lines: list[dict[str, Any]]) -> None:
        lines[0]["tofu"] = lines[0].pop("terraform")

    laboratory.record("update", log=tofu)
    assert laboratory.events()[0].context["program"] == "opentofu"
