"""What an apply did, out of its plan and its log: the events to record, in order.

The log of Terraform tells of creates, updates and deletes. It says nothing of moves, of imports, and of objects that
were forgotten: these happened when the apply came to its end, and of one that did not only moves are certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from iac.address import MANAGED
from iac.audit.record import CREATE, DELETE, IMPORT, UPDATE
from iac.audit.sensitive import JsonPath, redact, secrets_at
from iac.diagnostics import Diagnostic, DiagnosticsError, error, warning
from iac.plan.model import Action
from iac.recording.apply_log import ApplyLog, LoggedOperation, errors_of
from iac.recording.masks import masked_paths, part, without
from iac.recording.plan_json import JsonChange, JsonPlan

MOVE, FORGET = "MOVE", "FORGET"
_EVENT_TYPES: Final = {Action.CREATE: CREATE, Action.UPDATE: UPDATE, Action.DELETE: DELETE}
_DOES: Final = {
    Action.CREATE: (Action.CREATE,),
    Action.UPDATE: (Action.UPDATE,),
    Action.DELETE: (Action.DELETE,),
    Action.DELETE_THEN_CREATE: (Action.DELETE, Action.CREATE),
    Action.CREATE_THEN_DELETE: (Action.CREATE, Action.DELETE),
}
_UNEXPLAINED: Final = "The operation failed; the log does not say why."


@dataclass(frozen=True, slots=True)
class Happening:
    """One event to record. `before` and `after` are the object's JSON with its secrets, which are at the `sensitive`
    paths; what was not known while planning is in neither. `happened` is when, empty where the log does not say."""

    event_type: str
    change: JsonChange
    target_id: str
    target_name: str
    before: Any
    after: Any
    sensitive: Sequence[JsonPath]
    happened: str = ""
    error: str | None = None


@dataclass
class Outcome:
    """What came of an apply. `imported`, `added`, `changed` and `destroyed` count what is known to be done; `durations`
    has (address, part, milliseconds)."""

    happenings: list[Happening] = field(default_factory=list)
    durations: list[tuple[str, str, int]] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)
    imported: int = 0
    added: int = 0
    changed: int = 0
    destroyed: int = 0


def what_happened(plan: JsonPlan, log: ApplyLog) -> Outcome:
    """The events of an apply. Raises `DiagnosticsError` when the log is not of this plan."""
    managed = [c for c in plan.changes if c.address.resource.mode == MANAGED]
    open_parts = _Parts(managed)
    outcome = Outcome(warnings=list(log.warnings))
    started = log.finished or bool(log.begun)
    done: list[tuple[LoggedOperation, JsonChange]] = [(o, open_parts.take(o)) for o in log.operations]
    if started:
        outcome.happenings += [_state_event(MOVE, c, log) for c in managed if _moves(c)]
    certain, unclear = _imports(managed, log)
    outcome.happenings += [_state_event(IMPORT, c, log) for c in certain]
    outcome.imported = len(certain)
    for operation, change in done:
        _add(outcome, operation, change, log)
    forgotten = [c for c in managed if c.action is Action.FORGET]
    if log.finished:
        outcome.happenings += [_state_event(FORGET, c, log) for c in forgotten]
    elif started:
        unclear += forgotten
    if unclear:
        listed = ", ".join(str(c.address) for c in unclear)
        text = f"The log does not say whether these were imported or forgotten, so no event says it: {listed}."
        outcome.warnings.append(warning("Incomplete log", text))
    return outcome


class _Parts:
    """What the plan wants done and the log has not told of yet, by address and operation."""

    def __init__(self, changes: Sequence[JsonChange]) -> None:
        self._open: dict[tuple[str, Action], list[JsonChange]] = {}
        for change in changes:
            for action in _DOES.get(change.action, ()):
                self._open.setdefault((str(change.address), action), []).append(change)

    def take(self, operation: LoggedOperation) -> JsonChange:
        """The change to which an operation belongs: of several at an address, that of the object with the id."""
        candidates = self._open.get((operation.address, operation.action), [])
        if not candidates:
            raise DiagnosticsError(
                error(
                    "The log is not of this plan",
                    f"It says that {operation.address} was to be {_DONE[operation.action]}, which is not in the plan. "
                    "Give the JSON of the plan that was applied.",
                )
            )
        fitting = (c for c in candidates if operation.identity is not None and _fits(c, operation.identity))
        found = next(fitting, candidates[0])
        candidates.remove(found)
        return found


_DONE: Final = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}


def _fits(change: JsonChange, identity: tuple[str, str]) -> bool:
    return isinstance(change.before, dict) and change.before.get(identity[0]) == identity[1]


def _moves(change: JsonChange) -> bool:
    """Whether it gets another address and stays: a replaced object does not."""
    return change.previous_address not in (None, change.address) and change.action in (Action.NO_OP, Action.UPDATE)


def _imports(changes: Sequence[JsonChange], log: ApplyLog) -> tuple[list[JsonChange], list[JsonChange]]:
    """The objects that were imported, and those of which that is not known."""
    wanted = [c for c in changes if c.import_id is not None]
    if log.finished:
        return wanted, []
    certain = [c for c in wanted if str(c.address) in log.begun]
    return certain, [c for c in wanted if c not in certain] if log.begun else []


# --- single events ------------------------------------------------------------------------------------------


def _sensitive(change: JsonChange) -> list[JsonPath]:
    return sorted({*masked_paths(change.before_sensitive), *masked_paths(change.after_sensitive)}, key=str)


def _state_event(event_type: str, change: JsonChange, log: ApplyLog) -> Happening:
    """An event that changes what is managed, and not the object."""
    state = change.before if change.before is not None else change.after
    return Happening(event_type, change, *_target(change, state), state, state, _sensitive(change), log.ended)


def _add(outcome: Outcome, operation: LoggedOperation, change: JsonChange, log: ApplyLog) -> None:
    replaces = change.action in (Action.DELETE_THEN_CREATE, Action.CREATE_THEN_DELETE)
    before, after = change.before, None
    if operation.action is not Action.DELETE:
        after = _identified(change, operation.identity)
        # An attribute that is not known after is not said to be gone.
        before = None if operation.action is Action.CREATE else without(change.before, change.unknown)
    event_type = _EVENT_TYPES[operation.action]
    problem = None
    if operation.failed:
        event_type, after = f"{event_type}_FAILED", before
        problem = "\n".join(errors_of(log, operation.address)) or _UNEXPLAINED
    known = after if after is not None else before
    target = _target(change, known if known is not None else change.after)
    outcome.happenings.append(
        Happening(event_type, change, *target, before, after, _sensitive(change), operation.ended, problem)
    )
    name = "delete" if replaces and operation.action is Action.DELETE else "apply"
    outcome.durations.append((operation.address, name, round(operation.seconds * 1000)))
    if not operation.failed:
        outcome.added += operation.action is Action.CREATE
        outcome.changed += operation.action is Action.UPDATE
        outcome.destroyed += operation.action is Action.DELETE


def _identified(change: JsonChange, identity: tuple[str, str] | None) -> Any:
    """The planned object; the attribute that identifies it is known from the log."""
    after = change.after if change.after is not None else {}
    if identity is not None and part(change.unknown, identity[0]) is True:
        return {**after, identity[0]: identity[1]}
    return after


def _target(change: JsonChange, state: Any) -> tuple[str, str]:
    """The id and the name that an event has for the object; the address where it has none, or a secret one."""
    shown = redact(state, _sensitive(change), lambda _: None) if isinstance(state, dict) else {}
    address = str(change.address)
    id, name = (shown.get(key) if isinstance(shown, dict) else None for key in ("id", "name"))
    return id if isinstance(id, str) and id else address, name if isinstance(name, str) and name else address


def secrets_of(plan: JsonPlan) -> Iterator[str]:
    """The text of everything sensitive in a plan, to take it out of messages."""
    for change in (*plan.changes, *plan.drift):
        yield from secrets_at(change.before, list(masked_paths(change.before_sensitive)))
        yield from secrets_at(change.after, list(masked_paths(change.after_sensitive)))
    for output in plan.outputs.values():
        for name in ("before", "after"):
            yield from secrets_at(output.get(name), list(masked_paths(output.get(f"{name}_sensitive"))))
    for name in plan.sensitive_variables:
        yield from secrets_at(plan.variables.get(name), [()])
