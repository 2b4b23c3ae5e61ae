"""`--auto-approve-if`: the conditions under which a plan is applied without asking."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import click

from iac.diagnostics import DiagnosticsError, did_you_mean, error
from iac.plan.model import Action, Plan, ResourceChange


def _destroys(change: ResourceChange) -> bool:
    return change.action is Action.DELETE or change.action.is_replace


def _is_no_creation(change: ResourceChange) -> bool:
    return change.action not in (Action.NO_OP, Action.CREATE, Action.READ)


CONDITIONS: Final[Mapping[str, Callable[[ResourceChange], bool]]] = {
    "no-destroy": _destroys,
    "no-replace": lambda change: change.action.is_replace,
    "only-create": _is_no_creation,
}
"""Each condition by name, with what may not be in a plan for it to hold."""


def parse_conditions(text: str) -> list[str]:
    """The conditions of a list with commas. Raises `click.UsageError` for one that there is not."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in CONDITIONS:
            raise click.UsageError(
                f'"{name}" is no condition of --auto-approve-if.{did_you_mean(name, CONDITIONS)} There are '
                f"{', '.join(CONDITIONS)}."
            )
    if not names:
        raise click.UsageError(f"--auto-approve-if needs a condition: {', '.join(CONDITIONS)}.")
    return names


def objections(plan: Plan, conditions: list[str]) -> list[str]:
    """What in a plan is against the conditions, as lines for people; empty when it may be applied without asking."""
    return [
        f"{name}: {change.address} ({change.action.value})"
        for name in conditions
        for change in plan.changes
        if change.address.resource.mode == "managed" and CONDITIONS[name](change)
    ]


def refuse_against(plan: Plan, conditions: list[str]) -> None:
    """Raises `DiagnosticsError` when a saved plan, which is applied without asking, is against the conditions."""
    if against := objections(plan, conditions):
        listed = "".join(f"\n  - {line}" for line in against)
        raise DiagnosticsError(
            error(
                "Approval is required",
                f"The saved plan is not one to be applied without asking, and nothing was changed:{listed}\n\nHave it "
                "reviewed, and apply it without --auto-approve-if.",
            )
        )
