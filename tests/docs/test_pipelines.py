"""The pipelines of docs/ci.md do what they say: their scripts are run by a shell, one job after the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
MAIN = 'resource "iac_cluster" "main" {\n  name = "main"\n  cloud_provider = "AWS"\n  region = "eu-west-3"\n}\n'

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")


def pipeline(heading: str) -> str:
    """The YAML below a heading."""
    found = re.search(rf"^## {heading}\n.*?^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def job(yaml: str, name: str, indent: str) -> str:
    """The lines of one job."""
    found = re.search(rf"^{indent}{name}:\n((?:{indent}  .*\n|\n)+)", yaml, re.MULTILINE)
    assert found is not None
    return found[1]


def script(yaml: str, name: str) -> Iterator[str]:
    """The commands of a job of GitLab."""
    lines = job(yaml, name, "").partition("  script:\n")[2].splitlines()
    block: list[str] = []
    for line in lines:
        if line.startswith("      "):
            block.append(line[6:])
            continue
        if block:
            yield "\n".join(block)
            block = []
        if not line.startswith("    - "):
            return
        if line != "    - |":
            yield line.removeprefix("    - ")


def steps(yaml: str, name: str) -> list[str]:
    """The commands of a job of GitHub Actions that are iac's."""
    return re.findall(r"run: (iac .*)$", job(yaml, name, "  "), re.MULTILINE)


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., str]:
    """Runs a line of a job, where `iac` and `python` are those of the tests."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, command in (("iac", "-m iac "), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {command}"$@"\n')
        (programs / name).chmod(0o755)
    work = tmp_path / "work"
    work.mkdir()
    (work / "main.tf").write_text(MAIN)
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(tmp_path),
        "IAC_USER": "ana",
        "MESSAGE": "release 12",
        "CI_COMMIT_TITLE": "release 12",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }

    def run(line: str, code: int = 0) -> str:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


def test_github_applies_the_plan_that_was_shown(shell, tmp_path: Path) -> None:
    yaml = pipeline("GitHub Actions")
    for line in steps(yaml, "plan"):
        shell(line)
    assert "will be created" in (tmp_path / "summary.md").read_text()
    assert (tmp_path / "work" / "plan.md").read_text() == (tmp_path / "summary.md").read_text()
    (apply,) = steps(yaml, "apply")
    assert "1 added" in shell(apply)
    assert json.loads(shell("iac runs --json"))[0]["message"] == "release 12"
    shell(steps(yaml, "drift")[0])


def test_gitlab_counts_for_its_widget_and_applies_the_same_plan(shell, tmp_path: Path) -> None:
    yaml = pipeline("GitLab")
    for line in script(yaml, "plan"):
        shell(line)
    assert json.loads((tmp_path / "work" / "counts.json").read_text()) == {"create": 1, "update": 0, "delete": 0}
    (apply,) = script(yaml, "apply")
    assert "1 added" in shell(apply)
    shell(apply, 1)  # nothing is applied twice
