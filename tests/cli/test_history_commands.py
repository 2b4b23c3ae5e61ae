"""blame, revert, events diff, at and check, as their users call them."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def applied(iac, directory: Path) -> None:
    """The quickstart applied, then changed: events 1 to 3."""
    iac("apply", "-auto-approve")
    iac("apply", "-auto-approve", "-var", "mode=PREVIEW")


def times(iac) -> list[str]:
    return [event["timestamp"] for event in reversed(json.loads(iac("events", "--json").out))]


# --- events diff --------------------------------------------------------------------------------------------


def test_an_event_is_compared_with_the_one_before(iac, applied) -> None:
    outcome = iac("events", "diff", "3")
    assert outcome.code == 0
    assert "  from  event 2," in outcome.out
    assert re.search(r"~ mode +=" + ' "STAGING" -> "PREVIEW"', outcome.out)
    assert outcome.out.endswith("Values: 2 changed.\n")


def test_two_events_are_compared_in_the_formats_asked_for(iac, applied) -> None:
    patch = json.loads(iac("events", "diff", "2", "3", "--format", "patch").out)
    assert {"op": "replace", "path": "/mode", "value": "PREVIEW"} in patch
    data = json.loads(iac("events", "diff", "2", "3", "-json").out)
    assert data["differences"][0] == {
        "path": ["mode"],
        "attribute": "mode",
        "kind": "changed",
        "before": "STAGING",
        "after": "PREVIEW",
    }


def test_events_of_different_targets_are_not_compared(iac, applied) -> None:
    outcome = iac("events", "diff", "1", "2")
    assert outcome.code == 1
    assert "Events of different targets" in outcome.err


# --- blame --------------------------------------------------------------------------------------------------


def test_blame_tells_who_set_each_attribute(iac, applied) -> None:
    outcome = iac("blame", "iac_environment.staging")
    assert re.search(r'\nmode +"PREVIEW" .* ana +terraform .* UPDATE 3\n', outcome.out)
    assert re.search(r'\nname +"staging" .* CREATE 2\n', outcome.out)


def test_blame_shows_no_secrets(iac, applied) -> None:
    assert re.search(r"\nkubeconfig +\(sensitive value\) ", iac("blame", "cluster:main").out)


def test_blame_as_json(iac, applied) -> None:
    data = json.loads(iac("blame", "environment:staging", "-json").out)
    found = {a["attribute"]: a["set_by"]["sequence"] for a in data["attributes"]}
    assert (found["mode"], found["name"]) == (3, 2)


def test_blame_takes_an_address_for_one_of_the_selected_workspace(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    iac("apply", "-auto-approve")
    iac("workspace", "new", "prod")
    iac("apply", "-auto-approve")
    assert json.loads(iac("blame", "terraform_data.a", "-json").out)["workspace"] == "prod"
    iac("workspace", "select", "default")
    assert json.loads(iac("blame", "terraform_data.a", "-json").out)["workspace"] == "default"


def test_blame_of_what_nobody_knows_is_an_error(iac, applied) -> None:
    outcome = iac("blame", "service:api")
    assert outcome.code == 1
    assert "Object not found" in outcome.err


# --- events at ----------------------------------------------------------------------------------------------


def test_the_inventory_as_it_was(iac, applied) -> None:
    first, second, _ = times(iac)
    assert "1 object at" in iac("events", "at", first).out
    assert "2 objects at" in iac("events", "at", second).out
    assert "No objects at" in iac("events", "at", "2020-01-01").out


def test_one_object_as_it_was(iac, applied) -> None:
    _, second, third = times(iac)
    assert '"STAGING"' in iac("events", "at", second, "--target", "environment:staging").out
    assert '"PREVIEW"' in iac("events", "at", third, "--target", "iac_environment.staging").out
    found = json.loads(iac("events", "at", second, "--type", "environment", "-json").out)
    assert [(o["target_name"], o["state"]["mode"]) for o in found] == [("staging", "STAGING")]


def test_a_time_in_the_future_is_remarked_on(iac, applied) -> None:
    assert iac("events", "at", "now").err == ""
    outcome = iac("events", "at", "2999-01-01", "-json")
    assert outcome.err == "2999-01-01T00:00:00.000000Z is in the future: this is what there is now.\n"
    assert len(json.loads(outcome.out)) == 2


def test_a_time_that_is_none_is_an_error(iac, applied) -> None:
    assert "Invalid time" in iac("events", "at", "soon").err


# --- events check -------------------------------------------------------------------------------------------


def test_the_check_says_how_many_agree(iac, applied) -> None:
    outcome = iac("events", "check")
    assert (outcome.code, outcome.out) == (0, "2 objects agree with the log.\n")
    assert json.loads(iac("events", "check", "-json").out)["agrees"] is True


def test_the_check_fails_where_something_differs(iac, applied, directory: Path) -> None:
    with sqlite3.connect(directory / "iac.db") as connection:
        connection.execute("UPDATE cluster SET region = 'elsewhere'")
    connection.close()
    outcome = iac("events", "check")
    assert outcome.code == 1
    assert 'region is "elsewhere" on the platform; the log says "eu-west-3" (event 1)' in outcome.out


# --- revert -------------------------------------------------------------------------------------------------


def test_an_event_is_reverted(iac, applied) -> None:
    outcome = iac("revert", "3", "-auto-approve", "--message", "too early")
    assert outcome.code == 0
    assert outcome.out.startswith("Reverting event ")
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in outcome.out
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in outcome.out
    assert "the\nnext plan will propose that again" in outcome.out
    event = json.loads(iac("events", "show", "4", "-json").out)
    assert (event["event_type"], event["message"]) == ("UPDATE", "too early")
    assert iac("plan", "-detailed-exitcode").code == 0


def test_a_revert_needs_approval(iac, applied, monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/null") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        outcome = iac("revert", "3")
    assert outcome.code == 1
    assert "-auto-approve" in outcome.err
    assert "iac revert -out=FILE" in " ".join(outcome.err.split())
    assert len(times(iac)) == 3


def test_a_revert_is_saved_and_applied_later(iac, applied) -> None:
    assert "iac apply" in iac("revert", "3", "-out=back").out
    assert len(times(iac)) == 3
    outcome = iac("apply", "back")
    assert outcome.code == 0
    assert "the\nnext plan will propose that again" in outcome.out
    assert "reverts" in json.loads(iac("events", "show", "4", "-json").out)["context"]


def test_what_is_undone_already_is_said(iac, applied) -> None:
    iac("revert", "3", "-auto-approve")
    outcome = iac("revert", "3")
    assert (outcome.code, outcome.out) == (0, "Nothing to revert: it was undone already.\n")


def test_conflicts_are_shown_and_left(iac, applied) -> None:
    iac("apply", "-auto-approve", "-var", "mode=PRODUCTION")
    outcome = iac("revert", "3", "-auto-approve")
    assert outcome.code == 1
    assert "Conflict with a later change" in outcome.err
    assert re.search(r"\n[ │]*with \S+\n[ │]*\n[ │]*\S", outcome.err), outcome.err
    assert "event 4" in outcome.err


def test_a_revert_speaks_json(iac, applied) -> None:
    outcome = iac("revert", "3", "-auto-approve", "-json")
    kinds = [json.loads(text)["type"] for text in outcome.out.splitlines()]
    assert kinds[:3] == ["version", "planned_change", "change_summary"]
    assert "apply_complete" in kinds


def test_without_a_database_nothing_is_made(iac, directory: Path) -> None:
    for arguments in (
        ["revert", "1"],
        ["blame", "x.y"],
        ["events", "diff", "1"],
        ["events", "at", "now"],
        ["events", "check"],
    ):
        outcome = iac(*arguments)
        assert (outcome.code, "Database not found" in outcome.err) == (1, True), arguments
    assert not (directory / "iac.db").exists()


@pytest.mark.parametrize("form", ["csv", "markdown", "json", "ocsf", "cloudevents"])
def test_an_export_without_hashes_is_not_called_altered(iac, form: str) -> None:
    assert iac("apply", "-auto-approve").code == 0
    assert iac("events", "export", "--format", form, "--output", "kept").code == 0
    outcome = iac("events", "verify", "--file", "kept")
    assert outcome.code == 1
    assert f"It is of the format {form}, which has no hashes" in outcome.err
