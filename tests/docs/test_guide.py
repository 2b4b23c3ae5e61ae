"""The commands of the guide work, in order, and print what the guide shows.

A block ```hcl file=NAME is written to a file; a block ```console run is run. In what is shown, `...` on a line of
its own stands for any lines, within a line for any text.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+) (run|file=\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pattern(shown: str) -> re.Pattern[str]:
    """What the output must look like."""
    parts = []
    for line in shown.splitlines():
        if line == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            inner = re.escape(line).replace(r"\ \.\.\.\ ", r" .*").replace(r"\.\.\.", r".*")
            parts.append(inner + r"\s*\n")
    return re.compile(r"\s*" + "".join(parts) + r"\s*\Z")


def run(command: str, directory: Path, environment: dict[str, str]) -> tuple[int, str]:
    words = shlex.split(command)
    assert words[0] == "iac"
    done = subprocess.run(
        [sys.executable, "-m", "iac", *words[1:]],
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("page", ["guide.md"])
def test_the_commands_of_a_page_work(page: str, tmp_path: Path) -> None:
    environment = {**os.environ, "IAC_USER": "ana"}
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text(encoding="utf-8"))
    assert blocks
    for _, kind, body in blocks:
        if kind.startswith("file="):
            (tmp_path / kind.removeprefix("file=")).write_text(body)
            continue
        command, _, shown = body.removeprefix("$ ").partition("\n")
        expected = 0
        if match := re.search(r"^\[exit code (\d)\]\n", shown, re.MULTILINE):
            expected, shown = int(match.group(1)), shown[: match.start()]
        code, printed = run(command, tmp_path, environment)
        assert code == expected, printed
        assert pattern(shown).match(printed), f"{command}\nprinted:\n{printed}\nand the page shows:\n{shown}"
