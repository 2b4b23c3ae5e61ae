"""`iac record`: what Terraform did is asked for like everything else."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

GOLDENS = Path(__file__).parents[1] / "recording" / "goldens"


def files(name: str) -> tuple[str, str]:
    return str(GOLDENS / f"{name}.plan.json"), str(GOLDENS / f"{name}.apply.ndjson")


def test_a_plan_and_its_apply_are_recorded(iac, directory: Path) -> None:
    plan, log = files("create")
    assert "3 to add, 0 to change, 0 to destroy." in iac("record", plan).out
    outcome = iac("record", "-applied", log, "-message", "release 7", "-user", "bob", plan)
    assert outcome.code == 0
    assert outcome.out.endswith("(applied): 3 added, 0 changed, 0 destroyed, 3 events.\n")
    found = json.loads(iac("events", "-json").out)
    assert {(e["user"], e["tool"], e["message"]) for e in found} == {("bob", "terraform", "release 7")}
    assert "Verified 3 events" in iac("events", "verify").out


def test_the_plan_is_read_from_standard_input(iac, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan, log = files("update")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(Path(plan).read_bytes())))
    assert iac("record", "-", "-applied", log).code == 0


def test_both_cannot_come_from_standard_input(iac, directory: Path) -> None:
    outcome = iac("record", "-", "-applied", "-")
    assert outcome.code == 1
    assert "Only one of the two" in outcome.err


def test_the_workspace_may_be_named(iac, directory: Path) -> None:
    plan, log = files("update")
    assert iac("record", "-workspace", "production", "-applied", log, plan).code == 0
    assert json.loads(iac("events", "-json").out)[0]["workspace"] == "production"


def test_recording_a_run_twice_is_refused(iac, directory: Path) -> None:
    plan, log = files("update")
    iac("record", "-applied", log, plan)
    outcome = iac("record", "-applied", log, plan)
    assert outcome.code == 1
    assert "Run already recorded" in outcome.err


def test_a_plan_that_is_there_already_is_no_mistake(iac, directory: Path) -> None:
    plan, _ = files("update")
    iac("record", plan)
    outcome = iac("record", plan)
    assert outcome.code == 0
    assert outcome.out.startswith("This plan is recorded already: ")


def test_what_terraform_did_cannot_be_reverted(iac, directory: Path) -> None:
    plan, log = files("update")
    iac("record", "-applied", log, plan)
    outcome = iac("revert", "1", "-auto-approve")
    assert outcome.code == 1
    assert "tells of what Terraform did" in outcome.err


def test_a_damaged_plan_leaves_nothing_behind(iac, directory: Path) -> None:
    (directory / "bad.json").write_text('{"format_version": "7.0"}')
    outcome = iac("record", "bad.json")
    assert outcome.code == 1
    assert "Unsupported plan format" in outcome.err
    assert not (directory / "iac.db").exists()


def test_a_log_that_breaks_off_before_anything_was_done_does_not_keep_the_whole_one_out(iac, directory: Path) -> None:
    plan, log = files("create")
    stump = directory / "stump.ndjson"
    stump.write_text(Path(log).read_text().partition("\n")[0] + "\n")
    assert "0 events" in iac("record", "-applied", str(stump), plan).out
    assert iac("record", "-applied", log, plan).code == 0
    assert json.loads(iac("events", "-json").out)
    assert "Run already recorded" in iac("record", "-applied", log, plan).err
