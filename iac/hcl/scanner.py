"""Tokens of the native syntax, for telling what is wrong with a text that does not parse.

The parser has its own lexer, python-hcl2's; this one never stops: every text has tokens, with what cannot be
one as `bad`, and diagnostics for those. It knows in what kind of text it is (code, a quoted string, a heredoc)
from the nesting of quotes, markers and braces, as the parser's does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from iac.diagnostics import MOST, Diagnostic, error
from iac.hcl.places import Places


class Token(NamedTuple):
    """A token: `kind` is its own text for punctuation, else one of the words below; offsets into the text.

    name, number, newline, text (literal text in a template), open-quote, close-quote, heredoc (its opening),
    end-heredoc, `${`, `%{`, template-end (the brace that closes one of those two), end (of the text); and three for
    what is broken: bad (a character) and cut (the rest of a string), for which there is a diagnostic already, and
    unclosed (the rest of a string that has no end because an interpolation in it has none, and where that begins).
    """

    kind: str
    start: int
    end: int


_CODE = re.compile(
    r"(?P<space>(?:[ \t]|\r(?=\n))+|\#[^\n]*|//[^\n]*|/\*(?s:.*?)\*/)|(?P<newline>\n)"
    r"|(?P<name>(?:[a-zA-Z_]|[^\x00-\x7f])(?:[a-zA-Z0-9_-]|[^\x00-\x7f])*+)|(?P<number>[0-9](?:[0-9]|\.[0-9]|[eE][+-]?[0-9])*+)"
    r"|<<-?(?P<heredoc>[^\W\d][\w-]*)\r?\n"
    r"|(?P<mark>\.\.\.|::|=>|==|!=|<=|>=|&&|\|\||[{}\[\]().,:=<>+*/%?!-])"
    r'|(?P<quote>")|(?P<close>~\})|(?P<bad>.)'
)
_QUOTED = re.compile(
    r'(?P<text>(?:\$\$\{|%%\{|\\[^\r\n]|[^"\\\r\n$%]|[$%](?!\{)|\\|\r(?!\n))++)|(?P<open>[$%]\{~?)|(?P<end>"|\r?\n)'
)
_RAW = re.compile(r"(?P<text>(?:\$\$\{|%%\{|[^\n$%]|[$%](?!\{))*+(?:\n|(?=[$%]\{)|\Z))")
_OPEN = re.compile(r"[$%]\{~?")


def scan(text: str, places: Places) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of a text of native syntax, and what is wrong with its characters."""
    scanner = _Scanner(text, places)
    return list(scanner.code(0)), scanner.diagnostics


def scan_template(text: str, places: Places) -> tuple[list[Token], list[Diagnostic]]:
    """The tokens of raw template text: no quotes, no escapes."""
    scanner = _Scanner(text, places)
    scanner.modes.append(Mode("raw", 0))
    return list(scanner.code(0)), scanner.diagnostics


def name_length(text: str) -> int:
    """How many characters at the beginning of a text can be a name: Unicode's identifiers, with dashes."""
    for index, character in enumerate(text):
        if not (character if index == 0 else f"a{character}").isidentifier() and not (index and character == "-"):
            return index
    return len(text)


class Mode(NamedTuple):
    """What kind of text the scanner is in, and where that began: code in braces (`{` or `${`), a `quoted`
    string, or `raw` text with the `marker` that ends it."""

    kind: str
    start: int
    marker: str = ""


_FILE = Mode("{", 0)


class _Scanner:
    """Keeps a stack of modes; an empty one is the code of the file itself."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.places = places
        self.diagnostics: list[Diagnostic] = []
        self.modes: list[Mode] = []
        self.at = 0

    def code(self, at: int) -> Iterator[Token]:
        """All tokens from an offset on."""
        self.at = at
        while self.at < len(self.text):
            mode = self.modes[-1] if self.modes else _FILE
            if mode.kind == "quoted":
                yield from self.quoted()
            elif mode.kind == "raw":
                yield from self.raw(mode.marker)
            else:
                yield from self.plain()
        yield Token("end", len(self.text), len(self.text))

    def plain(self) -> Iterator[Token]:
        """One token of code."""
        match = _CODE.match(self.text, self.at)
        assert match is not None, "the last alternative takes any character"
        kind, found = match.lastgroup, match.group()
        start, self.at = self.at, match.end()
        if kind == "name" and not found.isascii():
            self.at = start + name_length(found)
            yield Token(kind, start, self.at) if self.at > start else self.bad(start)
        elif kind in ("newline", "name", "number"):
            yield Token(kind, start, self.at)
        elif kind == "mark":
            yield self.mark(found, start)
        elif kind == "quote":
            self.modes.append(Mode("quoted", start))
            yield Token("open-quote", start, self.at)
        elif kind == "heredoc":
            self.modes.append(Mode("raw", start, match.group("heredoc")))
            yield Token("heredoc", start, self.at)
        elif kind == "close":
            if self.modes and self.modes[-1].kind == "${":
                self.modes.pop()
            yield Token("template-end", start, self.at)
        elif kind != "space":
            yield self.bad(start)

    def mark(self, found: str, start: int) -> Token:
        if found == "{":
            self.modes.append(Mode("{", start))
        elif found == "}" and self.modes:
            mode = self.modes.pop()
            if mode.kind == "${":
                return Token("template-end", start, self.at)
        return Token(found, start, self.at)

    def quoted(self) -> Iterator[Token]:
        """One token of a quoted string."""
        match = _QUOTED.match(self.text, self.at)
        assert match is not None, "the alternatives take any character"
        start, self.at = self.at, match.end()
        if match.lastgroup == "text":
            yield Token("text", start, self.at)
        elif match.lastgroup == "open":
            self.modes.append(Mode("${", start))
            yield Token(match.group()[:2], start, self.at)
        elif match.group() == '"':
            self.modes.pop()
            yield Token("close-quote", start, self.at)
        else:
            yield from self.split_over_lines(start)

    def split_over_lines(self, start: int) -> Iterator[Token]:
        """A newline in a string. The string goes on when the next line has what looks like its end."""
        outer = next((m for m in self.modes if m.kind == "quoted"), self.modes[-1])
        kind, place = "cut", (start, start)
        if outer is not self.modes[-1]:
            opening = self.modes[self.modes.index(outer) + 1].start
            kind, place = "unclosed", (opening, opening + 2)
        else:
            self.multi_line_string(start)
            end = self.text.find("\n", self.at)
            following = self.text[self.at : end if end >= 0 else len(self.text)]
            if following.count('"') % 2 == 1 and "=" not in following.partition('"')[0]:
                yield Token("text", start, self.at)
                return
        # Only what begins on this line is broken: what is open inside the outermost string ends with it.
        del self.modes[self.modes.index(outer) :]
        self.at = start
        yield Token(kind, *place)

    def multi_line_string(self, start: int) -> None:
        self.diagnostics.append(
            error(
                "Invalid multi-line string",
                "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the "
                '\\n escape to represent a newline character or use the "heredoc" multi-line template syntax.',
                self.places.range(start, self.at),
            )
        )

    def raw(self, marker: str) -> Iterator[Token]:
        """One line of a heredoc's body or of a template, or the part of it before an interpolation."""
        opening = _OPEN.match(self.text, self.at)
        if opening is not None:
            start, self.at = self.at, opening.end()
            self.modes.append(Mode("${", start))
            yield Token(opening.group()[:2], start, self.at)
            return
        if marker and (self.at == 0 or self.text[self.at - 1] == "\n"):
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end if end >= 0 else len(self.text)]
            if line.strip(" \t\r") == marker:
                self.modes.pop()
                start = self.at
                self.at = start + line.index(marker) + len(marker)
                yield Token("end-heredoc", start, self.at)
                return
        match = _RAW.match(self.text, self.at)
        assert match is not None, "the rest of a line always matches"
        start, self.at = self.at, max(match.end(), self.at + 1)
        yield Token("text", start, self.at)

    def bad(self, start: int) -> Token:
        """Takes a character that begins no token, with the words for it."""
        self.at = start + 1
        character = self.text[start]
        if len(self.diagnostics) > MOST:
            return Token("bad", start, start + 1)
        summary, detail = _BAD.get(character, ("Invalid character", "This character is not used within the language."))
        self.diagnostics.append(error(summary, detail, self.places.range(start, start + 1)))
        return Token("bad", start, start + 1)


_BITWISE = "Bitwise operators are not supported."
_CURLY = (
    "Invalid character",
    '"Curly quotes" are not valid here. These can sometimes be inadvertently introduced when sharing code via '
    'documents or discussion forums. It might help to replace the character with a "straight quote".',
)
_BAD = {
    "'": ("Invalid character", 'Single quotes are not valid. Use double quotes (") to enclose strings.'),
    "`": (
        "Invalid character",
        'The "`" character is not valid. To create a multi-line string, use the "heredoc" syntax, like "<<EOT".',
    ),
    ";": (
        "Invalid character",
        'The ";" character is not valid. Use newlines to separate arguments and blocks, and commas to separate items '
        "in collection values.",
    ),
    "&": ("Unsupported operator", f'{_BITWISE} Did you mean boolean AND ("&&")?'),
    "|": ("Unsupported operator", f'{_BITWISE} Did you mean boolean OR ("||")?'),
    "~": ("Unsupported operator", f'{_BITWISE} Did you mean boolean NOT ("!")?'),
    "^": ("Unsupported operator", _BITWISE),
    **dict.fromkeys("“”‘’", _CURLY),
}
