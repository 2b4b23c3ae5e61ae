"""A plan as text for people, in the form Terraform gives it.

Owns the order of the sections (drift, legend, resource changes, summary, outputs) and their wording; how a
change of values is drawn is left to `diffs` and `diff_text`. The reference is the output of Terraform 1.11,
with the product's name in place of Terraform's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from iac.address import MANAGED, ResourceInstance, key_text, module_text
from iac.plan.model import Action, ActionReason, Drift, Mode, OutputChange, Plan, ResourceChange
from iac.values.value import ONLY_SENSITIVE, Value
from iac.views.diff_text import Drawing, Options
from iac.views.diff_tree import NO_OP, Diff
from iac.views.diffs import diff_block, diff_value
from iac.views.relevance import keep_relevant, relevant_paths
from iac.views.style import PRODUCT, Style, attribute_name, horizontal_rule, style, wrap

_LEGEND: Final = {
    Action.CREATE: "  [green]+[reset] create",
    Action.UPDATE: "  [yellow]~[reset] update in-place",
    Action.DELETE: "  [red]-[reset] destroy",
    Action.DELETE_THEN_CREATE: "[red]-[reset]/[green]+[reset] destroy and then create replacement",
    Action.CREATE_THEN_DELETE: "[green]+[reset]/[red]-[reset] create replacement and then destroy",
    Action.READ: " [cyan]<=[reset] read (data resources)",
}

_HEADERS: Final = {
    Action.CREATE: "[bold]  # %s[reset] will be created",
    Action.READ: "[bold]  # %s[reset] will be read during apply",
    Action.UPDATE: "[bold]  # %s[reset] will be updated in-place",
    Action.DELETE: "[bold]  # %s[reset] will be [bold][red]destroyed[reset]",
    Action.FORGET: f"[bold] # %s[reset] will no longer be managed by {PRODUCT}, but [bold][red]will not be"
    " destroyed[reset]\n # (destroy = false is set in the configuration)",
}
_HAS_MOVED: Final = "[bold]  # %s[reset] has moved to [bold]%s[reset]"
_FORGET_DEPOSED: Final = (
    f"[bold] # %s[reset] will be removed from {PRODUCT} state, but [bold][red]will not be destroyed[reset]\n"
    "[bold] # (left over from a partially-failed replacement of this instance)\n"
    " # (destroy = false is set in the configuration)"
)
_REPLACE: Final = "[bold]  # %s[reset] must be [bold][red]replaced[reset]"
_REPLACE_REASONS: Final = {
    ActionReason.REPLACE_BECAUSE_TAINTED: "[bold]  # %s[reset] is tainted, so must be [bold][red]replaced[reset]",
    ActionReason.REPLACE_BY_REQUEST: "[bold]  # %s[reset] will be [bold][red]replaced[reset], as requested",
    ActionReason.REPLACE_BY_TRIGGERS: "[bold]  # %s[reset] will be [bold][red]replaced[reset] due to changes in"
    " replace_triggered_by",
}
_READ_REASONS: Final = {
    ActionReason.READ_BECAUSE_CONFIG_UNKNOWN: "config refers to values not yet known",
    ActionReason.READ_BECAUSE_DEPENDENCY_PENDING: "depends on a resource or a module with changes pending",
    ActionReason.READ_BECAUSE_CHECK_NESTED: "config will be reloaded to verify a check block",
}
_DRIFT_HEADERS: Final = {
    Action.UPDATE: "[bold]  # %s[reset] has changed",
    Action.DELETE: "[bold]  # %s[reset] has been deleted",
}


def render_plan(
    plan: Plan,
    *,
    color: bool,
    width: int,
    drift_causes: Mapping[ResourceInstance, str] | None = None,
    everything: bool = False,
    saving: str = "apply this plan",
) -> str:
    """The plan as `plan` and `show` print it, each line ended.

    `width` is that of the terminal (78 where there is none); only prose is wrapped. `drift_causes` says who
    made a change outside, by address; it is shown beside the change, or where that does not matter to the plan,
    beside what is planned for the object. With `everything` nothing is left out: not
    what stays as it is, nor what changed outside and does not matter to the plan. `saving` is what
    the reader does to keep what a refresh-only plan found.
    """
    return _PlanText(plan, style(color), width, drift_causes or {}, everything, saving).render()


class _PlanText:
    """One rendering: collects the text of its sections."""

    def __init__(
        self,
        plan: Plan,
        style: Style,
        width: int,
        causes: Mapping[ResourceInstance, str],
        everything: bool,
        saving: str,
    ) -> None:
        self.plan = plan
        self.saving = saving
        self.everything = everything
        self.style = style
        self.width = width
        self.causes = {drift.address: causes[drift.address] for drift in plan.drift if drift.address in causes}
        self.drawing = Drawing(style)
        self.parts: list[str] = []
        self.blamed: set[ResourceInstance] = set()

    def render(self) -> str:
        shown = [c for c in self.plan.changes if is_shown(c)]
        if self.plan.mode is Mode.DESTROY:
            shown = [replace(c, previous_address=None) for c in shown]  # where it was does not matter any more
        outputs = render_output_changes(self.plan.outputs, self.drawing)
        drifted = self.drift(bool(shown or outputs))
        if not shown and not outputs:
            if drifted and self.plan.mode is Mode.REFRESH_ONLY and not self.plan.errored:
                return self.text()
            self.nothing_to_do(drifted)
            return self.text()
        if drifted:
            self.add(horizontal_rule(self.style, self.width))
        counts: Counter[Action] = Counter(c.action for c in shown if c.action is not NO_OP)
        if counts:
            self.legend(counts)
        if shown:
            self.changes(shown, counts)
        if outputs:
            self.add("", "Changes to Outputs:", *outputs)
            if not counts:
                self.add(
                    self.prose(
                        f"\nYou can {self.saving} to save these new output values to the {PRODUCT} state, "
                        "without changing any real infrastructure."
                    )
                )
        return self.text()

    def add(self, *lines: str) -> None:
        self.parts.extend(f"{line}\n" for line in lines)

    def text(self) -> str:
        return "".join(self.parts)

    def prose(self, text: str) -> str:
        return wrap(text, self.width)

    def legend(self, counts: Mapping[Action, int]) -> None:
        self.add(
            self.prose(
                f"\n{PRODUCT} used the selected providers to generate the following execution plan. "
                "Resource actions are indicated with the following symbols:"
            )
        )
        self.add(*(self.style.paint(text) for action, text in _LEGEND.items() if counts.get(action)))

    def changes(self, shown: Sequence[ResourceChange], counts: Mapping[Action, int]) -> None:
        if self.plan.errored:
            self.add("", f"{PRODUCT} planned the following actions, but then encountered a problem:")
        else:
            self.add("", f"{PRODUCT} will perform the following actions:")
        for change in shown:
            self.add("", self.change(change))
        imports = sum(c.import_id is not None for c in shown)
        self.parts.append(self.style.paint("\n[bold]Plan:[reset] %s\n") % summary(counts, imports))

    def change(self, change: ResourceChange) -> str:
        """One resource change: the comment above it and the block."""
        before, after = change.change.before, change.change.after
        if change.action is Action.FORGET:
            after = before
        diff = diff_block(before, after, change.schema.block, change.replace_paths)
        options = Options(everything=self.everything or change.import_id is not None)
        comment = change_comment(change, self.style) + self.blame(change.address)
        header = f"{self.style.symbols[change.action]} {_block_header(change.address)}"
        return f"{comment}{header} {self.drawing.draw(diff, 0, options)}"

    def blame(self, address: ResourceInstance) -> str:
        """Who changed the object outside, where that was not said yet: a line for each event behind it."""
        cause = self.causes.get(address)
        if cause is None or address in self.blamed:
            return ""
        self.blamed.add(address)
        return "".join(f"  # ({line})\n" for line in cause.splitlines())

    def drift(self, something_planned: bool) -> bool:
        """The section on changes made outside; False when there is none to show."""
        refresh_only = self.plan.mode is Mode.REFRESH_ONLY
        if not self.plan.drift or not (something_planned or refresh_only or self.everything):
            return False
        found = [(drift, diff) for drift in self.plan.drift if (diff := self.drift_diff(drift)) is not None]
        if not found:
            return False
        title = f"\n[bold][cyan]Note:[reset][bold] Objects have changed outside of {PRODUCT}\n"
        self.parts.append(self.style.paint(title))
        self.add(
            "",
            self.prose(
                f"{PRODUCT} detected the following changes made outside of {PRODUCT} since the last "
                f'"{PRODUCT} apply" which may have affected this plan:'
            ),
        )
        for drift, diff in found:
            self.add("", self.drifted(drift, diff))
        self.add("", "", self.prose(_REFRESH_ONLY_NOTE % self.saving if refresh_only else _DRIFT_NOTE))
        return True

    def drift_diff(self, drift: Drift) -> Diff | None:
        """The part of a drift that matters to the plan; None when nothing does."""
        before, after = drift.change.before, drift.change.after
        relevant = self.plan.extra.get("relevant_attributes")
        if relevant is not None and self.plan.mode is not Mode.REFRESH_ONLY and not self.everything:
            after = keep_relevant(before, after, relevant_paths(relevant, str(drift.address)))
        diff = diff_block(before, after, drift.schema.block)
        return None if diff[0] is NO_OP and drift.previous_address is None else diff

    def drifted(self, drift: Drift, diff: Diff) -> str:
        """One object that changed outside."""
        header = _DRIFT_HEADERS.get(drift.change.action, "[bold]  # %s[reset] has changed")
        names = [_display_address(drift.address, drift.deposed)]
        if drift.change.action is NO_OP:
            header, names = _HAS_MOVED, [str(drift.previous_address), *names]
        text = self.style.paint(header) % tuple(names) + "\n" + self.blame(drift.address)
        symbol = self.style.symbols[drift.change.action]
        block = self.drawing.draw(diff, 0, Options(everything=self.everything))
        return f"{text}{symbol} {_block_header(drift.address)} {block}"

    def nothing_to_do(self, drifted: bool) -> None:
        """What is said when no change is planned."""
        if drifted:
            self.add(horizontal_rule(self.style, self.width))
        if self.plan.errored:
            headline = f"[red]Planning failed.[reset][bold] {PRODUCT} encountered an error while generating this plan."
            self.parts.append(self.style.paint(f"\n[reset][bold]{headline}[reset]\n\n"))
            return
        headline, explanation = _NOTHING[self.plan.mode]
        headline = f"[green]No changes.[reset][bold] {headline}"
        self.parts.append(self.style.paint(f"\n[reset][bold]{headline}[reset]\n\n"))
        self.add(self.prose(explanation))


_REFRESH_ONLY_NOTE: Final = (
    f"This is a refresh-only plan, so {PRODUCT} will not take any actions to undo these. If you were expecting "
    f"these changes then you can %s to record the updated values in the {PRODUCT} state without "
    "changing any remote objects."
)
_DRIFT_NOTE: Final = (
    "Unless you have made equivalent changes to your configuration, or ignored the relevant attributes using "
    "ignore_changes, the following plan may include actions to undo or respond to these changes."
)
_NOTHING: Final = {
    Mode.NORMAL: (
        "Your infrastructure matches the configuration.",
        f"{PRODUCT} has compared your real infrastructure against your configuration and found no "
        "differences, so no changes are needed.",
    ),
    Mode.DESTROY: (
        "No objects need to be destroyed.",
        "Either you have not created any objects yet or the existing objects were already deleted outside of "
        f"{PRODUCT}.",
    ),
    Mode.REFRESH_ONLY: (
        "Your infrastructure still matches the configuration.",
        f"{PRODUCT} has checked that the real remote objects still match the result of your most recent "
        "changes, and found no differences.",
    ),
}


def summary(counts: Mapping[Action, int], imports: int) -> str:
    """`1 to import, 2 to add, 1 to change, 0 to destroy.`; the import part only when there is one."""
    replaced = counts.get(Action.DELETE_THEN_CREATE, 0) + counts.get(Action.CREATE_THEN_DELETE, 0)
    text = f"{imports} to import, " if imports else ""
    return (
        f"{text}{counts.get(Action.CREATE, 0) + replaced} to add, {counts.get(Action.UPDATE, 0)} to change, "
        f"{counts.get(Action.DELETE, 0) + replaced} to destroy."
    )


def render_output_changes(outputs: Sequence[OutputChange], drawing: Drawing) -> list[str]:
    """The lines of root outputs that change, by name; those that do not are left out."""
    by_name = sorted(outputs, key=lambda output: output.name)
    names = {output.name: attribute_name(output.name) for output in by_name}
    width = max(map(len, names.values()), default=0)
    lines = []
    for output in by_name:
        diff = output_diff(output)
        if diff[0] is not NO_OP:
            symbol = drawing.style.symbols[diff[0]]
            lines.append(f"{symbol} {names[output.name]:<{width}} = {drawing.draw(diff)}")
    return lines


def output_diff(output: OutputChange) -> Diff:
    """What changes about one root output."""
    before, after = output.change.before, output.change.after
    if output.sensitive and not (before.is_sensitive or after.is_sensitive):
        before, after = _sensitive(before), _sensitive(after)
    return diff_value(before, after)


def _sensitive(value: Value) -> Value:
    return value.with_marks(ONLY_SENSITIVE)


def is_shown(change: ResourceChange) -> bool:
    """Whether there is anything to say about a change."""
    if change.action is NO_OP:
        return _moved(change) or change.import_id is not None
    return change.action is not Action.DELETE or change.address.resource.mode == MANAGED


def _moved(change: ResourceChange) -> bool:
    return change.previous_address is not None and change.previous_address != change.address


def _display_address(address: ResourceInstance, deposed: str | None) -> str:
    return f"{address} (deposed object {deposed})" if deposed else str(address)


def _block_header(address: ResourceInstance) -> str:
    kind = "resource" if address.resource.mode == MANAGED else "data"
    return f'{kind} "{address.resource.type}" "{address.resource.name}"'


def change_comment(change: ResourceChange, style: Style) -> str:
    """The lines above a resource change: what is done to which object, and why. Ends with a line break."""
    template, arguments = _headline(change)
    notes = [template]
    if _moved(change) and change.action is not NO_OP:
        notes.append("  # [reset](moved from %s)")
        arguments.append(str(change.previous_address))
    if change.import_id is not None and (change.action is not NO_OP or _moved(change)):
        notes.append('  # [reset](imported from "%s")')
        arguments.append(change.import_id)
    if change.import_id is not None and change.action.is_replace:
        notes.append("  # [reset][yellow]Warning: this will destroy the imported resource[reset]")
    return style.paint("\n".join([*notes, ""])) % tuple(arguments)


def _headline(change: ResourceChange) -> tuple[str, list[str]]:
    """The template of the first lines, and what stands in for each `%s` in it."""
    action, reason = change.action, change.reason
    address = _display_address(change.address, change.deposed)
    if action is NO_OP:
        if _moved(change):
            return _HAS_MOVED, [str(change.previous_address), address]
        generated = "\n  # [reset](config will be generated)" if change.generated_config is not None else ""
        return f"[bold]  # %s[reset] will be imported{generated}", [address]
    if action.is_replace:
        return (_REPLACE_REASONS.get(reason, _REPLACE) if reason else _REPLACE), [address]
    if action is Action.FORGET and change.deposed:
        return _FORGET_DEPOSED, [address]
    template, arguments = _HEADERS[action], [address]
    if action is Action.READ and reason in _READ_REASONS:
        template += f"\n  # ({_READ_REASONS[reason]})"
    if action is Action.DELETE and (why := _delete_reason(change)):
        template += "\n  # (because %s)"
        arguments.append(why)
    if action is Action.DELETE and change.deposed:
        template += "\n  # (left over from a partially-failed replacement of this instance)"
    return template, arguments


def _delete_reason(change: ResourceChange) -> str | None:
    """Why an object is deleted, as the clause behind `because`."""
    address, key = change.address, change.address.key
    match change.reason:
        case ActionReason.DELETE_BECAUSE_NO_RESOURCE_CONFIG:
            return f"{address.resource.type}.{address.resource.name} is not in configuration"
        case ActionReason.DELETE_BECAUSE_NO_MOVE_TARGET:
            return f"{change.previous_address} was moved to {address}, which is not in configuration"
        case ActionReason.DELETE_BECAUSE_NO_MODULE:
            return f"{module_text(address.module)} is not in configuration"
        case ActionReason.DELETE_BECAUSE_WRONG_REPETITION:
            if key is None:
                return "resource uses count or for_each"
            return f"resource does not use {'count' if isinstance(key, int) else 'for_each'}"
        case ActionReason.DELETE_BECAUSE_COUNT_INDEX:
            return f"index {key_text(key)} is out of range for count"
        case ActionReason.DELETE_BECAUSE_EACH_KEY:
            return f"key {key_text(key)} is not in for_each map"
    return None


def saved_plan_note(path: str | None, *, color: bool, width: int, generated: str | None = None) -> str:
    """What `plan` says below the plan: where it was saved and how to apply it, or that it was not; and which file
    of configuration was generated."""
    rule = horizontal_rule(style(color), width)
    if generated is not None:
        note = (
            f"{PRODUCT} has generated configuration and written it to {generated}. Please review the configuration "
            "and edit it as necessary before adding it to version control."
        )
        rule = f"{rule}\n\n{wrap(note, width)}"
    if path is None:
        note = (
            "Note: You didn't use the -out option to save this plan, so "
            f'{PRODUCT} can\'t guarantee to take exactly these actions if you run "{PRODUCT} apply" now.'
        )
        return f"{rule}\n\n{wrap(note, width)}\n"
    return (
        f"{rule}\n\nSaved the plan to: {path}\n\n"
        f'To perform exactly these actions, run the following command to apply:\n    {PRODUCT} apply "{path}"\n'
    )
