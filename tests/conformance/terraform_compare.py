"""Runs the steps of a case with `iac` and with `terraform`, and brings both plans into one comparable form.

Ids are numbered in the order in which they appear; what belongs to one tool alone (names of providers, times,
versions, the configuration) is left out, and so are variables: Terraform shows them as given, iac converted.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kit import Lab
from terraform_cases import Step

from iac.plan.model import Mode
from iac.values.codec import canonical
from iac.views.plan_json import plan_to_json

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Plan = Mapping[str, Any]


def plans_of_iac(folder: Path, steps: Sequence[Step | str]) -> list[Plan]:
    """The plan of every step as JSON data, made and applied by iac."""
    lab = Lab(folder)
    plans = []
    for step in _steps(folder, steps):
        options = _options(step.options)
        run = lab.plan(**options)
        plans.append(json.loads(canonical(plan_to_json(run.plan, iac_version="0"))))
        lab.succeed(**options)
    return comparable(plans)


def plans_of_terraform(folder: Path, steps: Sequence[Step | str]) -> list[Plan]:
    """The plan of every step as JSON data, made and applied by the real binary."""
    plans = []
    for step in _steps(folder, steps):
        _terraform(folder, "init", "-input=false")
        _terraform(folder, "plan", "-input=false", "-out=tfplan", *step.options)
        plans.append(json.loads(_terraform(folder, "show", "-json", "tfplan")))
        _terraform(folder, "apply", "-input=false", "tfplan")
    return comparable(plans)


def comparable(plans: Sequence[Plan]) -> list[Plan]:
    """The parts of plans that both tools must agree on, ids numbered across all of them."""
    ids: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return ids.setdefault(match.group(), f"id-{len(ids) + 1}")

    found = []
    for plan in plans:
        kept = {
            "resource_changes": [_change(c) for c in plan.get("resource_changes", ())],
            "output_changes": dict(sorted(plan.get("output_changes", {}).items())),
            "planned_values": _values(plan.get("planned_values", {})),
            "applyable": plan["applyable"],
            "complete": plan["complete"],
            "errored": plan["errored"],
        }
        text = _UUID.sub(number, json.dumps(kept, sort_keys=True))
        found.append(json.loads(text))
    return found


def _change(change: Mapping[str, Any]) -> dict[str, Any]:
    kept = {n: v for n, v in change.items() if n != "provider_name"}
    kept["change"] = {n: v for n, v in change["change"].items() if not (n == "replace_paths" and not v)}
    return kept


def _values(part: Any) -> Any:
    """Planned values without the names of providers."""
    if isinstance(part, Mapping):
        return {n: _values(v) for n, v in part.items() if n not in ("provider_name", "schema_version")}
    return [_values(v) for v in part] if isinstance(part, list) else part


def _steps(folder: Path, steps: Sequence[Step | str]) -> Any:
    written: set[str] = set()
    for given in steps:
        step = Step(given) if isinstance(given, str) else given
        for name in written - step.files.keys():
            (folder / name).unlink()
        written = set(step.files)
        for name, text in {"main.tf": step.main, **step.files}.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text)
        yield step


def _options(options: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"targets": [], "replace": [], "variables": []}
    names = {"-target": "targets", "-replace": "replace", "-var": "variables"}
    for option in options:
        name, _, value = option.partition("=")
        if name == "-destroy":
            found["mode"] = Mode.DESTROY
        elif name == "-refresh-only":
            found["mode"] = Mode.REFRESH_ONLY
        else:
            found[names[name]].append(value)
    return found


def _terraform(folder: Path, *arguments: str) -> str:
    empty = folder / "empty.tfrc"
    empty.touch()
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(empty)}
    done = subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"terraform {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout
