"""Blame as a table: each attribute, its value, and who set it last, when, with what, and from which commit."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from iac.audit.blame import Blame, BlameLine, Setter
from iac.audit.sensitive import HIDDEN, is_digest
from iac.values.codec import line
from iac.views.event_diff import path_text
from iac.views.events_table import short_time
from iac.views.style import Style, style, visible
from iac.views.tables import columns

HEADER: Final = ("ATTRIBUTE", "VALUE", "WHEN", "USER", "TOOL", "RUN", "COMMIT", "EVENT")
_NOT_KNOWN: Final = "(not known)"
_LONGEST_VALUE: Final = 48
_SHORT: Final = 8


def render_blame(found: Blame, *, color: bool) -> str:
    """The attributes of an object by path, a line each. The values of sensitive ones are not shown."""
    form = style(color)
    rows = [_row(each) for each in found.lines]
    text = "".join(f"{row}\n" for row in columns(HEADER, rows, form))
    return f"{_title(found, form)}\n{text}"


def _title(found: Blame, form: Style) -> str:
    past = found.object
    where = f" ({visible(past.address)})" if past.address and past.is_managed else ""
    text = form.paint("[bold]%s[reset]%s") % (visible(past.text), where) + f"  {visible(past.id)}\n"
    if found.deleted is not None:
        gone = found.deleted
        text += (
            f"Deleted {short_time(gone.timestamp)} by {visible(gone.user)} with {visible(gone.tool)}, event "
            f"{gone.sequence}. What it was before:\n"
        )
    return text


def _row(each: BlameLine) -> tuple[str, ...]:
    return (path_text(each.path), value_text(each.value), *_setter_cells(each.setter))


def _setter_cells(setter: Setter | None) -> tuple[str, ...]:
    if setter is None:
        return *("-",) * 5, _NOT_KNOWN
    return (
        short_time(setter.timestamp),
        visible(setter.user),
        visible(setter.tool),
        (setter.run_id or "-")[:_SHORT],
        _commit(setter),
        f"{setter.event_type} {setter.sequence}",
    )


def _commit(setter: Setter) -> str:
    if not setter.commit:
        return "-"
    return visible(str(setter.commit)[:_SHORT]) + ("+" if setter.dirty else "")


def value_text(value: Any) -> str:
    """A value on one line, shortened; a sensitive one is not shown."""
    if is_digest(value):
        return HIDDEN
    text = visible(line(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


def blame_to_json(found: Blame) -> dict[str, Any]:
    """The same as plain data; sensitive values are their digests."""
    past = found.object
    return {
        "target_type": past.type,
        "target_id": past.id,
        "target_name": past.name,
        "address": past.address,
        "workspace": past.workspace,
        "deleted": None if found.deleted is None else asdict(found.deleted),
        "attributes": [
            {
                "path": list(each.path),
                "attribute": path_text(each.path),
                "value": each.value,
                "sensitive": is_digest(each.value),
                "set_by": None if each.setter is None else asdict(each.setter),
            }
            for each in found.lines
        ],
    }
