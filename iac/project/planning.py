"""Making plans: from the configuration, of imports and of reverts, and from a file.

Owns how the layers below are put together for a plan; leaves applying it to `iac.project.applying`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from iac.address import ResourceInstance, Target
from iac.audit.ids import next_id
from iac.config.loader import SnapshotFiles, is_config_file
from iac.config.model import Config
from iac.config.variables import VariableOption, collect_inputs, refuse_settled, resolve_ephemeral
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, error, warning
from iac.engine.change import refuse_prevented
from iac.engine.check_results import KEEPS_CHECKS
from iac.engine.generating import GeneratedBlock, generate, refuse_existing, take_without_block, write_generated
from iac.engine.imports import import_block, without_place
from iac.engine.operations import UNREFRESHED
from iac.engine.options import PlanOptions
from iac.engine.planner import Planner
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.refresh import Progress, silent
from iac.engine.relevance import RELEVANT, relevant_attributes
from iac.engine.revert_targets import events_to_revert
from iac.engine.reverting import Reversion, plan_reversion
from iac.plan.model import Action, Change, Mode, Plan
from iac.plan.records import PlanRecord, find_plan
from iac.plan.saved import read_plan, write_plan
from iac.project.opened import Opened, present_time
from iac.state.model import State
from iac.state.store import StateReader
from iac.values.value import Value


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


class PlanFailed(DiagnosticsError):  # noqa: N818  it is the diagnostics that name the errors
    """Planning met mistakes; `plan` has what was planned before."""

    def __init__(self, diagnostics: Iterable[Diagnostic], plan: Plan) -> None:
        super().__init__(diagnostics)
        self.plan = plan


class Planning(Opened):
    """What makes plans."""

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
        timestamp = present_time()
        generated: Sequence[GeneratedBlock] = ()
        if generate_to is not None:
            make = partial(self._planner, state=state, inputs=inputs, options=options, timestamp=timestamp)
            ready, generated = self._generate(generate_to, ready, make)
        planner = self._planner(ready, state, inputs, options, timestamp, progress or silent)
        try:
            self._run(planner, diagnostics)
        except DiagnosticsError as problem:
            plan = replace(_plan_of(planner, self.workspace, timestamp, ()), variables=inputs, errored=True)
            raise PlanFailed(problem.diagnostics, plan) from None
        plan = _plan_of(planner, self.workspace, timestamp, generated)
        given = self._given_ephemerals(ready.config, variables, answers or {})
        plan = replace(plan, variables=inputs, diagnostics=list(diagnostics), ephemeral_variables=given)
        if plan.drift:
            plan = replace(plan, extra={**plan.extra, RELEVANT: relevant_attributes(plan, ready)})
        return PlannedRun(plan, ready, state, ready.config.sources)

    def _run(self, planner: Planner, diagnostics: Diagnostics) -> None:
        """Lets it plan, and collects what is to be said of that. Raises `DiagnosticsError` when there are mistakes."""
        options = planner.options
        if options.targets:
            diagnostics.add(_TARGETED)
        if options.excludes:
            diagnostics.add(_EXCLUDED)
        planner.run()
        if planner.diagnostics.has_errors:
            self.refuse_invalid(planner.prepared)
        diagnostics.extend(planner.diagnostics)
        diagnostics.raise_if_errors()
        planned = [change.address for change in planner.changes]
        diagnostics.extend(options.unmatched(planned))
        diagnostics.extend(planner.selection.meaningless(planned))

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
            self.refuse_invalid(prepared)
            planner.diagnostics.raise_if_errors()
        generated = generate(planner, blocks)
        if not generated:
            return prepared, ()
        name = path.name if path.parent == Path(".") and is_config_file(path.name) else "__generated__.tf"
        content = write_generated(self.directory / path, generated)
        prepared, _ = self.load(SnapshotFiles({**config.sources, name: content}))
        prepared.config.given_at.update(config.given_at)
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
        try:
            run = self.plan(options, variables, answers=answers, progress=progress, prepared=prepared)
        except DiagnosticsError as problem:
            raise DiagnosticsError(without_place(d for d in problem.diagnostics if d != _TARGETED)) from None
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
            extra={KEEPS_CHECKS: True},
        )
        return replace(run, plan=replace(alone, diagnostics=[d for d in alone.diagnostics if d != _TARGETED]))

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
            present_time(),
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

    def recorded_plan(self, reference: str) -> PlanRecord:
        """The record of a plan: by its id, the beginning of that, or the file that it was saved in. Raises
        `DiagnosticsError`."""
        path = self.directory / reference
        return find_plan(self.database, read_plan(path, self.schema_of)[0].id if path.is_file() else reference)

    def load_plan(self, path: Path, variables: Sequence[VariableOption] | None = None) -> PlannedRun:
        """Reads a saved plan; it brings its own configuration. Raises `DiagnosticsError`.

        To apply it, the ephemeral variables that were set for it must be set again: `variables` are the options for
        that. None to look at the plan only.
        """
        plan, sources = read_plan(self.directory / path, self.schema_of)
        if variables is not None and plan.workspace != self.workspace:
            raise DiagnosticsError(
                error(
                    "The plan is for another workspace",
                    f'It was made for workspace "{plan.workspace}", and the selected one is "{self.workspace}".',
                )
            )
        prepared, _ = self.load(SnapshotFiles(sources), require_files=False)
        if variables is not None:
            plan = replace(plan, variables={**plan.variables, **self._ephemerals(prepared.config, plan, variables)})
        return PlannedRun(plan, prepared, StateReader(self.database, plan.workspace).load(), sources)

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


def _plan_of(planner: Planner, workspace: str, timestamp: str, generated: Sequence[GeneratedBlock]) -> Plan:
    """What a planner has found, as a plan: its changes by address, each with the configuration made for it."""
    options, state = planner.options, planner.state
    changes = sorted(planner.changes, key=lambda c: (c.address.sort_key(), c.deposed or ""))
    position = {id(change): index for index, change in enumerate(changes)}
    texts = {block.address: block.text for block in generated}
    return Plan(
        next_id(""),
        options.mode,
        workspace,
        state.lineage,
        state.serial,
        timestamp,
        changes=[replace(c, generated_config=texts[c.address]) if c.address in texts else c for c in changes],
        order=[position[id(change)] for change in planner.changes],
        drift=planner.refresher.drift,
        data=planner.data,
        forgotten_data=planner.forgotten_data,
        outputs=planner.outputs,
        checks=planner.checks,
        targets=[*(str(t) for t in options.targets), *(f"-{e}" for e in options.excludes)],
        replace=[str(t) for t in options.replace],
        extra={} if options.refresh else {UNREFRESHED: True},
    )


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


def _no_block(address: ResourceInstance) -> Diagnostic:
    where = f'module "{address.module[-1].name}"' if address.module else "the root module"
    resource = address.resource
    return error(
        f'Resource address "{address}" does not exist in the configuration',
        f"Before importing this resource, please create its configuration in {where}. For example:\n\n"
        f'resource "{resource.type}" "{resource.name}" {{\n  # (resource arguments)\n}}',
    )
