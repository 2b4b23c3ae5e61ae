"""Records what the real `terraform` 1.11 prints for every case, with our own provider where one is used.

Run by hand (`python tests/views/streams/record.py [name ...]`) when cases change; the tests read what it wrote and
need no binary.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from plugin.running import environment_of_terraform, served
from views.streams.cases import CASES
from views.streams.running import Tool, documents

GOLDENS = Path(__file__).parent / "goldens"


def terraform(folder: Path, reattach: str) -> Tool:
    """The real binary at work in a folder."""
    environment = environment_of_terraform(folder, TF_REATTACH_PROVIDERS=reattach)

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["terraform", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout

    return run


def main(names: list[str]) -> None:
    """Records the cases named, or all."""
    with tempfile.TemporaryDirectory() as place:
        os.environ["IAC_CACHE_DIR"] = f"{place}/cache"
        for name in names or CASES:
            folder = Path(place, name)
            folder.mkdir()
            with served(folder) as reattach:
                found = documents(folder, CASES[name], terraform(folder, reattach))
            (GOLDENS / f"{name}.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
            sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
