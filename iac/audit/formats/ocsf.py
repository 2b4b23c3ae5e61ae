"""OCSF 1.6 Entity Management (class 3004) as NDJSON, for security lakes and SIEMs.

Owns the mapping. What OCSF has no place for is in `unmapped` under its own name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from iac import __version__
from iac.audit.patch import apply_patch, inverse
from iac.audit.record import Event
from iac.values.codec import canonical

VERSION: Final = "1.6.0"
_CLASS: Final = 3004
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_CREATE, _READ, _UPDATE, _DELETE, _OTHER = 1, 2, 3, 4, 99
_ACTIVITIES: Final = {
    "CREATE": (_CREATE, "Create"),
    "READ": (_READ, "Read"),
    "UPDATE": (_UPDATE, "Update"),
    "DELETE": (_DELETE, "Delete"),
}
_UNMAPPED: Final = ("address", "workspace", "plan_id", "source", "previous_hash", "hash")


def ocsf(events: Iterable[Event]) -> Iterator[str]:
    """One record of Entity Management a line."""
    for event in events:
        yield f"{canonical(_record(event))}\n"


def _record(event: Event) -> dict[str, Any]:
    verb = event.event_type.removesuffix("_FAILED")
    failed = event.error is not None or verb != event.event_type
    activity, name = _ACTIVITIES.get(verb, (_OTHER, event.event_type))
    record: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": name,
        "category_uid": 3,
        "category_name": "Identity & Access Management",
        "class_uid": _CLASS,
        "class_name": "Entity Management",
        "type_uid": _CLASS * 100 + activity,
        "type_name": f"Entity Management: {name if activity != _OTHER else 'Other'}",
        "severity_id": 1,
        "severity": "Informational",
        "status_id": 2 if failed else 1,
        "status": "Failure" if failed else "Success",
        "time": _milliseconds(event.timestamp),
        "timezone_offset": 0,
        "message": f"{event.event_type} {event.target_type}:{event.target_name or event.target_id} by {event.user}",
        "actor": {"user": {"name": event.user}, "app_name": event.tool},
        "entity": _entity(event, _before(event)),
        "metadata": _metadata(event),
        "unmapped": _unmapped(event),
    }
    if event.post_state is not None:
        record["entity_result"] = _entity(event, event.post_state)
    if event.error is not None:
        record["status_detail"] = event.error
    if event.message is not None:
        record["comment"] = event.message
    if host := event.context.get("host"):
        record["src_endpoint"] = {"hostname": str(host)}
    return record


def _metadata(event: Event) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "version": VERSION,
        "product": {"name": "iac", "vendor_name": "iac", "version": str(event.context.get("version", __version__))},
        "uid": event.id,
        "sequence": event.sequence,
        "event_code": event.event_type,
        "original_time": event.timestamp,
        "log_name": "audit",
    }
    if event.run_id is not None:
        metadata["correlation_uid"] = event.run_id
    return metadata


def _unmapped(event: Event) -> dict[str, Any]:
    unmapped: dict[str, Any] = {name: getattr(event, name) for name in _UNMAPPED}
    lists = {"change": list(event.change), "forced_by": list(event.forced_by)}
    return {
        **{name: value for name, value in (unmapped | lists).items() if value},
        "context": dict(event.context),
        "patch": [dict(operation) for operation in event.patch],
    }


def _entity(event: Event, data: Any) -> dict[str, Any]:
    entity = {"type": event.target_type, "uid": event.target_id, "name": event.target_name}
    return entity if data is None else {**entity, "data": data}


def _before(event: Event) -> Any:
    """The object before the event, or None where there was none or the patch does not tell."""
    if not event.patch:
        return event.post_state
    first = event.patch[0]
    if first["path"] == "":
        return first.get("old")
    try:
        return apply_patch(event.post_state, inverse(event.patch))
    except (ValueError, KeyError):
        return None


def _milliseconds(timestamp: str) -> int:
    return (datetime.fromisoformat(timestamp) - _EPOCH) // timedelta(milliseconds=1)
