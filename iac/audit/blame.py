"""Blame: for each attribute of an object the last event that set it.

The object's events are gone through from the oldest on, and every part of the state remembers which of them put it
there: elements of lists keep theirs when others are put in before them. Objects are told by their id, so renames and
moves lose nothing. Operations that failed set nothing. Of what the object had before the first event that the log still
has, nobody is blamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from iac.audit.comparing import digests, leaves
from iac.audit.history import PastObject, state_before, telling_events
from iac.audit.record import BASELINE, DELETE, IMPORT, UPDATE, Event
from iac.audit.sensitive import Digest, is_digest
from iac.database import Database
from iac.values.codec import canonical


@dataclass(frozen=True, slots=True)
class Setter:
    """The event that set something: when, who, with what, in which run and from which commit (None: not known).

    Of a state that pruning kept it is the original event, of which not everything is known any more.
    """

    event_id: str
    sequence: int
    timestamp: str
    event_type: str
    user: str
    tool: str
    run_id: str | None
    commit: str | None
    branch: str | None
    dirty: bool
    message: str | None


@dataclass(frozen=True, slots=True)
class BlameLine:
    """One attribute: where it is in the object, its value (a digest when sensitive), and what set it last; None when
    the log does not have that, as after pruning."""

    path: tuple[str | int, ...]
    value: Any
    setter: Setter | None


@dataclass(frozen=True, slots=True)
class Blame:
    """The attributes of an object by path. `deleted` is the event that deleted it, if it is gone; the attributes are
    then those that it had last."""

    object: PastObject
    lines: tuple[BlameLine, ...]
    deleted: Setter | None = None


def blame(database: Database, past: PastObject) -> Blame:
    """Who set what of an object, by the events that the log still has."""
    digest = digests(database)
    state: Any = None
    origin: Any = None
    deleted: Event | None = None
    for event in telling_events(database, past.type, past.id):
        if state is None and event.event_type in (UPDATE, DELETE):  # the log does not have what came before
            state = state_before(event)
            origin = _whole(state, None)
        if event.event_type == DELETE:
            deleted = event
            continue
        if event.event_type == IMPORT and state is not None:
            continue
        deleted = None
        if state is None:
            origin = _whole(event.post_state, event)
        else:
            # Not by the event's own patch: between the two, events may be missing.
            origin = _inherited(state, event.post_state, origin, event, digest)
        state = event.post_state
    if state is None and past.event is not None:  # all that is left are events that repeat the state
        state = past.state
        origin = _whole(state, past.event)
    found = tuple(BlameLine(path, value, _setter(_at(origin, path))) for path, value in leaves(state))
    return Blame(past, found if state is not None else (), _setter(deleted))


def _setter(event: Event | None) -> Setter | None:
    return None if event is None else setter_of(event)


def setter_of(event: Event) -> Setter:
    """What to say of the event that set something."""
    if event.event_type == BASELINE:
        original = event.context["original"]
        known = {name: original[name] for name in ("sequence", "timestamp", "event_type", "user", "tool", "run_id")}
        return Setter(event_id=original["id"], **known, commit=None, branch=None, dirty=False, message=None)
    git = event.context.get("git")
    git = git if isinstance(git, Mapping) else {}
    return Setter(
        event.id,
        event.sequence,
        event.timestamp,
        event.event_type,
        event.user,
        event.tool,
        event.run_id,
        git.get("commit"),
        git.get("branch"),
        git.get("dirty") is True,
        event.message,
    )


def _inherited(before: Any, after: Any, origin: Any, event: Event, digest: Digest) -> Any:
    """The tree of events, shaped as the state after an event: what is as it was before keeps its event."""
    if is_digest(before) or is_digest(after):
        # That something came to be sensitive, or is no longer, does not set it.
        return _whole(after, _newest(origin) if digest(before) == digest(after) else event)
    if _has_parts(before, Mapping) and _has_parts(after, Mapping):
        return {
            name: _inherited(before[name], part, origin[name], event, digest) if name in before else _whole(part, event)
            for name, part in after.items()
        }
    if _has_parts(before, list) and _has_parts(after, list):
        return _inherited_elements(before, after, origin, event, digest)
    return origin if canonical(before) == canonical(after) else _whole(after, event)


def _inherited_elements(before: Any, after: Any, origin: Any, event: Event, digest: Digest) -> list[Any]:
    texts = [canonical(e) for e in before], [canonical(e) for e in after]
    found: list[Any] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            found += origin[i1:i2]
            continue
        paired = min(i2 - i1, j2 - j1)
        for offset in range(paired):
            i, j = i1 + offset, j1 + offset
            found.append(_inherited(before[i], after[j], origin[i], event, digest))
        found += [_whole(part, event) for part in after[j1 + paired : j2]]
    return found


def _whole(data: Any, event: Event | None) -> Any:
    """The shape of the data with the event at every leaf."""
    if _has_parts(data, Mapping):
        return {name: _whole(part, event) for name, part in data.items()}
    return [_whole(part, event) for part in data] if _has_parts(data, list) else event


def _has_parts(data: Any, kind: type) -> bool:
    return isinstance(data, kind) and bool(data) and not is_digest(data)


def _newest(origin: Any) -> Event | None:
    """The latest event in a tree; None when none of them is known."""
    if origin is None or isinstance(origin, Event):
        return origin
    parts = origin.values() if isinstance(origin, dict) else origin
    known = [event for event in map(_newest, parts) if event is not None]
    return max(known, key=lambda event: event.sequence, default=None)


def _at(origin: Any, path: tuple[str | int, ...]) -> Event | None:
    for step in path:
        origin = origin[step]
    assert origin is None or isinstance(origin, Event)
    return origin
