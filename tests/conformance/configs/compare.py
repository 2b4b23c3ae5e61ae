"""Runs the steps of a case with `iac` and with `terraform`, and brings what came of each into one comparable form.

Ids are numbered in the order in which they appear; what belongs to one tool alone (names of providers, times,
versions, the configuration) is left out, and so are variables: Terraform shows them as given, iac converted. The state
of iac has the direct dependencies of an object; those of Terraform, and so those compared, are the transitive ones.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from configs.steps import Step, Steps
from kit import Lab, Recording

from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.plan.model import Mode
from iac.values.codec import canonical
from iac.views.diagnostics import diagnostic_to_json
from iac.views.plan_json import plan_to_json
from iac.views.state_json import state_to_json

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KEYS = re.compile(r"\[(?:\d+|\"(?:[^\"\\\\]|\\\\.)*\")\]")
"""The keys of instances in an address."""
_PRODUCT = re.compile(r"Terraform|\bterraform(?= [a-z])")
_LIST = re.compile(r"(?:^ +- .*\n)+", re.MULTILINE)
"""A list in the detail of a problem: Terraform writes some in no order."""
_OF_ONE_TOOL = ("provider_name", "schema_version")

Json = Mapping[str, Any]
Outcome = Mapping[str, Any]
"""What came of a step: the `problems`; and where there was a plan, the `plan`, and the `state` after its apply."""


# --- Running ---------------------------------------------------------------------------------------------


def outcomes_of_iac(folder: Path, steps: Steps) -> list[Outcome]:
    """What comes of every step in iac."""
    lab = Lab(folder)
    found = []
    for step in _written(folder, steps):
        with lab.project() as project:
            try:
                run = lab.plan(project=project, **_options(step.options))
            except DiagnosticsError as problem:
                found.append(_refused(map(_problem_of_iac, problem.diagnostics)))
                continue
            with project.lock("apply"):
                result, _ = project.apply(run, Recording())
            plan = plan_to_json(run.plan, iac_version="0")
            problems = map(_problem_of_iac, [*run.diagnostics, *result.diagnostics])
            state = _with_all_dependencies(_data(state_to_json(project.state(), project.schema_of_type)))
            found.append(_outcome(_data(plan), problems, state))
    return _with_numbered_ids(found)


def outcomes_of_terraform(folder: Path, steps: Steps) -> list[Outcome]:
    """What comes of every step in the real binary."""
    found = []
    for step in _written(folder, steps):
        _terraform(folder, "init", "-input=false")
        planned, text = _terraform(folder, "plan", "-json", "-input=false", "-out=tfplan", *step.options)
        problems = _problems(text)
        if not planned:
            found.append(_refused(problems))
            continue
        plan = json.loads(_terraform(folder, "show", "-json", "tfplan")[1])
        problems += _problems(_terraform(folder, "apply", "-json", "-input=false", "tfplan")[1])
        state = json.loads(_terraform(folder, "show", "-json")[1])
        found.append(_outcome(plan, problems, state))
    return _with_numbered_ids(found)


def _written(folder: Path, steps: Steps) -> Iterator[Step]:
    """Each step, with its files in the folder and those of the last one gone."""
    written: set[str] = set()
    for given in steps:
        step = Step(given) if isinstance(given, str) else given
        files = {**({"main.tf": step.main} if step.main else {}), **step.files}
        for name in written - files.keys():
            (folder / name).unlink()
        written = set(files)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        yield step


def _options(options: Sequence[str]) -> dict[str, Any]:
    """Options of the command line as `Lab.plan` takes them."""
    found: dict[str, Any] = {"targets": [], "replace": [], "variables": []}
    for option in options:
        name, _, value = option.partition("=")
        match name:
            case "-destroy":
                found["mode"] = Mode.DESTROY
            case "-refresh-only":
                found["mode"] = Mode.REFRESH_ONLY
            case "-refresh":
                found["refresh"] = value == "true"
            case "-var-file":
                found["variables"].append(f"@{value}")
            case _:
                found[{"-target": "targets", "-replace": "replace", "-var": "variables"}[name]].append(value)
    return found


def _terraform(folder: Path, *arguments: str) -> tuple[bool, str]:
    """Whether a command went well, and what it printed."""
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    command = ["terraform", f"-chdir={folder}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout


# --- The comparable form ---------------------------------------------------------------------------------


def _outcome(plan: Json, problems: Iterable[Json], state: Json) -> dict[str, Any]:
    return {"plan": _plan(plan), "problems": _in_order(problems), "state": _without(state.get("values", {}))}


def _refused(problems: Iterable[Json]) -> dict[str, Any]:
    """The outcome of a step for which no plan is made."""
    return {"problems": _in_order(problems)}


def _in_order(problems: Iterable[Json]) -> list[Json]:
    """The problems by place, each once."""
    unique = {json.dumps(p, sort_keys=True): p for p in problems}
    return sorted(unique.values(), key=lambda p: (p["at"], p["summary"], p["detail"]))


def _plan(plan: Json) -> dict[str, Any]:
    return {
        "resource_changes": [_change(c) for c in plan.get("resource_changes", ())],
        "resource_drift": [_change(c) for c in plan.get("resource_drift", ())],
        "output_changes": dict(sorted(plan.get("output_changes", {}).items())),
        "planned_values": _without(plan.get("planned_values", {})),
        "checks": sorted(map(_check, plan.get("checks", ())), key=lambda c: str(c["address"]["to_display"])),
        **{name: plan[name] for name in ("applyable", "complete", "errored")},
    }


def _change(change: Json) -> dict[str, Any]:
    kept = {n: v for n, v in change.items() if n not in _OF_ONE_TOOL}
    kept["change"] = {n: v for n, v in change["change"].items() if not (n == "replace_paths" and not v)}
    return kept


def _check(check: Json) -> dict[str, Any]:
    instances = sorted(check.get("instances", ()), key=lambda i: str(i["address"]["to_display"]))
    return {**check, "instances": instances}


def _without(part: Any) -> Any:
    """The part without what belongs to one tool alone, modules in the order of their addresses."""
    if isinstance(part, Mapping):
        found = {n: _without(v) for n, v in part.items() if n not in _OF_ONE_TOOL}
        if "resources" in found:  # terraform lists objects that are forgotten, with no values
            found["resources"] = [r for r in found["resources"] if "values" in r]
        if "child_modules" in found:
            modules = [m for m in found["child_modules"] if m.keys() > {"address"}]
            found["child_modules"] = sorted(modules, key=lambda module: str(module["address"]))
        return {n: v for n, v in found.items() if n not in ("resources", "child_modules") or v}
    return [_without(v) for v in part] if isinstance(part, list) else part


def _problems(text: str) -> list[dict[str, Any]]:
    """The diagnostics among the messages of `-json`."""
    messages = (json.loads(line) for line in text.splitlines() if line.startswith("{"))
    return [_problem(m["diagnostic"]) for m in messages if "diagnostic" in m]


def _problem_of_iac(diagnostic: Diagnostic) -> dict[str, Any]:
    return _problem(diagnostic_to_json(diagnostic, {}))


def _problem(diagnostic: Json) -> dict[str, Any]:
    place = diagnostic.get("range")
    start = place["start"] if place else None
    return {
        "severity": diagnostic["severity"],
        "summary": _PRODUCT.sub("iac", diagnostic["summary"]),
        "detail": _LIST.sub(_in_alphabetical_order, _PRODUCT.sub("iac", diagnostic["detail"])),
        "at": f"{place['filename']}:{start['line']},{start['column']}" if place and start else "",
    }


def _in_alphabetical_order(match: re.Match[str]) -> str:
    return "".join(sorted(match.group().splitlines(keepends=True)))


def _with_all_dependencies(state: Any) -> Any:
    """A state in which each object depends on what its dependencies depend on, too."""
    objects = list(_objects(state.get("values", {}).get("root_module", {})))
    direct: dict[str, set[str]] = {}
    for each in objects:
        direct.setdefault(_KEYS.sub("", each["address"]), set()).update(each.get("depends_on", ()))
    for each in objects:
        found: set[str] = set()
        waiting = list(each.get("depends_on", ()))
        while waiting:
            address = waiting.pop()
            if address not in found:
                found.add(address)
                waiting += direct.get(address, ())
        if found:
            each["depends_on"] = sorted(found)
    return state


def _objects(module: Any) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", ())
    for child in module.get("child_modules", ()):
        yield from _objects(child)


def _data(part: Any) -> Any:
    return json.loads(canonical(part))


def _with_numbered_ids(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes with ids that say only which are the same, numbered across all of them."""
    ids: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return ids.setdefault(match.group(), f"id-{len(ids) + 1}")

    return [json.loads(_UUID.sub(number, json.dumps(o, sort_keys=True))) for o in outcomes]
