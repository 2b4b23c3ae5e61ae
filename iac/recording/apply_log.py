"""The lines that `terraform apply -json` and `tofu apply -json` write: read and checked.

Owns which messages tell of something that was done. Leaves what that means for a plan to `happenings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from iac.diagnostics import Diagnostic, DiagnosticsError, error, warning
from iac.plan.model import Action
from iac.recording.plan_json import WrongError, member
from iac.values.foreign import read_json

_UI_MAJOR: Final = "1"
_ACTIONS: Final = {"create": Action.CREATE, "update": Action.UPDATE, "delete": Action.DELETE}
"""The operations on objects. Reading is none, and replacing is two."""

_MOST: Final = 1_000_000_000
"""More than any apply does, or takes in seconds."""

_PROGRAMS: Final = {"terraform": "terraform", "tofu": "opentofu"}


@dataclass(frozen=True, slots=True)
class LoggedOperation:
    """An operation that ended, well or with an error (`failed`). `identity` is the attribute that identifies the
    object, and its value, as far as the log says."""

    address: str
    action: Action
    failed: bool
    ended: str
    seconds: float
    identity: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class LoggedError:
    """An error that was reported; `address` is None where it is not about one object."""

    text: str
    address: str | None


@dataclass
class ApplyLog:
    """What an apply said. `finished` says whether it came to its end; `counts` are then the summary's: imported,
    added, changed, destroyed. `begun` are the addresses on which an operation began."""

    program: str = "terraform"
    version: str = ""
    started: str = ""
    ended: str = ""
    operations: list[LoggedOperation] = field(default_factory=list)
    errors: list[LoggedError] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    finished: bool = False
    counts: tuple[int, int, int, int] | None = None
    warnings: list[Diagnostic] = field(default_factory=list)


def read_apply_log(content: bytes) -> ApplyLog:
    """The log in a file. Raises `DiagnosticsError` when it is none, or damaged.

    A last line that was cut off, as when the program was killed, is left out with a warning.
    """
    log = ApplyLog()
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            _take(log, _parse(line))
        except WrongError as wrong:
            if number == len(lines) and log.version:
                text = "The last line of the log is cut off, as when the program is killed; it is left out."
                log.warnings.append(warning("Incomplete log", text))
                break
            raise DiagnosticsError(
                error("Not the log of an apply", f"Line {number} cannot be read: {wrong}. {_ADVICE}")
            ) from None
    if not log.version:
        raise DiagnosticsError(error("Not the log of an apply", f"There is nothing in it. {_ADVICE}"))
    return log


_ADVICE: Final = "What is recorded is what terraform apply -json tfplan writes to standard output, all of it."


def _parse(line: bytes) -> Mapping[str, Any]:
    try:
        data = read_json(line)
    except ValueError as problem:
        raise WrongError(f"it is not JSON ({problem})") from None
    if not isinstance(data, dict):
        raise WrongError("it is no JSON object")
    return data


def _take(log: ApplyLog, message: Mapping[str, Any]) -> None:
    kind = member(message, "type", str)
    time = _time(member(message, "@timestamp", str, ""))
    if not log.version:
        _begin(log, kind, message, time)
        return
    log.ended = max(log.ended, time)
    if kind in ("apply_start", "apply_complete", "apply_errored"):
        _take_operation(log, kind, member(message, "hook", dict), time)
    elif kind == "diagnostic":
        _take_diagnostic(log, member(message, "diagnostic", dict))
    elif kind == "change_summary":
        changes = member(message, "changes", dict)
        if member(changes, "operation", str) in ("apply", "destroy"):
            imported, added, changed, destroyed = (
                member(changes, n, int, 0) for n in ("import", "add", "change", "remove")
            )
            if max(imported, added, changed, destroyed) > _MOST:
                raise WrongError("its counts are too large")
            log.counts, log.finished = (imported, added, changed, destroyed), True


def _begin(log: ApplyLog, kind: str, message: Mapping[str, Any], time: str) -> None:
    program = next((p for p in _PROGRAMS if isinstance(message.get(p), str)), None)
    if kind != "version" or program is None:
        raise WrongError("it does not name the program and its version, as the first line does")
    ui = member(message, "ui", str)
    if ui.partition(".")[0] != _UI_MAJOR:
        raise WrongError(f"the log has the format version {ui}, and this version of iac reads {_UI_MAJOR}.x")
    log.program, log.version, log.started, log.ended = _PROGRAMS[program], message[program], time, time


def _take_operation(log: ApplyLog, kind: str, hook: Mapping[str, Any], time: str) -> None:
    address = member(member(hook, "resource", dict), "addr", str)
    action = _ACTIONS.get(member(hook, "action", str))
    if action is None:
        return
    if kind == "apply_start":
        log.begun.add(address)
        return
    key, value = member(hook, "id_key", str, ""), member(hook, "id_value", str, "")
    log.operations.append(
        LoggedOperation(
            address,
            action,
            kind == "apply_errored",
            time,
            _seconds(hook.get("elapsed_seconds")),
            (key, value) if key and value else None,
        )
    )


def _seconds(raw: Any) -> float:
    return float(raw) if isinstance(raw, int | float) and 0 <= raw <= _MOST else 0.0


def _take_diagnostic(log: ApplyLog, diagnostic: Mapping[str, Any]) -> None:
    if member(diagnostic, "severity", str, "") != "error":
        return
    summary, detail = member(diagnostic, "summary", str, ""), member(diagnostic, "detail", str, "")
    text = f"{summary}: {detail}" if detail else summary
    log.errors.append(LoggedError(text, member(diagnostic, "address", str, "") or None))


def _time(text: str) -> str:
    """A time as the database has it: UTC with microseconds; what is none stays out."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def errors_of(log: ApplyLog, address: str) -> Sequence[str]:
    """The texts of the errors about one object."""
    return [e.text for e in log.errors if e.address == address]
