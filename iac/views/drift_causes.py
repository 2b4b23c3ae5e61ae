"""Who changed an object outside: a few words for people, members of a message for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from iac.audit.blame import setter_of
from iac.audit.filters import age
from iac.audit.record import DELETE, Event
from iac.engine.drift_causes import AttributeCause, DriftCause
from iac.views.event_diff import path_text
from iac.views.style import visible

_MOST_NAMES: Final = 4


def cause_lines(cause: DriftCause, now: datetime) -> list[str]:
    """What is known of a cause: one line where one event is behind all of it, else one for each, newest first, with
    the attributes that it changed. Empty when nothing is known."""
    if cause.event is None:
        return []
    if all(attribute.event == cause.event for attribute in cause.attributes):
        return [_sentence(cause.event, now)]
    changed: dict[str, tuple[Event | None, list[AttributeCause]]] = {}
    for attribute in cause.attributes:
        changed.setdefault(attribute.event.id if attribute.event else "", (attribute.event, []))[1].append(attribute)
    ordered = sorted(changed.values(), key=lambda pair: -(pair[0].sequence if pair[0] else 0))
    return [f"{_names(of)}: {_sentence(event, now)}" for event, of in ordered]


def _sentence(event: Event | None, now: datetime) -> str:
    if event is None:
        return "the audit log does not know who changed it"
    verb = "deleted" if event.event_type == DELETE else "changed"
    return f"{verb} by {visible(event.user)} with {visible(event.tool)}, {age(event.timestamp, now)}, event {event.id}"


def _names(attributes: Sequence[AttributeCause]) -> str:
    names = [path_text(attribute.path) for attribute in attributes]
    more = len(names) - _MOST_NAMES
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_NAMES])} and {more} more"


def cause_json(cause: DriftCause) -> dict[str, Any]:
    """`cause`, and `attributes` with the path, the name and the cause of each; a cause is the event, or null where
    the log does not know."""
    return {
        "cause": _event_json(cause.event),
        "attributes": [
            {"path": list(each.path), "attribute": path_text(each.path), "cause": _event_json(each.event)}
            for each in cause.attributes
        ],
    }


def _event_json(event: Event | None) -> dict[str, Any] | None:
    return None if event is None else asdict(setter_of(event))
