"""Events of other writers: what a script or another system adds to the same chain.

Owns what such an event may say. It tells of something that happened to a target; its JSON is what the writer
knows, not a state that `iac` has checked, so its patch is empty and its context says `external`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

from iac.audit.filters import target_type
from iac.audit.log import AuditLog
from iac.audit.record import BASELINE, LOG, PRUNED, TOOL, Event, Operation, Origin
from iac.database import Database
from iac.diagnostics import Diagnostics, DiagnosticsError, error
from iac.values.codec import ExactNumber, canonical, loads

EXTERNAL: Final = "external"
"""The member of `context` that marks an event of another writer."""

OURS: Final = f"target_type <> '{LOG}' AND context NOT LIKE '%\"{EXTERNAL}\":true%'"
"""Holds in SQL for events of objects that iac itself recorded."""

RECORDED: Final = "recorded"
"""The member of `context` that marks what another program planned and did: an object of it is in no state of iac, and
its `post_state` is what was planned, so far as that was known."""

SIZE_LIMIT: Final = 1 << 20
"""How many bytes the canonical JSON of an event may have."""

_TEXT_LIMIT: Final = 1024
_EVENT_TYPE: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")
_TARGET_TYPE: Final = re.compile(r"[a-z][a-z0-9_-]*")
_TOOL: Final = re.compile(r"[A-Za-z0-9][\w.+/@-]*")


@dataclass(frozen=True, slots=True)
class ExternalEvent:
    """What another writer tells of: checked, ready to be recorded. `post_state` is its JSON."""

    event_type: str
    target_type: str
    target_name: str
    target_id: str | None
    tool: str
    user: str | None
    post_state: dict[str, Any] | None


def is_external(event: Event) -> bool:
    """Whether another writer recorded the event: its JSON is no state of an object."""
    return event.context.get(EXTERNAL) is True


def is_recorded(event: Event) -> bool:
    """Whether it tells of what another program did, as its plan had it."""
    return event.context.get(RECORDED) is True


def parse_external(
    *,
    event_type: str,
    target: str,
    tool: str,
    target_id: str | None = None,
    user: str | None = None,
    body: bytes | None = None,
) -> ExternalEvent:
    """Checks an event as a script writes it: `target` is TYPE:NAME, `body` a JSON object.

    Raises `DiagnosticsError` with every mistake.
    """
    problems = Diagnostics()
    if not _EVENT_TYPE.fullmatch(event_type) or len(event_type) > 64:
        text = f'"{event_type}" is not the type of an event. Write an upper-case word such as TRIGGER_DEPLOY.'
        problems.add(error("Invalid event type", text))
    elif event_type in (PRUNED, BASELINE):
        text = f'Events of the type "{event_type}" are recorded by iac itself, when it prunes the log.'
        problems.add(error("Reserved event type", text))
    kind, colon, name = target.partition(":")
    kind = target_type(kind)
    if not colon or not _TARGET_TYPE.fullmatch(kind) or not _is_text(name):
        text = f'"{target}" does not name a target. Write its type and its name, such as service:api.'
        problems.add(error("Invalid target", text))
    elif kind == LOG:
        problems.add(error("Reserved target", f'What happens to the "{LOG}" is recorded by iac itself.'))
    if target_id is not None and not _is_text(target_id):
        problems.add(error("Invalid target id", f'"{target_id}" cannot be the id of a target.'))
    if user is not None and not _is_text(user):
        problems.add(error("Invalid user", f'"{user}" cannot be the name of a user.'))
    if tool.lower() == TOOL:
        text = f'Events of the tool "{TOOL}" are recorded by iac itself. Name the tool that acted, such as git.'
        problems.add(error("Reserved tool", text))
    elif not _TOOL.fullmatch(tool) or len(tool) > 64:
        problems.add(error("Invalid tool", f'"{tool}" is not the name of a tool. Write a word such as git.'))
    try:
        state = None if body is None else parse_body(body)
    except DiagnosticsError as mistake:
        state = None
        problems.extend(mistake.diagnostics)
    problems.raise_if_errors()
    return ExternalEvent(event_type, kind, name, target_id, tool, user, state)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object of an event. Raises `DiagnosticsError` when it is none, or too large."""
    if len(body) > 4 * SIZE_LIMIT:
        raise _invalid(f"it has {len(body)} bytes, and at most {SIZE_LIMIT} can be recorded")
    try:
        data = loads(body)
        # Also finds what Unicode and JSON do not have: half of a surrogate pair, NaN.
        size = len(canonical(_finite(data)).encode())
    except UnicodeError as failure:
        raise _invalid("it is not proper Unicode") from failure
    except ValueError as failure:
        raise _invalid(f"it is not JSON: {failure}") from failure
    except RecursionError as failure:
        raise _invalid("it is nested too deeply") from failure
    if not isinstance(data, dict):
        raise _invalid("it is not an object")
    if size > SIZE_LIMIT:
        raise _invalid(f"it has {size} bytes, and at most {SIZE_LIMIT} can be recorded")
    return data


def record_external(database: Database, told: ExternalEvent, origin: Origin) -> Event:
    """Adds the event to the chain, in a transaction of its own, and returns it.

    `origin` says from where, with which message, and who acts unless the event says it. Without an id the target is
    the one that had the name last in the log; one that is not in the log has its name for an id.
    """
    marked = replace(origin, user=told.user or origin.user, tool=told.tool, context={**origin.context, EXTERNAL: True})
    with database.transaction():
        return AuditLog(database).record(
            Operation(marked),
            event_type=told.event_type,
            target_type=told.target_type,
            target_id=told.target_id or _known_id(database, told) or told.target_name,
            target_name=told.target_name,
            before=told.post_state,
            after=told.post_state,
        )


def _known_id(database: Database, told: ExternalEvent) -> str | None:
    row = database.query_one(
        "SELECT target_id FROM event WHERE target_type = ? AND target_name = ? ORDER BY sequence DESC LIMIT 1",
        (told.target_type, told.target_name),
    )
    return None if row is None else str(row[0])


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(text) <= _TEXT_LIMIT and text.strip() != ""


def _finite(data: Any) -> Any:
    """The data; raises ValueError where it has a number that JSON has not."""
    if isinstance(data, dict):
        for part in data.values():
            _finite(part)
    elif isinstance(data, list):
        for part in data:
            _finite(part)
    elif isinstance(data, float) and (data != data or data in (float("inf"), float("-inf"))):
        raise ValueError(f"{data} is no number of JSON")
    elif isinstance(data, ExactNumber) and not re.search(r"\d", data.text):
        raise ValueError(f"{data.text} is no number of JSON")
    return data


def _invalid(reason: str) -> DiagnosticsError:
    return DiagnosticsError(error("Invalid event", f"The JSON of the event cannot be recorded: {reason}."))
