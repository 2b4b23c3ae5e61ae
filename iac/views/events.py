"""One event of the audit log as a whole, and its patch in the style of a plan. Tables are in `events_table`.

Names and messages in events come from elsewhere, so everything that is shown is made visible first: a
control character or terminal sequence appears as an escape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from iac.audit.record import Event
from iac.plan.model import Action
from iac.values.codec import implied, pretty
from iac.views.diff_text import Drawing, primitive_text
from iac.views.diffs import diff_value
from iac.views.event_targets import target_text
from iac.views.style import Style, style, visible


def render_event(event: Event, *, color: bool) -> str:
    """One event as a whole: its fields, what changed, and the object after it."""
    form = style(color)
    text = _fields_text(event, form)
    if event.patch:
        changes = "".join(f"{line}\n" for line in patch_lines(event.patch, form))
        text += form.paint("\n[bold]Changes:[reset]\n\n") + changes
    text += form.paint("\n[bold]State after the event:[reset]\n\n")
    if event.post_state is None:
        return text + "  (the object no longer exists)\n"
    shown = "\n".join(f"  {visible(line)}" for line in pretty(event.post_state).split("\n"))
    return f"{text}{shown}\n"


def _fields_text(event: Event, form: Style) -> str:
    rows: list[tuple[str, str | None]] = [
        ("Event", event.id),
        ("Sequence", str(event.sequence)),
        ("When", event.timestamp),
        ("Type", event.event_type),
        ("Target", target_text(event)),
        ("Target ID", event.target_id),
        ("Address", event.address),
        ("Change", ", ".join(event.change)),
        ("User", event.user),
        ("Tool", event.tool),
        ("Workspace", event.workspace),
        ("Run", event.run_id),
        ("Plan", event.plan_id),
        ("Message", event.message),
        ("Source", event.source),
        ("Forced by", ", ".join(event.forced_by)),
        ("Error", event.error),
        *((f"Context {key}", _plain(value)) for key, value in sorted(event.context.items())),
        ("Previous hash", event.previous_hash),
        ("Hash", event.hash),
    ]
    shown = [(visible(name), visible(value)) for name, value in rows if value]
    width = max(len(name) for name, _ in shown) + 1
    bold = form.paint("[bold]%s[reset]")
    return "".join(f"{bold % f'{name}:'.ljust(width)} {value}\n" for name, value in shown)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else pretty(value, 0).replace("\n", " ")


_OPERATIONS: Final = {
    "add": Action.CREATE,
    "remove": Action.DELETE,
    "replace": Action.UPDATE,
    "move": Action.UPDATE,
    "copy": Action.CREATE,
}


def patch_lines(patch: Sequence[Mapping[str, Any]], form: Style) -> list[str]:
    """A patch in the style of a plan: `~ cpu: 500 -> 1000`. `test` operations are left out."""
    drawing = Drawing(form)
    lines = []
    for operation in patch:
        action = _OPERATIONS.get(operation["op"])
        if action is None:
            continue
        name = visible(dotted(operation["path"])) or "(the object)"
        lines.append(f"{form.symbols[action]} {name}: {_changed(operation, action, drawing)}")
    return lines


def _changed(operation: Mapping[str, Any], action: Action, drawing: Drawing) -> str:
    if operation["op"] in ("move", "copy"):
        return f"({operation['op']} from {visible(dotted(operation['from']))})"
    new = None if action is Action.DELETE else implied(operation.get("value"))
    old = None if action is Action.CREATE else implied(operation.get("old"))
    if "old" not in operation and action is Action.UPDATE:
        assert new is not None
        text = primitive_text(new, drawing.style) if new.type.is_primitive else drawing.draw(diff_value(None, new))
        return f"{drawing.style.arrow} {text}"
    return drawing.draw(diff_value(old, new, explicit=True))


def dotted(pointer: str) -> str:
    """A JSON pointer as it would be written in the language: `/ports/0/name` is `ports[0].name`."""
    text = ""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        text += f"[{name}]" if name.isdigit() or name == "-" else f".{name}" if text else name
    return text
