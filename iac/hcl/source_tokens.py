"""Every token of a text in native syntax, comments and newlines included, for writing the text again.

Unlike `scanner`'s, these tokens leave nothing out but the space between them, and the lexer may assume that the text
parses. It knows in what kind of text it is (code, a quoted string, a heredoc) from the nesting of quotes, markers and
braces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING = frozenset({"{", "[", "(", "${", "%{"})
_CLOSING = frozenset({"}", "]", ")", "template-end"})


class SourceToken:
    """A token, its text, and the number of spaces to write before it.

    `kind` is the token's own text for punctuation (`${` and `%{` without their `~`), else one of: name, number,
    newline, comment, open-quote, close-quote, text (literal text in a quoted string), heredoc (its opening line),
    heredoc-text, end-heredoc (with the space before the marker), template-end (the brace that closes `${` or `%{`).
    A comment of one line has its newline in it.
    """

    __slots__ = ("kind", "spaces", "text")

    def __init__(self, kind: str, text: str, spaces: int = 0) -> None:
        self.kind = kind
        self.text = text
        self.spaces = spaces

    def __repr__(self) -> str:
        return f"SourceToken({self.kind!r}, {self.text!r}, {self.spaces})"

    @property
    def ends_line(self) -> bool:
        """Whether the line ends with this token."""
        return self.kind == "newline" or (self.kind == "comment" and self.text.endswith("\n"))

    @property
    def nesting(self) -> int:
        """How many brackets deeper what follows is."""
        return (self.kind in _OPENING) - (self.kind in _CLOSING)


_CODE = re.compile(
    r"(?P<space>[ \t]+|\r(?!\n))|(?P<newline>\r?\n)"
    r"|(?P<comment>(?:\#|//)[^\n]*(?:\n|\Z)|/\*(?s:.*?)\*/)"
    r"|(?P<name>[^\W\d](?:\w|-|[^\x00-\x7f])*)|(?P<number>[0-9](?:[0-9]|\.[0-9]|[eE][+-]?[0-9])*)"
    r"|<<-?(?P<heredoc>[^\W\d][\w-]*)\r?\n"
    r"|(?P<mark>\.\.\.|::|=>|==|!=|<=|>=|&&|\|\||[{}\[\]().,:=<>+*/%?!-])"
    r'|(?P<quote>")|(?P<close>~\})|(?P<other>.)'
)
_QUOTED = re.compile(
    r'(?P<text>(?:\$\$\{|%%\{|\\.|[^"\\$%]|[$%](?!\{))+)|(?P<open>[$%]\{~?)|(?P<end>")|(?P<other>(?s:.))'
)
_RAW = re.compile(r"(?:\$\$\{|%%\{|[^\n$%]|[$%](?!\{))*+\n?")
_OPEN = re.compile(r"[$%]\{~?")


def source_tokens(text: str) -> list[SourceToken]:
    """The tokens of a text that parses; `spaces` is 1 where there was space before the token."""
    return list(_Lexer(text).tokens())


class _Lexer:
    """Keeps a stack of modes: `{` and `${` for code in braces, `quoted`, or the marker of a heredoc after `<<`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.modes: list[str] = []
        self.at = 0
        self.spaces = 0

    def tokens(self) -> Iterator[SourceToken]:
        while self.at < len(self.text):
            mode = self.modes[-1] if self.modes else "{"
            if mode == "quoted":
                yield self.quoted()
            elif mode.startswith("<<"):
                yield self.heredoc(mode[2:])
            else:
                token = self.code()
                if token is None:
                    self.spaces = 1
                    continue
                yield token
            self.spaces = 0

    def taken(self, kind: str, end: int) -> SourceToken:
        token = SourceToken(kind, self.text[self.at : end], self.spaces)
        self.at = end
        return token

    def code(self) -> SourceToken | None:
        """One token of code, or None for space."""
        match = _CODE.match(self.text, self.at)
        assert match is not None, "the alternatives take any character"
        kind, found = match.lastgroup or "", match.group()
        if kind == "space":
            self.at = match.end()
            return None
        if kind == "mark":
            kind = self.mark(found)
        elif kind == "quote":
            self.modes.append("quoted")
            kind = "open-quote"
        elif kind == "heredoc":
            self.modes.append("<<" + match.group("heredoc"))
        elif kind == "close":
            self.modes.pop()
            kind = "template-end"
        return self.taken(kind, match.end())

    def mark(self, found: str) -> str:
        """The kind of punctuation, the mode changed by it."""
        if found == "{":
            self.modes.append("{")
        elif found == "}" and self.modes and self.modes.pop() == "${":
            return "template-end"
        return found

    def quoted(self) -> SourceToken:
        """One token of a quoted string."""
        match = _QUOTED.match(self.text, self.at)
        assert match is not None, "the alternatives take any character"
        if match.lastgroup == "open":
            self.modes.append("${")
            return self.taken(match.group()[:2], match.end())
        if match.lastgroup == "end":
            self.modes.pop()
            return self.taken("close-quote", match.end())
        return self.taken("text", match.end())

    def heredoc(self, marker: str) -> SourceToken:
        """One line of a heredoc, or the part of it before an interpolation, or its end."""
        opening = _OPEN.match(self.text, self.at)
        if opening is not None:
            self.modes.append("${")
            return self.taken(opening.group()[:2], opening.end())
        if self.text[self.at - 1] == "\n":
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end if end >= 0 else len(self.text)]
            if line.strip(" \t\r") == marker:
                self.modes.pop()
                return self.taken("end-heredoc", self.at + len(line.rstrip("\r")))
        match = _RAW.match(self.text, self.at)
        assert match is not None, "the empty text matches"
        return self.taken("heredoc-text", max(match.end(), self.at + 1))
