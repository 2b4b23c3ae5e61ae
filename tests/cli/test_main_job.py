"""init, plan, apply, show, output, state, events, destroy: the main job as its user does it."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.platform.api import Platform
from iac.storage import open_storage


def messages(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


def test_init_creates_the_database_and_says_what_comes_next(iac, directory: Path) -> None:
    outcome = iac("init")
    assert outcome.code == 0
    assert 'run "iac plan"' in outcome.out
    assert stat.S_IMODE((directory / "iac.db").stat().st_mode) == 0o600
    assert iac("init").code == 0


def test_plan_changes_nothing(iac) -> None:
    assert "Plan: 2 to add, 0 to change, 0 to destroy." in iac("plan").out
    assert iac("state", "list").out == ""
    assert iac("events").out.strip() == "No events."


def test_detailed_exitcode_tells_changes_from_none(iac) -> None:
    assert iac("plan", "-detailed-exitcode").code == 2
    assert iac("apply", "-auto-approve").code == 0
    assert iac("plan", "-detailed-exitcode").code == 0
    assert iac("plan", "-detailed-exitcode", "-var", "mode=PREVIEW").code == 2


def test_a_change_of_outputs_alone_is_a_change(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    with (directory / "main.tf").open("a") as file:
        file.write('output "more" {\n  value = 1\n}\n')
    assert iac("plan", "-detailed-exitcode").code == 2


def test_apply_without_a_terminal_needs_auto_approve(iac, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(os.devnull) as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        outcome = iac("apply")
    assert outcome.code == 1
    assert "-auto-approve" in outcome.err
    assert iac("state", "list").out == ""


def test_apply_reports_each_operation_and_the_outputs(iac) -> None:
    outcome = iac("apply", "-auto-approve")
    assert "iac_cluster.main: Creating..." in outcome.out
    assert "iac_cluster.main: Creation complete after 0s [id=" in outcome.out
    assert "Apply complete! Resources: 2 added, 0 changed, 0 destroyed." in outcome.out
    assert 'cluster = "main"' in outcome.out
    assert "kubeconfig = <sensitive>" in outcome.out
    assert "iac events --run " in outcome.out


def test_a_saved_plan_is_applied_as_it_is(iac) -> None:
    iac("plan", "-out=tfplan", "-var", "mode=PREVIEW")
    assert iac("apply", "tfplan").code == 0
    assert '"PREVIEW"' in iac("state", "show", "iac_environment.staging").out


def test_a_saved_plan_is_applied_once(iac) -> None:
    iac("plan", "-out=tfplan")
    iac("apply", "tfplan")
    outcome = iac("apply", "tfplan")
    assert outcome.code == 1
    assert "Saved plan is stale" in outcome.err
    assert "This plan was applied before" in outcome.err
    assert [plan["status"] for plan in json.loads(iac("plans", "--json").out)] == ["applied"]


def test_show_prints_a_saved_plan_and_its_json(iac) -> None:
    iac("plan", "-out=tfplan")
    assert "Plan: 2 to add" in iac("show", "tfplan").out
    document = json.loads(iac("show", "-json", "tfplan").out)
    assert [c["change"]["actions"] for c in document["resource_changes"]] == [["create"], ["create"]]


def test_show_prints_the_state_and_its_json(iac) -> None:
    iac("apply", "-auto-approve")
    assert 'resource "iac_cluster" "main" {' in iac("show").out
    document = json.loads(iac("show", "-json").out)
    assert {r["address"] for r in document["values"]["root_module"]["resources"]} == {
        "iac_cluster.main",
        "iac_environment.staging",
    }


def test_outputs_as_text_json_and_raw(iac) -> None:
    iac("apply", "-auto-approve")
    assert iac("output").out == 'cluster = "main"\nkubeconfig = <sensitive>\n'
    assert json.loads(iac("output", "-json").out)["cluster"]["value"] == "main"
    assert iac("output", "-raw", "cluster").out == "main"
    assert iac("output", "-json", "cluster").out == '"main"\n'
    missing = iac("output", "clster")
    assert missing.code == 1
    assert 'Did you mean "cluster"?' in " ".join(missing.err.split())


def test_state_list_and_show(iac) -> None:
    iac("apply", "-auto-approve")
    assert iac("state", "list").out == "iac_cluster.main\niac_environment.staging\n"
    assert iac("state", "list", "iac_cluster.main").out == "iac_cluster.main\n"
    shown = iac("state", "show", "iac_cluster.main").out
    assert "# iac_cluster.main:" in shown
    assert "kubeconfig      = (sensitive value)" in shown
    assert iac("state", "show", "iac_cluster.mian").code == 1


def test_plan_json_is_the_machine_readable_interface(iac) -> None:
    found = messages(iac("plan", "-json").out)
    assert found[0]["type"] == "version"
    assert [m["type"] for m in found].count("planned_change") == 2
    assert found[-2]["changes"]["add"] == 2


def test_apply_json_reports_every_operation(iac) -> None:
    types = [m["type"] for m in messages(iac("apply", "-json", "-auto-approve").out)]
    assert types.count("apply_start") == types.count("apply_complete") == 2
    assert types[-1] == "outputs"


def test_errors_are_messages_too_with_json(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('output "x" {\n  value = local.nope\n}\n')
    outcome = iac("plan", "-json")
    assert outcome.code == 1
    (diagnostic,) = [m["diagnostic"] for m in messages(outcome.out) if m["type"] == "diagnostic"]
    assert diagnostic["summary"] == "Reference to undeclared local value"
    assert diagnostic["range"]["start"] == {"line": 2, "column": 11, "byte": 23}


def test_validate_says_what_is_wrong_as_text_and_json(iac, directory: Path) -> None:
    assert iac("validate").code == 0
    (directory / "main.tf").write_text('resource "iac_cluster" "a" {\n  nme = "x"\n}\n')
    outcome = iac("validate")
    assert outcome.code == 1
    assert 'Did you mean "name"?' in outcome.err
    document = json.loads(iac("validate", "-json").out)
    assert document["valid"] is False
    assert document["error_count"] == 4


def test_events_answer_who_did_what(iac) -> None:
    iac("apply", "-auto-approve")
    iac("apply", "-auto-approve", "-var", "mode=PREVIEW")
    lines = iac("events", "--target", "environment:staging").out.splitlines()
    assert [line.split()[2] for line in lines[1:]] == ["UPDATE", "CREATE"]
    assert all("environment:staging" in line and "ana" in line and "terraform" in line for line in lines[1:])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--type", "update"), 1),
        (("--type", "CREATE"), 2),
        (("--user", "ana"), 3),
        (("--user", "bob"), 0),
        (("--tool", "terraform"), 3),
        (("--limit", "2"), 2),
        (("--since", "1h"), 3),
        (("--until", "1h"), 0),
        (("--target", "cluster"), 1),
        (("--target", "iac_environment.staging"), 2),
        (("--target", "environment:st*", "--target", "cluster:main"), 3),
    ],
)
def test_filters_of_events(iac, arguments: tuple[str, ...], expected: int) -> None:
    iac("apply", "-auto-approve")
    iac("apply", "-auto-approve", "-var", "mode=PREVIEW")
    assert len(json.loads(iac("events", "--json", *arguments).out)) == expected


def test_one_event_whole(iac) -> None:
    iac("apply", "-auto-approve")
    (event,) = json.loads(iac("events", "--json", "--target", "cluster:main").out)
    assert event["post_state"]["name"] == "main"
    assert set(event["post_state"]["kubeconfig"]) == {"$sensitive"}
    assert event["tool"] == "terraform"
    assert event["user"] == "ana"
    assert event["address"] == "iac_cluster.main"
    assert json.loads(iac("events", "show", "--json", event["id"]).out) == event
    assert "State after the event:" in iac("events", "show", event["id"]).out


def test_the_log_verifies(iac) -> None:
    iac("init")
    assert "Nothing to verify" in iac("events", "verify").out
    iac("apply", "-auto-approve")
    assert iac("events", "verify").out == "Verified 2 events: none was altered, removed, inserted or reordered.\n"


def test_destroy_deletes_everything_in_reverse_order(iac) -> None:
    iac("apply", "-auto-approve")
    outcome = iac("destroy", "-auto-approve")
    assert "Destroy complete! Resources: 2 destroyed." in outcome.out
    assert outcome.out.index("iac_environment.staging: Destroying") < outcome.out.index("iac_cluster.main: Destroying")
    assert iac("state", "list").out == ""
    assert len(json.loads(iac("events", "--json", "--type", "DELETE").out)) == 2


def test_a_message_is_kept_with_every_event(iac) -> None:
    iac("apply", "-auto-approve", "--message", "for the release")
    assert {e["message"] for e in json.loads(iac("events", "--json").out)} == {"for the release"}


def test_provider_schemas_as_json(iac) -> None:
    document = json.loads(iac("providers", "schema", "-json").out)
    assert document["format_version"] == "1.0"
    assert "terraform.io/builtin/terraform" in document["provider_schemas"]


def test_version_as_text_and_json(iac) -> None:
    assert iac("version").out.startswith("iac v")
    assert json.loads(iac("version", "-json").out)["terraform_version"] == "1.11.4"


def test_another_database_by_option_or_environment(iac, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    iac("apply", "-auto-approve", "--database", "other.db")
    assert not (directory / "iac.db").exists()
    monkeypatch.setenv("IAC_DATABASE", str(directory / "other.db"))
    assert iac("state", "list").out.splitlines() == ["iac_cluster.main", "iac_environment.staging"]


def test_an_interrupt_keeps_what_was_done_and_the_next_apply_goes_on(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" {\n  count = 4000\n  input = count.index\n}\n')
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "iac", "apply", "-auto-approve"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Creation complete" in line:
            process.send_signal(signal.SIGINT)
            break
    rest = process.stdout.read()
    process.stdout.close()
    assert process.wait(timeout=60) == 1
    assert "Interrupted" in rest
    done = len(iac("state", "list").out.splitlines())
    assert 0 < done < 4000
    assert len(json.loads(iac("events", "--json").out)) == done
    assert f"{4000 - done} added" in iac("apply", "-auto-approve").out


def test_a_locked_state_names_the_holder(iac, directory: Path) -> None:
    holder = (
        "import time; from pathlib import Path; from iac.project import Project\n"
        "p = Project(Path('.'), 'iac.db', {'IAC_USER': 'bob'})\n"
        "with p.lock('OperationTypeApply'):\n    print('held', flush=True)\n    time.sleep(30)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        outcome = iac("apply", "-auto-approve")
        assert outcome.code == 1
        assert "Error acquiring the state lock" in outcome.err
        assert "bob" in outcome.err
        started = time.monotonic()
        assert iac("apply", "-auto-approve", "-lock-timeout=200ms").code == 1
        assert time.monotonic() - started >= 0.2
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert iac("apply", "-auto-approve").code == 0


def test_a_plan_names_who_caused_the_drift(iac) -> None:
    iac("apply", "-auto-approve")
    (event,) = json.loads(iac("events", "--json", "--target", "environment:staging").out)
    with open_storage("iac.db") as database:
        operation = Operation(Origin(user="eve", tool="console"))
        changes = {"mode": "PRODUCTION"}
        Platform(database, AuditLog(database)).update("environment", event["target_id"], changes, operation)
    shown = iac("plan").out
    assert "Objects have changed outside of iac" not in shown, "nothing refers to what changed"
    assert shown.count("(changed by eve with console, ") == 1
    assert '"PRODUCTION" -> "STAGING"' in shown
    assert "Objects have changed outside of iac" in iac("plan", "-full").out
