"""Templates: from the flat parts of a string or heredoc to nodes with their if and for structure.

Owns escapes, strip markers, the indentation of `<<-` heredocs and the nesting of directives. Finding the parts
is left to `parser`. The rules are those of HCL's template sub-language; note that strip markers take white
space up to the next part in a quoted string, but only up to the end of the line in a heredoc.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl.syntax import Expression, Literal, Template, TemplateFor, TemplateIf, TemplateWrap
from iac.values.value import string


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


def unescape(text: str, range: SourceRange, diagnostics: list[Diagnostic]) -> str:
    """The text of a quoted literal with its backslash escapes resolved."""
    if "\\" not in text:
        return text

    def resolve(match: re.Match[str]) -> str:
        code = match.group(1)
        if code in _ESCAPES:
            return _ESCAPES[code]
        if len(code) > 1:
            number = int(code[1:], 16)
            if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
                return chr(number)
        where = _within(range, text, match.start(), match.end())
        if code[0] in "uU":
            digits = "four" if code[0] == "u" else "eight"
            detail = f"The \\{code[0]} escape sequence must be followed by {digits} hexadecimal digits."
        else:
            detail = f'The symbol "{code}" is not a valid escape sequence selector.'
        diagnostics.append(error("Invalid escape sequence", detail, where))
        return ""

    return _ESCAPE.sub(resolve, text)


def _within(range: SourceRange, text: str, start: int, end: int) -> SourceRange:
    """The range of a stretch of one-line text that begins where `range` begins."""

    def at(index: int) -> Pos:
        line, column, byte = range.start
        return Pos(line, column + index, byte + len(text[:index].encode("utf-8", "surrogatepass")))

    return SourceRange(range.filename, at(start), at(end))


def build(parts: Sequence[Part], range: SourceRange, diagnostics: list[Diagnostic]) -> Expression:
    """The node of a whole template: a literal, a wrapped expression, or a template."""
    _strip(parts)
    if len(parts) == 1 and parts[0].kind == "interpolation" and parts[0].expression is not None:
        return TemplateWrap(range, parts[0].expression)
    if all(p.kind == "literal" for p in parts):
        return Literal(range, string("".join(p.text for p in parts)))
    assembler = _Assembler(list(parts), diagnostics)
    return Template(range, assembler.sequence(()))


def _strip(parts: Sequence[Part]) -> None:
    for index, part in enumerate(parts):
        if part.before and index > 0 and parts[index - 1].kind == "literal":
            parts[index - 1].text = parts[index - 1].text.rstrip()
        if part.after and index + 1 < len(parts) and parts[index + 1].kind == "literal":
            parts[index + 1].text = parts[index + 1].text.lstrip()


def unindent(parts: Sequence[Part]) -> None:
    """Takes the smallest indentation of any line off every line: what `<<-` means.

    Literals are one line at the most. Indentation that comes from interpolation does not count, nor do
    empty lines.
    """
    starts = []
    at_start = True
    for part in parts:
        if part.kind == "literal":
            if at_start and part.text.strip("\r\n"):
                starts.append(part)
            at_start = part.text.endswith("\n")
        else:
            if at_start:
                starts.append(Part("literal", part.range))
            at_start = False
    if not starts:
        return
    smallest = min(len(p.text) - len(p.text.lstrip(" \t")) for p in starts)
    for part in starts:
        part.text = part.text[smallest:]


@dataclass(slots=True)
class _Assembler:
    """Nests the flat parts of directives."""

    parts: list[Part]
    diagnostics: list[Diagnostic]
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
                if part.text:
                    _append_literal(nodes, part)
            elif part.kind == "interpolation" and part.expression is not None:
                nodes.append(part.expression)
            elif part.kind == "if":
                nodes.append(self._if(part))
            elif part.kind == "for":
                nodes.append(self._for(part))
            else:
                self._fail(part.range, "Unexpected " + part.kind, "This directive has no matching beginning.")
        return nodes

    def _if(self, opening: Part) -> Expression:
        then = self.sequence(("else", "endif"))
        otherwise = None
        if self._take("else"):
            otherwise = Template(opening.range, self.sequence(("endif",)))
        if not self._take("endif"):
            self._unclosed(opening, "endif")
        assert opening.expression is not None
        return TemplateIf(opening.range, opening.expression, Template(opening.range, then), otherwise)

    def _for(self, opening: Part) -> Expression:
        body = self.sequence(("endfor",))
        if not self._take("endfor"):
            self._unclosed(opening, "endfor")
        assert opening.expression is not None
        key, value = opening.names
        return TemplateFor(opening.range, key, value, opening.expression, Template(opening.range, body))

    def _take(self, kind: str) -> bool:
        if self.at < len(self.parts) and self.parts[self.at].kind == kind:
            self.at += 1
            return True
        return False

    def _unclosed(self, opening: Part, closing: str) -> None:
        self._fail(
            opening.range,
            "Unexpected end of template",
            f"The {opening.kind} directive is missing its corresponding {closing} directive.",
        )

    def _fail(self, range: SourceRange, summary: str, detail: str) -> None:
        self.diagnostics.append(error(summary, detail, range))


def _append_literal(nodes: list[Expression], part: Part) -> None:
    last = nodes[-1] if nodes else None
    if isinstance(last, Literal) and isinstance(last.value.raw, str):
        joined = SourceRange(part.range.filename, last.range.start, part.range.end)
        nodes[-1] = Literal(joined, string(last.value.raw + part.text))
    else:
        nodes.append(Literal(part.range, string(part.text)))


DIRECTIVE = re.compile(
    r"\s*(?:(?P<word>if|else|endif|endfor)\b|(?P<for>for)\s+(?:(?P<key>[^\W\d][\w-]*)\s*,\s*)?"
    r"(?P<value>[^\W\d][\w-]*)\s+in\b)"
)
"""The beginning of what stands inside `%{...}` in raw text."""


# --- heredocs --------------------------------------------------------------------------------------------

_MARK = re.compile(r"(\$\$\{|%%\{)|([$%]\{~?)|\n")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of raw template text: literal (`opening` empty), or what stands in `${...}` or `%{...}`."""

    opening: str
    start: int
    end: int
    text: str


def split(text: str) -> Iterator[Stretch]:
    """Cuts the raw text of a heredoc or a template file into stretches, literals one line at the most.

    `start` and `end` are offsets of the whole stretch, markers included; `text` is what is inside. An opening
    without its closing brace reaches to the end, with `text` the rest.
    """
    at, literal = 0, 0
    pieces: list[str] = []

    def flush(end: int) -> Iterator[Stretch]:
        nonlocal pieces, literal
        if end > literal:
            yield Stretch("", literal, end, "".join(pieces))
        pieces, literal = [], end

    while at < len(text):
        match = _MARK.search(text, at)
        if match is None:
            pieces.append(text[at:])
            break
        pieces.append(text[at : match.start()])
        if match.group(1):
            pieces.append(match.group(1)[1:])
            at = match.end()
        elif match.group(2):
            yield from flush(match.start())
            end = _closing(text, match.end())
            inner = text[match.end() : end]
            at = min(end + 1, len(text)) if end >= 0 else len(text)
            yield Stretch(
                match.group(2), match.start(), at if end >= 0 else -1, inner if end >= 0 else text[match.end() :]
            )
            literal = at
        else:
            pieces.append("\n")
            at = match.end()
            yield from flush(at)
    yield from flush(len(text))


_SKIP = re.compile(r'[{}"]|#|//|/\*')


def _closing(text: str, at: int) -> int:
    """The offset of the brace that closes what was opened before `at`, or -1."""
    depth = 0
    while True:
        match = _SKIP.search(text, at)
        if match is None:
            return -1
        found, at = match.group(), match.end()
        if found == "{":
            depth += 1
        elif found == "}":
            if depth == 0:
                return match.start()
            depth -= 1
        elif found == '"':
            at = end_of_string(text, at)
            if at < 0:
                return -1
        elif found == "/*":
            at = text.find("*/", at) + 2
            if at < 2:
                return -1


_IN_STRING = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|"', re.DOTALL)


def end_of_string(text: str, at: int) -> int:
    """The offset after the quote that closes a string whose content begins at `at`, or -1."""
    while True:
        match = _IN_STRING.search(text, at)
        if match is None:
            return -1
        at = match.end()
        if match.group() == '"':
            return at
        if match.group() in ("${", "%{"):
            end = _closing(text, at)
            if end < 0:
                return -1
            at = end + 1
