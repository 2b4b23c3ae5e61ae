"""The provider as users have it: from a mirror, started by Terraform in its environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

from kit import ENVIRONMENT
from plugin.running import Terraform, needs_terraform

pytestmark = needs_terraform

SECRET = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hush-hush" }\n}')
CI = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://git.example",
    "GITHUB_REPOSITORY": "shop/platform",
    "GITHUB_RUN_ID": "7",
    "GITHUB_ACTOR": "bo",
}


def git(directory: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=ana", "-c", "user.email=ana@example.com")
    return subprocess.run(
        ["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_events_know_the_commit_the_ci_run_and_what_it_calls_the_run(installed: Terraform) -> None:
    git(installed.directory, "init", "-q", "-b", "release")
    git(installed.directory, "add", "main.tf")
    git(installed.directory, "commit", "-q", "-m", "first")
    installed.run("apply", "-auto-approve", IAC_RUN_ID="build-7", **CI)
    (event,) = installed.lab.events()
    assert event.run_id == "build-7"
    assert event.context["git"]["commit"] == git(installed.directory, "rev-parse", "HEAD")
    assert event.context["git"]["branch"] == "release"
    assert event.context["ci"] == {
        "system": "github-actions",
        "run_url": "https://git.example/shop/platform/actions/runs/7",
        "actor": "bo",
    }


def test_no_secret_is_in_terraforms_log(installed: Terraform) -> None:
    log = installed.directory / "log"
    installed.write(SECRET)
    for command in (("plan",), ("apply", "-auto-approve"), ("plan", "-refresh-only")):
        installed.run(*command, "-input=false", TF_LOG="trace", TF_LOG_PATH=str(log))
    told = log.read_text()
    assert "iac_environment.staging" in told
    assert "hush-hush" not in told


def test_a_program_that_is_gone_is_named(installed: Terraform) -> None:
    told = installed.run("plan", "-no-color", code=1, IAC_PROGRAM="/nonexistent/iac").errors
    assert "there is no program /nonexistent/iac" in " ".join(told.split())
