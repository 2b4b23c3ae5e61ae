"""Why objects are not as they were last applied: the event behind each attribute that drifted, as the audit log has it.

What drifted is a matter of the plan; who did it is asked of the log. Saying it to people is left to the views.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from iac.audit.comparing import alike
from iac.audit.filters import EventFilter, TargetFilter
from iac.audit.query import events
from iac.audit.record import DELETE, Event
from iac.audit.sensitive import Digest, is_digest
from iac.database import Database
from iac.plan.model import Drift
from iac.values.codec import canonical, to_json
from iac.values.value import Value, unmark_deep

Path: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeCause:
    """One attribute that drifted, or a part of it: the path goes into objects and maps, not into lists, nor into
    what is sensitive. `event` is the last one that changed it, None when the log does not know what made it what it
    is."""

    path: Path
    event: Event | None


@dataclass(frozen=True, slots=True)
class DriftCause:
    """Why one object drifted. `event` is the last one that had a part in it, None when the log knows of none; of an
    object that is gone it is the one that deleted it, and no attributes are named."""

    event: Event | None
    attributes: tuple[AttributeCause, ...] = ()


def drift_cause(database: Database, drift: Drift, digest: Digest) -> DriftCause:
    """What the audit log knows of an object's drift; `digest` makes the digests of the log."""
    before, after = drift.change.before, drift.change.after
    identity = (before.raw or {}).get("id")
    told = _told(database, identity.raw) if identity is not None and isinstance(identity.raw, str) else iter(())
    if after.is_null:
        last = next(told, None)
        return DriftCause(last if last is not None and last.event_type == DELETE else None)
    paths = list(_changed(before, after))
    present = to_json(unmark_deep(after)[0])
    found: dict[Path, Event | None] = {}
    while len(found) < len(paths) and (event := next(told, None)) is not None:
        for path in paths:
            if path not in found and _touches(event, path):
                found[path] = event if _left_as_is(event.post_state, present, path, digest) else None
    known = [event for event in found.values() if event is not None]
    last = max(known, key=lambda event: event.sequence, default=None)
    return DriftCause(last, tuple(AttributeCause(path, found.get(path)) for path in paths))


def _told(database: Database, id: str) -> Iterator[Event]:
    """What happened to an object, newest first, without what failed."""
    wanted = EventFilter(targets=(TargetFilter(id=id),))
    return (event for event in events(database, wanted) if event.error is None)


def _changed(before: Value, after: Value, path: Path = ()) -> Iterator[Path]:
    """Where two values differ."""
    has_parts = [isinstance(value.raw, Mapping) and not value.is_sensitive for value in (before, after)]
    if not all(has_parts):
        if to_json(unmark_deep(before)[0]) != to_json(unmark_deep(after)[0]):
            yield path
        return
    for name in sorted({*before.raw, *after.raw}):
        if name in before.raw and name in after.raw:
            yield from _changed(before.raw[name], after.raw[name], (*path, name))
        else:
            yield (*path, name)


def _touches(event: Event, path: Path) -> bool:
    """Whether an event changed what is at a path, something in it, or what it is in."""
    for operation in event.patch:
        changed = _steps(operation["path"])
        shared = min(len(changed), len(path))
        if changed[:shared] == path[:shared]:
            return True
    return False


def _steps(pointer: str) -> Path:
    """The steps of a JSON pointer (RFC 6901)."""
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _left_as_is(state: Any, present: Any, path: Path, digest: Digest) -> bool:
    """Whether what an event left at a path is what is there now."""
    for step in path:
        if is_digest(state) or not isinstance(state, Mapping) or not isinstance(present, Mapping):
            break
        if step not in state or step not in present:
            return step not in state and step not in present
        state, present = state[step], present[step]
    return _same(*alike(state, present, digest))


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; elements may be in another order, as those of sets are in the log."""
    if isinstance(one, list) and isinstance(other, list):
        return sorted(map(canonical, one)) == sorted(map(canonical, other))
    return canonical(one) == canonical(other)
