"""The inventory as the log has it: a table of objects, one object whole, and what a check of it found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from iac.audit.history import PastObject
from iac.audit.record import BASELINE
from iac.audit.sensitive import HIDDEN, is_digest
from iac.engine.log_check import ATTRIBUTE, EXTRA, MISSING, LogCheck, LogProblem
from iac.views.blame import value_text
from iac.views.diff_text import Drawing, Options
from iac.views.diffs import diff_value
from iac.views.event_diff import event_text, path_text, value_of
from iac.views.events_table import short_time
from iac.views.style import plural, quoted, style, visible
from iac.views.tables import columns

HEADER: Final = ("TARGET", "ADDRESS", "LAST CHANGED", "USER", "TOOL", "EVENT", "ID")
_ALL: Final = Options(everything=True)


def render_inventory(found: Sequence[PastObject], moment: datetime, *, color: bool) -> str:
    """The objects that there were at a moment, a line each."""
    when = short_time(moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if not found:
        return f"No objects at {when}.\n"
    lines = columns(HEADER, [_row(past) for past in found], style(color))
    return "".join(f"{row}\n" for row in lines) + f"\n{plural(len(found), 'object')} at {when}.\n"


def _row(past: PastObject) -> tuple[str, ...]:
    address = past.address if past.address and past.is_managed else "-"
    changed = ("-", "-", "-", "-")
    if past.event is not None:
        event = past.event
        original = event.context["original"] if event.event_type == BASELINE else None
        when, user, tool, sequence = (
            (event.timestamp, event.user, event.tool, event.sequence)
            if original is None
            else (original["timestamp"], original["user"], original["tool"], original["sequence"])
        )
        changed = (short_time(when), visible(user), visible(tool), str(sequence))
    return visible(past.text), visible(address), *changed, visible(past.id)


def render_object(past: PastObject, *, color: bool) -> str:
    """One object whole, as it might be written; sensitive values are not shown."""
    form = style(color)
    value = value_of(past.state)
    drawn = Drawing(form, with_symbols=False).draw(diff_value(value, value, explicit=True), 0, _ALL)
    where = f"# {visible(past.address)}\n" if past.address and past.is_managed else ""
    told = f"# {event_text(past.event)}\n" if past.event is not None else ""
    return f"{where}{told}{visible(past.type)} {quoted(past.name or past.id)} {drawn}\n"


def object_to_json(past: PastObject) -> dict[str, Any]:
    """One object as plain data; sensitive values are their digests."""
    event = past.event
    return {
        "target_type": past.type,
        "target_id": past.id,
        "target_name": past.name,
        "address": past.address,
        "managed": past.is_managed,
        "workspace": past.workspace,
        "event": None
        if event is None
        else {name: getattr(event, name) for name in ("id", "sequence", "timestamp", "event_type", "user", "tool")},
        "state": past.state,
    }


# --- The check ----------------------------------------------------------------------------------------------


def render_check(check: LogCheck, *, color: bool) -> str:
    """What differs between the log and what there is, object by object, and how many agree."""
    form = style(color)
    text = "".join(f"{form.paint('[red]%s[reset]') % visible(p.target)}: {problem_text(p)}\n" for p in check.problems)
    agreeing = f"{plural(check.agreeing, 'object')} {'agrees' if check.agreeing == 1 else 'agree'}"
    if check.problems:
        bad = plural(len({(p.type, p.id) for p in check.problems}), "object")
        return f"{text}\nThe log and what there is differ: {bad} of {check.total}; {agreeing}.\n"
    if not check.total:
        return "There are no objects, in the log or outside of it: nothing to check.\n"
    return f"{agreeing} with the log.\n"


def problem_text(problem: LogProblem) -> str:
    """What one difference is, behind the name of the object."""
    where = "in the state" if problem.in_state else "on the platform"
    last = f" (event {problem.sequence})" if problem.sequence else ""
    if problem.kind == MISSING:
        return f"missing {where}; the log has it{last}"
    if problem.kind == EXTRA:
        gone = f", which says that it is gone{last}" if problem.sequence else ""
        return f"{where}, and not in the log{gone}"
    name = path_text(problem.path)
    if is_digest(problem.expected) or is_digest(problem.found):
        return f"{name} differs: {HIDDEN}{last}"
    return f"{name} is {value_text(problem.found)} {where}; the log says {value_text(problem.expected)}{last}"


def check_to_json(check: LogCheck) -> dict[str, Any]:
    """The result as plain data; sensitive values are their digests."""
    return {
        "agrees": not check.problems,
        "objects": check.total,
        "agreeing": check.agreeing,
        "problems": [_problem_json(problem) for problem in check.problems],
    }


def _problem_json(problem: LogProblem) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": problem.kind,
        "target_type": problem.type,
        "target_id": problem.id,
        "target": problem.target,
        "event": problem.sequence,
    }
    if problem.kind == ATTRIBUTE:
        data |= {"path": list(problem.path), "attribute": path_text(problem.path)}
        data |= {"found": problem.found, "expected": problem.expected}
    return data
