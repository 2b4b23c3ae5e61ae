"""Records what the real `terraform` makes of the variables in `valid.tf` and `invalid.tf`, for `test_types.py`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def terraform(directory: Path, *arguments: str) -> Any:
    """The standard output of a command, as JSON where it is asked for."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    command = ["terraform", *arguments]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    return json.loads(done.stdout) if "-json" in arguments else done.stdout


def record_valid(directory: Path) -> dict[str, Any]:
    """Type and value of each variable when nothing but its default is given."""
    text = (HERE / "valid.tf").read_text(encoding="utf-8")
    names = re.findall(r'^variable "(\w+)"', text, re.MULTILINE)
    outputs = "".join(f'output "{name}" {{ value = {{ v = var.{name} }} }}\n' for name in names)
    (directory / "main.tf").write_text(text + outputs, encoding="utf-8")
    terraform(directory, "apply", "-auto-approve")
    found = terraform(directory, "output", "-json")
    return {name: {"type": found[name]["type"][1]["v"], "value": found[name]["value"]["v"]} for name in names}


def record_invalid(directory: Path) -> list[Any]:
    """Each diagnostic: summary, detail, line, first and last column."""
    (directory / "main.tf").write_text((HERE / "invalid.tf").read_text(encoding="utf-8"), encoding="utf-8")
    return [
        [d["summary"], d["detail"], r["start"]["line"], r["start"]["column"], r["end"]["column"]]
        for d in terraform(directory, "validate", "-json")["diagnostics"]
        for r in [d["range"]]
    ]


def main() -> None:
    """Records both."""
    for name, record in (("valid", record_valid), ("invalid", record_invalid)):
        with tempfile.TemporaryDirectory() as directory:
            text = json.dumps(record(Path(directory)), ensure_ascii=False, indent=1)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
