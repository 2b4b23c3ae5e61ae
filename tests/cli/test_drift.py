"""`iac drift`, and applying without asking under conditions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.platform.api import Platform
from iac.storage import open_storage

MAIN = 'resource "terraform_data" "a" {\n  triggers_replace = %d\n}\n'


def change_in_the_database(directory: Path, what: str) -> None:
    """Changes the cluster past everything that keeps the log."""
    with open_storage(str(directory / "iac.db")) as database, database.transaction():
        database.execute(f"UPDATE cluster SET {what}", [])


def change_outside(
    iac, directory: Path, user: str = "eve", change: Mapping[str, object] = MappingProxyType({"description": "by hand"})
) -> None:
    id = json.loads(iac("show", "-json").out)["values"]["root_module"]["resources"][0]["values"]["id"]
    with open_storage(str(directory / "iac.db")) as database:
        platform = Platform(database, AuditLog(database))
        platform.update("cluster", id, dict(change), Operation(Origin(user, "console")))


def test_there_is_none_after_an_apply(iac) -> None:
    iac("apply", "-auto-approve")
    outcome = iac("drift")
    assert outcome.code == 0
    assert "still matches the configuration" in outcome.out


def test_it_says_what_changed_and_who_did_it_and_changes_nothing(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_outside(iac, directory)
    before = iac("state", "show", "iac_cluster.main").out
    outcome = iac("drift")
    assert outcome.code == 2
    assert "iac_cluster.main has changed" in outcome.out
    assert "changed by eve with console" in outcome.out
    assert iac("state", "show", "iac_cluster.main").out == before
    assert len(json.loads(iac("plans", "--json").out)) == 1


def test_programs_read_it_as_json(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    assert iac("drift", "--json").code == 0
    change_outside(iac, directory)
    outcome = iac("drift", "--json")
    assert outcome.code == 2
    found = [m["change"] for m in map(json.loads, outcome.out.splitlines()) if m["type"] == "resource_drift"]
    assert [(c["resource"]["addr"], c["action"]) for c in found] == [("iac_cluster.main", "update")]


def test_it_names_the_cause_of_each_attribute(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_outside(iac, directory)
    messages = [json.loads(line) for line in iac("drift", "--json").out.splitlines()]
    change = next(m["change"] for m in messages if m["type"] == "resource_drift")
    causes = {a["attribute"]: (a["path"], a["cause"]["user"], a["cause"]["tool"]) for a in change["attributes"]}
    assert causes["description"] == (["description"], "eve", "console")
    event = json.loads(iac("events", "--json", "-limit=1").out)[0]
    assert (change["cause"]["event_id"], change["cause"]["sequence"]) == (event["id"], event["sequence"])


def test_where_several_were_at_it_each_is_named(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_outside(iac, directory)
    change_outside(iac, directory, "bob", {"production": True})
    out = iac("drift").out
    assert "  # (production, updated_at: changed by bob with console, " in out
    assert "  # (description: changed by eve with console, " in out


def test_where_the_log_does_not_know_it_says_so(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_in_the_database(directory, "description = 'x'")
    outcome = iac("drift", "--json")
    change = next(m["change"] for m in map(json.loads, outcome.out.splitlines()) if m["type"] == "resource_drift")
    assert change["cause"] is None
    assert change["attributes"] == [{"path": ["description"], "attribute": "description", "cause": None}]
    assert "changed by" not in iac("drift").out
    change_outside(iac, directory, "bob", {"production": True})
    change_in_the_database(directory, "description = 'y'")
    assert "  # (description: the audit log does not know who changed it)" in iac("drift").out


def test_it_can_be_asked_of_a_part(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_outside(iac, directory)
    assert iac("drift", "-target=iac_cluster.main").code == 2
    assert iac("drift", "-exclude=iac_cluster.main").code == 0


def test_it_makes_no_database(iac, directory: Path) -> None:
    outcome = iac("drift")
    assert outcome.code == 1
    assert "Database not found" in outcome.err
    assert not (directory / "iac.db").exists()


def test_a_mistake_is_neither(iac, directory: Path) -> None:
    (directory / "main.tf").write_text("resource {}\n")
    assert iac("drift").code == 1


def test_what_only_creates_is_applied_without_asking(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(MAIN % 1)
    assert iac("apply", "--auto-approve-if", "no-destroy,only-create").code == 0


@pytest.mark.parametrize(
    ("condition", "against"),
    [
        ("no-destroy", "no-destroy: terraform_data.a (delete-then-create)"),
        ("no-replace", "no-replace: terraform_data.a (delete-then-create)"),
        ("only-create", "only-create: terraform_data.a (delete-then-create)"),
    ],
)
def test_what_replaces_is_not(iac, directory: Path, condition: str, against: str) -> None:
    (directory / "main.tf").write_text(MAIN % 1)
    iac("apply", "-auto-approve")
    (directory / "main.tf").write_text(MAIN % 2)
    outcome = iac("apply", "--auto-approve-if", condition)
    assert outcome.code == 1
    assert against in outcome.err
    assert iac("events").out.count("terraform_data") == 2


def test_the_conditions_hold_for_saved_plans_too(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(MAIN % 1)
    iac("apply", "-auto-approve")
    (directory / "main.tf").write_text(MAIN % 2)
    iac("plan", "-out=tfplan")
    outcome = iac("apply", "--auto-approve-if=no-destroy", "tfplan")
    assert outcome.code == 1
    assert "no-destroy: terraform_data.a (delete-then-create)" in outcome.err
    assert iac("apply", "tfplan").code == 0


def test_a_condition_that_there_is_not_is_refused(iac) -> None:
    outcome = iac("apply", "--auto-approve-if", "no-destory")
    assert outcome.code == 1
    assert 'Did you mean "no-destroy"?' in outcome.err


def test_it_names_the_command_that_records_what_it_found(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    change_outside(iac, directory)
    text = " ".join(iac("drift").out.split())
    assert "you can run iac apply -refresh-only to record the updated values in the iac state" in text
    assert "apply this plan" not in text
    assert "you can apply this plan to record" in " ".join(iac("plan", "-refresh-only").out.split())


def test_an_output_that_only_the_configuration_changed_is_no_drift(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    with (directory / "main.tf").open("a") as file:
        file.write('output "new" {\n  value = 1\n}\n')
    outcome = iac("drift")
    assert (outcome.code, "No changes." in outcome.out, "Changes to Outputs" in outcome.out) == (0, True, False)
