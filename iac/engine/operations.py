"""Carries out single operations: one create, update, read or delete, with state and event.

Called inside the transaction of the operation; raises `DiagnosticsError` to have it undone. Values that were
not known while planning are evaluated here, now that what they depend on is real.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from iac.address import MANAGED, ResourceInstance
from iac.audit.groups import changed_groups
from iac.audit.log import AuditLog
from iac.audit.record import Operation
from iac.database import SchemaDamaged
from iac.diagnostics import DiagnosticsError, error
from iac.engine.data import read_data, read_for_check
from iac.engine.objects import conceal, encode, sensitive_paths, settable, with_schema_marks
from iac.engine.settling import Settling, check_consistent
from iac.plan.model import Action, Drift, ResourceChange
from iac.providers.protocol import ApplyRequest, Provider
from iac.state.model import State
from iac.state.store import StateWriter
from iac.values.codec import to_json
from iac.values.paths import format_path, marks_by_path, path_to_json, with_marks_by_path
from iac.values.value import Value, null, unknown, unmark_deep

Begin: TypeAlias = Callable[[], None]
"""Called when an operation begins to do something."""


UNREFRESHED: Final = "unrefreshed"
"""What says in a plan's `extra` that it was made without looking at the objects."""


class Operations:
    """The operations of one plan: over what is settled, the state and the log."""

    def __init__(self, settling: Settling, state: State, writer: StateWriter, log: AuditLog) -> None:
        self.settling = settling
        self.state = state
        self.writer = writer
        self.log = log
        self._deposed: dict[ResourceInstance, str] = {}

    # --- operations ---

    def apply(self, change: ResourceChange, operation: Operation, begin: Begin) -> Value:
        """Creates, updates, reads, forgets or (for a no-op) moves; returns the object as it is now, marked. An update
        does not begin when it turns out, now that all values are known, that nothing changes."""
        if change.action is not Action.UPDATE:
            begin()
        if change.previous_address is not None and not change.action.is_replace:
            self._log(change, _moved_from(operation, change.previous_address), "MOVE", change.change.before)
        if change.action is Action.NO_OP:
            self._remember(change, change.change.after)
            return change.change.after
        if change.action is Action.FORGET:
            self.writer.remove(change.previous_address or change.address, change.deposed)
            self._log(change, operation, "FORGET", change.change.before)
            return change.change.before
        if change.action is Action.READ:
            value = self._read(change)
            if value.is_wholly_known:
                self._remember(change, value)
            self.settling.show(change.address, value)
            return value
        config, planned = self.settling.settle_change(change)
        provider = self.settling.provider(change)
        prior = null(planned.type)
        if change.action is Action.UPDATE:
            prior, _ = unmark_deep(change.change.before)
        plain, _ = unmark_deep(planned)
        new = plain
        if prior != plain:
            if change.action is Action.UPDATE:
                self.refuse_changed(change)
                begin()
            new = self._apply_provider(change, provider, prior, plain, config, planned, operation)
        value = with_schema_marks(change.schema.block, with_marks_by_path(new, marks_by_path(planned)))
        if change.action is Action.CREATE_THEN_DELETE:
            self._depose(change)
        self._remember(change, value)
        if not provider.records_events and prior != plain:
            before = None if change.action is not Action.UPDATE else change.change.before
            self._record(change, operation, before, value)
        return value

    def refuse_changed(self, change: ResourceChange) -> None:
        """Raises `DiagnosticsError` when an object of the platform is not as the plan says it is before: others have
        changed it since, and what they did is not in the plan. What the platform computes is left to it, and a plan
        that did not look at the objects says nothing of them."""
        provider = self.settling.provider(change)
        if not provider.records_events or self.settling.plan.extra.get(UNREFRESHED):
            return
        planned_on, _ = unmark_deep(change.change.before)
        there = provider.read(change.address.resource.type, planned_on)
        block = change.schema.block
        if not there.is_null and settable(block, there) != settable(block, planned_on):
            raise DiagnosticsError(
                error(
                    "The object was changed meanwhile",
                    f"{change.address} is not as it was when this plan was made, and a later change is not "
                    "overwritten. Plan again to see what is left to do; who changed it, says: "
                    f"iac events {change.address}",
                )
            )

    def record_move(self, moved: Drift, operation: Operation) -> None:
        """Logs that an object got another address, where nothing else is done to it."""
        assert moved.previous_address is not None
        self._log(moved, _moved_from(operation, moved.previous_address), "MOVE", moved.change.after)

    def import_object(self, change: ResourceChange, operation: Operation, begin: Begin) -> Value:
        """Takes over the object that planning found by its id; returns it as it is."""
        begin()
        before = change.change.before
        self._put(change, before)
        self._log(change, operation, "IMPORT", before)
        return before

    def delete(self, change: ResourceChange, operation: Operation, begin: Begin) -> Value:
        """Deletes the object; returns it as it was."""
        self.refuse_changed(change)
        begin()
        provider = self.settling.provider(change)
        before = change.change.before
        plain, _ = unmark_deep(before)
        gone = null(change.schema.block.implied_type)
        request = ApplyRequest(change.address.resource.type, plain, gone, gone, sensitive_paths(before), operation)
        provider.apply(request)
        deposed = change.deposed or self._deposed.get(change.address)
        # A superseded object is kept under the new address, whatever its address was before.
        for address in {change.address, change.address if deposed else change.previous_address or change.address}:
            self.writer.remove(address, deposed)
        if not provider.records_events:
            self._record(change, operation, before, None)
        return before

    def record_failure(
        self, change: ResourceChange, part: str, operation: Operation, problem: DiagnosticsError
    ) -> None:
        """Logs that an operation failed, with its error."""
        verb = "DELETE" if part == "delete" else "UPDATE" if change.action is Action.UPDATE else "CREATE"
        before = change.change.before
        known = before if not before.is_null else change.change.after
        first = problem.diagnostics[0]
        text = f"{first.summary}: {first.detail}" if first.detail else first.summary
        state = None if verb == "CREATE" else _plain(before)
        self._append(change, operation, f"{verb}_FAILED", known, state, state, error=text)

    def forced_by(self, change: ResourceChange) -> list[str]:
        """The attribute paths that forced a replacement, as text."""
        return [format_path(p).lstrip(".") for p in change.replace_paths]

    # --- the operation itself ---

    def _apply_provider(
        self,
        change: ResourceChange,
        provider: Provider,
        prior: Value,
        planned: Value,
        config: Value,
        marked: Value,
        operation: Operation,
    ) -> Value:
        request = ApplyRequest(
            change.address.resource.type,
            prior,
            planned,
            unmark_deep(config)[0],
            sensitive_paths(marked),
            operation,
        )
        try:
            new = provider.apply(request)
        except SchemaDamaged:
            raise
        except DiagnosticsError as problem:
            body = self.settling.prepared.bodies.get(change.address.config)
            found = conceal(problem.diagnostics, marked)
            raise DiagnosticsError(d if body is None else d.at(body.locate(d.path or ())) for d in found) from None
        check_consistent(change, planned, new, "result after apply")
        return new

    def _read(self, change: ResourceChange) -> Value:
        subject, config = self.settling.evaluate(change)
        if subject.resource.check is None:
            return read_data(subject, config)
        value = read_for_check(subject, config, self.settling.diagnostics)
        return value if value is not None else unknown(change.schema.block.implied_type)

    # --- after ---

    def _depose(self, change: ResourceChange) -> None:
        """Keeps the object that is being superseded under a key of its own until it is deleted."""
        key = self._deposed[change.address] = secrets.token_hex(4)
        # An object that is only now imported is not in the state that was planned on.
        previous = self.state.instances.get(change.previous_address or change.address)
        self.writer.put(
            encode(
                change.address,
                change.provider,
                change.schema,
                change.change.before,
                dependencies=previous.dependencies if previous else (),
                create_before_destroy=previous.create_before_destroy if previous else False,
                status=previous.status if previous else "ready",
                deposed=key,
            )
        )

    def _remember(self, change: ResourceChange, value: Value) -> None:
        if change.previous_address is not None:
            self.writer.remove(change.previous_address)
        self._put(change, value)
        self.settling.show(change.address, value)

    def _put(self, change: ResourceChange, value: Value) -> None:
        self.writer.put(
            encode(
                change.address,
                change.provider,
                change.schema,
                value,
                dependencies=change.dependencies,
                create_before_destroy=change.create_before_destroy,
            )
        )

    def _log(self, change: ResourceChange | Drift, operation: Operation, event_type: str, known: Value) -> None:
        """Logs an operation that changes the state and not the object."""
        if change.address.resource.mode == MANAGED:
            state = _plain(known)
            self._append(change, operation, event_type, known, state, state)

    def _record(self, change: ResourceChange, operation: Operation, before: Value | None, after: Value | None) -> None:
        """Logs an operation of a provider that does not log its own."""
        known = after if after is not None else before
        assert known is not None
        old = _plain(before) if before is not None else None
        new = _plain(after) if after is not None else None
        event_type = "CREATE" if old is None else "DELETE" if new is None else "UPDATE"
        groups = changed_groups(change.schema.block, old, new)
        self._append(change, operation, event_type, known, old, new, change=groups)

    def _append(
        self,
        about: ResourceChange | Drift,
        operation: Operation,
        event_type: str,
        known: Value,
        before: Any,
        after: Any,
        *,
        change: Sequence[str] = (),
        error: str | None = None,
    ) -> None:
        """Logs an event of the object that `known` is, as it was and is, in plain data."""
        target_type, target_id, name = self.settling.provider(about).target(about.address.resource.type, known)
        self.log.record(
            operation,
            event_type=event_type,
            target_type=target_type,
            target_id=target_id,
            target_name=name or str(about.address),
            before=before,
            after=after,
            sensitive=_json_paths(known),
            change=change,
            error=error,
        )

    def remember_dependencies(self, change: ResourceChange) -> bool:
        """Writes what an unchanged object refers to, where its block came to refer to something else; returns
        whether it did."""
        known = self.state.instances.get(change.address)
        if known is None or change.deposed is not None or change.change.after.is_null:
            return False
        if (known.dependencies, known.create_before_destroy) == (change.dependencies, change.create_before_destroy):
            return False
        self._remember(change, change.change.after)
        return True


def _plain(value: Value) -> Any:
    return to_json(unmark_deep(value)[0])


def _json_paths(value: Value) -> list[tuple[object, ...]]:
    return [tuple(path_to_json(p)) for p in sensitive_paths(value)]


def _moved_from(operation: Operation, previous: ResourceInstance) -> Operation:
    """The operation with the address from which its object moved in the event's context."""
    origin = operation.origin
    return replace(operation, origin=replace(origin, context={**origin.context, "moved_from": str(previous)}))
