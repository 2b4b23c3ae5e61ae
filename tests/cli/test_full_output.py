"""Standard output that cannot be written to: told, and nothing that was done is lost by it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MAIN = 'resource "terraform_data" "a" {\n  count = 3\n}\n'

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


def iac(directory: Path, *arguments: str, stdout: str | None = None, **environment: str) -> subprocess.CompletedProcess:
    with open(stdout or os.devnull, "w") as output:
        return subprocess.run(
            [sys.executable, "-m", "iac", *arguments],
            cwd=directory,
            env={**os.environ, **environment},
            stdout=output if stdout else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [("version",), ("apply", "-auto-approve")], ids=" ".join)
def test_it_is_told_and_is_no_bug(tmp_path: Path, arguments: tuple[str, ...], unbuffered: str) -> None:
    (tmp_path / "main.tf").write_text(MAIN)
    ended = iac(tmp_path, *arguments, stdout="/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 1
    assert ended.stderr == (
        "Error: Cannot write output\n\nStandard output cannot be written to: no space left on device. What was done "
        "before is kept, and nothing is half-done.\n"
    )


def test_what_was_done_is_kept(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN)
    assert iac(tmp_path, "apply", "-auto-approve").returncode == 0
    assert iac(tmp_path, "destroy", "-auto-approve", stdout="/dev/full").returncode == 1
    assert iac(tmp_path, "db", "check").returncode == 0
    assert iac(tmp_path, "apply", "-auto-approve").returncode == 0
