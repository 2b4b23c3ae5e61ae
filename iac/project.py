"""The facade: what can be done with a directory of configuration and its database.

Everything outside (the CLI, tests, other programs) goes through `Project`. Owns how the layers below are put
together for one task; leaves asking the user and showing results to the caller.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from iac.address import Resource, ResourceInstance, Target
from iac.audit.chain import digest_key
from iac.audit.filters import EventFilter, TargetFilter, age
from iac.audit.ids import next_id
from iac.audit.log import AuditLog
from iac.audit.origin import collect_origin
from iac.audit.query import events
from iac.audit.record import TOOL, Origin
from iac.audit.sensitive import digester
from iac.config.loader import DirectoryFiles, Files, SnapshotFiles, is_config_file, load_config
from iac.config.model import Config
from iac.config.variables import (
    InputValue,
    VariableOption,
    collect_inputs,
    refuse_settled,
    resolve,
    resolve_ephemeral,
)
from iac.database import Database, DatabaseNotFound
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, did_you_mean, error, warning
from iac.engine.applier import Applier, ApplyResult, Observer
from iac.engine.change import refuse_prevented
from iac.engine.evaluator import Evaluator
from iac.engine.generating import GeneratedBlock, generate, refuse_existing, take_without_block, write_generated
from iac.engine.imports import import_block
from iac.engine.inspection import Inspection
from iac.engine.log_check import LogCheck, check_log
from iac.engine.objects import decode
from iac.engine.operations import Operations
from iac.engine.options import PlanOptions
from iac.engine.planner import Planner
from iac.engine.prepare import Prepared, prepare
from iac.engine.providers import Providers
from iac.engine.refresh import Progress, silent
from iac.engine.revert_run import RevertOperations, RevertSettling, RevertWriter, is_revert
from iac.engine.revert_targets import events_to_revert
from iac.engine.reverting import Reversion, plan_reversion
from iac.engine.settling import Settling
from iac.engine.staleness import outdated, touched
from iac.engine.state_edits import Edit, StateEditor
from iac.engine.validator import validate_prepared
from iac.hcl.evaluate import evaluate_template
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.type_function import with_type_function
from iac.plan.model import Action, Change, Mode, Plan
from iac.plan.records import APPLIED, FAILED, INTERRUPTED, PARTLY_APPLIED, STALE, PlanRecorder, RunRecord
from iac.plan.saved import read_plan, write_plan
from iac.providers.registry import Registry
from iac.schema import ResourceSchema
from iac.state.lock import lock
from iac.state.model import State
from iac.state.store import (
    DEFAULT_WORKSPACE,
    StateReader,
    StateWriter,
    create_workspace,
    delete_workspace,
    workspaces,
)
from iac.state.workspaces import check_name, select_workspace
from iac.storage import open_storage
from iac.values.value import Value

if TYPE_CHECKING:  # each is for one command
    from iac.engine.database_check import Finding
    from iac.engine.database_facts import DatabaseFacts


@dataclass(frozen=True)
class PlannedRun:
    """A plan together with what applying it needs: the prepared configuration and the state planned on."""

    plan: Plan
    prepared: Prepared
    state: State
    sources: Mapping[str, bytes]

    @property
    def diagnostics(self) -> Sequence[Diagnostic]:
        """Warnings and errors of planning."""
        return self.plan.diagnostics


class Project:
    """A directory of configuration, a database and a workspace.

    `environment` stands for the process's environment variables. `create` says whether a database that does not
    exist is made: what only asks should not make one. The database is opened when first needed,
    and closed by `close` or at the end of a `with` block.
    """

    def __init__(
        self,
        directory: Path,
        database: str,
        environment: Mapping[str, str],
        workspace: str = "default",
        *,
        create: bool = True,
    ) -> None:
        self.directory = directory
        self.location = database
        self.environment = environment
        self.workspace = workspace
        self.create = create
        self.sources: dict[str, bytes] = {}

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the database if it was opened."""
        opened = self.__dict__.pop("database", None)
        if opened is not None:
            opened.close()

    @cached_property
    def database(self) -> Database:
        """The database; created when it does not exist, where that is wanted. Raises `DiagnosticsError` when it
        cannot be used."""
        return open_storage(self.location, create=self.create)

    @cached_property
    def registry(self) -> Registry:
        """The providers there are."""
        return Registry(lambda: self.database)

    # --- configuration ---

    def load(self, files: Files | None = None, *, require_files: bool = True) -> tuple[Prepared, Diagnostics]:
        """Reads and validates the configuration; returns it with the warnings.

        Raises `DiagnosticsError` with everything that is wrong.
        """
        diagnostics = Diagnostics()
        config = load_config(files or DirectoryFiles(self.directory), diagnostics, require_files=require_files)
        self.sources.update(config.sources)
        return prepare(config, self.registry, diagnostics), diagnostics

    def validate(self) -> Diagnostics:
        """Everything that is wrong with the configuration without looking at variables' values or state."""
        try:
            prepared, diagnostics = self.load()
            validate_prepared(prepared, self.evaluator(prepared.config, during_plan=True), diagnostics)
        except DiagnosticsError as problem:
            return Diagnostics(list(problem.diagnostics))
        return diagnostics

    def evaluator(self, config: Config, *, during_plan: bool, timestamp: str | None = None) -> Evaluator:
        """An evaluator with the functions of the language, bound to the directory."""
        functions = function_table(
            FunctionContext(
                self.directory,
                None if during_plan else timestamp,
                timestamp,
                during_plan,
                evaluate_template,
            )
        )
        return Evaluator(config, self.workspace, functions, applying=not during_plan)

    def inputs(
        self,
        config: Config,
        options: Sequence[VariableOption],
        given: Mapping[str, str],
        diagnostics: Diagnostics,
        *,
        unset: Container[str] = (),
    ) -> dict[str, Value]:
        """The values of the root variables; `given` are answers of the user to questions. Those in `unset` are left
        out; without them, a variable that has no value is an error."""
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, diagnostics)
        found.update((name, InputValue("input", text=text)) for name, text in given.items())
        values = {}
        failed = diagnostics.has_errors  # then what has no value may have one in what could not be read
        for name, variable in config.root.variables.items():
            if name in unset or (failed and name not in found and variable.default is None):
                continue
            value = resolve(variable, found.get(name), diagnostics)
            if value is not None:
                values[name] = value
        return values

    def missing_variables(self, config: Config, options: Sequence[VariableOption]) -> list[str]:
        """The root variables that have neither a value nor a default."""
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, Diagnostics())
        return [n for n, v in config.root.variables.items() if v.default is None and n not in found]

    # --- plan ---

    def plan(
        self,
        options: PlanOptions | None = None,
        variables: Sequence[VariableOption] = (),
        *,
        answers: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        prepared: tuple[Prepared, Diagnostics] | None = None,
        generate_to: Path | None = None,
    ) -> PlannedRun:
        """Makes a plan. Raises `DiagnosticsError` when there is none to make because of the user's mistakes.

        `generate_to` is a new file for the configuration of objects to import that have none; it is written only
        where there are such.
        """
        options = options or PlanOptions()
        ready, diagnostics = prepared or self.load(require_files=options.mode is not Mode.DESTROY)
        inputs = self.inputs(ready.config, variables, answers or {}, diagnostics)
        diagnostics.raise_if_errors()
        state = self.state()
        timestamp = _now()
        generated: Sequence[GeneratedBlock] = ()
        if generate_to is not None:
            make = partial(self._planner, state=state, inputs=inputs, options=options, timestamp=timestamp)
            ready, generated = self._generate(generate_to, ready, make)
        planner = self._planner(ready, state, inputs, options, timestamp, progress or silent)
        if options.targets:
            diagnostics.add(_TARGETED)
        if options.excludes:
            diagnostics.add(_EXCLUDED)
        planner.run()
        if planner.diagnostics.has_errors:
            self._refuse_invalid(ready)
        diagnostics.extend(planner.diagnostics)
        diagnostics.raise_if_errors()
        changes = sorted(planner.changes, key=lambda c: (c.address.sort_key(), c.deposed or ""))
        position = {id(change): index for index, change in enumerate(changes)}
        texts = {block.address: block.text for block in generated}
        plan = Plan(
            next_id(""),
            options.mode,
            self.workspace,
            state.lineage,
            state.serial,
            timestamp,
            inputs,
            [replace(c, generated_config=texts[c.address]) if c.address in texts else c for c in changes],
            [position[id(change)] for change in planner.changes],
            planner.refresher.drift,
            planner.data,
            planner.forgotten_data,
            planner.outputs,
            planner.checks,
            [*(str(t) for t in options.targets), *(f"-{e}" for e in options.excludes)],
            [str(t) for t in options.replace],
            list(diagnostics),
            ephemeral_variables=self._given_ephemerals(ready.config, variables, answers or {}),
        )
        return PlannedRun(plan, ready, state, ready.config.sources)

    def _planner(
        self,
        prepared: Prepared,
        state: State,
        inputs: Mapping[str, Value],
        options: PlanOptions,
        timestamp: str,
        progress: Progress = silent,
    ) -> Planner:
        evaluator = self.evaluator(prepared.config, during_plan=True, timestamp=timestamp)
        return Planner(prepared, state, Providers(prepared), evaluator, inputs, options, progress)

    def _generate(
        self, path: Path, prepared: Prepared, planner_of: Callable[[Prepared], Planner]
    ) -> tuple[Prepared, Sequence[GeneratedBlock]]:
        """Writes the configuration for objects to import that have none; returns the whole with it. Raises
        `DiagnosticsError`."""
        refuse_existing(self.directory / path)
        config = prepared.config
        blocks = take_without_block(config)
        if not blocks:
            return prepared, ()
        planner = planner_of(prepared)
        planner.run()
        if planner.diagnostics.has_errors:
            self._refuse_invalid(prepared)
            planner.diagnostics.raise_if_errors()
        generated = generate(planner, blocks)
        if not generated:
            return prepared, ()
        name = path.name if path.parent == Path(".") and is_config_file(path.name) else "__generated__.tf"
        content = write_generated(self.directory / path, generated)
        prepared, _ = self.load(SnapshotFiles({**config.sources, name: content}))
        take_without_block(prepared.config)  # those that are not planned
        return prepared, generated

    def plan_import(
        self,
        address: ResourceInstance,
        id: str,
        variables: Sequence[VariableOption] = (),
        *,
        answers: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        prepared: tuple[Prepared, Diagnostics] | None = None,
    ) -> PlannedRun:
        """Plans to take over one existing object and nothing else: what differs from the configuration is left for
        the next plan. Raises `DiagnosticsError` when there is no such object or block."""
        prepared = prepared or self.load()
        config = prepared[0].config
        if config.resource(address.config) is None:
            raise DiagnosticsError(_no_block(address))
        if address in self.state().instances:
            raise DiagnosticsError(
                error(
                    "Resource already managed by iac",
                    f"iac is already managing an object for {address}. To import to this address you must first remove "
                    "the existing object from the state.",
                )
            )
        config.root.imports.append(import_block(address, id))
        target = Target(address.module, address.resource, address.key, True)
        options = PlanOptions(targets=[target])
        run = self.plan(options, variables, answers=answers, progress=progress, prepared=prepared)
        change = next((c for c in run.plan.changes if c.address == address), None)
        if change is None:
            raise DiagnosticsError(_no_block(address))
        before = change.change.before
        change = replace(change, change=Change(Action.NO_OP, before, before), reason=None, replace_paths=())
        alone = replace(
            run.plan,
            changes=[change],
            order=[0],
            drift=[],
            data=[],
            forgotten_data=[],
            outputs=[],
            checks=[],
            targets=[],
        )
        return replace(run, plan=replace(alone, diagnostics=[d for d in alone.diagnostics if d != _TARGETED]))

    def _refuse_invalid(self, prepared: Prepared) -> None:
        """Raises `DiagnosticsError` when the configuration is wrong whatever the values: that is said first."""
        problems = Diagnostics()
        validate_prepared(prepared, self.evaluator(prepared.config, during_plan=True), problems)
        problems.raise_if_errors()

    def plan_revert(self, reference: str) -> PlannedRun:
        """Makes a plan that undoes an event or all events of a run; `reference` is its id or the beginning of one.

        What cannot be undone is a warning of the plan. Raises `DiagnosticsError` when there is no such event or run,
        or nothing of it can be undone because of conflicts.
        """
        state = self.state()
        # No configuration says what is to be: the log does.
        prepared, _ = self.load(SnapshotFiles({}), require_files=False)
        events, run = events_to_revert(self.database, reference)
        reversion = plan_reversion(self.database, prepared, state, events, run)
        self._refuse_prevented(reversion)
        changes = sorted(reversion.changes, key=lambda change: change.address.sort_key())
        position = {id(change): index for index, change in enumerate(changes)}
        plan = Plan(
            next_id(""),
            Mode.NORMAL,
            self.workspace,
            state.lineage,
            state.serial,
            _now(),
            changes=changes,
            order=[position[id(change)] for change in reversion.changes],
            diagnostics=reversion.conflicts,
            extra=reversion.extra,
        )
        return PlannedRun(plan, prepared, state, {})

    def _refuse_prevented(self, reversion: Reversion) -> None:
        """Raises `DiagnosticsError` when the configuration forbids to destroy an object that would be deleted."""
        doomed = [address for address in reversion.deleted if str(address) not in reversion.unmanaged]
        if doomed:
            config = self.load(require_files=False)[0].config
            for address in doomed:
                refuse_prevented(config.resource(address.config), address)

    def save_plan(self, run: PlannedRun, path: Path) -> None:
        """Writes a plan to a file, relative to the project's directory. Raises `DiagnosticsError`."""
        write_plan(self.directory / path, run.plan, run.sources)

    def load_plan(self, path: Path, variables: Sequence[VariableOption] | None = None) -> PlannedRun:
        """Reads a saved plan; it brings its own configuration. Raises `DiagnosticsError`.

        To apply it, the ephemeral variables that were set for it must be set again: `variables` are the options for
        that. None to look at the plan only.
        """
        plan, sources = read_plan(self.directory / path, self.schema_of)
        if plan.workspace != self.workspace:
            raise DiagnosticsError(
                error(
                    "The plan is for another workspace",
                    f'It was made for workspace "{plan.workspace}", and the selected one is "{self.workspace}".',
                )
            )
        prepared, _ = self.load(SnapshotFiles(sources), require_files=False)
        if variables is not None:
            plan = replace(plan, variables={**plan.variables, **self._ephemerals(prepared.config, plan, variables)})
        return PlannedRun(plan, prepared, self.state(), sources)

    def _ephemerals(self, config: Config, plan: Plan, options: Sequence[VariableOption]) -> dict[str, Value]:
        """The ephemeral variables to apply a saved plan with. Raises `DiagnosticsError`."""
        diagnostics = Diagnostics()
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, diagnostics)
        refuse_settled(config.root, options, diagnostics)
        values = resolve_ephemeral(config.root, plan.ephemeral_variables, found, diagnostics)
        diagnostics.raise_if_errors()
        return values

    def _given_ephemerals(
        self, config: Config, options: Sequence[VariableOption], answers: Mapping[str, str]
    ) -> list[str]:
        """The ephemeral root variables that are given a value."""
        names = [n for n, v in config.root.variables.items() if v.ephemeral]
        if not names:
            return []
        found = collect_inputs(config.root, self.directory, self.environment, options, self.sources, Diagnostics())
        return [n for n in names if n in found or n in answers]

    def schema_of(self, provider: str, resource: Resource) -> ResourceSchema:
        """The schema of a resource type or data source. Raises KeyError when there is none."""
        schema = self.registry.schema(provider)
        return (schema.data_sources if resource.mode == "data" else schema.resources)[resource.type]

    def schema_of_type(self, resource: Resource) -> ResourceSchema:
        """The schema of a resource type or data source of whatever provider has it. Raises KeyError."""
        return self.schema_of(resource.type.partition("_")[0], resource)

    # --- records ---

    @cached_property
    def recorder(self) -> PlanRecorder:
        """What keeps plans and runs in the database."""
        return PlanRecorder(self.database, digester(digest_key(self.database)))

    def record_plan(self, run: PlannedRun, message: str | None = None) -> None:
        """Keeps a plan, without its secrets. Applying one keeps it as well."""
        self.recorder.record_plan(run.plan, self.origin(message))

    # --- apply ---

    def lock(self, operation: str, timeout: float = 0.0, *, enabled: bool = True) -> AbstractContextManager[object]:
        """The workspace's lock, held while state may change; nothing when not `enabled`.

        `timeout` is how many seconds to wait for another holder. Raises `DiagnosticsError` when it is taken.
        """
        if not enabled:
            return nullcontext()
        return lock(self.database, self.workspace, operation, self.origin().user, timeout)

    def origin(self, message: str | None = None) -> Origin:
        """Who acts, and where: for the events of a run."""
        return collect_origin(self.directory, self.environment, self.workspace, message)

    def apply(
        self,
        run: PlannedRun,
        observer: Observer,
        *,
        message: str | None = None,
        stopping: Callable[[], bool] = lambda: False,
        strict_serial: bool = False,
    ) -> tuple[ApplyResult, Origin]:
        """Applies a plan; the caller holds the lock. Returns what was done and under which run.

        Raises `DiagnosticsError` when the plan is stale: when something that it changes, or is computed from, was
        changed since; with `strict_serial` when anything in the state was (Terraform's rule).
        """
        plan = run.plan
        state = self.state()
        try:
            known_to_differ = _refuse_stale(run, state, strict_serial)
        except DiagnosticsError:
            self.recorder.set_status(plan.id, STALE)
            raise
        origin = replace(self.origin(message), run_id=str(uuid.uuid4()), plan_id=plan.id)
        log = AuditLog(self.database)
        evaluator = self.evaluator(run.prepared.config, during_plan=False, timestamp=_now())
        problems = Diagnostics()
        parts = plan, run.prepared, Providers(run.prepared), evaluator, state, problems, known_to_differ
        if is_revert(plan):
            writer: StateWriter = RevertWriter(self.database, self.workspace, plan)
            settling: Settling = RevertSettling(*parts)
            operations: Operations = RevertOperations(settling, state, writer, log)
        else:
            writer, settling = StateWriter(self.database, self.workspace), Settling(*parts)
            operations = Operations(settling, state, writer, log)
        applier = Applier(plan, state, self.database, writer, log, origin, operations, observer, stopping)
        record = self.recorder.begin_run(plan, origin)
        result = applier.run()
        result.diagnostics.extend(problems)
        self.recorder.end_run(_ended(record, result))
        return result, origin

    def drift_causes(self, plan: Plan) -> dict[ResourceInstance, str]:
        """For each object that was changed outside, who did it, as far as the audit log knows."""
        causes = {}
        now = datetime.now(UTC)
        for drift in plan.drift[:_MOST_CAUSES]:
            identity = (drift.change.before.raw or {}).get("id")
            if identity is None or not isinstance(identity.raw, str):
                continue
            wanted = EventFilter(targets=(TargetFilter(word=identity.raw),), limit=1)
            last = next(iter(events(self.database, wanted)), None)
            if last is not None and last.tool != TOOL:
                verb = "deleted" if last.event_type == "DELETE" else "changed"
                ago = age(last.timestamp, now)
                causes[drift.address] = f"{verb} by {last.user} with {last.tool}, {ago}, event {last.id}"
        return causes

    def check_log(self) -> LogCheck:
        """Compares the present, rebuilt from the audit log, with the objects there are."""
        return check_log(self.database, self.registry)

    # --- the database ---

    def check_database(self) -> list[Finding]:
        """What every check of the database finds."""
        from iac.engine.database_check import check_database

        return check_database(self.database, self.registry)

    def database_facts(self) -> DatabaseFacts:
        """What is in the database and how large it is."""
        from iac.engine.database_facts import database_facts

        return database_facts(self.database)

    def back_up(self, target: Path, *, replace: bool = False) -> int:
        """Copies the database to a file relative to the project's directory; returns the size of the copy. Raises
        `DiagnosticsError` when that is there already, unless it is to be replaced."""
        from iac.database.upkeep import copy_database

        return copy_database(self.database, self.directory / target, replace=replace)

    # --- console ---

    def console(self, variables: Sequence[VariableOption] = ()) -> tuple[Inspection, Diagnostics]:
        """What `iac console` asks: the configuration, if there is one, evaluated over the state; and the warnings.

        Root variables without a value are unknown, as is everything where nothing was applied yet. The database is
        read once and closed. Raises `DiagnosticsError` when the configuration or the variables are wrong.
        """
        prepared, diagnostics = self.load(require_files=False)
        missing = self.missing_variables(prepared.config, variables)
        inputs = self.inputs(prepared.config, variables, {}, diagnostics, unset=missing)
        diagnostics.raise_if_errors()
        try:
            state = self.state()
        except DatabaseNotFound:
            state = State(self.workspace)
        self.close()
        now = _now()
        context = FunctionContext(self.directory, now, now, evaluate_template=evaluate_template)
        functions = with_type_function(function_table(context))
        evaluator = Evaluator(prepared.config, self.workspace, functions, applying=False)
        return Inspection(prepared, evaluator, inputs, state), diagnostics

    # --- workspaces ---

    def workspaces(self) -> Sequence[str]:
        """The names of the workspaces, the selected one included even where nothing was written to it yet."""
        names = workspaces(self.database)
        return names if self.workspace in names else [*names, self.workspace]

    def create_workspace(self, name: str) -> None:
        """Makes an empty workspace and selects it. Raises `DiagnosticsError`."""
        check_name(name)
        with self.database.transaction():
            if name in workspaces(self.database):
                raise DiagnosticsError(
                    error(f'Workspace "{name}" already exists', "Choose another name, or select it.")
                )
            create_workspace(self.database, name)
        self.select_workspace(name)

    def select_workspace(self, name: str) -> None:
        """Works in another workspace from now on. Raises `DiagnosticsError` when there is none of that name."""
        self._refuse_unknown(name)
        select_workspace(self.directory, self.environment, name)
        self.workspace = name

    def delete_workspace(self, name: str, *, force: bool, lock: bool = True, timeout: float = 0.0) -> int:
        """Deletes a workspace that is not selected; returns how many objects were forgotten with it.

        Objects stay where they are. Raises `DiagnosticsError` when it has some and not `force`.
        """
        self._refuse_unknown(name)
        if name in (self.workspace, DEFAULT_WORKSPACE):
            which = "your active workspace" if name == self.workspace else "the default workspace"
            raise DiagnosticsError(
                error(
                    f'Workspace "{name}" is {which}',
                    "You cannot delete the currently active workspace. Please switch to another workspace and try "
                    "again."
                    if name == self.workspace
                    else "The default workspace always exists and cannot be deleted.",
                )
            )
        other = Project(self.directory, self.location, self.environment, name, create=False)
        with other, other.lock("workspace delete", timeout, enabled=lock):
            addresses = sorted({*other.state().instances, *(a for a, _ in other.state().deposed)})
            if addresses and not force:
                raise DiagnosticsError(_not_empty(name, addresses))
            if addresses:
                other.edit_state(lambda editor, state: editor.forget(addresses))
        delete_workspace(self.database, name)
        return len(addresses)

    def _refuse_unknown(self, name: str) -> None:
        names = workspaces(self.database)
        if name not in names:
            raise DiagnosticsError(
                error(
                    f'Workspace "{name}" doesn\'t exist',
                    f'You can create this workspace with the "new" subcommand or include the "-or-create" flag with '
                    f'the "select" subcommand.{did_you_mean(name, names)}',
                )
            )

    # --- state ---

    def state(self) -> State:
        """The state of the workspace."""
        return StateReader(self.database, self.workspace).load()

    def edit_state(self, edit: Edit, *, message: str | None = None) -> None:
        """Changes the state by hand, in one transaction with its events; the caller holds the lock. What `edit`
        raises undoes all of it."""
        with self.database.transaction():
            state = self.state()
            origin = replace(self.origin(message), run_id=str(uuid.uuid4()))
            writer = StateWriter(self.database, self.workspace)
            editor = StateEditor(state, writer, AuditLog(self.database), self.registry, origin)
            edit(editor, state)

    def decoded(self, state: State) -> dict[ResourceInstance, Value]:
        """Every object of a state as a marked value."""
        return {
            address: decode(stored, self.schema_of(stored.provider, address.resource))
            for address, stored in sorted(state.instances.items(), key=lambda item: item[0].sort_key())
        }


_MOST_CAUSES = 1000
"""For how many objects the cause of drift is looked up; nobody reads more."""

_TARGETED = warning(
    "Resource targeting is in effect",
    "You are creating a plan with the -target option, which means that the result of this plan may not represent all "
    "of the changes requested by the current configuration.\n\nThe -target option is not for routine use, and is "
    "provided only for exceptional situations such as recovering from errors or mistakes.",
)


_EXCLUDED = warning(
    "Resources are excluded",
    "You are creating a plan with the -exclude option, which leaves these resources, and what depends on them, as they "
    "are: the result of this plan may not represent all of the changes requested by the current configuration.",
)


def _ended(record: RunRecord, result: ApplyResult) -> RunRecord:
    """The record of a run with what came of it."""
    status = APPLIED
    if result.interrupted:
        status = INTERRUPTED
    elif not result.succeeded:
        status = PARTLY_APPLIED if result.operations else FAILED
    first = next(iter(result.diagnostics.errors), None)
    return replace(
        record,
        status=status,
        imported=result.imported,
        added=result.added,
        changed=result.changed,
        destroyed=result.destroyed,
        error=None if first is None else f"{first.summary}: {first.detail}" if first.detail else first.summary,
        durations=result.durations,
    )


def _no_block(address: ResourceInstance) -> Diagnostic:
    where = f'module "{address.module[-1].name}"' if address.module else "the root module"
    resource = address.resource
    return error(
        f'Resource address "{address}" does not exist in the configuration',
        f"Before importing this resource, please create its configuration in {where}. For example:\n\n"
        f'resource "{resource.type}" "{resource.name}" {{\n  # (resource arguments)\n}}',
    )


def _not_empty(name: str, addresses: Sequence[ResourceInstance]) -> Diagnostic:
    listed = "".join(f"\n  - {address}" for address in addresses)
    return error(
        "Workspace is not empty",
        f'Workspace "{name}" is currently tracking the following resource instances:{listed}\n\nDeleting this '
        "workspace would cause iac to lose track of any associated objects, which would then require you to delete "
        "them outside of iac. You should destroy these objects with iac before deleting the workspace.\n\nIf you want "
        "to delete this workspace anyway, and have iac forget about these managed objects, use the -force option to "
        "disable this safety check.",
    )


def _refuse_stale(run: PlannedRun, state: State, strict_serial: bool) -> frozenset[ResourceInstance]:
    """Raises `DiagnosticsError` when a plan no longer fits the state; returns the objects that have changed since,
    which then do not matter to it."""
    plan = run.plan
    if plan.lineage and plan.lineage != state.lineage:
        raise DiagnosticsError(
            error(
                "Saved plan does not match the given state",
                "The given plan file can not be applied because it was created from a different state lineage.",
            )
        )
    if plan.serial == state.serial:
        return frozenset()
    differing = outdated(plan, state)
    blocks = touched(plan, run.prepared.graph)
    concerned = sorted((a for a in differing if a.config in blocks), key=ResourceInstance.sort_key)
    if not concerned and not strict_serial:
        return differing
    listed = "".join(f"\n  - {address}" for address in concerned[:_MOST_STALE])
    more = f"\n  - and {len(concerned) - _MOST_STALE} more" if len(concerned) > _MOST_STALE else ""
    which = f"\n\nThese objects have changed since, which the plan is about:{listed}{more}" if concerned else ""
    raise DiagnosticsError(
        error(
            "Saved plan is stale",
            "The given plan file can no longer be applied because the state was changed by another operation after the "
            f"plan was created.{which}",
        )
    )


_MOST_STALE = 10


def _now() -> str:
    """The present, as plans and `timestamp()` have it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
