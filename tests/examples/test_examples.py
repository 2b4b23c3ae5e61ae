"""Every example works as its user would use it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose `iac` is the one under test."""
    tools = tmp_path / "bin"
    tools.mkdir()
    script = tools / "iac"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iac "$@"\n')
    script.chmod(0o755)
    path = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "IAC_USER": "ana", "TF_VAR_payment_api_key": "k3y-0f-p4yments"}


def copy(name: str, tmp_path: Path) -> Path:
    directory = tmp_path / name
    shutil.copytree(EXAMPLES / name, directory)
    return directory


def run(directory: Path, environment: dict[str, str], *command: str, code: int = 0) -> str:
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("name", "options", "count"),
    [
        ("quickstart", (), 4),
        ("platform", ("-var-file=staging.tfvars",), 10),
        ("platform", ("-var-file=production.tfvars",), 12),
    ],
)
def test_an_example_is_applied_found_unchanged_and_destroyed(
    name: str, options: tuple[str, ...], count: int, tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = copy(name, tmp_path)

    def iac(*arguments: str, code: int = 0) -> str:
        return run(directory, environment, "iac", *arguments, code=code)

    iac("init")
    iac("validate")
    assert f"Plan: {count} to add, 0 to change, 0 to destroy." in iac("plan", *options)
    assert f"Apply complete! Resources: {count} added" in iac("apply", "-auto-approve", *options)
    iac("plan", "-detailed-exitcode", *options)
    assert "environment:staging" in iac("events", "--target", "environment:staging")
    assert "k3y-0f-p4yments" not in iac("events", "--json") + iac("show") + iac("output")
    assert f"{count} destroyed" in iac("destroy", "-auto-approve", *options)
    assert len(json.loads(iac("events", "--json"))) == 2 * count
    iac("events", "verify")


def test_moving_from_staging_to_production_files_changes_what_differs(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    directory = copy("platform", tmp_path)
    run(directory, environment, "iac", "apply", "-auto-approve", "-var-file=staging.tfvars")
    changed = run(directory, environment, "iac", "apply", "-auto-approve", "-var-file=production.tfvars")
    assert "Apply complete!" in changed
    run(directory, environment, "iac", "plan", "-detailed-exitcode", "-var-file=production.tfvars")


def test_a_precondition_keeps_production_off_the_staging_cluster(tmp_path: Path, environment: dict[str, str]) -> None:
    directory = copy("platform", tmp_path)
    (directory / "wrong.tfvars").write_text(
        'stage = "production"\nenvironments = { live = { cluster = "staging", mode = "PRODUCTION" } }\n'
    )
    run(directory, environment, "iac", "plan", "-var-file=wrong.tfvars", code=1)


def test_the_pipeline_plans_applies_and_sums_up(tmp_path: Path, environment: dict[str, str]) -> None:
    directory = copy("ci", tmp_path)
    run(directory, environment, "./pipeline.sh", "plan", code=2)
    summary = run(directory, environment, "./pipeline.sh", "apply")
    assert "Apply complete! Resources: 4 added" in summary
    assert summary.count("CREATE") == 4
    assert len(json.loads((directory / "events.json").read_text())) == 4
    run(directory, environment, "./pipeline.sh", "plan", code=0)


def test_the_demo_runs_from_beginning_to_end(tmp_path: Path, environment: dict[str, str]) -> None:
    printed = run(tmp_path, environment, "sh", str(EXAMPLES / "demo.sh"))
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in printed
    assert "Verified 5 events" in printed


def test_the_quickstart_is_short() -> None:
    lines = (EXAMPLES / "quickstart" / "main.tf").read_text().splitlines()
    assert len([line for line in lines if line.strip()]) <= 40
