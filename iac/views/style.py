"""How text is dressed: colours, quoting, wrapping. What every view that writes for people shares.

Templates name colours in brackets (`[bold]Plan:[reset]`), as Terraform's do; `Style.paint` turns the names
into terminal sequences or drops them. Only templates are painted, never what users named: that is put in
afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from iac.hcl.render import go_escape, go_quote
from iac.plan.model import Action

PRODUCT: Final = "iac"
"""What stands where Terraform's texts name Terraform."""

DEFAULT_WIDTH: Final = 78
"""The width to wrap at when there is no terminal, as Terraform has it."""

_CODES: Final = {
    "reset": "0",
    "bold": "1",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "dark_gray": "90",
}
_TAG = re.compile(r"\[(" + "|".join(_CODES) + r")\]")

_SYMBOLS: Final = {
    Action.NO_OP: "   ",
    Action.CREATE: "  [green]+[reset]",
    Action.READ: " [cyan]<=[reset]",
    Action.UPDATE: "  [yellow]~[reset]",
    Action.DELETE: "  [red]-[reset]",
    Action.DELETE_THEN_CREATE: "[red]-[reset]/[green]+[reset]",
    Action.CREATE_THEN_DELETE: "[green]+[reset]/[red]-[reset]",
    Action.FORGET: " [red].[reset]",
}


@dataclass(frozen=True)
class Style:
    """The dressing of one rendering: with colours or without.

    The attributes are the pieces that occur on nearly every line, painted once.
    """

    color: bool
    symbols: Mapping[Action, str]
    null: str
    arrow: str
    to_null: str
    forces_replacement: str

    def paint(self, template: str) -> str:
        """The template with its colour names replaced, and reset at its end when it had any."""
        if not self.color:
            return _TAG.sub("", template)
        text, count = _TAG.subn(_sequence, template)
        return text + "\033[0m" if count else text


def _sequence(match: re.Match[str]) -> str:
    return f"\033[{_CODES[match.group(1)]}m"


@lru_cache(maxsize=2)
def style(color: bool) -> Style:
    """The style with colours, or the one without."""
    bare = Style(color, {}, "", "", "", "")
    return Style(
        color,
        {action: bare.paint(symbol) for action, symbol in _SYMBOLS.items()},
        bare.paint("[dark_gray]null[reset]"),
        bare.paint("[yellow]->[reset]"),
        bare.paint(" [dark_gray]-> null[reset]"),
        bare.paint(" [red]# forces replacement[reset]"),
    )


def wrap(text: str, width: int) -> str:
    """The text with line breaks put at spaces so that no line is longer than `width - 1` where possible.

    Breaks that are there stay, as does white space inside a line. A width of 1 or less wraps nothing.
    """
    if width <= 1:
        return text
    return "\n".join(_wrap_line(line, width - 1) for line in text.split("\n"))


def wrap_prose(text: str, width: int) -> str:
    """Like `wrap`, but lines that begin with a space are left as they are: they are code or lists."""
    return "\n".join(line if line.startswith(" ") else wrap(line, width) for line in text.split("\n"))


def _wrap_line(line: str, limit: int) -> str:
    if len(line) <= limit:
        return line
    lines: list[str] = []
    current = space = ""
    for part in re.split(r"((?<=[^\s\xa0])[^\S\xa0]+(?=\S))", line):
        if part.isspace() and current:
            space = part
        elif current and len(current) + len(space) + len(part) > limit:
            lines.append(current)
            current, space = part, ""
        else:
            current, space = current + space + part, ""
    return "\n".join([*lines, current])


def horizontal_rule(style: Style, width: int) -> str:
    """A grey line as wide as the terminal, set off by an empty line above it."""
    return style.paint("[dark_gray]\n%s") % ("─" * (width - 1 if width > 1 else DEFAULT_WIDTH))


quoted: Final = go_quote
"""The string in double quotes, everything that does not print escaped."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def visible(text: str) -> str:
    """The text with control characters, terminal sequences and direction marks shown as escapes.

    For names and messages that others wrote and that end up on a terminal.
    """
    return _CONTROL.sub(lambda match: go_escape(match.group()), text)


_IDENTIFIER = re.compile(r"[^\W\d][\w-]*\Z")


@lru_cache(maxsize=4096)
def attribute_name(name: str) -> str:
    """The name as it stands left of `=`: quoted when it is no identifier."""
    return name if _IDENTIFIER.match(name) else quoted(name)


def plural(count: int, noun: str) -> str:
    """`1 element`, `3 elements`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
