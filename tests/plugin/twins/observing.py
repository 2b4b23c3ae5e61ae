"""What a step of a case did, on one side: plan, text, outputs, objects, events; ids, times and secrets of their own
replaced by what they stand for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from kit import Lab, Recording
from plugin.running import Terraform
from plugin.twins.cases import Outside, Step

from iac.audit.record import Event
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.engine.applier import ApplyResult
from iac.plan.model import Mode
from iac.platform.api import Platform
from iac.platform.schemas import KINDS
from iac.values.codec import loads
from iac.views.plan_json import plan_to_json
from iac.views.plan_text import render_plan

_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_SECRET = re.compile(r"(token: )[\w-]{43}|(\"password\": \")[\w-]{32}(?=\")|(hmac-sha256:)[0-9a-f]{64}")
_PLAN_PARTS = ("resource_changes", "resource_drift", "output_changes", "applyable", "complete")
_UNKNOWN_TO_PROVIDERS = frozenset({"IMPORT", "MOVE", "FORGET"})
"""Events of the state, which Terraform does not tell a provider of. Nor does it tell addresses, and what forced a
replacement it tells only sometimes; those parts of events are not compared either."""


class Side(Protocol):
    """One of the two: it has a laboratory, and plans and applies a step in it."""

    lab: Lab

    def run(self, step: Step) -> dict[str, Any]:
        """The plan, its text, errors and outputs, as they are."""
        ...


def observe(side: Side, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Every step of a case, in a form in which both sides can be compared."""
    found = []
    seen = 0
    for step in steps:
        for act in step.outside:
            _act(side.lab, act)
        for name, text in {**step.files, "main.tf": step.main}.items():
            path = side.lab.directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(_with_ids(side.lab, text))
        told = side.run(step)
        events = side.lab.events()
        told["objects"] = _objects(side.lab)
        told["events"] = sorted((_event(e) for e in events[seen:] if _is_comparable(e)), key=json.dumps)
        seen = len(events)
        found.append(_plain(told, events))
    return found


# --- the console ---------------------------------------------------------------------------------------------


def _act(lab: Lab, act: Outside) -> None:
    attributes = json.loads(_with_ids(lab, json.dumps(dict(act.attributes))))
    if act.verb == "create":
        lab.outside(lambda platform, operation: platform.create(act.kind, {"name": act.name, **attributes}, operation))
        return
    id = _id_of(lab, act.kind, act.name)
    if act.verb == "update":
        lab.outside(lambda platform, operation: platform.update(act.kind, id, attributes, operation))
    else:
        lab.outside(lambda platform, operation: platform.delete(act.kind, id, operation))


def _id_of(lab: Lab, kind: str, name: str) -> str:
    listed = lab.outside(lambda platform, operation: platform.list(kind))
    return str(next(o["id"] for o in listed if o["name"] == name))


def _with_ids(lab: Lab, text: str) -> str:
    return re.sub(r"@\{(\w+) ([^}]+)\}", lambda match: _id_of(lab, match[1], match[2]), text)


def _objects(lab: Lab) -> dict[str, Any]:
    def everything(platform: Platform, operation: object) -> dict[str, Any]:
        return {kind: platform.list(kind) for kind in KINDS}

    found: dict[str, Any] = lab.outside(everything)
    return found


# --- events --------------------------------------------------------------------------------------------------


def _is_comparable(event: Event) -> bool:
    return event.target_type in KINDS and event.event_type not in _UNKNOWN_TO_PROVIDERS


def _event(event: Event) -> dict[str, Any]:
    names = ("event_type", "target_type", "target_name", "change", "user", "tool", "workspace", "error", "post_state")
    found = {name: getattr(event, name) for name in names}
    found["patch"] = [dict(operation) for operation in event.patch]
    return found


# --- what differs every time ---------------------------------------------------------------------------------


def _plain(told: Mapping[str, Any], events: Iterable[Event]) -> dict[str, Any]:
    text = json.dumps(told)
    for id, name in _names(events).items():
        label = f"z{id.replace('-', '')[:12]}"
        text = text.replace(id, f"<{name}>").replace(label, f"<label of {name}>")
    text = _TIME.sub("<time>", _UUID.sub("<id>", text))
    text = _SECRET.sub(lambda match: f"{next(g for g in match.groups() if g)}<secret>", text)
    found: dict[str, Any] = json.loads(text)
    return found


def _names(events: Iterable[Event]) -> dict[str, str]:
    """What each id stands for: `cluster main`, and `cluster main 2` for another one of the name."""
    found: dict[str, str] = {}
    for event in events:
        if event.event_type == "CREATE" and event.target_type in KINDS:
            name = f"{event.target_type} {event.target_name}"
            same = sum(1 for other in found.values() if other == name or other.startswith(f"{name} "))
            found[event.target_id] = f"{name} {same + 1}" if same else name
    return found


def _unwrapped(text: str) -> list[str]:
    """The text with wrapped prose on one line, as our name is shorter, and with that name."""
    return re.sub(r"(?m)(?<=\S)\n(?=[A-Za-z])(?<!:\n)", " ", _with_our_name(text)).splitlines()


def _with_our_name(text: str) -> str:
    return text.replace("Terraform", "iac").replace("terraform apply", "iac apply")


# --- the sides -----------------------------------------------------------------------------------------------


class Iac:
    """iac alone."""

    def __init__(self, directory: Path) -> None:
        self.lab = Lab(directory)

    def run(self, step: Step) -> dict[str, Any]:
        """Plans and applies by the facade."""
        given = _options(step.options)
        with self.lab.project() as project:
            try:
                run = self.lab.plan(project=project, **given)
            except DiagnosticsError as problem:
                return {"errors": _problems(problem.diagnostics)}
            document = loads(json.dumps(plan_to_json(run.plan, iac_version="0")))
            told: dict[str, Any] = {
                "plan": {part: document[part] for part in _PLAN_PARTS if part in document},
                "text": _unwrapped(render_plan(run.plan, color=False, width=78)),
            }
            errors = _problems(run.plan.diagnostics)
            if not run.plan.errored:
                with project.lock("apply"):
                    result: ApplyResult = project.apply(run, Recording())[0]
                errors = _problems(result.diagnostics)
        return {**told, "errors": errors, "outputs": self.lab.outputs()}


def _options(options: Iterable[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for option in options:
        name, _, value = option.lstrip("-").partition("=")
        if name in ("destroy", "refresh-only"):
            found["mode"] = Mode.DESTROY if name == "destroy" else Mode.REFRESH_ONLY
        elif name == "refresh":
            found["refresh"] = value == "true"
        else:
            found["targets" if name == "target" else name] = [value]
    return found


def _problems(diagnostics: Iterable[Diagnostic]) -> list[str]:
    found = []
    for d in diagnostics:
        if d.severity.value == "error":
            place = f"{d.subject.filename}:{d.subject.start.line},{d.subject.start.column}: " if d.subject else ""
            found.append(f"{place}{d.summary}: {d.detail}")
    return sorted(found)


class Real:
    """Terraform with the provider."""

    def __init__(self, terraform: Terraform) -> None:
        self.lab = terraform.lab
        self.terraform = terraform

    def run(self, step: Step) -> dict[str, Any]:
        """Plans into a file, shows it, applies it."""
        terraform = self.terraform
        terraform.write()
        terraform.run("get")
        planned = terraform.attempt("plan", "-input=false", "-json", "-out=tfplan", *step.options)
        errors = _told(planned.out)
        if errors:
            return {"errors": errors}
        document = loads(terraform.run("show", "-json", "tfplan").out)
        told = {
            "plan": {part: document[part] for part in _PLAN_PARTS if part in document},
            "text": _unwrapped(terraform.run("show", "-no-color", "tfplan").out),
        }
        applied = terraform.attempt("apply", "-input=false", "-json", "tfplan")
        outputs = {name: o["value"] for name, o in loads(terraform.run("output", "-json").out).items()}
        return {**json.loads(json.dumps(told, default=float)), "errors": _told(applied.out), "outputs": outputs}


def _told(lines: str) -> list[str]:
    found = []
    for line in lines.splitlines():
        d = loads(line).get("diagnostic")
        if d is not None and d["severity"] == "error":
            start = d["range"]["start"] if "range" in d else None
            place = f"{d['range']['filename']}:{start['line']},{start['column']}: " if start else ""
            found.append(f"{place}{d['summary']}: {_with_our_name(d['detail'])}")
    return sorted(found)
