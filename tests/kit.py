"""What tests of whole runs share: a laboratory with a directory of configuration and a database of its own.

Everything goes through `Project`, as it does for the command line.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from iac.address import ResourceInstance, parse_instance, parse_target
from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.query import events
from iac.audit.record import Event, Operation, Origin
from iac.audit.verify import verify
from iac.config.variables import VariableOption
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.engine.applier import ApplyResult
from iac.engine.options import PlanOptions
from iac.engine.selecting import parse_selector
from iac.plan.model import Action, Mode, Plan, ResourceChange
from iac.platform.api import Platform
from iac.project import PlannedRun, Project
from iac.values.codec import to_json
from iac.values.value import Value, unmark_deep
from iac.views.plan_text import render_plan

CLUSTER = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
"""

ENVIRONMENT = (
    CLUSTER
    + """
resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
}
"""
)


@dataclass
class Recording:
    """An observer that remembers what it was told: `("completed", "apply", "iac_cluster.main")`."""

    messages: list[tuple[str, str, str]] = field(default_factory=list)
    on_completed: Callable[[int], None] = lambda count: None
    count: int = 0

    def started(self, change: ResourceChange, part: str) -> None:
        self.messages.append(("started", part, _name(change)))

    def completed(self, change: ResourceChange, part: str, value: Value, seconds: float) -> None:
        self.messages.append(("completed", part, _name(change)))
        self.count += 1
        self.on_completed(self.count)

    def failed(self, change: ResourceChange, part: str, seconds: float) -> None:
        self.messages.append(("failed", part, _name(change)))

    @property
    def done(self) -> list[str]:
        """What was completed, in order: `apply terraform_data.a`."""
        return [f"{part} {name}" for kind, part, name in self.messages if kind == "completed"]

    @property
    def failures(self) -> list[str]:
        """What failed, in order."""
        return [f"{part} {name}" for kind, part, name in self.messages if kind == "failed"]


def _name(change: ResourceChange) -> str:
    return f"{change.address}{' (deposed)' if change.deposed else ''}"


@dataclass(frozen=True)
class Applied:
    """What an apply did."""

    plan: Plan
    result: ApplyResult
    origin: Origin
    recording: Recording

    @property
    def done(self) -> list[str]:
        """What was completed, in order."""
        return self.recording.done

    @property
    def errors(self) -> list[Diagnostic]:
        """What went wrong."""
        return list(self.result.diagnostics.errors)

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many were added, changed and destroyed."""
        return self.result.added, self.result.changed, self.result.destroyed


class Lab:
    """A directory of configuration with its database; `write` files, then `plan` and `apply`."""

    def __init__(self, directory: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.environment = {"IAC_USER": "ana", **(environment or {})}
        self.database = str(directory / "iac.db")
        self.workspace = "default"

    # --- files ---

    def write(self, main: str | None = None, /, **files: str) -> Lab:
        """Writes `main.tf` and others; `_` in a name given as keyword is a dot, `__` a directory separator."""
        named = {n.replace("__", "/").replace("_", "."): text for n, text in files.items()}
        if main is not None:
            named["main.tf"] = main
        for name, text in named.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        return self

    def project(self) -> Project:
        """A project of its own: use it in a `with` statement."""
        return Project(self.directory, self.database, self.environment, self.workspace)

    # --- runs ---

    def plan(
        self,
        main: str | None = None,
        *,
        mode: Mode = Mode.NORMAL,
        refresh: bool = True,
        targets: Sequence[str] = (),
        exclude: Sequence[str] = (),
        replace: Sequence[str] = (),
        variables: Sequence[str] = (),
        project: Project | None = None,
    ) -> PlannedRun:
        """Plans; raises `DiagnosticsError` when that cannot be done."""
        self.write(main)
        options = PlanOptions(
            mode,
            refresh,
            [parse_selector(t) for t in targets],
            [parse_target(r) for r in replace],
            [parse_selector(e) for e in exclude],
        )
        given = _options(variables)
        if project is not None:
            return project.plan(options, given)
        with self.project() as opened:
            return opened.plan(options, given)

    def save(self, name: str = "tfplan", **options: Any) -> Plan:
        """Plans and saves the plan in a file."""
        with self.project() as project:
            run = self.plan(project=project, **options)
            project.save_plan(run, Path(name))
        return run.plan

    def actions(self, main: str | None = None, **options: Any) -> dict[str, str]:
        """What a plan would do, by address; what stays as it is left out."""
        return actions(self.plan(main, **options).plan)

    def apply(
        self,
        main: str | None = None,
        *,
        saved: str | None = None,
        recording: Recording | None = None,
        stopping: Callable[[], bool] = lambda: False,
        strict_serial: bool = False,
        **options: Any,
    ) -> Applied:
        """Plans (unless a saved plan is named) and applies it."""
        recording = recording or Recording()
        self.write(main)
        with self.project() as project:
            if saved:
                planned = project.load_plan(Path(saved), _options(options.get("variables", ())))
            else:
                planned = self.plan(project=project, **options)
            with project.lock("apply"):
                result, origin = project.apply(planned, recording, stopping=stopping, strict_serial=strict_serial)
        return Applied(planned.plan, result, origin, recording)

    def succeed(self, main: str | None = None, **options: Any) -> Applied:
        """Applies, and finds that all went well and that nothing is left to do."""
        applied = self.apply(main, **options)
        assert applied.result.succeeded, describe(applied.errors)
        return applied

    def destroy(self, **options: Any) -> Applied:
        """Destroys everything."""
        return self.apply(mode=Mode.DESTROY, **options)

    def mistakes(self, main: str | None = None, **options: Any) -> list[str]:
        """What planning refuses, each as `main.tf:3,5: Summary`."""
        return describe(self.refused(main, **options))

    def refused(self, main: str | None = None, **options: Any) -> list[Diagnostic]:
        """The errors of a plan that cannot be made."""
        try:
            self.plan(main, **options)
        except DiagnosticsError as problem:
            return [d for d in problem.diagnostics if d.severity.value == "error"]
        raise AssertionError("the plan was made")

    # --- what there is ---

    def text(self, main: str | None = None, **options: Any) -> str:
        """The plan as people see it."""
        return render_plan(self.plan(main, **options).plan, color=False, width=80)

    def objects(self) -> dict[str, Any]:
        """The objects of the state by address, as plain data."""
        with self.project() as project:
            return {str(a): to_json(unmark_deep(v)[0]) for a, v in project.decoded(project.state()).items()}

    def values(self, attribute: str = "input") -> dict[str, Any]:
        """One attribute of every object that has it."""
        return {a: o[attribute] for a, o in self.objects().items() if attribute in o}

    def outputs(self) -> dict[str, Any]:
        """The root outputs of the state."""
        with self.project() as project:
            return {n: to_json(unmark_deep(o.value)[0]) for n, o in project.state().outputs.items()}

    def deposed(self) -> list[str]:
        """The addresses that have a deposed object."""
        with self.project() as project:
            return sorted(str(address) for address, _ in project.state().deposed)

    def events(self) -> list[Event]:
        """The audit log, oldest first."""
        with self.project() as project:
            return list(events(project.database, EventFilter(oldest_first=True)))

    def happened(self) -> list[str]:
        """The audit log in short: `CREATE iac_cluster.main`."""
        return [f"{e.event_type} {e.address or e.target_name}" for e in self.events()]

    def is_log_valid(self) -> bool:
        """Whether the chain of events holds."""
        with self.project() as project:
            return verify(project.database).is_valid

    # --- other tools ---

    def outside(self, act: Callable[[Platform, Operation], Any], user: str = "ana") -> Any:
        """Changes the platform as the console does."""
        with self.project() as project:
            platform = Platform(project.database, AuditLog(project.database))
            return act(platform, Operation(Origin(user=user, tool="console")))

    def id_of(self, address: str) -> str:
        """The id of an object."""
        return str(self.objects()[address]["id"])

    def update_outside(self, address: str, **attributes: Any) -> None:
        """Changes an object of the platform behind the back of the configuration."""
        kind = parse_instance(address).resource.type.removeprefix("iac_")
        id = self.id_of(address)
        self.outside(lambda platform, operation: platform.update(kind, id, attributes, operation))

    def delete_outside(self, address: str) -> None:
        """Deletes an object of the platform behind the back of the configuration."""
        kind = parse_instance(address).resource.type.removeprefix("iac_")
        id = self.id_of(address)
        self.outside(lambda platform, operation: platform.delete(kind, id, operation))


def _options(variables: Sequence[str]) -> list[VariableOption]:
    return [VariableOption(v[1:], True) if v.startswith("@") else VariableOption(v) for v in variables]


def actions(plan: Plan) -> dict[str, str]:
    """What a plan does, by address; what stays as it is left out."""
    return {
        f"{c.address}{' (deposed)' if c.deposed else ''}": c.action.value
        for c in plan.changes
        if c.action is not Action.NO_OP or c.previous_address is not None
    }


def change_of(plan: Plan, address: str) -> ResourceChange:
    """The change of one object."""
    wanted: ResourceInstance = parse_instance(address)
    return next(c for c in plan.changes if c.address == wanted and c.deposed is None)


def reasons(plan: Plan) -> dict[str, str]:
    """Why, by address, where the plan says so."""
    return {str(c.address): c.reason.value for c in plan.changes if c.reason is not None}


def describe(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Each diagnostic as `main.tf:3,5: Summary`."""
    found = []
    for diagnostic in diagnostics:
        where = diagnostic.subject
        place = f"{where.filename}:{where.start.line},{where.start.column}: " if where else ""
        found.append(f"{place}{diagnostic.summary}")
    return found
