"""Quoted strings, heredocs and raw template text: to the parts of templates, and those to nodes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from iac.diagnostics import Pos, SourceRange, error
from iac.hcl import templates
from iac.hcl.lalr import Action
from iac.hcl.lexing import Token
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

_MOST_PARTS = 100_000


class StringBuilder:
    """Builds the strings of one text. `parse_embedded` parses what stands in raw text."""

    def __init__(self, places: Places, parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.parse_embedded = parse_embedded
        self.actions: dict[str, Action] = {
            "string": self.quoted,
            **{rule: partial(self._interpolation, kind) for rule, kind in _KINDS.items()},
        }
        """What each rule makes of its parts."""

    # --- quoted strings ---

    def quoted(self, parts: Sequence[Any]) -> Expression:
        """A quoted string: a literal or a template."""
        whole = self.places.range(parts[0].start_pos, parts[-1].start_pos + 1)
        if len(parts) == 3:
            text = parts[1]
            if text.__class__ is Token and text.type == "STRING_CHARS":
                return Literal(whole, string(self._unescaped(text, whole)))
        return templates.build([self._part(part) for part in parts[1:-1]], whole)

    def _part(self, part: Token | Part) -> Part:
        if isinstance(part, Part):
            return part
        where = part.range(self.places)
        if part.type != "STRING_CHARS":
            return Part("literal", where, str(part)[1:])
        return Part("literal", where, self._unescaped(part, where))

    def _unescaped(self, token: Token, where: SourceRange) -> str:
        text = str(token)
        if "\n" in text:
            raise Refused(where)
        return templates.unescape(text, where)

    def _interpolation(self, kind: str, parts: Sequence[Any]) -> Part:
        """The part for `${...}` or `%{...}`."""
        opening, closing = parts[0], parts[-1]
        where = self.places.range(opening.start_pos, closing.start_pos + len(closing))
        tokens = [part for part in parts if part.__class__ is Token]
        markers = [token.start_pos for token in tokens if token.type == "STRIP_MARKER"]
        # A marker on the left directly follows the opening.
        before = opening.start_pos + 2 in markers
        made = Part(kind, where, before=before, after=len(markers) > before)
        made.expression = next((part for part in parts if isinstance(part, Expression)), None)
        if kind == "for":
            names = [str(token) for token in tokens if token.type == "NAME"]
            made.names = (names[0], names[1]) if len(names) == 2 else (None, names[0])
        return made

    # --- heredocs and raw text ---

    def heredoc(self, token: Token, *, trim: bool) -> Expression:
        """A heredoc, from its `<<` to its closing marker."""
        text = str(token)
        begin, end = text.index("\n") + 1, text.rindex("\n") + 1
        parts = self._raw_parts(text[begin:end], token.start_pos + begin)
        if trim:
            templates.unindent(parts)
        return templates.build(parts, token.range(self.places))

    def raw(self, text: str, whole: SourceRange) -> Expression:
        """Raw template text that begins where the builder's text does."""
        return templates.build(self._raw_parts(text, 0), whole)

    def _raw_parts(self, text: str, offset: int) -> list[Part]:
        """The parts of raw template text whose first character is at `offset` of the builder's text."""
        if text.count("${") + text.count("%{") > _MOST_PARTS:
            where = self.places.range(offset, offset + 1)
            detail = f"A template may have {_MOST_PARTS:,} interpolations and directives. Divide it into several."
            raise Refused(where, error("Text too long", detail, where))
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
