"""A plan in short: what is done to which object, as a list or by module, without the values.

Owns those two forms. The full text, and what is said when there is nothing to do, is left to `plan_text`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from iac.address import ModuleInstance, ModuleStep, ResourceInstance, module_text
from iac.plan.model import Action, Plan, ResourceChange
from iac.views.diff_tree import NO_OP
from iac.views.plan_text import is_shown, output_diff, render_plan, summary
from iac.views.style import Style, style, visible

_WORDS = {
    Action.CREATE: "create",
    Action.READ: "read",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
    Action.DELETE_THEN_CREATE: "replace",
    Action.CREATE_THEN_DELETE: "replace",
    Action.FORGET: "forget",
}
_WIDTH = max(map(len, _WORDS.values()))


def render_summary(plan: Plan, *, color: bool, width: int) -> str:
    """One line for each object that is changed and each output: symbol, action, address. Then the totals."""
    form = style(color)
    shown = [change for change in plan.changes if is_shown(change)]
    lines = [f"{_label(change, form)}  {visible(str(change.address))}{_notes(change)}" for change in shown]
    return _whole(plan, [*lines, *_outputs(plan, form)], shown, color=color, width=width)


def render_tree(plan: Plan, *, color: bool, width: int) -> str:
    """The same by module, each module with how much changes inside it."""
    form = style(color)
    shown = [change for change in plan.changes if is_shown(change)]
    root = _Branch()
    for change in shown:
        root.add(change, change.address.module)
    lines = [form.paint("[bold].[reset]"), *root.lines(form, ()), *_outputs(plan, form)]
    return _whole(plan, lines if len(lines) > 1 else [], shown, color=color, width=width)


def _whole(plan: Plan, lines: Sequence[str], shown: Sequence[ResourceChange], *, color: bool, width: int) -> str:
    if not lines:
        return render_plan(plan, color=color, width=width)
    form = style(color)
    parts = ["", *lines]
    if shown:
        counts: Counter[Action] = Counter(c.action for c in shown if c.action is not NO_OP)
        imports = sum(c.import_id is not None for c in shown)
        parts += ["", form.paint("[bold]Plan:[reset] %s") % summary(counts, imports)]
    return "".join(f"{line}\n" for line in parts)


def _label(change: ResourceChange, form: Style) -> str:
    """The symbol and the word of an action."""
    word = _WORDS.get(change.action) or ("import" if change.import_id is not None else "move")
    return f"{form.symbols[change.action]} {word:<{_WIDTH}}"


def _notes(change: ResourceChange) -> str:
    """What else there is to say about a change, in brackets."""
    notes = []
    if change.deposed:
        notes.append(f"deposed object {change.deposed}")
    if change.previous_address is not None and change.previous_address != change.address:
        notes.append(f"moved from {change.previous_address}")
    if change.import_id is not None:
        notes.append(f'imported from "{change.import_id}"')
    if change.reason is not None:
        notes.append(change.reason.value.replace("_", " "))
    return visible(f" ({'; '.join(notes)})") if notes else ""


def _outputs(plan: Plan, form: Style) -> Iterator[str]:
    for output in sorted(plan.outputs, key=lambda output: output.name):
        action = output_diff(output)[0]
        if action is not NO_OP:
            yield f"{form.symbols[action]} {_WORDS[action]:<{_WIDTH}}  output.{output.name}"


@dataclass
class _Branch:
    """A module instance with the changes in it and the modules that it calls."""

    changes: list[ResourceChange] = field(default_factory=list)
    modules: dict[ModuleStep, _Branch] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, change: ResourceChange, module: ModuleInstance) -> None:
        """Puts a change where it belongs, and counts it on the way."""
        self.counts[_WORDS.get(change.action, "keep")] += 1
        if module:
            self.modules.setdefault(module[0], _Branch()).add(change, module[1:])
        else:
            self.changes.append(change)

    def lines(self, form: Style, lasts: tuple[bool, ...]) -> Iterator[str]:
        """What is drawn below the name of the module; `lasts` says of each branch above whether it is the last."""
        total = len(self.changes) + len(self.modules)
        for number, change in enumerate(self.changes, start=1):
            own = ResourceInstance((), change.address.resource, change.address.key)
            pad = _branches((*lasts, number == total), form)
            yield f"{pad}{_label(change, form)}  {visible(str(own))}{_notes(change)}"
        for number, (step, inner) in enumerate(self.modules.items(), start=len(self.changes) + 1):
            told = ", ".join(f"{count} to {word}" for word, count in sorted(inner.counts.items()))
            pad = _branches((*lasts, number == total), form)
            yield pad + form.paint("[bold]%s[reset] (%s)") % (visible(module_text((step,))), told)
            yield from inner.lines(form, (*lasts, number == total))


def _branches(lasts: tuple[bool, ...], form: Style) -> str:
    """What is drawn left of a line."""
    above = "".join("   " if last else "│  " for last in lasts[:-1])
    return form.paint("[dark_gray]%s[reset]") % f"{above}{'└─' if lasts[-1] else '├─'} "
