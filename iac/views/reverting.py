"""What is said around a plan to revert: above it what it undoes, and after it what the configuration says to that."""

from __future__ import annotations

from typing import Any, Final

from iac.plan.model import Plan
from iac.views.style import style, visible, wrap

_LISTED: Final = 5


def heading(plan: Plan, *, color: bool) -> str:
    """`Reverting run 1163f8ee-..., which changed environment:staging, service:api.`"""
    revert = plan.extra["revert"]
    subjects = [visible(text) for text in revert["subjects"]]
    listed = ", ".join(subjects[:_LISTED])
    if len(subjects) > _LISTED:
        listed += f" and {len(subjects) - _LISTED} more"
    what = f"event {_only(revert)}" if revert["run"] is None else f"run {revert['run']}"
    return style(color).paint("[bold]Reverting %s[reset]: %s") % (visible(what), listed)


def _only(revert: dict[str, Any]) -> str:
    return next((id for ids in revert["events"].values() for id in ids), "")


def closing_note(plan: Plan, *, width: int) -> str:
    """What the user has to know after a plan was applied that reverts something; empty for any other plan."""
    revert = plan.extra.get("revert")
    if revert is None or all(str(change.address) in revert["unmanaged"] for change in plan.changes):
        return ""
    return wrap(
        "\nThe configuration was not changed: where it still says what was reverted, the next plan will propose that "
        "again. Change the configuration too, to keep this.",
        width,
    )
