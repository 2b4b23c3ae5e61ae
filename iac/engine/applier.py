"""The applier: does what a plan says, in order, and nothing else.

Each operation writes platform, state and audit event in one transaction; operations share a commit in short
groups, and are reported as done only when that is durable. Owns the execution; what to do was decided by
the planner, which this module does not know.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from iac.address import ResourceInstance
from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.config.meta import place_of
from iac.database import Database, SchemaDamaged
from iac.diagnostics import Diagnostics, DiagnosticsError
from iac.engine.graph import Node
from iac.engine.objects import encode
from iac.engine.operations import Operations
from iac.engine.schedule import APPLY, DELETE, IMPORT, Schedule, Step
from iac.plan.model import Action, Drift, Plan, ResourceChange
from iac.state.checks import CheckResult
from iac.state.model import OutputState, State
from iac.state.store import StateWriter
from iac.values.value import Value, unmark_deep

GROUP_SECONDS = 0.1
"""How long operations gather before they are committed together."""


class Observer(Protocol):
    """Who watches an apply. `part` is `apply`, `delete` (a replacement has both) or `import`."""

    def started(self, change: ResourceChange, part: str) -> None:
        """An operation begins."""
        ...

    def completed(self, change: ResourceChange, part: str, value: Value, seconds: float) -> None:
        """An operation is done and durable; `value` is the object now, or what was deleted."""
        ...

    def failed(self, change: ResourceChange, part: str, seconds: float) -> None:
        """An operation failed and left nothing behind."""
        ...


@dataclass(slots=True)
class ApplyResult:
    """What an apply did."""

    added: int = 0
    changed: int = 0
    destroyed: int = 0
    imported: int = 0
    operations: int = 0
    """How many operations were done, those included that change no object."""
    durations: list[tuple[str, str, int]] = field(default_factory=list)
    """Address, part and milliseconds of every operation that was done."""
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    skipped: list[ResourceInstance] = field(default_factory=list)
    interrupted: bool = False
    outputs: dict[str, OutputState] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether everything was done."""
        return not (self.diagnostics.has_errors or self.interrupted)


@dataclass(frozen=True, slots=True)
class _Done:
    change: ResourceChange
    part: str
    seconds: float


class Applier:
    """Applies one plan."""

    def __init__(
        self,
        plan: Plan,
        state: State,
        database: Database,
        writer: StateWriter,
        log: AuditLog,
        origin: Origin,
        operations: Operations,
        observer: Observer,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.plan = plan
        self.state = state
        self.database = database
        self.writer = writer
        self.log = log
        self.origin = origin
        self.operations = operations
        self.settling = operations.settling
        self.observer = observer
        self.stopping = stopping
        self.result = ApplyResult()
        self._uncommitted: list[_Done] = []
        self._messages: list[Callable[[], None]] = []  # to the observer, until what they tell of is durable
        self._settled: set[ResourceInstance] = set()
        self._known_checks: Sequence[CheckResult] = state.checks

    def run(self) -> ApplyResult:
        """Applies the plan and returns what was done; what failed is in the result's diagnostics."""
        with self.database.transaction():
            self._remember_what_was_found()
        schedule = Schedule(self.plan)
        steps = iter(schedule)
        step = next(steps, None)
        while step is not None:
            with self.database.transaction():
                step = self._group(schedule, steps, step)
            self._report()
            if self.stopping() and step is not None:
                self.result.interrupted = True
                break
        self.result.skipped = [s.change.address for s in schedule.skipped if s.change is not None]
        if not self.result.interrupted:
            self.settling.check_rest({address.config for address in self._undone()})
        with self.database.transaction():
            changed = self._outputs()
            if self._checks() or changed:
                self.writer.bump()
        return self.result

    def _group(self, schedule: Schedule, steps: Iterator[Step], step: Step | None) -> Step | None:
        """Operations until the group is old enough; returns the next one, None when all are done."""
        deadline = time.monotonic() + GROUP_SECONDS
        self.writer.bump()
        while step is not None:
            if not self._perform(step):
                schedule.fail(step)
            step = next(steps, None)
            if time.monotonic() > deadline or self.stopping():
                break
        return step

    def _perform(self, step: Step) -> bool:
        """One operation, whole or not at all. Returns whether it succeeded."""
        change = step.change
        assert change is not None
        started = time.monotonic()
        is_done = False

        def begin() -> None:
            nonlocal is_done
            is_done = True
            self._messages.append(partial(self.observer.started, change, step.part))

        operation = Operation(
            self.origin,
            str(change.address),
            place_of(change.source) if change.source else None,
            self.operations.forced_by(change),
        )
        try:
            with self.database.transaction():
                value = {
                    APPLY: self.operations.apply,
                    DELETE: self.operations.delete,
                    IMPORT: self.operations.import_object,
                }[step.part](change, operation, begin)
        except SchemaDamaged:
            raise  # nothing else can be done either, and no failure be recorded
        except DiagnosticsError as problem:
            self.result.diagnostics.extend(d.about(str(change.address)) for d in problem.diagnostics)
            if problem.diagnostics:  # else it was not even tried, because of what is said elsewhere
                self._record_failure(change, step.part, operation, problem)
            self._messages.append(partial(self.observer.failed, change, step.part, time.monotonic() - started))
            return False
        if is_done:  # else it turned out, now that all values are known, that nothing is to be done
            seconds = time.monotonic() - started
            self._uncommitted.append(_Done(change, step.part, seconds))
            self._messages.append(partial(self.observer.completed, change, step.part, value, seconds))
        # What was done stays even when a postcondition does not hold; only what depends on it is skipped.
        if step.part == APPLY:
            if not self.settling.holds_after(change.address, value):
                return False
            self._settled.add(change.address)
        return True

    def _record_failure(
        self, change: ResourceChange, part: str, operation: Operation, problem: DiagnosticsError
    ) -> None:
        with self.database.transaction():
            self.operations.record_failure(change, part, operation, problem)

    def _report(self) -> None:
        """Counts what the last commit made durable, all of it, and then tells the observer, who may fail."""
        for done in self._uncommitted:
            self._count(done)
        self._uncommitted.clear()
        messages, self._messages = self._messages, []
        for tell in messages:
            tell()

    def _count(self, done: _Done) -> None:
        action = done.change.action
        self.result.operations += 1
        self.result.durations.append((str(done.change.address), done.part, round(done.seconds * 1000)))
        if done.part == IMPORT:
            self.result.imported += 1
        elif done.part == DELETE:
            self.result.destroyed += 1
        elif action is Action.CREATE or action.is_replace:
            self.result.added += 1
        elif action is Action.UPDATE:
            self.result.changed += 1

    # --- state that changes without an operation ---

    def _remember_what_was_found(self) -> None:
        """Writes what refreshing and reading data sources found into the state."""
        changed = bool(self.plan.drift or self.plan.forgotten_data)
        outdated = self.settling.outdated
        for drift in self.plan.drift:
            if drift.address not in outdated:
                self._remember_drift(drift)
        for change in self.plan.changes:
            if change.address in outdated:
                continue
            if change.action is Action.NO_OP and change.previous_address is None and change.import_id is None:
                changed |= self.operations.remember_dependencies(change)
        for address in self.plan.forgotten_data:
            self.writer.remove(address)
        for read in self.plan.data:
            found = encode(read.address, read.provider, read.schema, read.value)
            known = self.state.instances.get(read.address)
            if known is None or (known.attributes, known.sensitive_paths) != (
                found.attributes,
                found.sensitive_paths,
            ):
                self.writer.put(found)
                changed = True
        if any(c.action is not Action.NO_OP for c in self.plan.changes):
            changed |= self._checks()  # until they are evaluated again, nothing has passed of what is to be changed
        if changed:
            self.writer.bump()

    def _remember_drift(self, drift: Drift) -> None:
        before = drift.previous_address or drift.address
        known = (
            self.state.instances.get(before)
            if drift.deposed is None
            else self.state.deposed.get((before, drift.deposed))
        )
        if drift.change.action is Action.DELETE or before != drift.address:
            self.writer.remove(before, drift.deposed)
        if drift.change.action is Action.NO_OP:
            self.operations.record_move(drift, Operation(self.origin, str(drift.address)))
        if drift.change.action is not Action.DELETE and known is not None:
            self.writer.put(
                encode(
                    drift.address,
                    drift.provider,
                    drift.schema,
                    drift.change.after,
                    dependencies=known.dependencies,
                    create_before_destroy=known.create_before_destroy,
                    status=known.status,
                    deposed=drift.deposed,
                )
            )

    def _checks(self) -> bool:
        """Writes what came of the conditions; returns whether that is news."""
        results = self.settling.results(self._undone())
        changed = self.writer.put_checks(results, self._known_checks)
        self._known_checks = results
        return changed

    def _undone(self) -> set[ResourceInstance]:
        """The objects that are not as it was planned, yet or at all."""
        undone = {
            c.address
            for c in self.plan.changes
            if c.action not in (Action.NO_OP, Action.DELETE, Action.FORGET) and c.address not in self._settled
        }
        return undone.union(self.settling.outdated)

    def _outputs(self) -> bool:
        """Writes every output whose value is known now; one that depends on what failed stays as it was. Returns
        whether there is something new."""
        changed = False
        undone = {address.config for address in self._undone()}
        for output in self.plan.outputs:
            value: Value | None = output.change.after
            if output.change.action is Action.DELETE:
                if self.result.succeeded:
                    self.writer.remove_output(output.name)
                    changed = True
                continue
            if self.settling.needs_any(Node("output", (), output.name), undone):
                value = None
            elif not output.change.after.is_wholly_known or self.settling.is_waiting(output.name):
                value = self.settling.output(output.name)
            if value is None or not value.is_wholly_known:
                known = self.state.outputs.get(output.name)
                if known is not None:
                    self.result.outputs[output.name] = known
                continue
            if value.is_null:
                if output.name in self.state.outputs:
                    self.writer.remove_output(output.name)
                    changed = True
                continue
            sensitive = self.settling.is_sensitive_output(output.name)
            new = OutputState(unmark_deep(value)[0], sensitive)
            self.result.outputs[output.name] = new
            if self.state.outputs.get(output.name) != new:
                self.writer.put_output(output.name, new)
                changed = True
        return changed
