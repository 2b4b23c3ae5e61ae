"""Templates: from the flat parts of a string or heredoc to nodes with their if and for structure.

Owns escapes, strip markers, the indentation of `<<-` heredocs and the nesting of directives. Finding the parts
is left to `build_strings`. The rules are those of HCL's template sub-language; note that strip markers take white
space up to the next part in a quoted string, but only up to the end of the line in a heredoc.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from iac.diagnostics import Diagnostic, SourceRange
from iac.hcl.syntax import Expression, Literal, Template, TemplateFor, TemplateIf, TemplateWrap
from iac.values.value import string


class Refused(Exception):  # noqa: N818  not an error of the program
    """What the grammar lets pass but HCL does not; `range` is roughly where. `mistakes` says what is wrong, unless
    there is a `diagnostic`."""

    def __init__(self, range: SourceRange, diagnostic: Diagnostic | None = None) -> None:
        super().__init__(str(range))
        self.range = range
        self.diagnostic = diagnostic


@dataclass(slots=True)
class Part:
    """One flat part: `kind` is literal, interpolation, if, else, endif, for or endfor.

    `before` and `after` say that a strip marker takes the white space on that side.
    """

    kind: str
    range: SourceRange
    text: str = ""
    expression: Expression | None = None
    names: tuple[str | None, str] = (None, "")
    before: bool = False
    after: bool = False


_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def is_character(number: int) -> bool:
    """Whether a number is the code of a character that UTF-8 can encode."""
    return 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF


def unescape(text: str, range: SourceRange) -> str:
    """The text of a quoted literal with its backslash escapes resolved. Raises `Refused` for one that means nothing."""
    if "\\" not in text:
        return text

    def resolve(match: re.Match[str]) -> str:
        code = match.group(1)
        if code in _ESCAPES:
            return _ESCAPES[code]
        number = int(code[1:], 16) if len(code) > 1 else -1
        if not is_character(number):
            raise Refused(range)
        return chr(number)

    return _ESCAPE.sub(resolve, text)


def build(parts: Sequence[Part], range: SourceRange) -> Expression:
    """The node of a whole template: a literal, a wrapped expression, or a template. Raises `Refused` when its
    directives are not balanced."""
    _strip(parts)
    if len(parts) == 1 and parts[0].kind == "interpolation" and parts[0].expression is not None:
        return TemplateWrap(range, parts[0].expression)
    if all(p.kind == "literal" for p in parts):
        return Literal(range, string("".join(p.text for p in parts)))
    return Template(range, tuple(_Assembler(_joined(parts)).sequence(())))


def _strip(parts: Sequence[Part]) -> None:
    for index, part in enumerate(parts):
        if part.before and index > 0 and parts[index - 1].kind == "literal":
            parts[index - 1].text = parts[index - 1].text.rstrip()
        if part.after and index + 1 < len(parts) and parts[index + 1].kind == "literal":
            parts[index + 1].text = parts[index + 1].text.lstrip()


def unindent(parts: Sequence[Part]) -> None:
    """Takes the smallest indentation of any line off every line: what `<<-` means.

    Literals are one line at the most. Strip markers come first: a line that begins with what they emptied has no
    indentation. Indentation that comes from interpolation does not count; blank lines do not, and stay as they are.
    """
    _strip(parts)
    starts: list[Part] = []
    smallest: int | None = None
    at_start = True
    for part in parts:
        literal = part.text if part.kind == "literal" else ""
        if at_start and not (literal.endswith("\n") and literal.isspace()):
            starts.append(part)
            spaces = len(literal) - len(literal.lstrip())
            smallest = spaces if smallest is None else min(smallest, spaces)
        at_start = literal.endswith("\n")
    for part in starts:
        part.text = part.text[smallest:]


@dataclass(slots=True)
class _Assembler:
    """Nests the flat parts of directives."""

    parts: Sequence[Part]
    at: int = field(default=0)

    def sequence(self, until: tuple[str, ...]) -> list[Expression]:
        """Nodes up to a part of one of the kinds in `until`, which is left in place."""
        nodes: list[Expression] = []
        while self.at < len(self.parts):
            part = self.parts[self.at]
            if part.kind in until:
                return nodes
            self.at += 1
            if part.kind == "literal":
                nodes.append(Literal(part.range, string(part.text)))
            elif part.kind == "interpolation" and part.expression is not None:
                nodes.append(part.expression)
            elif part.kind == "if":
                nodes.append(self._if(part))
            elif part.kind == "for":
                nodes.append(self._for(part))
            else:
                raise Refused(part.range)
        return nodes

    def _if(self, opening: Part) -> Expression:
        then = self.sequence(("else", "endif"))
        otherwise = None
        if self._take("else"):
            otherwise = Template(opening.range, self.sequence(("endif",)))
        self._end(opening, "endif")
        assert opening.expression is not None
        return TemplateIf(opening.range, opening.expression, Template(opening.range, then), otherwise)

    def _for(self, opening: Part) -> Expression:
        body = self.sequence(("endfor",))
        self._end(opening, "endfor")
        assert opening.expression is not None
        key, value = opening.names
        return TemplateFor(opening.range, key, value, opening.expression, Template(opening.range, body))

    def _take(self, kind: str) -> bool:
        if self.at < len(self.parts) and self.parts[self.at].kind == kind:
            self.at += 1
            return True
        return False

    def _end(self, opening: Part, kind: str) -> None:
        if not self._take(kind):
            raise Refused(opening.range)


def _joined(parts: Sequence[Part]) -> list[Part]:
    """The parts, literals that stand together made one, and none that is empty."""
    joined: list[Part] = []
    for part in parts:
        last = joined[-1] if joined else None
        if part.kind != "literal" or (part.text and (last is None or last.kind != "literal")):
            joined.append(part)
        elif part.text and last is not None:
            where = last.range._replace(end=part.range.end)
            joined[-1] = Part("literal", where, last.text + part.text)
    return joined
