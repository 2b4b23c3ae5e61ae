"""What is said while planning and applying, line by line, and the summary at the end.

Each function gives one line without its end (summaries end their own). Nothing here keeps time or counts:
elapsed seconds and numbers are arguments.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from iac.address import ResourceInstance
from iac.plan.model import Action
from iac.values.value import UNKNOWN, Value
from iac.views.style import style, visible

MAX_ID_LENGTH: Final = 80
"""How much of an id is shown while something is still going on."""


class Verbs(NamedTuple):
    """How an action is spoken of when it starts, while it lasts, and as a noun when it is done."""

    start: str
    progress: str
    noun: str


VERBS: Final = {
    Action.CREATE: Verbs("Creating", "creating", "Creation"),
    Action.UPDATE: Verbs("Modifying", "modifying", "Modifications"),
    Action.DELETE: Verbs("Destroying", "destroying", "Destruction"),
    Action.READ: Verbs("Reading", "reading", "Read"),
}


class Identity(NamedTuple):
    """The attribute by which an object is told from others, and its value."""

    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}={visible(self.value)}"


def object_identity(value: Value | None, *, or_name: bool = False) -> Identity | None:
    """The object's id or, where that is not known, its name when `or_name`; None when neither can be shown.

    Sensitive values are never shown.
    """
    if value is None or value.raw.__class__ is not dict:
        return None
    for key in ("id", "name") if or_name else ("id",):
        part: Value | None = value.raw.get(key)
        if part is None or part.has_marks or part.raw is UNKNOWN:
            continue
        if part.raw.__class__ is str and part.raw:
            return Identity(key, part.raw)
    return None


def _line(template: str, *parts: str, color: bool) -> str:
    return style(color).paint(template) % parts


def _named(address: ResourceInstance, deposed: str | None) -> str:
    return f"{address} (deposed object {deposed})" if deposed else str(address)


def _suffix(identity: Identity | None) -> str:
    return f" [{identity}]" if identity else ""


def duration(seconds: float) -> str:
    """Whole seconds as Go writes them: `0s`, `1m5s`, `1h0m0s`."""
    total = round(seconds)
    hours, rest = divmod(total, 3600)
    minutes, secs = divmod(rest, 60)
    if hours:
        return f"{hours}h{minutes}m{secs}s"
    return f"{minutes}m{secs}s" if minutes else f"{secs}s"


def started(
    address: ResourceInstance,
    action: Action,
    identity: Identity | None = None,
    *,
    color: bool,
    deposed: str | None = None,
) -> str:
    """`iac_cluster.main: Creating...`"""
    named = _named(address, deposed)
    text = f"{VERBS[action].start}...{_suffix(identity)}"
    return _line("[reset][bold]%s: %s[reset]", named, text, color=color)


def still_running(
    address: ResourceInstance,
    action: Action,
    elapsed: float,
    identity: Identity | None = None,
    *,
    color: bool,
) -> str:
    """`iac_cluster.main: Still creating... [10s elapsed]`"""
    shown = f"{identity.key}={_truncated(visible(identity.value))}, " if identity else ""
    text = f"Still {VERBS[action].progress}... [{shown}{duration(elapsed)} elapsed]"
    return _line("[reset][bold]%s: %s[reset]", str(address), text, color=color)


def _truncated(text: str) -> str:
    """The text with its middle left out when it is too long."""
    if len(text) <= MAX_ID_LENGTH:
        return text
    kept = MAX_ID_LENGTH - 3
    head = kept // 2
    return f"{text[:head]}...{text[len(text) - (kept - head) :]}"


def completed(
    address: ResourceInstance,
    action: Action,
    elapsed: float,
    identity: Identity | None = None,
    *,
    color: bool,
    deposed: str | None = None,
) -> str:
    """`iac_cluster.main: Creation complete after 0s [id=...]`"""
    text = f"{VERBS[action].noun} complete after {duration(elapsed)}{_suffix(identity)}"
    return _line("[reset][bold]%s: %s", _named(address, deposed), text, color=color)


def refreshing(
    address: ResourceInstance, identity: Identity | None = None, *, color: bool, deposed: str | None = None
) -> str:
    """`iac_cluster.main: Refreshing state... [id=...]`"""
    text = f"Refreshing state...{_suffix(identity)}"
    return _line("[reset][bold]%s: %s", _named(address, deposed), text, color=color)


def preparing_import(address: ResourceInstance, id: str, *, color: bool) -> str:
    """`iac_cluster.main: Preparing import... [id=...]`"""
    return _line("[reset][bold]%s: Preparing import... [id=%s]", str(address), visible(id), color=color)


def importing(address: ResourceInstance, id: str, *, color: bool) -> str:
    """`iac_cluster.main: Importing... [id=...]`"""
    return _line("[reset][bold]%s: Importing... [id=%s]", str(address), visible(id), color=color)


def imported(address: ResourceInstance, id: str, *, color: bool) -> str:
    """`iac_cluster.main: Import complete [id=...]`"""
    return _line("[reset][bold]%s: Import complete [id=%s]", str(address), visible(id), color=color)


def summary_sentence(operation: str, *, added: int, changed: int, destroyed: int, imported: int = 0) -> str:
    """The sentence that sums up a plan, an apply or a destroy (`operation`)."""
    if operation == "destroy":
        return f"Destroy complete! Resources: {destroyed} destroyed."
    if operation == "plan":
        first = f"{imported} to import, " if imported else ""
        return f"Plan: {first}{added} to add, {changed} to change, {destroyed} to destroy."
    first = f"{imported} imported, " if imported else ""
    return f"Apply complete! Resources: {first}{added} added, {changed} changed, {destroyed} destroyed."


def apply_complete(
    *, color: bool, added: int, changed: int, destroyed: int, imported: int = 0, destroy: bool = False
) -> str:
    """`Apply complete! Resources: 2 added, 1 changed, 0 destroyed.` after an empty line."""
    operation = "destroy" if destroy else "apply"
    sentence = summary_sentence(operation, added=added, changed=changed, destroyed=destroyed, imported=imported)
    return style(color).paint("[reset][bold][green]\n%s\n") % sentence
