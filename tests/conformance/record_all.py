"""Records anew everything that the tests know of Terraform: runs every script of the tests that is named `record*.py`.

    python tests/conformance/record_all.py

Terraform 1.11.4 must be on the PATH. Each script says what it runs and writes; what changed is then in `git diff`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

VERSION = "Terraform v1.11.4"
TESTS = Path(__file__).parents[1]


def recorders() -> list[Path]:
    """The scripts, in order; without this one."""
    return sorted(path for path in TESTS.rglob("record*.py") if path != Path(__file__))


def main(scripts: Sequence[Path]) -> int:
    """Runs the scripts one after the other. Returns how many of them failed."""
    if shutil.which("terraform") is None:
        raise SystemExit("terraform is not on the PATH.")
    told = subprocess.run(["terraform", "version"], capture_output=True, text=True, check=True).stdout
    if not told.startswith(VERSION):
        raise SystemExit(f"{VERSION} is needed, and there is {told.splitlines()[0]}.")
    failed = 0
    for script in scripts:
        sys.stdout.write(f"{script.relative_to(TESTS.parent)}\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, str(script)], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(recorders()))
