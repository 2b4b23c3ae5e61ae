"""Records what the real `terraform` plans for the calls of `argument_cases.py`, in `arguments.json`.

    python tests/conformance/functions/record_arguments.py

Each call is the input of a `terraform_data`. The plan as JSON tells what of a result is known, unknown and
sensitive, and all errors; the console tells the types.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))  # for `argument_cases`

from argument_cases import HERE, TEMPLATE, UNKNOWN, cases

LOCALS = "".join(f"  {name} = {text}\n" for name, text in {**UNKNOWN, "template": TEMPLATE}.items())
HEADER = f'resource "terraform_data" "u" {{}}\nlocals {{\n{LOCALS}}}\n'
FIRST_LINE = HEADER.count("\n") + 1
AT_ONCE = 100
"""How many types the console is asked for at a time: it reads no more than 64 KB."""


def terraform(directory: Path, *arguments: str, text: str = "") -> str:
    """Runs terraform and gives back its standard output, whatever its exit code."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "TF_IN_AUTOMATION": "1"}
    command = ["terraform", *arguments]
    done = subprocess.run(
        command, cwd=directory, env=environment, input=text, capture_output=True, text=True, check=False
    )
    return done.stdout


def write(directory: Path, calls: Sequence[str], skip: Collection[int]) -> None:
    """Writes the configuration: one resource a line, those in `skip` left empty."""
    lines = [
        "" if number in skip else f'resource "terraform_data" "c{number:04}" {{ input = {call} }}'
        for number, call in enumerate(calls)
    ]
    (directory / "main.tf").write_text(HEADER + "\n".join(lines) + "\n", encoding="utf-8")


def errors(directory: Path) -> dict[int, dict[str, str]]:
    """The first error of each call, by its number."""
    found: dict[int, dict[str, str]] = {}
    for message in terraform(directory, "plan", "-json").splitlines():
        diagnostic = json.loads(message).get("diagnostic")
        if diagnostic and diagnostic["severity"] == "error":
            answer = {"summary": diagnostic["summary"], "detail": diagnostic["detail"]}
            line = diagnostic["range"]["start"]["line"]
            if line < FIRST_LINE:
                raise SystemExit(f"line {line}: {answer}")
            found.setdefault(line - FIRST_LINE, answer)
    return found


def planned(directory: Path) -> dict[int, dict[str, Any]]:
    """What is planned for each call that is no error."""
    terraform(directory, "plan", "-out=tfplan")
    found = {}
    for change in json.loads(terraform(directory, "show", "-json", "tfplan"))["resource_changes"]:
        if change["name"].startswith("c"):
            parts = change["change"]
            found[int(change["name"][1:])] = {
                "value": parts["after"].get("input"),
                "unknown": parts["after_unknown"].get("input", False),
                "sensitive": (parts["after_sensitive"] or {}).get("input", False),
            }
    return found


def types(directory: Path, calls: Sequence[str], numbers: Sequence[int]) -> dict[int, str | None]:
    """The type of each result, as the console writes it: of many at once, as attributes of one object.

    None where the console cannot tell: it plans nothing, so a few calls fail there.
    """
    if len(numbers) > AT_ONCE:
        halves = numbers[: len(numbers) // 2], numbers[len(numbers) // 2 :]
        return {number: ty for half in halves for number, ty in types(directory, calls, half).items()}
    attributes = ", ".join(f"c{number:04} = {calls[number]}" for number in numbers)
    text = terraform(directory, "console", text=f"type({{{attributes}}})\n")
    parts = re.split(r"^    c(\d{4}): ", text.removesuffix("})\n"), flags=re.MULTILINE)[1:]
    if parts:
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return {int(number): part.replace("\n    ", "\n").strip().removesuffix(",") for number, part in pairs}
    if len(numbers) == 1:
        return {numbers[0]: None}
    return {number: ty for each in numbers for number, ty in types(directory, calls, [each]).items()}


def main() -> None:
    """Records all calls."""
    calls = list(dict.fromkeys(call for _, _, call in cases()))
    answers: dict[int, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name) / "root"
        shutil.copytree(HERE / "files", directory)
        write(directory, calls, ())
        terraform(directory, "init")
        while found := errors(directory):
            answers.update((number, {"error": problem}) for number, problem in found.items())
            write(directory, calls, answers)
        results = planned(directory)
        told = types(directory, calls, sorted(results))
    answers.update((number, {"type": told[number], **result}) for number, result in results.items())
    lines = (
        f"{json.dumps(call, ensure_ascii=False)}: {json.dumps(answers[number], ensure_ascii=False)}"
        for number, call in enumerate(calls)
    )
    (HERE / "arguments.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
