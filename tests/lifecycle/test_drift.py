"""Drift: what somebody else changed is seen, shown and repaired."""

from __future__ import annotations

import re

import pytest
from kit import ENVIRONMENT, Lab, change_of

from iac.diagnostics import DiagnosticsError
from iac.plan.model import Mode


def test_a_change_made_elsewhere_is_seen_and_repaired(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    plan = lab.plan().plan
    (drift,) = plan.drift
    assert (str(drift.address), drift.change.action.value) == ("iac_environment.staging", "update")
    assert drift.change.after.raw["mode"].raw == "PRODUCTION"
    change = change_of(plan, "iac_environment.staging").change
    assert (change.before.raw["mode"].raw, change.after.raw["mode"].raw) == ("PRODUCTION", "DEVELOPMENT")
    lab.succeed()
    assert lab.values("mode")["iac_environment.staging"] == "DEVELOPMENT"
    assert lab.actions() == {}


def test_the_log_tells_who_caused_the_drift(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.succeed()
    told = [(e.event_type, e.user, e.tool, e.change) for e in lab.events()[-2:]]
    assert told == [("UPDATE", "ana", "console", ("config",)), ("UPDATE", "ana", "terraform", ("config",))]


def test_the_plan_shows_what_changed_elsewhere(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    text = lab.text(mode=Mode.REFRESH_ONLY)
    assert "iac_environment.staging has changed" in text
    assert re.search(r"~ mode +=" + ' "DEVELOPMENT" -> "PRODUCTION"', text)


def test_an_object_deleted_elsewhere_is_made_again(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    before = lab.id_of("iac_environment.staging")
    lab.delete_outside("iac_environment.staging")
    plan = lab.plan().plan
    assert [d.change.action.value for d in plan.drift] == ["delete"]
    assert lab.actions() == {"iac_environment.staging": "create"}
    lab.succeed()
    assert lab.id_of("iac_environment.staging") != before
    assert lab.actions() == {}


def test_an_object_deleted_elsewhere_is_shown_though_some_of_it_is_sensitive(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.delete_outside("iac_environment.staging")
    text = lab.text(mode=Mode.REFRESH_ONLY)
    assert "iac_environment.staging has been deleted" in text
    assert '- name       = "staging" -> null' in text
    assert "contents will not be displayed" not in text
    planned = lab.text()
    assert "has been deleted" not in planned, "nothing refers to it"
    assert re.search(r"\+ name +=" + ' "staging"', planned)


def test_what_depends_on_an_object_deleted_elsewhere_is_replaced(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.delete_outside("iac_environment.staging")
    lab.delete_outside("iac_cluster.main")
    assert lab.actions() == {"iac_cluster.main": "create", "iac_environment.staging": "create"}
    lab.succeed()


def test_an_object_deleted_elsewhere_whose_block_is_gone_as_well_is_forgotten(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.delete_outside("iac_environment.staging")
    without = ENVIRONMENT.split('resource "iac_environment"')[0]
    assert lab.actions(without) == {}
    lab.succeed(without)
    assert list(lab.objects()) == ["iac_cluster.main"]


def test_without_refresh_nobody_looks(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    plan = lab.plan(refresh=False).plan
    assert plan.is_empty
    assert plan.drift == []


def test_refresh_only_remembers_and_changes_nothing(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    plan = lab.plan(mode=Mode.REFRESH_ONLY).plan
    assert plan.changes == []
    applied = lab.succeed(mode=Mode.REFRESH_ONLY)
    assert applied.done == []
    assert lab.values("mode")["iac_environment.staging"] == "PRODUCTION"
    assert len(lab.events()) == 3
    assert lab.plan(mode=Mode.REFRESH_ONLY).plan.drift == []


def test_refresh_only_forgets_what_is_gone(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.delete_outside("iac_environment.staging")
    lab.succeed(mode=Mode.REFRESH_ONLY)
    assert list(lab.objects()) == ["iac_cluster.main"]


def test_refresh_only_takes_changed_outputs_along(lab: Lab) -> None:
    text = ENVIRONMENT + 'output "mode" {\n  value = iac_environment.staging.mode\n}\n'
    lab.succeed(text)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.succeed(mode=Mode.REFRESH_ONLY)
    assert lab.outputs() == {"mode": "PRODUCTION"}


def test_an_older_plan_does_not_undo_what_refreshing_found(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.save()
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.succeed(mode=Mode.REFRESH_ONLY)
    lab.apply(saved="tfplan")
    assert lab.objects()["iac_environment.staging"]["mode"] == "PRODUCTION"


def test_refresh_only_moves_the_serial(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.save()
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.succeed(mode=Mode.REFRESH_ONLY)
    with pytest.raises(DiagnosticsError, match="Saved plan is stale"):
        lab.apply(saved="tfplan", strict_serial=True)


def test_a_refresh_only_plan_is_stale_when_its_objects_were_written_since(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    lab.save(mode=Mode.REFRESH_ONLY)
    lab.succeed(ENVIRONMENT)
    with pytest.raises(DiagnosticsError, match="Saved plan is stale"):
        lab.apply(saved="tfplan")


def test_refresh_only_can_run_before_everything_was_made(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    more = """
    resource "terraform_data" "new" {
      count = 2
      input = iac_cluster.main.id
    }
    resource "terraform_data" "one" {
    }
    output "new" {
      value = [terraform_data.new[1].id, terraform_data.one.id]
    }
    """
    plan = lab.plan(ENVIRONMENT + more, mode=Mode.REFRESH_ONLY).plan
    assert plan.changes == []
    assert lab.apply(mode=Mode.REFRESH_ONLY).result.succeeded
    assert lab.succeed().counts == (3, 0, 0)


def test_destroying_what_is_gone_already_is_no_mistake(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.delete_outside("iac_environment.staging")
    assert lab.destroy().done == ["delete iac_cluster.main"]
    assert lab.objects() == {}


def test_a_secret_changed_elsewhere_is_seen_and_not_shown(lab: Lab) -> None:
    text = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hunter2" }\n}')
    lab.succeed(text)
    lab.update_outside("iac_environment.staging", secrets={"KEY": "correct-horse"})
    assert lab.actions() == {"iac_environment.staging": "update"}
    shown = lab.text() + lab.text(mode=Mode.REFRESH_ONLY)
    assert "hunter2" not in shown
    assert "correct-horse" not in shown
