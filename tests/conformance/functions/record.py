"""Records what the real `terraform` makes of the expressions in `cases/`, for `test_functions.py`.

    python tests/conformance/functions/record.py [FAMILY ...]

Each line of `cases/FAMILY.txt` is an expression; `#` begins a comment line. All expressions of a family become
outputs of one configuration in a copy of `files/`. One plan reports every error, by line; one apply gives the
type and value of all the others. The answers go to `golden/FAMILY.json`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES, GOLDEN, FILES = HERE / "cases", HERE / "golden", HERE / "files"
HEADER = """terraform {
  required_providers {
    terraform = { source = "terraform.io/builtin/terraform" }
  }
}
"""
FIRST_LINE = HEADER.count("\n") + 1


def expressions(family: str) -> list[str]:
    """The expressions of a family, in order."""
    lines = (CASES / f"{family}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def terraform(directory: Path, *arguments: str) -> str:
    """Runs terraform and gives back its standard output, whatever its exit code."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    command = ["terraform", *arguments]
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    return done.stdout


def write(directory: Path, cases: list[str], skip: set[int]) -> None:
    """Writes the configuration: one output a line, those in `skip` left empty."""
    lines = ["" if number in skip else f'output "o{number}" {{ value = {case} }}' for number, case in enumerate(cases)]
    text = "\n".join(lines)
    (directory / "main.tf").write_text(f"{HEADER}{text}\n", encoding="utf-8")


def errors(directory: Path) -> dict[int, dict[str, str]]:
    """The first error of each output, by its number."""
    found: dict[int, dict[str, str]] = {}
    for line in terraform(directory, "plan", "-json").splitlines():
        message = json.loads(line)
        diagnostic = message.get("diagnostic")
        if diagnostic and diagnostic["severity"] == "error":
            number = diagnostic["range"]["start"]["line"] - FIRST_LINE
            answer = {"summary": diagnostic["summary"], "detail": diagnostic["detail"]}
            found.setdefault(number, answer)
    return found


def record(family: str) -> dict[str, Any]:
    """The answers of terraform to a family's expressions: `{"error": ...}` or `{"type": ..., "value": ...}`."""
    cases = expressions(family)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "root"
        shutil.copytree(FILES, directory)
        write(directory, cases, set())
        terraform(directory, "init")
        answers: dict[int, Any] = {n: {"error": e} for n, e in errors(directory).items()}
        write(directory, cases, set(answers))
        left = errors(directory)
        if left:
            raise SystemExit(f"{family}: {[cases[n] for n in left]} fail, but not at once")
        terraform(directory, "apply", "-auto-approve")
        outputs = json.loads(terraform(directory, "output", "-json"), parse_float=ExactFloat)
    for key, output in outputs.items():
        answers[int(key[1:])] = {"type": output["type"], "value": output["value"]}
    # An output that is null is not in the state at all, so nothing is known of its type.
    return {case: answers.get(number, {"type": None, "value": None}) for number, case in enumerate(cases)}


class ExactFloat(float):
    """A JSON number written again with all its digits."""

    def __new__(cls, text: str) -> ExactFloat:
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __repr__(self) -> str:
        return self.text


def dump(answers: dict[str, Any]) -> str:
    """The golden file: a line for each expression."""
    lines = (f"{json.dumps(case, ensure_ascii=False)}: {_json(answer)}" for case, answer in answers.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _json(data: Any) -> str:
    if isinstance(data, ExactFloat):
        return data.text
    if isinstance(data, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {_json(v)}" for k, v in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_json, data)) + "]"
    return json.dumps(data, ensure_ascii=False)


def main() -> None:
    """Records the families named on the command line, or all."""
    families = sys.argv[1:] or sorted(path.stem for path in CASES.glob("*.txt"))
    GOLDEN.mkdir(exist_ok=True)
    for family in families:
        (GOLDEN / f"{family}.json").write_text(dump(record(family)), encoding="utf-8")


if __name__ == "__main__":
    main()
