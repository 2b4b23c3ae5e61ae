"""`iac state pull`, `push` and `replace-provider`: a state moves in and out, and the log tells of it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

GOLDENS = Path(__file__).parents[1] / "state" / "goldens"
GOLDEN = GOLDENS / "terraform.tfstate"


def types(iac) -> list[str]:
    return [event["event_type"] for event in json.loads(iac("events", "--json", "--reverse").out)]


def pulled(iac) -> dict[str, Any]:
    return json.loads(iac("state", "pull").out)


def push(iac, directory: Path, data: Any, *options: str) -> Any:
    (directory / "pushed.tfstate").write_text(json.dumps(data))
    return iac("state", "push", *options, "pushed.tfstate")


@pytest.fixture
def moved(directory: Path) -> Path:
    """A directory with the configuration whose state Terraform wrote."""
    shutil.copytree(GOLDENS / "config", directory, dirs_exist_ok=True)
    return directory


@pytest.fixture
def taken(iac, moved: Path) -> Path:
    """The same, with the state pushed."""
    assert iac("state", "push", str(GOLDEN)).code == 0
    return moved


# --- push ---


def test_a_state_of_terraform_moves_over_and_nothing_is_left_to_do(iac, moved: Path) -> None:
    outcome = iac("state", "push", str(GOLDEN))
    assert outcome.code == 0
    assert "9 taken over, 0 updated, 0 forgotten" in outcome.out
    assert iac("plan", "-detailed-exitcode").code == 0
    assert types(iac) == ["IMPORT"] * 9
    assert "9 objects agree" in iac("events", "check").out
    assert iac("state", "pull").out == GOLDEN.read_text().rstrip("\n") + "\n"


def test_results_of_conditions_move_over(iac, taken: Path) -> None:
    (check,) = json.loads(iac("show", "-json").out)["checks"]
    assert check["address"]["to_display"] == "check.set"
    assert check["instances"][0]["problems"] == [{"message": "There are 2."}]


def test_other_results_of_conditions_are_a_different_state(iac, taken: Path) -> None:
    data = json.loads(GOLDEN.read_text())
    data["check_results"][0]["objects"][0]["status"] = "pass"
    assert "Failed to write state" in push(iac, taken, data).err
    data["serial"] += 1
    assert push(iac, taken, data).code == 0
    assert pulled(iac)["check_results"][0]["status"] == "pass"


def test_an_event_says_which_state_was_pushed_and_keeps_no_secret(iac, taken: Path) -> None:
    text = iac("events", "--json").out
    assert "hunter2" not in text
    told = json.loads(text)[0]["context"]["state_push"]
    golden = json.loads(GOLDEN.read_text())
    assert told == {"lineage": golden["lineage"], "serial": golden["serial"]}


def test_what_is_sensitive_stays_so(iac, taken: Path) -> None:
    assert "hunter2" not in iac("state", "show", "terraform_data.secret").out
    assert "hunter2" not in iac("plan", "-destroy").out


def test_a_dry_run_pushes_nothing_and_makes_no_database(iac, moved: Path) -> None:
    outcome = iac("state", "push", "-dry-run", str(GOLDEN))
    assert "Would take over terraform_data.empty" in outcome.out
    assert not (moved / "iac.db").exists()


def test_a_state_is_read_from_standard_input(iac, moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOLDEN.read_bytes())))
    assert iac("state", "push", "-").code == 0
    assert len(types(iac)) == 9


def test_pushing_what_was_pulled_changes_nothing(iac, taken: Path) -> None:
    outcome = push(iac, taken, pulled(iac))
    assert "The state has all of it already" in outcome.out
    assert len(types(iac)) == 9


def test_objects_that_go_are_forgotten_and_others_that_come_are_taken_over(iac, taken: Path) -> None:
    data = pulled(iac)
    data["serial"] += 1
    data["resources"] = [r for r in data["resources"] if r["name"] not in ("set", "secret")]
    (empty,) = (r for r in data["resources"] if r["name"] == "empty")
    empty["instances"][0]["attributes"]["id"] = "another"
    outcome = push(iac, taken, data)
    assert outcome.code == 0
    assert types(iac)[9:] == ["FORGET", "FORGET", "FORGET", "IMPORT"]
    assert "7 objects agree" in iac("events", "check").out


def test_an_object_that_is_only_in_the_state_is_updated_by_another_state(iac, taken: Path) -> None:
    data = pulled(iac)
    data["serial"] += 1
    (changed,) = (r for r in data["resources"] if r["name"] == "secret")
    attributes = changed["instances"][0]["attributes"]
    attributes["input"]["value"] = attributes["output"]["value"] = "other"
    changed["instances"][0]["status"] = "tainted"
    assert push(iac, taken, data).code == 0
    assert types(iac)[9:] == ["UPDATE", "TAINT"]
    assert "9 objects agree" in iac("events", "check").out


def test_outputs_are_pushed_as_well(iac, taken: Path) -> None:
    data = pulled(iac)
    data["serial"] += 1
    data["outputs"] = {"new": {"value": "v", "type": "string"}}
    push(iac, taken, data)
    assert iac("output").out == 'new = "v"\n'


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({"lineage": "other", "serial": 99}, "Cannot import state with lineage"),
        ({"serial": 3, "outputs": {}}, "Cannot import state with serial 3 over newer state with serial"),
        ({"outputs": {}}, "with a different state that has the same serial"),
    ],
)
def test_another_lineage_and_an_older_serial_are_refused(
    iac, taken: Path, changed: dict[str, Any], wanted: str
) -> None:
    before = iac("state", "pull").out
    outcome = push(iac, taken, {**pulled(iac), **changed})
    assert outcome.code == 1
    assert wanted in " ".join(outcome.err.split())
    assert iac("state", "pull").out == before


def test_force_pushes_nevertheless_and_the_serial_never_goes_back(iac, taken: Path) -> None:
    serial = pulled(iac)["serial"]
    assert push(iac, taken, {**pulled(iac), "lineage": "other", "serial": 1, "resources": []}, "-force").code == 0
    assert (pulled(iac)["lineage"], pulled(iac)["serial"]) == ("other", serial + 1)
    assert types(iac)[9:] == ["FORGET"] * 9


def test_a_new_workspace_takes_any_lineage(iac, moved: Path) -> None:
    iac("workspace", "new", "blue")
    assert iac("state", "push", str(GOLDEN)).code == 0
    assert pulled(iac)["lineage"] == json.loads(GOLDEN.read_text())["lineage"]


def test_a_saved_plan_is_stale_after_a_push(iac, taken: Path) -> None:
    iac("plan", "-destroy", "-out=tfplan")
    data = pulled(iac)
    data["serial"] += 1
    data["resources"] = []
    push(iac, taken, data)
    outcome = iac("apply", "tfplan")
    assert outcome.code == 1
    assert "Saved plan is stale" in outcome.err


def test_objects_of_the_platform_move_over(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    data = pulled(iac)
    iac("state", "rm", "iac_cluster.main", "iac_environment.staging")
    outcome = push(iac, directory, {**data, "serial": pulled(iac)["serial"] + 1})
    assert outcome.code == 0
    assert outcome.err == ""
    assert iac("plan", "-detailed-exitcode").code == 0
    assert types(iac)[-2:] == ["IMPORT", "IMPORT"]
    assert "agree with the log" in iac("events", "check").out


def test_objects_that_the_platform_does_not_have_are_kept_with_a_warning(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    data = pulled(iac)
    (directory / "pushed.tfstate").write_text(json.dumps(data))
    outcome = iac("state", "push", "-database", "other.db", "pushed.tfstate")
    assert outcome.code == 0
    assert "The state has objects that do not exist" in outcome.err
    assert "2 to add" in iac("plan", "-database", "other.db").out


def test_a_file_that_is_not_there_is_an_error(iac, directory: Path) -> None:
    outcome = iac("state", "push", "nope.tfstate")
    assert outcome.code == 1
    assert 'The file "nope.tfstate" cannot be read: no such file or directory' in " ".join(outcome.err.split())


# --- pull ---


def test_nothing_is_pulled_where_there_is_no_state(iac, directory: Path) -> None:
    iac("init")
    outcome = iac("state", "pull")
    assert (outcome.code, outcome.out) == (0, "")


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
def test_terraform_goes_on_with_what_was_pulled(iac, moved: Path) -> None:
    assert iac("apply", "-auto-approve").code == 0
    (moved / "terraform.tfstate").write_text(iac("state", "pull").out)
    (moved / "empty.tfrc").touch()
    for arguments in (["init"], ["plan", "-detailed-exitcode"]):
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(moved / "empty.tfrc")}
        done = subprocess.run(
            ["terraform", *arguments], cwd=moved, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


# --- replace-provider ---


def test_the_provider_of_resources_is_replaced(iac, taken: Path) -> None:
    source = "terraform.io/builtin/terraform"
    outcome = iac("state", "replace-provider", "-auto-approve", source, source)
    assert outcome.out.startswith("iac will perform the following actions:\n\n  ~ Updating provider:\n")
    assert "Changing 7 resources:\n\n  terraform_data.counted\n" in outcome.out
    assert outcome.out.endswith("\n\nSuccessfully replaced provider for 7 resources.\n")
    assert types(iac)[9:] == ["REPLACE_PROVIDER"] * 9


def test_a_dry_run_replaces_nothing(iac, taken: Path) -> None:
    source = "terraform.io/builtin/terraform"
    assert "Changing 7 resources" in iac("state", "replace-provider", "-dry-run", source, source).out
    assert len(types(iac)) == 9


@pytest.mark.parametrize(
    ("arguments", "code", "wanted"),
    [
        (("hashicorp/aws", "acme/aws"), 0, "No matching resources found."),
        (("a b", "acme/aws"), 1, 'Invalid "from" provider "a b"'),
        (("a/b/c/d", ""), 1, 'Invalid "to" provider ""'),
        (("terraform.io/builtin/terraform", "iac/iac"), 1, 'has no "terraform_data"'),
        (("terraform.io/builtin/terraform", "acme/aws"), 1, "Unknown provider"),
        (("terraform.io/builtin/terraform", "terraform.io/builtin/terraform"), 1, "error asking for approval: EOF"),
    ],
)
def test_what_cannot_be_replaced_is_named(
    iac, taken: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], code: int, wanted: str
) -> None:
    outcome = iac("state", "replace-provider", *arguments)
    assert outcome.code == code
    assert wanted in " ".join((outcome.out + outcome.err).split())
    assert len(types(iac)) == 9
