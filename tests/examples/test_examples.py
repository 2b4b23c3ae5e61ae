"""Every example works as its user would use it: on a copy, through the command line, from nothing to nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from iac.cli.main import main

EXAMPLES = Path(__file__).parents[2] / "examples"

API_KEY = "k3y-0f-p4yments"
STAGING = ("platform", "-var-file=staging.tfvars", f"-var=payment_api_key={API_KEY}")
PRODUCTION = ("platform", "-var-file=production.tfvars", f"-var=payment_api_key={API_KEY}")


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


Iac = Callable[..., Outcome]
Copy = Callable[[str], Path]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Copy:
    """Makes a copy of an example, with nothing that was left in it, and goes there."""

    def make(name: str) -> Path:
        target = tmp_path / name
        shutil.copytree(EXAMPLES / name, target, ignore=shutil.ignore_patterns("iac.db*", "tfplan"))
        monkeypatch.chdir(target)
        monkeypatch.setenv("IAC_USER", "ana")
        return target

    return make


@pytest.fixture
def iac(capsys: pytest.CaptureFixture[str]) -> Iac:
    """Runs `iac` with the given arguments, in this process."""

    def run(*arguments: str, code: int = 0) -> Outcome:
        found = main(arguments)
        printed = capsys.readouterr()
        assert found == code, printed.out + printed.err
        return Outcome(found, printed.out, printed.err)

    return run


@pytest.mark.parametrize(
    ("example", "count"),
    [(("quickstart",), 4), (STAGING, 10), (PRODUCTION, 12)],
    ids=["quickstart", "platform: staging", "platform: production"],
)
def test_an_example_is_created_found_unchanged_and_deleted_and_every_step_is_in_the_log(
    example: tuple[str, ...], count: int, copy: Copy, iac: Iac
) -> None:
    name, *options = example
    copy(name)
    iac("init")
    assert iac("validate").err == ""

    assert (
        f"Plan: {count} to add, 0 to change, 0 to destroy." in iac("plan", "-detailed-exitcode", *options, code=2).out
    )
    assert f"Resources: {count} added, 0 changed, 0 destroyed." in iac("apply", "-auto-approve", *options).out
    assert "No changes." in iac("plan", "-detailed-exitcode", *options).out

    created = iac("events", "--type", "CREATE", "--json").json()
    assert sorted(e["address"] for e in created) == sorted(iac("state", "list").out.split())
    assert len(created) == count
    assert {(e["user"], e["tool"]) for e in created} == {("ana", "terraform")}

    assert f"Resources: {count} destroyed." in iac("destroy", "-auto-approve", *options).out
    assert iac("state", "list").out == ""
    assert len(iac("events", "--type", "DELETE", "--json").json()) == count
    assert f"Verified {2 * count} events" in iac("events", "verify").out


def test_a_release_changes_the_application_in_every_environment_and_nothing_else(copy: Copy, iac: Iac) -> None:
    name, *options = PRODUCTION
    copy(name)
    iac("apply", "-auto-approve", *options)
    iac("apply", "-auto-approve", *options, "-var=shop_version=1.4.3", "--message", "release")

    released = iac("events", "--target", "service:shop*", "--type", "UPDATE", "--json").json()
    assert sorted((e["target_name"], e["change"], e["message"]) for e in released) == [
        ("shop", ["source"], "release"),
        ("shop", ["source"], "release"),
        ("shop-nightly", ["source"], "release"),
        ("shop-nightly", ["source"], "release"),
    ]
    assert len(iac("events", "--target", 'module.shop["staging"]', "--type", "UPDATE", "--json").json()) == 2


def test_going_from_the_files_of_one_stage_to_those_of_another_changes_what_differs(copy: Copy, iac: Iac) -> None:
    name, *options = STAGING
    copy(name)
    iac("apply", "-auto-approve", *options)
    iac("apply", "-auto-approve", *PRODUCTION[1:])
    iac("plan", "-detailed-exitcode", *PRODUCTION[1:])
    assert {e["target_name"] for e in iac("events", "--type", "DELETE", "--json").json()} >= {"preview"}


def test_the_platform_shows_no_secret(copy: Copy, iac: Iac) -> None:
    name, *options = STAGING
    copy(name)
    shown = [iac("plan", *options), iac("apply", "-auto-approve", *options)]
    shown += [iac("show"), iac("output"), iac("events", "--json")]
    password = iac("output", "-json", "shop_database_passwords").json()["staging"]
    for outcome in shown:
        assert API_KEY not in outcome.out + outcome.err
        assert password not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ('environments={x={cluster="other"}}', 'An environment runs on the cluster "production" or "staging".'),
        ("company=ACME Inc", "The company's name has small letters, digits and dashes"),
        (
            'environments={live={cluster="staging",mode="PRODUCTION"}}',
            "The environment live is for production, so it belongs on the production cluster.",
        ),
    ],
    ids=["validation of a map", "validation of a string", "precondition"],
)
def test_the_platform_refuses_what_its_rules_forbid(option: str, message: str, copy: Copy, iac: Iac) -> None:
    name, *options = STAGING
    copy(name)
    refused = iac("plan", *options, f"-var={option}", code=1)
    assert message in " ".join(refused.err.split())


def test_the_quickstart_is_short() -> None:
    lines = (EXAMPLES / "quickstart" / "main.tf").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 40


# --- scripts -------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path: Path) -> Iac:
    """Runs a script in a process of its own, with the `iac` under test on the PATH."""
    tools = tmp_path / "bin"
    tools.mkdir()
    command = tools / "iac"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iac "$@"\n')
    command.chmod(0o755)
    # Where the tests run from a checkout that is not installed, the script's directory would hide the package.
    found = os.pathsep.join((str(EXAMPLES.parent), os.environ.get("PYTHONPATH", "")))
    environment = {
        **os.environ,
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": found,
        "IAC_USER": "pipeline",
        "PIPELINE_MESSAGE": "merge of 42",
    }

    def run(*words: str, code: int = 0) -> Outcome:
        done = subprocess.run(
            words, capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return Outcome(done.returncode, done.stdout, done.stderr)

    return run


def test_the_pipeline_applies_the_plan_that_was_reviewed_and_sums_up_what_it_did(copy: Copy, shell: Iac) -> None:
    directory = copy("ci")
    assert "Plan: 4 to add" in shell("./pipeline.sh", "plan", code=2).out

    applied = shell("./pipeline.sh", "apply").out
    assert "Apply complete! Resources: 4 added" in applied
    assert len(re.findall(r"CREATE +(?:cluster|environment|service):", applied)) == 4
    assert "Verified 4 events" in applied
    told = json.loads((directory / "events.json").read_text())
    assert [(e["user"], e["message"]) for e in told] == [("pipeline", "merge of 42")] * 4

    shell("./pipeline.sh", "plan", code=0)


def test_the_pipeline_stops_at_an_error(copy: Copy, shell: Iac) -> None:
    directory = copy("ci")
    (directory / "main.tf").write_text('resource "iac_cluster" "main" {}\n')
    assert "Missing required argument" in shell("./pipeline.sh", "plan", code=1).err
    shell("./pipeline.sh", "apply", code=1)


def test_the_workflow_runs_both_parts_of_the_pipeline() -> None:
    workflow = yaml.safe_load((EXAMPLES / "ci" / "github-actions.yml").read_text())
    commands = "\n".join(step.get("run", "") for step in workflow["jobs"]["plan-and-apply"]["steps"])
    assert "./pipeline.sh plan" in commands
    assert "./pipeline.sh apply" in commands


def test_the_demo_shows_the_main_job_from_beginning_to_end(shell: Iac) -> None:
    shown = shell("sh", str(EXAMPLES / "demo.sh")).out
    for sight in (
        "Plan: 4 to add, 0 to change, 0 to destroy.",
        "Apply complete! Resources: 4 added, 0 changed, 0 destroyed.",
        "Plan: 0 to add, 1 to change, 0 to destroy.",
        "Apply complete! Resources: 0 added, 1 changed, 0 destroyed.",
        "No changes.",
        "State after the event:",
        "Verified 5 events: none was altered, removed, inserted or reordered.",
    ):
        assert sight in shown
