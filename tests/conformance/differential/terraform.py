"""What the real `terraform` makes of expressions."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from conformance.differential.answers import Answer, CrashedError, number_of, planned, write

from iac.values.codec import loads


class Terraform:
    """Asks in a directory, which it initialises."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._state = directory / "terraform.tfstate"
        write(directory, {})
        self._run("init")

    def __call__(self, expressions: Mapping[int, str]) -> dict[int, Answer]:
        """The answer to each expression. Raises `CrashedError`."""
        answers: dict[int, Answer] = {}
        left = dict(expressions)
        self._state.unlink(missing_ok=True)
        while True:
            write(self._directory, left)
            found = self._errors("plan", "-json", "-out=plan")
            if not found:
                break
            answers.update((number, {"errors": problems}) for number, problems in found.items())
            left = {number: text for number, text in left.items() if number not in answers}
        plan = loads(self._run("show", "-json", "plan"))
        answers.update((number, {"planned": answer}) for number, answer in planned(plan).items())
        self._apply(left, answers)
        return answers

    def _apply(self, left: Mapping[int, str], answers: dict[int, Answer]) -> None:
        write(self._directory, left, to_apply=True)
        for number, problems in self._errors("apply", "-json", "-auto-approve").items():
            answers[number]["late"] = problems
        for name, output in loads(self._run("output", "-json")).items():
            if (number := number_of(name)) is not None and "late" not in answers[number]:
                answers[number].update(type=output["type"][1]["v"], value=output["value"]["v"])

    def _errors(self, *command: str) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        done = False
        for line in self._run(*command).splitlines():
            message = _message(line)
            done = done or message["type"] in ("change_summary", "diagnostic")
            diagnostic = message.get("diagnostic")
            if not diagnostic or diagnostic["severity"] != "error":
                continue
            number = number_of(diagnostic.get("range", {}).get("filename", ""))
            if number is None:
                raise CrashedError(f"{diagnostic['summary']}: {diagnostic['detail']}")
            problem = _problem(diagnostic)
            if problem not in found.setdefault(number, []):
                found[number].append(problem)
        if not done:
            raise CrashedError("no answer")
        return found

    def _run(self, *command: str) -> str:
        environment = {
            **os.environ,
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
        }
        done = subprocess.run(
            ["terraform", *command], cwd=self._directory, env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout


def _message(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        raise CrashedError(line) from None


def _problem(diagnostic: Mapping[str, Any]) -> dict[str, Any]:
    where = diagnostic["range"]
    ends = [[where[end]["line"], where[end]["column"]] for end in ("start", "end")]
    return {"summary": diagnostic["summary"], "detail": diagnostic["detail"], "place": ends}
