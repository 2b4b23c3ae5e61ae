"""What is to be undone, object by object, and the objects as they are now: in the state, or only on the platform.

An object is found by its id: first in the state, so that its address keeps its object; one that no state has is
changed on the platform alone. Owns also the events that a reference names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from iac.address import MANAGED, AddressError, Resource, ResourceInstance, parse_instance
from iac.audit.external import is_external, is_recorded
from iac.audit.filters import EventFilter
from iac.audit.history import PastObject, object_at, state_before
from iac.audit.log import AuditLog
from iac.audit.query import event as find_event
from iac.audit.query import events as find_events
from iac.audit.record import CREATE, DELETE, UPDATE, Event
from iac.database import Database
from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.engine.objects import decode, with_schema_marks
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.restoring import secret_parts
from iac.plan.model import ResourceChange
from iac.platform.api import Platform
from iac.platform.schemas import KINDS
from iac.schema import ResourceSchema
from iac.state.model import InstanceObject, State
from iac.state.store import StateReader, workspaces
from iac.values.paths import marks_by_path, path_from_json, with_marks_by_path
from iac.values.value import ONLY_SENSITIVE, Value, null, unmark_deep

_REVERTIBLE: Final = (CREATE, UPDATE, DELETE)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


# --- what is asked for --------------------------------------------------------------------------------------


def events_to_revert(database: Database, reference: str) -> tuple[list[Event], str | None]:
    """The events, oldest first, that an event's or a run's id (or the beginning of one) names, and the run's id.

    Of a run it is those that changed objects. Raises `DiagnosticsError` when there is nothing to undo.
    """
    found, run = _event(database, reference), None
    if found is None or str(found.sequence) != reference.strip().removeprefix("#"):
        run = _run(database, reference)
    if found is not None and run is not None:
        text = f'"{reference}" is the beginning of the id of event {found.id} and of run {run}. Write more of it.'
        raise DiagnosticsError(error("Ambiguous reference", text))
    if found is not None:
        if not _is_revertible(found):
            raise DiagnosticsError(error("The event cannot be reverted", _why_not(found)))
        return [found], None
    if run is None:
        text = f'The audit log has no event and no run with the id "{reference}".'
        raise DiagnosticsError(error("Event not found", text))
    everything = find_events(database, EventFilter(run=run, oldest_first=True))
    changed = [event for event in everything if _is_revertible(event)]
    if not changed:
        raise DiagnosticsError(error("The run cannot be reverted", f"No event of run {run} changed an object."))
    return changed, run


def _event(database: Database, reference: str) -> Event | None:
    try:
        return find_event(database, reference)
    except DiagnosticsError as problem:
        if problem.diagnostics[0].summary == "Event not found":
            return None
        raise


def _run(database: Database, reference: str) -> str | None:
    text = reference.strip().lower()
    if len(text) < 4 or not re.fullmatch(r"[0-9a-f-]+", text):
        return None
    rows = database.query(
        "SELECT DISTINCT run_id FROM event WHERE run_id >= ? AND run_id < ? LIMIT 3", [text, f"{text}g"]
    )
    if len(rows) > 1:
        listed = ", ".join(run for (run,) in rows)
        raise DiagnosticsError(
            error("Ambiguous run id", f'The ids of several runs begin with "{reference}": {listed}.')
        )
    return rows[0][0] if rows else None


def _is_revertible(event: Event) -> bool:
    return event.event_type in _REVERTIBLE and not is_external(event) and not is_recorded(event)


def _why_not(event: Event) -> str:
    if is_external(event):
        return f"Event {event.sequence} was recorded by another tool; iac does not know what that did."
    if is_recorded(event):
        return f"Event {event.sequence} tells of what Terraform did, and iac does not manage that object."
    if event.event_type.endswith("_FAILED"):
        return f"Event {event.sequence} tells of an operation that failed: it changed nothing."
    what = f"Event {event.sequence} ({event.event_type}) changed no object"
    return f"{what}. Only CREATE, UPDATE and DELETE can be reverted."


@dataclass(frozen=True, slots=True)
class Undoing:
    """An object, and what is to be undone of it: from `after` back to `before`, each None where it did not exist.

    `events` are those that led from the one to the other, oldest first. Sensitive values are digests.
    """

    type: str
    id: str
    name: str
    before: Any
    after: Any
    events: tuple[Event, ...]

    @property
    def text(self) -> str:
        """How the object is named: `service:api`."""
        return f"{self.type}:{self.name or self.id}"

    @property
    def events_text(self) -> str:
        """`event 12`, `events 12 and 15`."""
        numbers = [str(event.sequence) for event in self.events]
        if len(numbers) == 1:
            return f"event {numbers[0]}"
        return f"events {', '.join(numbers[:-1])} and {numbers[-1]}"


def undoings(events: Sequence[Event]) -> list[Undoing]:
    """What events did, oldest first, by object; the object that was changed last comes first."""
    by_object: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        by_object.setdefault((event.target_type, event.target_id), []).append(event)
    found = []
    for (type, id), own in by_object.items():
        found.append(Undoing(type, id, own[-1].target_name, state_before(own[0]), own[-1].post_state, tuple(own)))
    return sorted(found, key=lambda undoing: -undoing.events[-1].sequence)


# --- the objects --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subject:
    """An object of a plan to revert: where it is, and how it is now (`present`, null when it is gone).

    Of one that no state has, `is_managed` is false and the address is only a name for it in the plan. `stored` is what
    the state has at the address; `occupant` the id of another object that has the address now.
    """

    address: ResourceInstance
    provider: str
    schema: ResourceSchema
    present: Value
    stored: InstanceObject | None
    is_managed: bool = True
    occupant: str | None = None


class Subjects:
    """Finds the objects of one plan."""

    def __init__(self, database: Database, prepared: Prepared, state: State, providers: Providers) -> None:
        self._database = database
        self._prepared = prepared
        self._state = state
        self._providers = providers
        self._used: set[ResourceInstance] = set(state.instances)
        self._by_id = {
            (stored.address.resource.type, id): stored
            for stored in state.instances.values()
            if stored.address.resource.mode == MANAGED and isinstance(id := stored.attributes.get("id"), str)
        }
        self._addresses = {id: stored.address for (_, id), stored in self._by_id.items()}

    def is_id(self, text: str) -> bool:
        """Whether a text may be the id of an object."""
        return _ID.fullmatch(text) is not None

    def address_of(self, id: str) -> ResourceInstance | None:
        """The address that the state has for an id."""
        return self._addresses.get(id)

    def find(self, undoing: Undoing) -> Subject:
        """The object as it is now. Raises `DiagnosticsError` when another workspace manages it."""
        provider, type, schema = self._resource(undoing.type)
        stored = self._by_id.get((type, undoing.id))
        if stored is not None:
            return Subject(stored.address, stored.provider, schema, self._read(stored, schema), stored)
        self._refuse_elsewhere(undoing, type)
        past = object_at(self._database, undoing.id)
        present = self._unmanaged(undoing, provider, type, schema, past)
        return Subject(self._name(undoing, type, past), provider, schema, present, None, is_managed=False)

    def for_creation(self, undoing: Undoing) -> Subject:
        """Where an object that was deleted is to be made again: at its last address, unless it was forgotten."""
        provider, type, schema = self._resource(undoing.type)
        past = object_at(self._database, undoing.id)
        address = None if past is None or not past.is_managed else _parsed(past.address)
        present = self._unmanaged(undoing, provider, type, schema, past)
        if past is None or address is None or address.resource.type != type:
            return Subject(self._name(undoing, type, past), provider, schema, present, None, is_managed=False)
        if past.workspace != self._state.workspace:
            raise DiagnosticsError(_other_workspace(undoing, past.workspace))
        stored = self._state.instances.get(address)
        other = None if stored is None else stored.attributes.get("id")
        occupant = other if isinstance(other, str) and other != undoing.id else None
        return Subject(address, provider, schema, present, stored, occupant=occupant)

    def inhabitant(self, change: ResourceChange, going: Collection[str | None]) -> str | None:
        """An object of the platform that lives in the one that is to be deleted, and is not among those that go."""
        name = change.address.resource.type.removeprefix(f"{change.provider}_")
        id = change.change.before.raw["id"].raw
        platform = Platform(self._database, AuditLog(self._database))
        for child in KINDS.values():
            if name in KINDS and child.parent == name:
                for attributes in platform.list(child.name, id):
                    if attributes["id"] not in going:
                        known = object_at(self._database, attributes["id"])
                        return known.text if known is not None else f"{child.name}:{attributes['id']}"
        return None

    def _resource(self, target_type: str) -> tuple[str, str, ResourceSchema]:
        """The provider, resource type and schema of a target type."""
        catalog = self._prepared.catalog
        for name in catalog.names():
            for type, schema in catalog.schema(name).resources.items():
                if target_type in (type, type.removeprefix(f"{name}_")):
                    return name, type, schema
        raise DiagnosticsError(
            error(
                "Unknown kind of object", f'No provider has objects of the type "{target_type}", so nothing is undone.'
            )
        )

    def _read(self, stored: InstanceObject, schema: ResourceSchema) -> Value:
        known = decode(stored, schema)
        plain, _ = unmark_deep(known)
        current = self._providers.by_name(stored.provider).read(stored.address.resource.type, plain)
        return with_schema_marks(schema.block, with_marks_by_path(current, marks_by_path(known)))

    def _unmanaged(
        self, undoing: Undoing, provider: str, type: str, schema: ResourceSchema, past: PastObject | None
    ) -> Value:
        """An object by its id alone, marked where the log has digests; null when there is none."""
        nothing = null(schema.block.implied_type)
        if undoing.type not in KINDS:  # it would only be in a state
            return nothing
        found = [o.state for o in self._providers.by_name(provider).import_state(type, undoing.id)]
        value = next((v for v in found if v.raw["id"].raw == undoing.id), nothing)
        if value.is_null:
            return value
        secret = list(secret_parts(past.state)) if past is not None else []
        marks = [(path_from_json(part, value.type), ONLY_SENSITIVE) for part in secret]
        return with_schema_marks(schema.block, with_marks_by_path(value, marks))

    def _refuse_elsewhere(self, undoing: Undoing, type: str) -> None:
        for workspace, ids in self._elsewhere.items():
            if (type, undoing.id) in ids:
                raise DiagnosticsError(_other_workspace(undoing, workspace))
        if any(s.attributes.get("id") == undoing.id for s in self._state.deposed.values()):
            text = f"{undoing.text} was replaced and only waits for being deleted, which the next apply does."
            raise DiagnosticsError(error("The object is deposed", text))

    @cached_property
    def _elsewhere(self) -> dict[str, set[tuple[str, Any]]]:
        """What the states of the other workspaces have."""
        found = {}
        for name in workspaces(self._database):
            if name != self._state.workspace:
                instances = StateReader(self._database, name).load().instances
                found[name] = {(a.resource.type, stored.attributes.get("id")) for a, stored in instances.items()}
        return found

    def _name(self, undoing: Undoing, type: str, past: PastObject | None) -> ResourceInstance:
        """An address that nothing has, to name an object in the plan that has none: the last one, or its name."""
        last = None if past is None else _parsed(past.address)
        label = re.sub(r"[^\w-]", "_", undoing.name) or "object"
        first = ResourceInstance((), Resource(MANAGED, type, label if not label[0].isdigit() else f"_{label}"))
        address = last if last is not None and last.resource.type == type and last not in self._used else first
        number = 1
        while address in self._used:
            number += 1
            address = ResourceInstance((), Resource(MANAGED, type, f"{first.resource.name}_{number}"))
        self._used.add(address)
        return address


def _parsed(address: str | None) -> ResourceInstance | None:
    try:
        return None if address is None else parse_instance(address)
    except AddressError:
        return None


def _other_workspace(undoing: Undoing, workspace: str) -> Diagnostic:
    return error(
        "The object belongs to another workspace",
        f'{undoing.text} is managed in the workspace "{workspace}". Select that first: '
        f"iac workspace select {workspace}",
    )
