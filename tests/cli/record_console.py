"""Records what `terraform console` answers: `python tests/cli/record_console.py`.

Takes the expressions of console.txt, one a line, over the configuration of console.tf once it has been applied, and
writes console.json: for each the text that is printed, or the summaries of the errors.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENT = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}


def terraform(directory: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *arguments], cwd=directory, input=text, capture_output=True, text=True, env=ENVIRONMENT
    )


def answer(directory: Path, expression: str) -> dict[str, object]:
    done = terraform(directory, "console", "-no-color", text=f"{expression}\n")
    if done.returncode:
        return {"errors": re.findall(r"^Error: (.*)$", done.stdout + done.stderr, re.MULTILINE)}
    return {"text": done.stdout.removesuffix("\n")}


def main() -> None:
    expressions = (HERE / "console.txt").read_text().splitlines()
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        (directory / "module").mkdir()
        shutil.copy(HERE / "console.tf", directory / "main.tf")
        shutil.copy(HERE / "console_module.tf", directory / "module" / "main.tf")
        terraform(directory, "init").check_returncode()
        terraform(directory, "apply", "-auto-approve", "-var", "missing=x").check_returncode()
        answers = {expression: answer(directory, expression) for expression in expressions}
    (HERE / "console.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
