"""Drawing a difference as text, line by line as Terraform does.

Owns indentation, symbols, alignment of `=`, what is left out because it is unchanged, and the suffixes
`-> null` and `# forces replacement`. Takes the trees of `diffs`; knows nothing of plans and states.

One level of indentation is four columns; the symbol stands in the third, `= ` is aligned within an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from iac.plan.model import Action
from iac.values.numbers import format_number
from iac.values.value import Value
from iac.views.alignment import align
from iac.views.diff_tree import (
    CREATE,
    DELETE,
    NO_OP,
    UPDATE,
    BlockDiff,
    Diff,
    ListDiff,
    MapDiff,
    NestedBlocks,
    ObjectDiff,
    PrimitiveDiff,
    SensitiveBlockDiff,
    SensitiveDiff,
    TypeChange,
    UnknownDiff,
)
from iac.views.diffs import diff_value, json_content
from iac.views.style import Style, attribute_name, plural, quoted, visible

IDENTIFYING: Final = frozenset({"id", "name", "tags"})
"""Attributes that are shown even when unchanged, because they tell which object it is."""


class Options(NamedTuple):
    """What holds for one part of a drawing.

    `everything` shows unchanged parts too. `no_suffix` leaves out `-> null`, which the whole carries already.
    `forcing` marks a part as forcing replacement because the whole does; `not_forcing` is the opposite.
    """

    everything: bool = False
    no_suffix: bool = False
    forcing: bool = False
    not_forcing: bool = False


class Drawing:
    """Draws differences in one style.

    `symbols` are what stands before a line by action: none at all in the drawing of a state. `tells_secret_changes`
    says of a sensitive value that it changed, or was set or unset: for states of the audit log, not for plans.
    """

    def __init__(self, style: Style, with_symbols: bool = True, tells_secret_changes: bool = False) -> None:
        self.style = style
        self.tells_secret_changes = tells_secret_changes
        self.symbols: Mapping[Action, str] = {
            action: f"{symbol} " if with_symbols else "" for action, symbol in style.symbols.items()
        }
        self._painted: dict[str, str] = {}
        self._blank = self.symbols[NO_OP]

    def draw(self, diff: Diff, indent: int = 0, options: Options = Options()) -> str:  # noqa: B008 - immutable
        """The text of a difference; what comes before its first line is the caller's."""
        return _DRAWERS[type(diff)](self, diff, indent, options)

    # --- Pieces ------------------------------------------------------------------------------------------

    def paint(self, template: str) -> str:
        """The template painted; each is painted once."""
        found = self._painted.get(template)
        if found is None:
            found = self._painted[template] = self.style.paint(template)
        return found

    def to_null(self, action: Action, options: Options) -> str:
        """`-> null` behind something that goes away."""
        return self.style.to_null if action is DELETE and not options.no_suffix else ""

    def forces(self, replace: bool, options: Options) -> str:
        """`# forces replacement` behind what does."""
        if options.not_forcing:
            return ""
        return self.style.forces_replacement if replace or options.forcing else ""

    def hidden(self, count: int, noun: str) -> str:
        """`# (3 unchanged attributes hidden)`."""
        return self.paint("[dark_gray]# (%s hidden)[reset]") % plural(count, f"unchanged {noun}")

    def line(self, indent: int, action: Action, text: str) -> str:
        """One line with its symbol."""
        return f"{'    ' * indent}{self.symbols[action]}{text}"

    def warnings(self, diff: Diff, indent: int) -> list[str]:
        """The lines above something that becomes sensitive, or is no longer."""
        if self.tells_secret_changes or not isinstance(diff, (SensitiveDiff, SensitiveBlockDiff)):
            return []
        if diff.was == diff.will_be or diff.inner in (CREATE, DELETE):
            return []
        pad = "    " * indent
        noun = "attribute value" if isinstance(diff, SensitiveDiff) else "block"
        text = "will no longer be marked as sensitive\n%s  # after applying this change."
        if diff.will_be:
            text = "will be marked as sensitive and will not\n%s  # display in UI output after applying this change."
        text = self.paint(f"  # [yellow]Warning[reset]: this {noun} {text}") % pad
        if diff.inner is NO_OP and isinstance(diff, SensitiveDiff):
            text += " The value is unchanged."
        return [f"{pad}{text}"]


def _draw_attributes(
    drawing: Drawing, attributes: Mapping[str, Diff], indent: int, options: Options, inner: Options
) -> list[str]:
    """Lines `name = value` with `=` aligned, unchanged ones counted instead."""
    names = {name: attribute_name(name) for name in attributes}
    width = max(map(len, names.values()), default=0)
    pad = "    " * (indent + 1)
    symbols = drawing.symbols
    lines: list[str] = []
    unchanged = 0
    for name, diff in attributes.items():
        action = diff[0]
        if name in IDENTIFYING:
            chosen = inner._replace(everything=True)
        elif action is NO_OP and not options.everything:
            unchanged += 1
            continue
        else:
            chosen = inner
        lines += drawing.warnings(diff, indent + 1)
        text = _DRAWERS[type(diff)](drawing, diff, indent + 1, chosen)
        lines.append(f"{pad}{symbols[action]}{names[name]:<{width}} = {text}")
    if unchanged:
        lines.append(f"{pad}{drawing._blank}{drawing.hidden(unchanged, 'attribute')}")
    return lines


def _draw_object(drawing: Drawing, diff: ObjectDiff, indent: int, options: Options) -> str:
    suffix = drawing.to_null(diff.action, options)
    forces = drawing.forces(diff.replace, options)
    if not diff.attributes:
        return f"{{}}{suffix}{forces}"
    inner = options if options.no_suffix else options._replace(no_suffix=True)
    lines = _draw_attributes(drawing, diff.attributes, indent, options, inner)
    body = "\n".join([f"{{{forces}", *lines])
    return f"{body}\n{'    ' * indent}{drawing._blank}}}{suffix}"


def _draw_block(drawing: Drawing, diff: BlockDiff, indent: int, options: Options) -> str:
    forces = drawing.forces(diff.replace, options)
    if not diff.attributes and not diff.blocks:
        return f"{{}}{forces}"
    options = options._replace(forcing=False)  # said at the block, and not again at all that is in it
    lines = [f"{{{forces}", *_draw_attributes(drawing, diff.attributes, indent, options, options)]
    unchanged = 0
    for group in diff.blocks:
        shown = [item for item in group.items if options.everything or item[1][0] is not NO_OP]
        unchanged += len(group.items) - len(shown)
        if shown and diff.attributes:
            lines.append("")
        for label, block in shown:
            lines += _draw_nested(drawing, group, label, block, indent + 1, options)
    if unchanged:
        lines += ["", drawing.line(indent + 1, NO_OP, drawing.hidden(unchanged, "block"))]
    lines.append(drawing.line(indent, NO_OP, "}"))
    return "\n".join(lines)


def _draw_nested(
    drawing: Drawing, group: NestedBlocks, label: str, block: Diff, indent: int, options: Options
) -> list[str]:
    inner = options._replace(forcing=True) if group.replace else options
    header = f"{attribute_name(group.name)} {quoted(label)} " if label else f"{attribute_name(group.name)} "
    text = drawing.draw(block, indent, inner)
    return [*drawing.warnings(block, indent), drawing.line(indent, block[0], header + text)]


def _draw_map(drawing: Drawing, diff: MapDiff, indent: int, options: Options) -> str:
    suffix = drawing.to_null(diff.action, options)
    forces = drawing.forces(diff.replace, options)
    if not diff.elements:
        return f"{{}}{suffix}{forces}"
    names = {key: quoted(key) for key in diff.elements}
    width = max(len(name) for name in names.values())
    inner = Options(options.everything, diff.action is DELETE, False, options.not_forcing)
    lines: list[str] = []
    unchanged = 0
    for key, element in diff.elements.items():
        if element[0] is NO_OP and not options.everything:
            unchanged += 1
            continue
        lines += drawing.warnings(element, indent + 1)
        comma = "," if isinstance(element, ObjectDiff) else ""
        text = drawing.draw(element, indent + 1, inner)
        lines.append(drawing.line(indent + 1, element[0], f"{names[key]:<{width}} = {text}{comma}"))
    if unchanged:
        lines.append(drawing.line(indent + 1, NO_OP, drawing.hidden(unchanged, "element")))
    body = "\n".join([f"{{{forces}", *lines])
    return f"{body}\n{drawing.line(indent, NO_OP, '}')}{suffix}"


def _draw_list(drawing: Drawing, diff: ListDiff, indent: int, options: Options) -> str:
    suffix = drawing.to_null(diff.action, options)
    forces = drawing.forces(diff.replace, options)
    if not diff.elements:
        return f"[]{suffix}{forces}"
    inner = options._replace(no_suffix=True)
    unchanged_options = options._replace(everything=True)
    lines: list[str] = [f"[{forces}"]

    def show(element: Diff, chosen: Options) -> None:
        lines.extend(drawing.warnings(element, indent + 1))
        text = drawing.draw(element, indent + 1, chosen)
        lines.append(drawing.line(indent + 1, element[0], f"{text},"))

    skipped: list[Diff] = []
    after_change = False
    for element in diff.elements:
        if element[0] is NO_OP and not after_change and not options.everything:
            skipped.append(element)
            continue
        if diff.context:
            if len(skipped) > 1:
                lines.append(drawing.line(indent + 1, NO_OP, drawing.hidden(len(skipped) - 1, "element")))
            if skipped:
                show(skipped[-1], unchanged_options)
            skipped = []
            after_change = element[0] is not NO_OP
        show(element, unchanged_options if diff.context and element[0] is NO_OP else inner)
    if skipped:
        lines.append(drawing.line(indent + 1, NO_OP, drawing.hidden(len(skipped), "element")))
    return "\n".join(lines) + f"\n{drawing.line(indent, NO_OP, ']')}{suffix}"


def _draw_unknown(drawing: Drawing, diff: UnknownDiff, indent: int, options: Options) -> str:
    forces = drawing.forces(diff.replace, options)
    if diff.action is CREATE or diff.before is None:
        return f"(known after apply){forces}"
    inner = options._replace(no_suffix=True, not_forcing=diff.replace or options.not_forcing)
    return f"{drawing.draw(diff.before, indent, inner)} -> (known after apply){forces}"


def _draw_sensitive(drawing: Drawing, diff: SensitiveDiff, indent: int, options: Options) -> str:
    text = "(sensitive value)"
    if drawing.tells_secret_changes and diff.action is UPDATE:
        null, arrow = drawing.style.null, drawing.style.arrow
        if diff.was and diff.will_be:
            text = "(sensitive value, changed)"
        else:
            text = f"{text} {arrow} {null}" if diff.was else f"{null} {arrow} {text}"
    return f"{text}{drawing.to_null(diff.action, options)}{drawing.forces(diff.replace, options)}"


def _draw_sensitive_block(drawing: Drawing, diff: SensitiveBlockDiff, indent: int, options: Options) -> str:
    pad = drawing.line(indent, NO_OP, "")
    return (
        f"{{{drawing.forces(diff.replace, options)}\n"
        f"{pad}  # At least one attribute in this block is (or was) sensitive,\n"
        f"{pad}  # so its contents will not be displayed.\n"
        f"{pad}}}"
    )


def _draw_type_change(drawing: Drawing, diff: TypeChange, indent: int, options: Options) -> str:
    inner = options._replace(no_suffix=True)
    before, after = drawing.draw(diff.before, indent, inner), drawing.draw(diff.after, indent, inner)
    return f"{before} {drawing.style.arrow} {after}"


# --- Primitives ------------------------------------------------------------------------------------------


def primitive_text(value: Value | None, style: Style) -> str:
    """A string quoted, a number in full, `true`, `false` or `null`."""
    if value is None:
        return style.null
    raw = value.raw
    if raw.__class__ is str:
        return quoted(raw)
    return format_number(raw) if raw.__class__ is not bool else "true" if raw else "false"


def _draw_primitive(drawing: Drawing, diff: PrimitiveDiff, indent: int, options: Options) -> str:
    before, after = diff.before, diff.after
    text: str | None = None
    if any(v is not None and v.raw.__class__ is str and _is_special(v.raw) for v in (before, after)):
        text = _draw_special(drawing, diff, indent, options)
    if text is not None:
        return text
    action = diff.action
    forces = drawing.forces(diff.replace, options)
    if action is CREATE or action is NO_OP:
        return f"{primitive_text(after if action is CREATE else before, drawing.style)}{forces}"
    old = primitive_text(before, drawing.style)
    if action is DELETE:
        gone = drawing.to_null(action, options) if before is not None else ""
        return f"{old}{gone}{forces}"
    return f"{old} {drawing.style.arrow} {primitive_text(after, drawing.style)}{forces}"


def _is_special(text: str) -> bool:
    """Whether a string might be drawn otherwise than on one line in quotes."""
    return "\n" in text or text.startswith(("{", "["))


def _draw_special(drawing: Drawing, diff: PrimitiveDiff, indent: int, options: Options) -> str | None:
    """Strings of JSON and strings of several lines; None when both sides are ordinary after all."""
    before, after = _text(diff.before), _text(diff.after)
    old, new = _json(before), _json(after)
    if old is not None or new is not None:
        if diff.action is not UPDATE or (old is not None and new is not None):
            return _draw_json(drawing, diff, old, new, indent, options)
        gone = PrimitiveDiff(DELETE, False, diff.before, None)
        come = PrimitiveDiff(CREATE, False, None, diff.after)
        return drawing.draw(TypeChange(diff.action, diff.replace, gone, come), indent, options)
    if not any(t is not None and "\n" in t for t in (before, after)):
        return None
    lines = _heredoc_lines(drawing, diff.action, before, after, indent + 1)
    return "\n".join(
        [
            f"<<-EOT{drawing.forces(diff.replace, options)}",
            *lines,
            drawing.line(indent, NO_OP, f"EOT{drawing.to_null(diff.action, options)}"),
        ]
    )


def _text(value: Value | None) -> str | None:
    return value.raw if value is not None and value.raw.__class__ is str else None


def _json(text: str | None) -> Value | None:
    return None if text is None else json_content(text)


def _heredoc_lines(drawing: Drawing, action: Action, before: str | None, after: str | None, indent: int) -> list[str]:
    """The lines of a text, or of both texts with what is removed and added between them."""
    old, new = _lines(drawing, before), _lines(drawing, after)
    if action is not UPDATE:
        return [drawing.line(indent, NO_OP, text) for text in (old if action is DELETE else new)]
    lines = []
    for i, j in align(old, new):
        if i is None:
            assert j is not None
            lines.append(drawing.line(indent, CREATE, new[j]))
        else:
            lines.append(drawing.line(indent, DELETE if j is None else NO_OP, old[i]))
    return lines


def _lines(drawing: Drawing, text: str | None) -> Sequence[str]:
    """The lines of a text, control characters other than tabs made visible: they may be anyone's."""
    if text is None:
        return [drawing.style.null]
    lines = text.strip().split("\n") if "\n" in text else [text]
    return ["\t".join(map(visible, line.split("\t"))) for line in lines]


def _draw_json(
    drawing: Drawing, diff: PrimitiveDiff, old: Value | None, new: Value | None, indent: int, options: Options
) -> str:
    """`jsonencode(...)` around the difference of what the strings mean."""
    inner = diff_value(old, new)
    action, note = diff.action, ""
    chosen = options
    if inner[0] is NO_OP and diff.action is UPDATE:
        note = " # whitespace changes force replacement" if diff.replace else " # whitespace changes"
        chosen, action = options._replace(everything=True), NO_OP
        forces = ""
    else:
        forces = drawing.forces(diff.replace, options)
    text = drawing.draw(inner, indent + 1, chosen)
    if action in (CREATE, DELETE):
        action = NO_OP
    if "\n" not in text:
        return f"jsonencode({text}){note}{forces}"
    return "\n".join(
        [
            f"jsonencode({note}",
            drawing.line(indent + 1, action, f"{text}{forces}"),
            drawing.line(indent, NO_OP, ")"),
        ]
    )


_DRAWERS: Final[Mapping[type, Callable[[Drawing, Any, int, Options], str]]] = {
    PrimitiveDiff: _draw_primitive,
    ListDiff: _draw_list,
    MapDiff: _draw_map,
    ObjectDiff: _draw_object,
    UnknownDiff: _draw_unknown,
    SensitiveDiff: _draw_sensitive,
    SensitiveBlockDiff: _draw_sensitive_block,
    TypeChange: _draw_type_change,
    BlockDiff: _draw_block,
}
