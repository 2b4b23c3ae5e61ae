"""Changing the state by hand: moving, forgetting, tainting. Objects are not touched, only what is remembered of them.

Every edit is an audited operation, written with its event in the caller's transaction. Owns the edits and the
rules for them, which are those of Terraform's `state mv`, `state rm`, `taint` and `untaint`. Leaves locking and the
transaction to `project`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from iac.address import MANAGED, ResourceInstance, Target
from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.config.model import MoveBlock
from iac.diagnostics import Diagnostic, DiagnosticsError, Pos, SourceRange, error
from iac.engine.move_statements import Statement
from iac.engine.near_addresses import meant_instead
from iac.engine.objects import decode, sensitive_paths
from iac.engine.prepare import Catalog
from iac.state.dependencies import without
from iac.state.model import InstanceObject, State
from iac.state.store import StateWriter
from iac.values.codec import to_json
from iac.values.paths import path_to_json
from iac.values.value import unmark_deep

_NOWHERE: Final = SourceRange("<command line>", Pos(1, 1, 0), Pos(1, 1, 0))
READY, TAINTED = "ready", "tainted"


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that gets another address."""

    source: ResourceInstance
    destination: ResourceInstance
    deposed: str | None = None


# --- what an edit would do ----------------------------------------------------------------------------------


def plan_move(state: State, source: Target, destination: Target) -> list[Moved]:
    """The objects that moving one address to another concerns. Raises `DiagnosticsError` when it cannot be done."""
    if source.resource is None and destination.resource is not None:
        raise _refused("target", f"Cannot move {source} to {destination}: the target must also be a module.")
    if source.resource is not None and destination.resource is None:
        raise _refused("target", f"Cannot move {source} to {destination}: the target must also be a resource.")
    if _kind(source) != _kind(destination):
        detail = f"Cannot move {source} to {destination}: resource types don't match."
        raise DiagnosticsError(error("Invalid state move request", detail))
    statement = Statement((), MoveBlock(source, destination, _NOWHERE))
    moves = []
    for (address, deposed), _ in _everything(state):
        new = statement.moved(address)
        if new is not None:
            moves.append(Moved(address, new, deposed))
    if not moves:
        meant = meant_instead(source, state)
        raise _refused("source", f"Cannot move {source}: does not match anything in the current state.{meant}")
    leaving = {m.source for m in moves}
    for move in moves:
        is_free = move.destination not in state.instances or move.destination in leaving
        if move.destination == move.source or not is_free:
            raise _refused(
                "target",
                f"Cannot move to {move.destination}: there is already a resource instance at that address in the "
                "current state.",
            )
    return moves


def _kind(target: Target) -> tuple[str, str] | None:
    return None if target.resource is None else target.resource[:2]


def plan_forget(state: State, targets: Sequence[Target]) -> list[ResourceInstance]:
    """The instances that the targets name. Raises `DiagnosticsError` when there are none."""
    addresses = dict.fromkeys(address for (address, _), _ in _everything(state))
    found = [a for a in addresses if any(t.contains(a) for t in targets)]
    if not found:
        raise _refused(
            "target",
            f"No matching objects found.{meant_instead(targets[0], state)} To view the available instances, use "
            '"iac state list". Please modify the address to reference a specific instance.',
        )
    return sorted(found, key=ResourceInstance.sort_key)


def plan_status(state: State, address: ResourceInstance, status: str) -> InstanceObject:
    """The object that is to be tainted or untainted. Raises `DiagnosticsError`."""
    if address.resource.mode != MANAGED:
        raise DiagnosticsError(
            error(f"Resource instance {address} cannot be tainted", "Only managed resources can be tainted.")
        )
    stored = state.instances.get(address)
    if stored is None:
        raise DiagnosticsError(no_such_instance(address, state))
    if status == READY and not stored.is_tainted:
        raise DiagnosticsError(
            error(
                "Resource instance is not tainted",
                f"Resource instance {address} is not currently tainted, and so it cannot be untainted.",
            )
        )
    return stored


def no_such_instance(address: ResourceInstance, state: State) -> Diagnostic:
    """The error for an instance that the state does not have."""
    meant = meant_instead(Target(*address, exact_key=True), state)
    return error(
        "No such resource instance",
        f"There is no resource instance in the state with the address {address}.{meant} If the resource configuration "
        'has just been added, you must run "iac apply" once to create the corresponding instance(s) before they can be '
        "tainted.",
    )


def _refused(end: str, detail: str) -> DiagnosticsError:
    return DiagnosticsError(error(f"Invalid {end} address", detail))


def _everything(state: State) -> Iterable[tuple[tuple[ResourceInstance, str | None], InstanceObject]]:
    for address, stored in state.instances.items():
        yield (address, None), stored
    yield from state.deposed.items()


# --- doing it -----------------------------------------------------------------------------------------------


class StateEditor:
    """Carries out edits of one state. To be used inside a transaction, with the state as it is then.

    `writer`, `log`, `catalog` and `origin` are for edits that have a module of their own.
    """

    def __init__(
        self,
        state: State,
        writer: StateWriter,
        log: AuditLog,
        catalog: Catalog,
        origin: Origin,
    ) -> None:
        self._state = state
        self.writer = writer
        self.log = log
        self.catalog = catalog
        self.origin = origin

    def move(self, moves: Sequence[Moved]) -> None:
        """Gives objects other addresses."""
        stored = dict(_everything(self._state))
        # Everything leaves before anything arrives, so that addresses may be exchanged.
        for move in moves:
            self.writer.remove(move.source, move.deposed)
        for move in moves:
            known = stored[move.source, move.deposed]
            self.writer.put(replace(known, address=move.destination))
            origin = replace(self.origin, context={**self.origin.context, "moved_from": str(move.source)})
            self.record("MOVE", known, move.destination, origin)
        self.writer.bump()

    def forget(self, addresses: Sequence[ResourceInstance]) -> None:
        """Removes objects, deposed ones included, from the state; they stay where they are."""
        wanted = set(addresses)
        for (address, deposed), stored in _everything(self._state):
            if address in wanted:
                self.writer.remove(address, deposed)
                if address.resource.mode == MANAGED:
                    self.record("FORGET", stored, address, self.origin)
        for stored in without(self._state, wanted):
            self.writer.put(stored)
        self.writer.bump()

    def set_status(self, stored: InstanceObject, status: str) -> None:
        """Says that an object must be replaced (`TAINTED`), or need not (`READY`)."""
        if stored.status != status:
            self.writer.put(replace(stored, status=status))
            self.record("TAINT" if status == TAINTED else "UNTAINT", stored, stored.address, self.origin)
            self.writer.bump()

    def record(self, event_type: str, stored: InstanceObject, address: ResourceInstance, origin: Origin) -> None:
        """Appends the event of an edit: the object is before and after it what is stored."""
        schema = self.catalog.schema(stored.provider)
        types = schema.resources if stored.address.resource.mode == MANAGED else schema.data_sources
        value = decode(stored, types[stored.address.resource.type])
        provider = self.catalog.create(stored.provider)
        target_type, target_id, name = provider.target(stored.address.resource.type, value)
        data = to_json(unmark_deep(value)[0])
        self.log.record(
            Operation(origin, str(address)),
            event_type=event_type,
            target_type=target_type,
            target_id=target_id,
            target_name=name or str(address),
            before=data,
            after=data,
            sensitive=[tuple(path_to_json(p)) for p in sensitive_paths(value)],
        )


Edit = Callable[[StateEditor, State], None]
"""What is to be done to a state, once it is locked."""
