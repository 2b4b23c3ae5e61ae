"""Undoing events and runs: the inverse of what they did, on the objects as they are now; conflicts are left alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kit import CLUSTER, ENVIRONMENT, Applied, Lab, Recording, actions, change_of

from iac.diagnostics import DiagnosticsError
from iac.plan.model import Plan
from iac.project import PlannedRun
from iac.views.plan_text import render_plan
from iac.views.reverting import closing_note, heading

SERVICE = (
    ENVIRONMENT
    + """
resource "iac_service" "api" {
  environment_id        = iac_environment.staging.id
  name                  = "api"
  cpu                   = 500
  environment_variables = { A = "1", B = "2" }

  container {
    image = "shop/api"
  }
  port {
    internal_port = 8080
  }
}
"""
)
SCALED = SERVICE.replace("500", "1000").replace('B = "2"', 'C = "3"')


@dataclass
class Reverted:
    """What a revert did, and what it left."""

    plan: Plan
    applied: Applied

    @property
    def warnings(self) -> list[str]:
        return [d.detail for d in self.plan.diagnostics]


def plan_revert(lab: Lab, reference: object) -> PlannedRun:
    with lab.project() as project:
        return project.plan_revert(str(reference))


def revert(lab: Lab, reference: object, *, saved: bool = False) -> Reverted:
    with lab.project() as project:
        run = project.plan_revert(str(reference))
        if saved:
            project.save_plan(run, Path("revert"))
            run = project.load_plan(Path("revert"))
        recording = Recording()
        with project.lock("apply"):
            result, origin = project.apply(run, recording)
    assert result.succeeded, [d.detail for d in result.diagnostics.errors]
    return Reverted(run.plan, Applied(run.plan, result, origin, recording))


def refused(lab: Lab, reference: object) -> list[str]:
    with pytest.raises(DiagnosticsError) as caught:
        plan_revert(lab, reference)
    return [f"{d.summary}: {d.detail}" for d in caught.value.diagnostics]


def agrees(lab: Lab) -> bool:
    with lab.project() as project:
        return not project.check_log().problems


def last_run(lab: Lab) -> str:
    return str(lab.events()[-1].run_id)


def service(lab: Lab) -> dict[str, Any]:
    return lab.objects()["iac_service.api"]


# --- changes ------------------------------------------------------------------------------------------------


def test_a_change_is_undone_by_the_inverse_change(lab: Lab) -> None:
    lab.succeed(SERVICE)
    before = service(lab)
    lab.succeed(SCALED)
    assert revert(lab, 4).applied.done == ["apply iac_service.api"]
    after = service(lab)
    assert {**after, "updated_at": ""} == {**before, "updated_at": ""}
    assert agrees(lab)


def test_the_next_plan_proposes_the_change_again_until_the_configuration_is_changed(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    revert(lab, 4)
    assert lab.actions() == {"iac_service.api": "update"}
    assert lab.actions(SERVICE) == {}


def test_the_event_of_a_revert_is_an_ordinary_one_that_names_what_it_reverts(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    undone = lab.events()[-1]
    revert(lab, undone.id[:30])
    event = lab.events()[-1]
    assert (event.event_type, event.tool, event.address) == ("UPDATE", "terraform", "iac_service.api")
    assert event.change == ("scaling", "variables")
    assert event.context["reverts"] == {"events": [undone.id]}


def test_a_revert_can_be_reverted(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    revert(lab, 4)
    revert(lab, 5)
    assert lab.actions() == {}


def test_what_was_changed_elsewhere_meanwhile_stays_as_it_is(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    lab.update_outside("iac_service.api", memory=1024)
    revert(lab, 4)
    assert (service(lab)["cpu"], service(lab)["memory"]) == (500, 1024)


def test_a_change_of_another_tool_is_undone_too(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", cpu=2000)
    revert(lab, 4)
    assert lab.actions() == {}


def test_what_was_changed_again_is_a_conflict_that_names_the_later_event(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    lab.update_outside("iac_service.api", cpu=2000)
    reverted = revert(lab, 4)
    assert service(lab)["cpu"] == 2000
    assert service(lab)["environment_variables"] == {"A": "1", "B": "2"}
    (warning,) = reverted.warnings
    assert "cpu of service:api is left as it is" in warning
    assert "changed again by ana with console, event 5" in warning


def test_when_everything_is_a_conflict_there_is_no_plan(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", cpu=1000)
    lab.update_outside("iac_service.api", cpu=2000)
    (problem,) = refused(lab, 4)
    assert problem.startswith("Conflict with a later change: cpu of service:api")


def test_what_was_set_back_by_somebody_needs_no_undoing(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", cpu=1000)
    lab.update_outside("iac_service.api", cpu=500)
    assert plan_revert(lab, 4).plan.is_empty


def test_lists_are_put_back_as_a_whole_or_not_at_all(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", port=[{"internal_port": 8080}, {"internal_port": 9090}])
    revert(lab, 4)
    assert [p["internal_port"] for p in service(lab)["port"]] == [8080]
    lab.update_outside("iac_service.api", port=[{"internal_port": 1}])
    lab.update_outside("iac_service.api", port=[{"internal_port": 1}, {"internal_port": 2}])
    assert refused(lab, 6)[0].startswith("Conflict with a later change: port of service:api")


def test_a_nested_block_is_undone_attribute_by_attribute(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", container={"image": "shop/api", "tag": "1"})
    lab.update_outside("iac_service.api", container={"image": "shop/web", "tag": "1"})
    revert(lab, 4)
    assert service(lab)["container"] == {"image": "shop/web", "tag": "latest", "registry": "docker.io"}


def test_a_change_of_an_object_that_was_deleted_is_a_conflict(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    lab.delete_outside("iac_service.api")
    (problem,) = refused(lab, 4)
    assert "it was deleted by ana with console, event 5" in problem


def test_objects_of_other_providers_are_reverted_with_their_types(lab: Lab) -> None:
    text = 'resource "terraform_data" "x" {\n  input = { n = [1, 2], m = tomap({ a = "x" }) }\n}\n'
    lab.succeed(text)
    lab.succeed(text.replace("[1, 2]", "[0, 1, 2]"))
    revert(lab, 2)
    assert lab.values() == {"terraform_data.x": {"n": [1, 2], "m": {"a": "x"}}}
    assert lab.actions(text) == {}
    assert agrees(lab)


# --- secrets ------------------------------------------------------------------------------------------------

SECRET = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hunter2hunter" }\n}')


def test_a_secret_that_was_changed_cannot_be_restored_and_is_left(lab: Lab) -> None:
    lab.succeed(SECRET)
    lab.succeed(SECRET.replace("hunter2hunter", "correct-horse").replace('"staging"\n ', '"stage"\n '))
    reverted = revert(lab, 3)
    found = lab.objects()["iac_environment.staging"]
    assert (found["name"], found["secrets"]) == ("staging", {"KEY": "correct-horse"})
    (warning,) = reverted.warnings
    assert "secrets of environment:stage is sensitive: the log has only a digest" in warning
    text = render_plan(reverted.plan, color=False, width=80) + warning
    assert "hunter2hunter" not in text
    assert "correct-horse" not in text


def test_a_secret_that_did_not_change_is_kept(lab: Lab) -> None:
    lab.succeed(SECRET)
    lab.succeed(SECRET.replace('name       = "staging"', 'name       = "other"'))
    assert revert(lab, 3).warnings == []
    assert lab.objects()["iac_environment.staging"]["secrets"] == {"KEY": "hunter2hunter"}


def test_what_the_configuration_marked_stays_secret(lab: Lab) -> None:
    text = SERVICE.replace('A = "1"', 'A = sensitive("hunter2hunter")')
    lab.succeed(text)
    lab.succeed(text.replace("500", "1000"))
    run = plan_revert(lab, 4)
    assert "hunter2hunter" not in render_plan(run.plan, color=False, width=80)
    revert(lab, 4)
    assert service(lab)["environment_variables"]["A"] == "hunter2hunter"
    assert "hunter2hunter" not in str(lab.events()[-1])
    assert lab.actions(text) == {}


# --- creations and deletes ----------------------------------------------------------------------------------


def test_a_creation_is_undone_by_a_delete(lab: Lab) -> None:
    lab.succeed(SERVICE)
    assert revert(lab, 3).applied.done == ["delete iac_service.api"]
    assert list(lab.objects()) == ["iac_cluster.main", "iac_environment.staging"]
    assert lab.events()[-1].context["reverts"] == {"events": [lab.events()[2].id]}


def test_an_object_that_was_changed_since_it_was_created_is_not_deleted(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.update_outside("iac_service.api", cpu=2000)
    (problem,) = refused(lab, 3)
    assert "it is not deleted, because it was changed again by ana with console, event 4" in problem


def test_an_object_in_which_others_live_is_not_deleted(lab: Lab) -> None:
    lab.succeed(SERVICE)
    (problem,) = refused(lab, 2)
    assert "iac_environment.staging is left as it is: service:api is in it" in problem


def test_a_delete_is_undone_by_a_creation_with_another_id(lab: Lab) -> None:
    lab.succeed(SERVICE)
    before = service(lab)
    lab.succeed(ENVIRONMENT)
    revert(lab, 4)
    after = service(lab)
    assert after["id"] != before["id"]
    decided = ("id", "created_at", "updated_at", "internal_host")
    assert {**after, **dict.fromkeys(decided)} == {**before, **dict.fromkeys(decided)}
    assert lab.actions(SERVICE) == {}
    assert agrees(lab)


def test_what_another_tool_deleted_is_made_again_at_its_address(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.delete_outside("iac_service.api")
    revert(lab, 4)
    assert lab.actions() == {}


def test_a_deleted_object_is_made_again_without_its_secrets_which_is_said(lab: Lab) -> None:
    lab.succeed(SECRET)
    lab.delete_outside("iac_environment.staging")
    reverted = revert(lab, 3)
    assert lab.objects()["iac_environment.staging"]["secrets"] is None
    assert any("secrets of environment:staging is sensitive" in w for w in reverted.warnings)


def test_an_object_cannot_be_made_again_in_one_that_is_gone(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.destroy()
    deleted = {e.target_name: e.sequence for e in lab.events() if e.event_type == "DELETE"}
    (problem,) = refused(lab, deleted["api"])
    assert f"it refers to environment:staging, which event {deleted['staging']} deleted: revert that first" in problem


def test_an_address_that_another_object_has_now_is_not_taken_from_it(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(ENVIRONMENT)
    lab.succeed(SERVICE)
    (problem,) = refused(lab, 4)
    assert "its address iac_service.api is that of another object now" in problem


def test_what_is_undone_already_is_nothing_to_do(lab: Lab) -> None:
    lab.succeed(SERVICE)
    revert(lab, 3)
    assert plan_revert(lab, 3).plan.is_empty


def test_what_must_not_be_destroyed_is_not_deleted(lab: Lab) -> None:
    lab.succeed(SERVICE.replace("  container {", "  lifecycle {\n    prevent_destroy = true\n  }\n  container {"))
    assert refused(lab, 3)[0].startswith("Instance cannot be destroyed")


# --- runs ---------------------------------------------------------------------------------------------------


def test_a_run_is_undone_as_a_whole_in_reverse_order(lab: Lab) -> None:
    lab.succeed(SERVICE)
    assert revert(lab, last_run(lab)).applied.done == [
        "delete iac_service.api",
        "delete iac_environment.staging",
        "delete iac_cluster.main",
    ]
    assert lab.objects() == {}
    assert lab.events()[-1].context["reverts"]["run"] == lab.events()[0].run_id


@pytest.mark.parametrize("saved", [False, True])
def test_what_a_run_deleted_is_made_again_and_refers_to_the_new_ids(lab: Lab, saved: bool) -> None:
    text = SERVICE + 'resource "terraform_data" "x" {\n  input = { ids = [iac_service.api.id] }\n}\n'
    lab.succeed(text)
    lab.destroy()
    reverted = revert(lab, last_run(lab)[:8], saved=saved)
    assert reverted.applied.done[:3] == [
        "apply iac_cluster.main",
        "apply iac_environment.staging",
        "apply iac_service.api",
    ]
    found = lab.objects()
    assert found["iac_environment.staging"]["cluster_id"] == found["iac_cluster.main"]["id"]
    assert found["iac_service.api"]["environment_id"] == found["iac_environment.staging"]["id"]
    assert found["terraform_data.x"]["input"] == {"ids": [found["iac_service.api"]["id"]]}
    assert lab.actions() == {}
    assert agrees(lab)
    assert lab.destroy().result.succeeded


def test_a_replacement_is_undone_by_a_replacement(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SERVICE.replace("eu-west-3", "us-east-1"))
    run = plan_revert(lab, last_run(lab)).plan
    assert set(actions(run).values()) == {"delete-then-create"}
    assert change_of(run, "iac_cluster.main").change.after.raw["region"].raw == "eu-west-3"
    revert(lab, last_run(lab))
    assert lab.actions(SERVICE) == {}
    assert agrees(lab)


def test_of_a_run_with_conflicts_the_rest_is_undone(lab: Lab) -> None:
    lab.succeed(SERVICE)
    run = last_run(lab)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    reverted = revert(lab, run)
    assert reverted.applied.done == ["delete iac_service.api"]
    assert len(reverted.warnings) == 2


def test_a_run_that_changed_one_object_several_times_is_undone_at_once(lab: Lab) -> None:
    lab.succeed(SERVICE)
    with lab.project() as project:
        from dataclasses import replace

        from iac.audit.log import AuditLog
        from iac.audit.record import Operation
        from iac.platform.api import Platform

        platform = Platform(project.database, AuditLog(project.database))
        origin = replace(project.origin(), tool="api", run_id="0c0ffee0-0000-4000-8000-000000000000")
        for cpu in (700, 900):
            platform.update("service", service(lab)["id"], {"cpu": cpu}, Operation(origin))
    revert(lab, "0c0ffee0")
    assert service(lab)["cpu"] == 500
    assert len(lab.events()[-1].context["reverts"]["events"]) == 2


# --- objects that no state has ------------------------------------------------------------------------------


def test_an_object_of_another_tool_is_reverted_on_the_platform_alone(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    cluster = lab.outside(
        lambda p, o: p.create("cluster", {"name": "other", "cloud_provider": "GCP", "region": "x"}, o)
    )
    lab.outside(lambda p, o: p.update("cluster", cluster["id"], {"min_nodes": 5}, o))
    revert(lab, 4)
    found = lab.outside(lambda p, o: p.read("cluster", cluster["id"]))
    assert found["min_nodes"] == 3
    event = lab.events()[-1]
    assert (event.event_type, event.address, event.tool) == ("UPDATE", None, "terraform")
    assert sorted(lab.objects()) == ["iac_cluster.main", "iac_environment.staging"]
    revert(lab, 3)
    assert lab.outside(lambda p, o: p.read("cluster", cluster["id"])) is None
    revert(lab, lab.events()[-1].sequence)
    assert lab.outside(lambda p, o: p.find("cluster", "other"))["min_nodes"] == 3
    assert lab.actions() == {}


def test_what_was_secret_in_an_object_that_is_not_managed_any_more_stays_secret(lab: Lab) -> None:
    text = SERVICE.replace('A = "1"', 'A = sensitive("hunter2hunter")')
    lab.succeed(text)
    with lab.project() as project:
        from iac.address import parse_instance

        address = parse_instance("iac_service.api")
        project.edit_state(lambda editor, state: editor.forget([address]))
    id = lab.events()[-1].target_id
    lab.outside(lambda p, o: p.update("service", id, {"cpu": 900}, o))
    sequence = lab.events()[-1].sequence
    assert "hunter2hunter" not in render_plan(plan_revert(lab, sequence).plan, color=False, width=80)
    revert(lab, sequence)
    assert "hunter2hunter" not in str(lab.events()[-1])
    assert lab.outside(lambda p, o: p.read("service", id))["environment_variables"]["A"] == "hunter2hunter"


def test_an_object_of_another_workspace_is_not_touched(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    with lab.project() as project:
        project.create_workspace("other")
    lab.workspace = "other"
    (problem,) = refused(lab, 4)
    assert 'managed in the workspace "default"' in problem


# --- what cannot be asked for -------------------------------------------------------------------------------


def test_events_that_changed_no_object_cannot_be_reverted(lab: Lab) -> None:
    lab.succeed('resource "terraform_data" "a" {\n}\n')
    lab.succeed('resource "terraform_data" "b" {\n}\nmoved {\n  from = terraform_data.a\n  to = terraform_data.b\n}\n')
    assert "changed no object" in refused(lab, 2)[0]
    assert "No event of run" in refused(lab, last_run(lab))[0]


@pytest.mark.parametrize("reference", ["99", "0badc0de", "nonsense", ""])
def test_what_names_neither_an_event_nor_a_run_is_a_mistake(lab: Lab, reference: str) -> None:
    lab.succeed(ENVIRONMENT)
    assert refused(lab, reference)[0].startswith("Event not found")


def test_a_change_after_the_plan_was_made_is_not_overwritten(lab: Lab) -> None:
    lab.succeed(SERVICE)
    lab.succeed(SCALED)
    with lab.project() as project:
        run = project.plan_revert("4")
        lab.update_outside("iac_service.api", cpu=2000)
        result, _ = project.apply(run, Recording())
    assert [d.summary for d in result.diagnostics.errors] == ["The object was changed meanwhile"]
    with lab.project() as project:
        assert lab.outside(lambda p, o: p.read("service", lab.id_of("iac_service.api")))["cpu"] == 2000
    failed = lab.events()[-1]
    assert (failed.event_type, failed.context["reverts"]["events"]) == ("UPDATE_FAILED", [lab.events()[3].id])


# --- what is said -------------------------------------------------------------------------------------------


def test_above_the_plan_it_is_said_what_is_undone_and_below_what_the_configuration_says(lab: Lab) -> None:
    lab.succeed(SERVICE)
    run = plan_revert(lab, last_run(lab)).plan
    assert heading(run, color=False) == (
        f"Reverting run {last_run(lab)}: service:api, environment:staging, cluster:main"
    )
    assert "the next plan will propose that again" in closing_note(run, width=1)
    assert closing_note(lab.plan().plan, width=80) == ""


def test_what_is_reverted_is_the_reason_where_none_is_given(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    event = lab.events()[-1]
    for message, kept in ((None, f"reverts run {event.run_id}"), ("it was too much", "it was too much")):
        with lab.project() as project, project.lock("revert"):
            project.apply(project.plan_revert(str(event.run_id)), Recording(), message=message)
        assert lab.events()[-1].message == kept
        lab.succeed()
        event = lab.events()[-1]
    with lab.project() as project, project.lock("revert"):
        project.apply(project.plan_revert(event.id), Recording())
    assert lab.events()[-1].message == f"reverts event {event.id}"
