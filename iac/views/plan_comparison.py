"""How two plans differ: which changes only one of them has, and in what those that both have are unlike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iac.plan.model import Action, OutputChange, Plan, ResourceChange
from iac.values.value import UNKNOWN, Value, object_value, string, tuple_value
from iac.views.diff_text import Drawing
from iac.views.diffs import diff_value
from iac.views.plan_json import resource_change_json
from iac.views.style import Style, style, visible


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """One object or output about which two plans do not agree; None where a plan does nothing to it."""

    name: str
    first: Action | None
    second: Action | None
    first_after: Value | None
    second_after: Value | None

    @property
    def kind(self) -> str:
        """`only in the first`, `only in the second` or `different`."""
        if self.first is None:
            return "only in the second"
        return "only in the first" if self.second is None else "different"


def compare_plans(first: Plan, second: Plan) -> list[PlanDifference]:
    """What two plans would do differently, by address; outputs after objects."""
    mine, theirs = _changes(first), _changes(second)
    found = [
        _difference(name, mine.get(name), theirs.get(name))
        for name in sorted({*mine, *theirs})
        if not _alike(mine.get(name), theirs.get(name))
    ]
    before, after = _outputs(first), _outputs(second)
    for name in sorted({*before, *after}):
        one, other = before.get(name), after.get(name)
        if one is None or other is None or one.change != other.change:
            found.append(_difference(f"output.{name}", one, other))
    return found


def _difference(
    name: str, one: ResourceChange | OutputChange | None, other: ResourceChange | OutputChange | None
) -> PlanDifference:
    return PlanDifference(
        name,
        one.change.action if one else None,
        other.change.action if other else None,
        one.change.after if one else None,
        other.change.after if other else None,
    )


def _changes(plan: Plan) -> Mapping[str, ResourceChange]:
    return {
        f"{c.address}{f' (deposed {c.deposed})' if c.deposed else ''}": c
        for c in plan.changes
        if c.action is not Action.NO_OP or c.import_id is not None or c.previous_address is not None
    }


def _outputs(plan: Plan) -> Mapping[str, OutputChange]:
    return {o.name: o for o in plan.outputs if o.change.action is not Action.NO_OP}


def _alike(one: ResourceChange | None, other: ResourceChange | None) -> bool:
    if one is None or other is None:
        return False
    return resource_change_json(one) == resource_change_json(other)


def render_plan_comparison(differences: list[PlanDifference], *, color: bool) -> str:
    """The differences in the style of a plan: values as the first would leave them, and as the second."""
    form = style(color)
    if not differences:
        return "The two plans do the same.\n"
    lines = [line for difference in differences for line in _lines(difference, form)]
    return "".join(f"{line}\n" for line in lines)


def _lines(difference: PlanDifference, form: Style) -> Iterator[str]:
    yield form.paint("[bold]  # %s[reset] (%s)") % (visible(difference.name), difference.kind)
    for which, action in (("first", difference.first), ("second", difference.second)):
        yield f"    {which:<7} {action.value if action else 'nothing'}"
    if difference.first is not None and difference.second is not None:
        drawn = Drawing(form).draw(diff_value(_shown(difference.first_after), _shown(difference.second_after)))
        yield f"    after   {drawn}"
    yield ""


def _shown(value: Value | None) -> Value | None:
    """The value with words for what is not known: on both sides of a difference there may be such parts."""
    if value is None or value.is_wholly_known:
        return value
    if value.raw is UNKNOWN:
        return string("(known after apply)").with_marks(value.marks)
    if value.raw.__class__ is dict:
        parts = {name: _shown(part) or part for name, part in value.raw.items()}
        return object_value(parts).with_marks(value.marks)
    return tuple_value(_shown(part) or part for part in value.raw).with_marks(value.marks)


def comparison_to_json(differences: list[PlanDifference]) -> list[dict[str, Any]]:
    """The differences for programs."""
    return [
        {
            "name": d.name,
            "kind": d.kind,
            "first": d.first.value if d.first else None,
            "second": d.second.value if d.second else None,
        }
        for d in differences
    ]
