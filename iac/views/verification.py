"""What verifying the log or an export found, as text."""

from __future__ import annotations

from iac.audit.checkpoint import Checkpoint
from iac.audit.verify import Verification
from iac.audit.verify_export import ExportVerification
from iac.views.style import plural, visible


def render_verification(
    found: Verification | ExportVerification, kept: Checkpoint | None = None, remark: str | None = None
) -> str:
    """Sentences: what was checked and proved, or what is wrong first. `kept` is the checkpoint that it was held
    against, `remark` what is to be said of its key."""
    lines = _of_log(found) if isinstance(found, Verification) else _of_export(found)
    if kept is not None and found.problem is None:
        lines.append(_of_checkpoint(kept))
        if remark is not None:
            lines.append(remark)
    return "".join(f"{visible(line)}\n" for line in lines)


def _of_log(found: Verification) -> list[str]:
    if found.problem is not None and found.first_bad is None:
        return [f"The checkpoint cannot be proved: {found.problem}"]
    if found.problem is not None:
        id = f" Its id is {found.first_bad_id}." if found.first_bad_id else ""
        return [
            f"The log is not intact: {found.problem}{id}",
            f"{_in_order(found.checked)} before it.",
        ]
    if found.is_empty:
        return ["Nothing to verify: the log has no events."]
    lines = [f"Verified {plural(found.checked, 'event')}: none was altered, removed, inserted or reordered."]
    if found.pruned:
        lines.append(f"Events up to {found.pruned} were pruned; the first one that is left continues them.")
    return lines


def _of_export(found: ExportVerification) -> list[str]:
    if found.problem is not None:
        return [f"The export is not intact: {found.problem}", f"{_in_order(found.checked)} before it."]
    if found.is_empty:
        return ["Nothing to verify: the export has no events."]
    if not found.is_part:
        text = f"Verified {plural(found.checked, 'event')}: one chain from event {found.first} to event {found.last}, "
        return [text + "none altered, removed, inserted or reordered."]
    lines = [f"Verified {plural(found.checked, 'event')}: none was altered, and they are in order."]
    if found.checked == 1:
        return [*lines, "The export is a part of the log: that it has all that it should have is not proved."]
    proved = f"{found.links} {'is' if found.links == 1 else 'are'} proved"
    return [
        *lines,
        f"The export is a part of the log. Of {plural(found.checked - 1, 'step')} from one event to the next, "
        f"{proved} to leave nothing out; between the others events were filtered out, or removed.",
    ]


def _of_checkpoint(kept: Checkpoint) -> str:
    if kept.sequence == 0:
        return f"The checkpoint of {kept.time} was of an empty log: it proves nothing of these events."
    return f"The history of the checkpoint of {kept.time}, up to event {kept.sequence}, is still there unchanged."


def _in_order(count: int) -> str:
    return "1 event was in order" if count == 1 else f"{count} events were in order"
