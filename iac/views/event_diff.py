"""What differs between two events of one object: drawn like a plan, as JSON, or as an RFC 6902 patch.

Sensitive values are told by whether they changed; text has neither them nor their digests. Owns also how states of
the log become values that can be drawn, which `blame` and `inventory` share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from iac.audit.comparing import Comparison, Difference, differences, rfc6902
from iac.audit.record import Event
from iac.audit.sensitive import MARKER, is_digest
from iac.plan.model import Action
from iac.values.codec import implied, pretty
from iac.values.value import ONLY_SENSITIVE, Value, object_value, string, tuple_value
from iac.views.diff_text import Drawing, Options
from iac.views.diffs import diff_value
from iac.views.event_targets import target_text
from iac.views.events_table import short_time
from iac.views.style import Style, quoted, style, visible

_NO_STATE: Final = "(the object did not exist)"
_SUMMARY: Final = {"changed": "changed", "type changed": "changed", "added": "added", "removed": "removed"}


def value_of(state: Any) -> Value:
    """A state of the log as a value: what stands for a sensitive value is one that is marked so."""
    if is_digest(state):
        return string(str(state[MARKER])).with_marks(ONLY_SENSITIVE)
    if isinstance(state, Mapping):
        return object_value({name: value_of(part) for name, part in state.items()})
    if isinstance(state, (list, tuple)):
        return tuple_value(map(value_of, state))
    return implied(state)


def path_text(path: tuple[str | int, ...]) -> str:
    """A path as the language writes it: `port[0].name`. Made visible."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{quoted(step)}]"
    return text


# --- Text ---------------------------------------------------------------------------------------------------


def render_comparison(comparison: Comparison, *, color: bool) -> str:
    """The two events and, attribute by attribute, what differs, in the style of a plan."""
    form = style(color)
    second = comparison.second
    where = f" ({visible(second.address)})" if second.address else ""
    text = form.paint("[bold]%s[reset]%s\n") % (visible(target_text(second)), where)
    text += f"  from  {_beginning(comparison)}\n"
    text += f"  to    {event_text(second)}\n\n"
    found = differences(comparison.before, comparison.after)
    if not found:
        return f"{text}No differences.\n"
    return f"{text}{_drawn(comparison, form)}\n\n{_summary(found)}\n"


def _beginning(comparison: Comparison) -> str:
    if comparison.first is not None:
        return event_text(comparison.first)
    return _NO_STATE if comparison.before is None else f"the state before event {comparison.second.sequence}"


def event_text(event: Event) -> str:
    """`event 12, 2026-11-01 12:00:00Z, UPDATE by ana with terraform`."""
    who = f"{visible(event.event_type)} by {visible(event.user)} with {visible(event.tool)}"
    return f"event {event.sequence}, {short_time(event.timestamp)}, {who}"


def _drawn(comparison: Comparison, form: Style) -> str:
    before = None if comparison.before is None else value_of(comparison.before)
    after = None if comparison.after is None else value_of(comparison.after)
    drawing = Drawing(form, tells_secret_changes=True)
    diff = diff_value(before, after)
    action = diff[0] if diff[0] is not Action.NO_OP else Action.UPDATE
    event = comparison.second
    header = f"{visible(event.target_type)} {quoted(event.target_name or event.target_id)}"
    return f"{form.symbols[action]} {header} {drawing.draw(diff, 0, Options())}"


def _summary(found: list[Difference]) -> str:
    """`Values: 2 changed, 1 added.`"""
    if found[0].path == ():
        return "The object was created." if found[0].kind == "added" else "The object was deleted."
    counts = Counter(_SUMMARY[difference.kind] for difference in found)
    parts = [f"{counts[word]} {word}" for word in ("changed", "added", "removed") if counts[word]]
    return f"Values: {', '.join(parts)}."


# --- For programs -------------------------------------------------------------------------------------------


def comparison_to_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data: the events, and each difference with its path as text and as steps."""
    second = comparison.second
    return {
        "target_type": second.target_type,
        "target_id": second.target_id,
        "target_name": second.target_name,
        "address": second.address,
        "from": None if comparison.first is None else _event_json(comparison.first),
        "to": _event_json(second),
        "differences": [
            {
                "path": list(difference.path),
                "attribute": path_text(difference.path),
                "kind": difference.kind,
                "before": difference.before,
                "after": difference.after,
            }
            for difference in differences(comparison.before, comparison.after)
        ],
        "patch": rfc6902(comparison.before, comparison.after),
    }


def comparison_to_patch(comparison: Comparison) -> str:
    """The RFC 6902 patch from the one state to the other."""
    return pretty(rfc6902(comparison.before, comparison.after))


def _event_json(event: Event) -> dict[str, Any]:
    names = ("id", "sequence", "timestamp", "event_type", "user", "tool", "run_id")
    return {name: getattr(event, name) for name in names}
