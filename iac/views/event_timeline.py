"""The life of an object at a glance: created, changed from what to what, by whom, replaced, deleted.

Owns which events make one life, and how each is told in a line or a few. Sensitive values are `(sensitive)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from iac.audit.external import is_external
from iac.audit.record import CREATE, DELETE, IMPORT, READ, UPDATE, Event
from iac.audit.sensitive import is_digest
from iac.plan.model import Action
from iac.values.codec import line
from iac.views.event_targets import target_text
from iac.views.events import dotted
from iac.views.events_table import NO_EVENTS, hue_of, marked_type, moved_text, short_time
from iac.views.style import Style, plural, quoted, style, visible

_VERBS: Final = {
    CREATE: (Action.CREATE, "created"),
    UPDATE: (Action.UPDATE, "changed"),
    DELETE: (Action.DELETE, "deleted"),
    IMPORT: (Action.READ, "imported"),
    READ: (Action.READ, "read"),
}
_SYMBOLS: Final = {Action.CREATE: "+", Action.UPDATE: "~", Action.DELETE: "-", Action.READ: "<", Action.NO_OP: "!"}
_OPERATIONS: Final = {"add": "+", "remove": "-", "replace": "~"}
_BOOKKEEPING: Final = frozenset({"/updated_at"})
"""What changes with every change."""

_MOST_LINES: Final = 12
_LONGEST_VALUE: Final = 60


@dataclass
class Life:
    """The events, oldest first, of one address in one workspace, or of one object that has none."""

    events: list[Event] = field(default_factory=list)

    @property
    def address(self) -> str | None:
        """The last address that is known."""
        return next((e.address for e in reversed(self.events) if e.address is not None), None)

    @property
    def workspace(self) -> str:
        """The workspace of that address."""
        return next((e.workspace for e in reversed(self.events) if e.address is not None), self.events[-1].workspace)

    @property
    def replacements(self) -> frozenset[str]:
        """The runs in which the object was deleted and created."""
        by_run: dict[str, set[str]] = {}
        for event in self.events:
            if event.run_id is not None and not is_external(event):
                by_run.setdefault(event.run_id, set()).add(event.event_type)
        return frozenset(run for run, types in by_run.items() if {CREATE, DELETE} <= types)


def lives(events: Iterable[Event]) -> list[Life]:
    """Events, oldest first, put together by object, in the order in which the objects came to be.

    Objects that had the same address one after the other, as after a replacement, are one life; objects of different
    workspaces never are.
    """
    everything = list(events)
    places = {_identity(e): ("", e.workspace, e.address) for e in everything if e.address is not None}
    found: dict[tuple[str, ...], Life] = {}
    for event in everything:
        identity = _identity(event)
        found.setdefault(places.get(identity, identity), Life()).events.append(event)
    return list(found.values())


def _identity(event: Event) -> tuple[str, ...]:
    """What tells an object from others: its id, or where it would have been when none was ever made."""
    if event.target_id or event.address is None:
        return event.target_type, event.target_id
    return event.target_type, "", event.workspace, event.address


def render_timeline(found: Sequence[Life], *, color: bool) -> str:
    """The lives as text."""
    if not found:
        return NO_EVENTS
    form = style(color)
    several = len({life.workspace for life in found}) > 1
    return "\n".join("".join(_life_lines(life, form, several)) for life in found)


def _life_lines(life: Life, form: Style, names_workspace: bool) -> Iterator[str]:
    where = f" ({visible(life.address)})" if life.address is not None else ""
    place = f", workspace {visible(life.workspace)}" if names_workspace else ""
    yield form.paint("[bold]%s[reset]%s%s\n") % (visible(target_text(life.events[-1])), where, place)
    replacements = life.replacements
    for event in life.events:
        yield from _event_lines(event, event.run_id in replacements, form)


def _event_lines(event: Event, is_replacement: bool, form: Style) -> Iterator[str]:
    action, verb = _told(event, is_replacement)
    symbol = form.paint(f"[{hue_of(marked_type(event))}]%s[reset]") % _SYMBOLS[action]
    what = f": {visible(', '.join(event.change))}" if event.change and event.event_type == UPDATE else ""
    who = f"by {visible(event.user)} with {visible(event.tool)}"
    yield f"  {short_time(event.timestamp)}  {symbol} {visible(verb)} {who}{what}  #{event.sequence}\n"
    yield from (f"{' ' * 26}{text}\n" for text in _details(event, form))


def _told(event: Event, is_replacement: bool) -> tuple[Action, str]:
    """What happened, in words. Of what another writer says nobody knows that it did."""
    words = event.event_type.lower().replace("_", " ")
    if is_external(event):
        return Action.NO_OP, f"{words} (external)"
    if moved := moved_text(event):
        return Action.NO_OP, f"moved {moved} to {event.address}"
    action, verb = _VERBS.get(event.event_type, (Action.NO_OP, words))
    if is_replacement and event.event_type in (CREATE, DELETE):
        verb = f"{verb} to be replaced" if event.event_type == DELETE else f"{verb} as the replacement"
    return action, verb


def _details(event: Event, form: Style) -> Iterator[str]:
    if event.message:
        yield f'"{visible(event.message)}"'
    if event.forced_by:
        yield f"because of {visible(', '.join(event.forced_by))}"
    if event.error:
        yield f"error: {visible(event.error.splitlines()[0]) if event.error.strip() else ''}"
    if event.event_type != UPDATE:
        return
    operations = [o for o in event.patch if o["op"] in _OPERATIONS and o["path"] not in _BOOKKEEPING]
    for operation in operations[:_MOST_LINES]:
        yield _operation_text(operation, form)
    if len(operations) > _MOST_LINES:
        more = plural(len(operations) - _MOST_LINES, "more change")
        yield f"({more}: iac events show {event.sequence})"


def _operation_text(operation: Mapping[str, Any], form: Style) -> str:
    name = visible(dotted(operation["path"])) or "(the object)"
    old, new = _value_text(operation.get("old")), _value_text(operation.get("value"))
    op = operation["op"]
    if op == "add":
        return f"+ {name}: {new}"
    if op == "remove":
        return f"- {name}: {old}"
    if is_digest(operation.get("old")) and is_digest(operation.get("value")):
        return f"~ {name}: (sensitive)"
    return f"~ {name}: {old} {form.arrow} {new}"


def _value_text(value: Any) -> str:
    if is_digest(value):
        return "(sensitive)"
    if isinstance(value, str):
        text = quoted(value)
    else:
        text = visible(line(_masked(value)))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def _masked(value: Any) -> Any:
    if is_digest(value):
        return "(sensitive)"
    if isinstance(value, Mapping):
        return {name: _masked(part) for name, part in value.items()}
    return [_masked(part) for part in value] if isinstance(value, (list, tuple)) else value


def timeline_to_json(found: Sequence[Life]) -> list[dict[str, Any]]:
    """The lives as plain data."""
    return [
        {
            "target": target_text(life.events[-1]),
            "address": life.address,
            "workspace": life.workspace,
            "events": [
                {
                    "id": e.id,
                    "sequence": e.sequence,
                    "timestamp": e.timestamp,
                    "event_type": e.event_type,
                    "external": is_external(e),
                    "change": list(e.change),
                    "user": e.user,
                    "tool": e.tool,
                    "run_id": e.run_id,
                    "replacement": e.run_id in replacements and e.event_type in (CREATE, DELETE),
                    "forced_by": list(e.forced_by),
                    "error": e.error,
                    "patch": [dict(operation) for operation in e.patch] if e.event_type == UPDATE else [],
                }
                for e in life.events
            ],
        }
        for life in found
        for replacements in [life.replacements]
    ]
