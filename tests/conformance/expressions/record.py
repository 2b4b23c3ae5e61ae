"""Records what the real `terraform` makes of the expressions in `cases/`, for `test_expressions.py`.

    python tests/conformance/expressions/record.py [FAMILY ...]

Each line of `cases/FAMILY.txt` is an expression over the local values of `locals.json`; `#` begins a comment line.
All expressions of a family become outputs of one configuration: one plan reports every error, by line, one
apply gives the type and value of all the others. The answers go to `golden/FAMILY.json`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CASES, GOLDEN = HERE / "cases", HERE / "golden"
LOCALS = json.loads((HERE / "locals.json").read_text(encoding="utf-8"))
HEADER = "locals {\n" + "".join(f"  {name} = {text}\n" for name, text in LOCALS.items()) + "}\n"
PREFIX = "{ value = { v = "


def expressions(family: str) -> list[str]:
    """The expressions of a family, in order."""
    lines = (CASES / f"{family}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def terraform(directory: Path, *arguments: str) -> str:
    """Runs terraform and gives back its standard output, whatever its exit code."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    command = ["terraform", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False).stdout


def write(directory: Path, cases: list[str], skip: set[int]) -> None:
    """Writes the configuration: one output a line, those in `skip` left empty."""
    lines = [
        "" if number in skip else f'output "o{number:04}" {PREFIX}{case} }} }}' for number, case in enumerate(cases)
    ]
    (directory / "main.tf").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def errors(directory: Path) -> dict[int, list[dict[str, Any]]]:
    """The errors of each output by its number, with columns counted from the start of the expression."""
    found: dict[int, list[dict[str, Any]]] = {}
    before = len(f'output "o0000" {PREFIX}')
    for line in terraform(directory, "plan", "-json").splitlines():
        diagnostic = json.loads(line).get("diagnostic")
        if not diagnostic or diagnostic["severity"] != "error":
            continue
        start, end = diagnostic["range"]["start"], diagnostic["range"]["end"]
        answer = {
            "summary": diagnostic["summary"],
            "detail": diagnostic["detail"],
            "columns": [start["column"] - before, end["column"] - before],
            "values": {v["traversal"]: v["statement"] for v in diagnostic["snippet"].get("values", ())},
        }
        answers = found.setdefault(start["line"] - HEADER.count("\n") - 1, [])
        if answer not in answers:
            answers.append(answer)
    return found


def record(family: str) -> dict[str, Any]:
    """The answers of terraform: `{"errors": [...]}` or `{"type": ..., "value": ...}` for each expression."""
    cases = expressions(family)
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(directory, cases, set())
        answers: dict[int, Any] = {}
        while found := errors(directory):
            answers.update((number, {"errors": problems}) for number, problems in found.items())
            write(directory, cases, set(answers))
        terraform(directory, "apply", "-auto-approve")
        outputs = json.loads(terraform(directory, "output", "-json"), parse_float=ExactFloat)
    for key, output in outputs.items():
        answers[int(key[1:])] = {"type": output["type"][1]["v"], "value": output["value"]["v"]}
    missing = [case for number, case in enumerate(cases) if number not in answers]
    if missing:
        raise SystemExit(f"{family}: no answer for {missing}")
    return {case: answers[number] for number, case in enumerate(cases)}


class ExactFloat(float):
    """A JSON number written again with all its digits."""

    text: str

    def __new__(cls, text: str) -> ExactFloat:
        self = super().__new__(cls, text)
        self.text = text
        return self


def to_json(data: Any) -> str:
    """JSON text on one line."""
    if isinstance(data, ExactFloat):
        return data.text
    if isinstance(data, dict):
        return "{" + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {to_json(v)}" for k, v in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(to_json, data)) + "]"
    return json.dumps(data, ensure_ascii=False)


def dump(answers: dict[str, Any]) -> str:
    """The golden file: a line for each expression."""
    lines = (f"{json.dumps(case, ensure_ascii=False)}: {to_json(answer)}" for case, answer in answers.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Records the families named on the command line, or all."""
    GOLDEN.mkdir(exist_ok=True)
    for family in sys.argv[1:] or sorted(path.stem for path in CASES.glob("*.txt")):
        (GOLDEN / f"{family}.json").write_text(dump(record(family)), encoding="utf-8")


if __name__ == "__main__":
    main()
