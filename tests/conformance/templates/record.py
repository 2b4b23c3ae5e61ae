"""Records the values that the real `terraform` gives the outputs of `templates.tf`, in `templates.json`.

Run it by hand, after changing the cases: `python tests/conformance/templates/record.py`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def outputs(source: Path) -> dict[str, object]:
    """The type and value of each output of a file."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(source, Path(directory, "main.tf"))
        environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull}
        for command in (["apply", "-auto-approve", "-no-color"], ["output", "-json"]):
            run = subprocess.run(
                ["terraform", *command], cwd=directory, env=environment, capture_output=True, text=True, check=False
            )
            if run.returncode:
                raise SystemExit(run.stderr)
        return {name: {"type": o["type"], "value": o["value"]} for name, o in json.loads(run.stdout).items()}


if __name__ == "__main__":
    text = json.dumps(outputs(HERE / "templates.tf"), indent=1, ensure_ascii=False)
    (HERE / "templates.json").write_text(text + "\n", encoding="utf-8")
