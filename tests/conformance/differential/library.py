"""What iac makes of expressions, asked through `Project`, in process."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from conformance.differential.answers import Answer, CrashedError, number_of, planned, write
from kit import Lab

from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.values.codec import canonical, loads, to_json
from iac.values.types import type_to_json
from iac.values.value import unmark_deep
from iac.views.plan_json import plan_to_json


class Library:
    """Asks in a directory with a database of its own."""

    def __init__(self, directory: Path) -> None:
        self._lab = Lab(directory)
        write(directory, {})

    def __call__(self, expressions: Mapping[int, str]) -> dict[int, Answer]:
        """The answer to each expression. Raises `CrashedError`."""
        try:
            return self._ask(expressions)
        except (DiagnosticsError, CrashedError):
            raise
        except Exception as problem:
            raise CrashedError(traceback.format_exc()) from problem

    def _ask(self, expressions: Mapping[int, str]) -> dict[int, Answer]:
        answers: dict[int, Answer] = {}
        left = dict(expressions)
        while True:
            self._start(left)
            try:
                with self._lab.project() as project:
                    project.validate().raise_if_errors()
                run = self._lab.plan()
                break
            except DiagnosticsError as problem:
                found = _errors(problem.diagnostics)
            answers.update((number, {"errors": problems}) for number, problems in found.items())
            left = {number: text for number, text in left.items() if number not in answers}
        plan = loads(canonical(plan_to_json(run.plan, iac_version="")))
        answers.update((number, {"planned": answer}) for number, answer in planned(plan).items())
        self._apply(left, answers)
        return answers

    def _start(self, left: Mapping[int, str], *, to_apply: bool = False) -> None:
        Path(self._lab.database).unlink(missing_ok=True)
        write(self._lab.directory, left, to_apply=to_apply)

    def _apply(self, left: Mapping[int, str], answers: dict[int, Answer]) -> None:
        self._start(left, to_apply=True)
        applied = self._lab.apply()
        for number, problems in _errors(applied.errors).items():
            answers[number]["late"] = problems
        with self._lab.project() as project:
            outputs = project.state().outputs
        for name, output in outputs.items():
            if (number := number_of(name)) is not None and "late" not in answers[number]:
                value = unmark_deep(output.value)[0].raw["v"]
                answers[number].update(type=type_to_json(value.type), value=to_json(value))


def _errors(diagnostics: Iterable[Diagnostic]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for diagnostic in diagnostics:
        if diagnostic.severity.value != "error":
            continue
        where = diagnostic.subject
        number = number_of(where.filename) if where else None
        if number is None or where is None:
            raise CrashedError(f"{diagnostic.summary}: {diagnostic.detail}")
        ends = [[end.line, end.column] for end in (where.start, where.end)]
        ends[1][1] += where.start == where.end  # an empty place is shown as one character
        problem = {"summary": diagnostic.summary, "detail": diagnostic.detail, "place": ends}
        if problem not in found.setdefault(number, []):
            found[number].append(problem)
    return found
