"""The wrong inputs of `cases/*.txt`, and what `iac` and the real `terraform` say of one.

A case begins with a line `=== name`; other files than main.tf begin with `--- path`. They are validated, unless the
first line is a comment with another command: `# command: plan -var a=1`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from iac.config.variables import VariableOption
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.project import Project

CASES = Path(__file__).parent / "cases"
_COMMAND = re.compile(r"# command: (.*)\n")
_MODULE = re.compile(r'module "(\w+)" \{\s+source\s+= "\./(\w+)"')
_NOWHERE = ":0,0"
"""Where Terraform says that a name is undeclared that it takes for empty, after it said that there has to be one."""


class Mistake(NamedTuple):
    """An error: its summary, where it is ("main.tf:2,3"; nothing for one without a place), and its detail."""

    summary: str
    place: str
    detail: str


@dataclass(frozen=True)
class WrongInput:
    """Files by path, and the command that finds the mistake in them."""

    files: Mapping[str, str]
    command: Sequence[str]

    def write(self, directory: Path) -> None:
        """Writes the files."""
        for name, text in self.files.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def wrong_inputs() -> dict[str, dict[str, WrongInput]]:
    """All cases by theme and name."""
    return {path.stem: dict(_read(path.read_text(encoding="utf-8"))) for path in sorted(CASES.glob("*.txt"))}


def _read(text: str) -> Iterator[tuple[str, WrongInput]]:
    for part in f"\n{text}".split("\n=== ")[1:]:
        name, _, rest = part.partition("\n")
        main, *others = re.split(r"^--- (.*)\n", rest if rest.endswith("\n") else f"{rest}\n", flags=re.MULTILINE)
        files = dict(zip(others[::2], others[1::2], strict=True))
        command = _COMMAND.match(main)
        if main:
            files["main.tf"] = main[command.end() :] if command else main
        yield name, WrongInput(files, shlex.split(command[1]) if command else ["validate"])


def mistakes_of_iac(directory: Path, case: WrongInput) -> list[Mistake]:
    """What `iac` finds, in its order."""
    case.write(directory)
    with Project(directory, str(directory / "iac.db"), {}) as project:
        try:
            if case.command[0] == "plan":
                found: Sequence[Diagnostic] = project.plan(variables=list(_options(case.command[1:]))).diagnostics
            else:
                found = list(project.validate())
        except DiagnosticsError as problem:
            found = problem.diagnostics
    return [_of_iac(diagnostic) for diagnostic in found if diagnostic.severity.value == "error"]


def _options(arguments: Sequence[str]) -> Iterator[VariableOption]:
    for option, value in zip(arguments[::2], arguments[1::2], strict=True):
        yield VariableOption(value, option == "-var-file")


def _of_iac(diagnostic: Diagnostic) -> Mistake:
    subject = diagnostic.subject
    place = f"{subject.filename}:{subject.start.line},{subject.start.column}" if subject else ""
    return Mistake(diagnostic.summary, place, diagnostic.detail)


def mistakes_of_terraform(directory: Path, case: WrongInput) -> list[Mistake]:
    """What the real binary finds, in its order."""
    case.write(directory)
    _install_modules(directory, case)
    run = subprocess.run(
        ["terraform", *case.command, "-json", "-no-color"],
        cwd=directory,
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if case.command[0] == "validate":
        found = json.loads(run.stdout)["diagnostics"]
    else:
        lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
        found = [line["diagnostic"] for line in lines if "diagnostic" in line]
    mistakes = (_of_terraform(diagnostic) for diagnostic in found if diagnostic["severity"] == "error")
    return [mistake for mistake in mistakes if mistake.place != _NOWHERE]


def _install_modules(directory: Path, case: WrongInput) -> None:
    """Notes where the modules are, as `terraform init` does where nothing is wrong."""
    modules = [{"Key": "", "Source": "", "Dir": "."}] + [
        {"Key": name, "Source": f"./{source}", "Dir": source}
        for name, source in _MODULE.findall(case.files.get("main.tf", ""))
    ]
    manifest = directory / ".terraform" / "modules" / "modules.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"Modules": modules}), encoding="utf-8")


def _of_terraform(diagnostic: Mapping[str, Any]) -> Mistake:
    place = ""
    if diagnostic.get("range"):
        start = diagnostic["range"]["start"]
        place = f"{diagnostic['range']['filename']}:{start['line']},{start['column']}"
    return Mistake(diagnostic["summary"], place, diagnostic["detail"])
