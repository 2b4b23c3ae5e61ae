"""The tokens of the grammar: from text to what the parser shifts, as Lark's contextual lexer would give them.

Which terminals are tried at a place depends on what the parser accepts there. Nearly always one regular
expression for all code and one for quoted strings do: their answer is taken when the parser accepts it, else the
terminals of the place alone are tried. Newlines are settled here too: inside parentheses, brackets and
interpolations they mean nothing, elsewhere they end a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from iac.diagnostics import SourceRange
from iac.hcl.places import Places
from iac.hcl.scanner import name_length

NEWLINE, NAME = "NL_OR_COMMENT", "NAME"
_STRING = "STRING_CHARS"
_BLANKS = " \t\r"
"""What separates tokens, and stands for none, outside of strings: a CR only at the end of a line."""
_BLANK = r"[ \t]*+(?:\r(?=\n))?"


class Unparsed(Exception):  # noqa: N818  not an error of the program
    """A text that the grammar does not have; `offset` is about where that shows."""

    def __init__(self, offset: int) -> None:
        super().__init__(str(offset))
        self.offset = offset


class Token(str):
    """A token: its text, the terminal that it is, and where it starts in the text that is parsed."""

    __slots__ = ("start_pos", "type")
    type: str
    start_pos: int

    def __new__(cls, type: str, text: str, start_pos: int = 0) -> Token:
        token = str.__new__(cls, text)
        token.type = type
        token.start_pos = start_pos
        return token

    def range(self, places: Places) -> SourceRange:
        """Where it stands in its file."""
        return places.range(self.start_pos, self.start_pos + len(self))


class Terminals(NamedTuple):
    """The terminals of a grammar: their regular expressions by name, the first that matches first, and the words that
    are terminals of their own where they would else be names."""

    patterns: Mapping[str, str]
    words: Mapping[str, str]


_Match = Callable[[str, int], "re.Match[str] | None"]


class Lexer:
    """Gives the tokens of texts. `accepted` holds the terminals that each state of the parser accepts."""

    def __init__(self, terminals: Terminals, accepted: Sequence[frozenset[str]]) -> None:
        self._terminals = terminals
        self._accepted = [accepts | {NEWLINE} for accepts in accepted]
        in_strings = frozenset[str]().union(*(a for a in self._accepted if _STRING in a))
        in_code = frozenset[str]().union(*(a for a in self._accepted if _STRING not in a))
        code, quoted = self._compiled(in_code), self._compiled(in_strings)
        self._usual = [quoted if _STRING in accepts else code for accepts in accepted]
        self._own: dict[frozenset[str], _Match] = {}

    def tokens(self, text: str, states: Sequence[int]) -> Iterator[Token]:
        """The tokens of a text, newlines and comments included. The last of `states` is the state that the parser is
        in whenever it asks for the next. Raises `Unparsed`."""
        usual, accepted, words = self._usual, self._accepted, self._terminals.words
        new = str.__new__
        at, end = 0, len(text)
        while at < end:
            accepts = accepted[states[-1]]
            found = usual[states[-1]](text, at)
            if found is None or (found.lastgroup not in accepts and words.get(found[0].lstrip(_BLANKS)) not in accepts):
                found = self._alone(accepts)(text, at)
                if found is None:
                    if text[at:].strip(_BLANKS):
                        raise Unparsed(at)
                    return
            kind: Any = found.lastgroup
            at = found.end()
            token = new(Token, found[kind])
            if kind == NAME and token in words and words[token] in accepts:
                kind = words[token]
            token.type = kind
            token.start_pos = at - len(token)
            yield token

    def _alone(self, accepts: frozenset[str]) -> _Match:
        """What matches the terminals alone that are accepted, and newlines."""
        known = self._own.get(accepts)
        if known is None:
            known = self._own[accepts] = self._compiled(accepts)
        return known

    def _compiled(self, accepts: frozenset[str]) -> _Match:
        words = frozenset(self._terminals.words.values()) if NAME in accepts else frozenset[str]()
        choices = "|".join(
            f"(?P<{name}>{pattern})" for name, pattern in self._terminals.patterns.items() if name in accepts - words
        )
        blanks = "" if _STRING in accepts else _BLANK
        return re.compile(f"{blanks}(?:{choices})").match


_OPENING = frozenset({"LPAR", "LSQB", "INTERP_START", "DIRECTIVE_START"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE"})
_BEFORE_BLOCK = frozenset(
    {NAME, "DBLQUOTE", "TRUE", "FALSE", "NULL", "IN", "FOR", "IF", "FOR_EACH", "ELSE", "ENDIF", "ENDFOR"}
)
"""What stands before the brace of a block, where newlines mean something; else the brace is that of an object."""


def without_idle_newlines(stream: Iterable[Token], *, significant: bool) -> Iterator[Token]:
    """The tokens without the newlines and comments that mean nothing; `significant` says whether newlines mean
    something where no bracket is open. Raises `Unparsed` for a name that is none."""
    lines = [significant]
    opened = False  # directly behind the brace of an object, newlines aside: `for` would make it an expression
    held: list[Token] = []
    previous = ""
    for token in stream:
        kind = token.type
        if kind == NEWLINE:
            if lines[-1] and not token.startswith("/*"):
                if opened:
                    held.append(token)
                else:
                    yield token
            continue
        if kind == NAME and not token.isascii() and name_length(token) < len(token):
            raise Unparsed(token.start_pos)
        if opened:
            if kind == "FOR":
                lines[-1] = False
            else:
                yield from held
            held.clear()
            opened = False
        if kind in _OPENING:
            lines.append(False)
        elif kind == "LBRACE":
            opened = not lines[-1] or previous not in _BEFORE_BLOCK
            lines.append(True)
        elif kind in _CLOSING and len(lines) > 1:
            lines.pop()
        previous = kind
        yield token
    yield from held
