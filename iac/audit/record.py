"""The event: one durable fact of the audit log, and where an operation comes from.

Owns the record and its plain form. Storing it is left to `log`, asking for it to `query`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TOOL = "terraform"
"""The tool of everything that `iac apply` and the Terraform provider do."""

CREATE, UPDATE, DELETE, READ, IMPORT = "CREATE", "UPDATE", "DELETE", "READ", "IMPORT"

PRUNED, BASELINE = "EVENTS_PRUNED", "BASELINE"
"""What pruning records: that it was done, and the state of an object that has no other event left."""

LOG = "audit-log"
"""The target type of what happens to the log itself."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who acts, with what, as part of which run: the same for every operation of a run.

    `context` is where it ran: git commit, branch and dirty flag, CI system and run URL, host, version.
    `message_is_given` says that the message is one of the command itself, before what a provider block says.
    """

    user: str
    tool: str = TOOL
    workspace: str = "default"
    run_id: str | None = None
    plan_id: str | None = None
    message: str | None = None
    message_is_given: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an origin, as the engine knows it: what the event says beyond the object.

    `address` is the resource instance's; `source` the `file:line` of its block; `forced_by` the
    attribute paths that forced a replacement (as text).
    """

    origin: Origin
    address: str | None = None
    source: str | None = None
    forced_by: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is stored, hash chain included.

    `timestamp` is UTC, RFC 3339 with microseconds. `change` are the groups of what was modified, sorted.
    `post_state` is the object after the event (None after a delete), sensitive values as keyed digests.
    `patch` is RFC 6902 from the state before to the state after, each operation also with `old`.
    `error` is set for a failed operation. Hashes are lower-case hex SHA-256.
    """

    id: str
    sequence: int
    timestamp: str
    event_type: str
    target_type: str
    target_id: str
    target_name: str
    address: str | None
    change: tuple[str, ...]
    user: str
    tool: str
    workspace: str
    run_id: str | None
    plan_id: str | None
    message: str | None
    source: str | None
    forced_by: tuple[str, ...]
    error: str | None
    context: Mapping[str, Any]
    post_state: Any
    patch: Sequence[Mapping[str, Any]]
    previous_hash: str
    hash: str


def event_to_json(event: Event) -> dict[str, Any]:
    """The plain form of an event: what exports carry, and what the hash is taken of (without `hash`)."""
    data: dict[str, Any] = {name: getattr(event, name) for name in event.__slots__}
    data["change"], data["forced_by"] = list(event.change), list(event.forced_by)
    data["context"] = dict(event.context)
    data["patch"] = [dict(operation) for operation in event.patch]
    return data
