"""Quoted strings, heredocs and raw template text: to the parts of templates, and those to nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from iac.diagnostics import Pos, SourceRange
from iac.hcl import templates
from iac.hcl.grammar import LAYOUT, Token, Tree, token_range
from iac.hcl.places import Places
from iac.hcl.scanner import Token as Mark
from iac.hcl.scanner import scan_template
from iac.hcl.syntax import Expression, Literal
from iac.hcl.templates import Part, Refused
from iac.values.value import string

ParseEmbedded = Callable[[str, Pos], Expression]
"""Parses an expression that stands in raw text, given the place of its first character. Raises `Refused`."""

_KINDS = {
    "interpolation": "interpolation",
    "template_if_start": "if",
    "template_else": "else",
    "template_endif": "endif",
    "template_for_start": "for",
    "template_endfor": "endfor",
}
_DIRECTIVE = re.compile(
    r"\s*(?:(?P<word>if|else|endif|endfor)\b|(?P<for>for)\s+(?:(?P<key>[^\W\d][\w-]*)\s*,\s*)?"
    r"(?P<value>[^\W\d][\w-]*)\s+in\b)"
)
"""The beginning of what stands inside `%{...}` in raw text."""


class StringBuilder:
    """Builds the strings of one text. `expression` converts a tree, `parse_embedded` parses text."""

    def __init__(self, places: Places, expression: Callable[[Any], Expression], parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.expression = expression
        self.parse_embedded = parse_embedded

    # --- quoted strings ---

    def quoted(self, children: Sequence[Any]) -> Expression:
        """A quoted string: a literal or a template."""
        opening, closing = children[0], children[-1]
        whole = self.places.range(opening.start_pos, closing.start_pos + 1)
        if len(children) == 3:
            text = children[1].children[0]
            if isinstance(text, Token) and text.type == "STRING_CHARS":
                return Literal(whole, string(self._unescaped(text, whole)))
        return templates.build([self._part(c.children[0]) for c in children[1:-1]], whole)

    def _part(self, child: Any) -> Part:
        if not isinstance(child, Token):
            return self._interpolation(child)
        where = token_range(self.places, child)
        if child.type != "STRING_CHARS":
            return Part("literal", where, str(child)[1:])
        return Part("literal", where, self._unescaped(child, where))

    def _unescaped(self, token: Any, where: SourceRange) -> str:
        text = str(token)
        if "\n" in text:
            raise Refused(where)
        return templates.unescape(text, where)

    def _interpolation(self, tree: Any) -> Part:
        """The part for `${...}` or `%{...}`."""
        tokens: list[Any] = [c for c in tree.children if isinstance(c, Token)]
        opening, closing = tokens[0], tokens[-1]
        where = self.places.range(opening.start_pos, closing.start_pos + len(closing))
        markers = [t.start_pos for t in tokens if t.type == "STRIP_MARKER"]
        # A marker on the left directly follows the opening.
        before = opening.start_pos + 2 in markers
        part = Part(_KINDS[tree.data], where, before=before, after=len(markers) > before)
        trees = [c for c in tree.children if isinstance(c, Tree) and c.data not in LAYOUT]
        if part.kind == "for":
            names = [str(t.children[0]) for t in trees[:-1]]
            part.names = (names[0], names[1]) if len(names) == 2 else (None, names[0])
        if trees:
            part.expression = self.expression(trees[-1])
        return part

    # --- heredocs and raw text ---

    def heredoc(self, token: Any, *, trim: bool) -> Expression:
        """A heredoc, from its `<<` to its closing marker."""
        text = str(token)
        begin, end = text.index("\n") + 1, text.rindex("\n") + 1
        parts = self._raw_parts(text[begin:end], token.start_pos + begin)
        if trim:
            templates.unindent(parts)
        return templates.build(parts, token_range(self.places, token))

    def raw(self, text: str, whole: SourceRange) -> Expression:
        """Raw template text that begins where the builder's text does."""
        return templates.build(self._raw_parts(text, 0), whole)

    def _raw_parts(self, text: str, offset: int) -> list[Part]:
        """The parts of raw template text whose first character is at `offset` of the builder's text."""
        marks, problems = scan_template(text, Places("", text))
        if problems:
            raise Refused(self.places.range(offset, offset + len(text)))
        parts: list[Part] = []
        at = 0
        while (mark := marks[at]).kind != "end":
            if mark.kind == "text":
                where = self.places.range(offset + mark.start, offset + mark.end)
                literal = text[mark.start : mark.end].replace("$${", "${").replace("%%{", "%{")
                parts.append(Part("literal", where, literal))
                at += 1
            else:
                last = _closing(marks, at)
                if last < 0:
                    raise Refused(self.places.range(offset + mark.start, offset + mark.end))
                parts.append(self._raw_interpolation(text, mark, marks[last], offset))
                at = last + 1
        return parts

    def _raw_interpolation(self, text: str, opening: Mark, closing: Mark, offset: int) -> Part:
        where = self.places.range(offset + opening.start, offset + closing.end)
        inside = text[opening.end : closing.start]
        begin = offset + opening.end
        before, after = text[opening.end - 1] == "~", text[closing.start] == "~"
        part = Part("interpolation", where, before=before, after=after)
        if opening.kind == "%{":
            match = _DIRECTIVE.match(inside)
            if match is None:
                raise Refused(where)
            part.kind = match.group("word") or "for"
            part.names = (match.group("key"), match.group("value") or "")
            inside, begin = inside[match.end() :], begin + match.end()
        if part.kind in ("interpolation", "if", "for"):
            part.expression = self.parse_embedded(inside, self.places.at(begin))
        elif inside.strip():
            raise Refused(where)
        return part


def _closing(marks: Sequence[Mark], at: int) -> int:
    """The index of the token that closes the interpolation which the token at `at` opens, or -1."""
    depth = 0
    for index in range(at, len(marks)):
        kind = marks[index].kind
        if kind in ("${", "%{"):
            depth += 1
        elif kind == "template-end":
            depth -= 1
            if depth == 0:
                return index
    return -1
