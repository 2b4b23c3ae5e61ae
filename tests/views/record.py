"""Records the plan goldens: what the real `terraform` 1.11 says of small `terraform_data` configurations.

Run by hand (`python tests/views/record.py [name ...]`) when cases change; the tests read what it wrote and
need no binary. A golden holds the configuration, `terraform show -json` of the plan, and `terraform show` of
it with and without colour.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from cases import CASES, DIAGNOSTICS, Case  # the folder is not a package

GOLDENS = Path(__file__).parent / "goldens"


def terraform(folder: Path, *arguments: str, failing: bool = False) -> str:
    """Runs terraform in `folder` and returns what it printed; raises when it fails unless it is to."""
    empty = folder / "empty.tfrc"
    empty.touch()
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(empty), "TF_IN_AUTOMATION": ""}
    command = ["terraform", f"-chdir={folder}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if failing:
        return done.stdout + done.stderr
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def record(name: str, case: Case) -> dict[str, Any]:
    """Brings up the state that the case starts from, plans the change and returns the golden."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        config = folder / "main.tf"
        config.write_text(case.before)
        for path, text in case.files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text)
        terraform(folder, "init", "-input=false")
        if case.before:
            terraform(folder, "apply", "-auto-approve", "-input=false")
        for step in case.steps:
            terraform(folder, *step)
        config.write_text(case.after)
        terraform(folder, "init", "-input=false")
        terraform(folder, "plan", "-input=false", "-out=tfplan", *case.options)
        plan = json.loads(terraform(folder, "show", "-json", "tfplan"))
        for volatile in ("configuration", "timestamp"):
            plan.pop(volatile, None)
        return {
            "before": case.before.splitlines(),
            "after": case.after.splitlines(),
            "options": list(case.options),
            "text": terraform(folder, "show", "-no-color", "tfplan").splitlines(),
            "colored": terraform(folder, "show", "tfplan").splitlines(),
            "plan": plan,
        }


def record_diagnostic(filename: str, source: str) -> dict[str, Any]:
    """Plans a file with a mistake and returns the diagnostic as JSON and as text."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / filename).write_text(source)
        lines = terraform(folder, "plan", "-json", failing=True).splitlines()
        found = [m["diagnostic"] for m in map(json.loads, lines) if m["type"] == "diagnostic"]
        plain = terraform(folder, "plan", "-no-color", failing=True)
        colored = terraform(folder, "plan", failing=True)
        return {
            "filename": filename,
            "source": source.splitlines(),
            "diagnostic": found[0],
            "text": plain[re.search("(?m)^\\n(?=Error: |Warning: )", plain).start() :].splitlines(),
            "colored": colored[re.search("\\033\\[3[13]m╷", colored).start() :].splitlines(),
        }


def main(names: list[str]) -> None:
    """Records the named cases, or all."""
    for name, case in CASES.items():
        if names and name not in names:
            continue
        golden = record(name, case)
        text = json.dumps(golden, indent=1, ensure_ascii=False)
        (GOLDENS / "plans" / f"{name}.json").write_text(text + "\n")
    for name, (filename, source) in DIAGNOSTICS.items():
        if names and name not in names:
            continue
        text = json.dumps(record_diagnostic(filename, source), indent=1, ensure_ascii=False)
        (GOLDENS / "diagnostics" / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
