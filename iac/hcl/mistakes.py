"""Says what is wrong with a text that the grammar refuses, as Terraform says it.

A small scanner of its own: it cuts a file into top-level pieces that can be tried one by one, and looks at the
place where parsing stopped. It decides nothing about what is valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lark import Token

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl.builder import Places
from iac.hcl.templates import end_of_string

_TOKEN = re.compile(r'"|#[^\n]*|//[^\n]*|/\*|<<-?(?P<marker>[^\W\d][\w-]*)[ \t]*\r?\n|[{}\[\]()]|\n')


def _skip(text: str, match: re.Match[str]) -> int:
    """Where scanning goes on after a token: behind a whole string, comment or heredoc."""
    token = match.group()
    if token == '"':
        end = end_of_string(text, match.end())
        line_end = text.find("\n", match.end())
        if end < 0 or (0 <= line_end < end and "\n" in text[match.end() : end] and "${" not in text[match.end() : end]):
            return line_end if line_end >= 0 else len(text)
        return end
    if token == "/*":
        end = text.find("*/", match.end())
        return end + 2 if end >= 0 else len(text)
    marker = match.group("marker")
    if marker:
        closing = re.compile(rf"^[ \t]*{re.escape(marker)}[ \t]*$", re.MULTILINE).search(text, match.end())
        return closing.end() if closing else len(text)
    return match.end()


def top_level_chunks(text: str) -> Iterator[tuple[int, int]]:
    """Where the text may be cut: after each line at which no bracket is open.

    A line that begins in the first column with what looks like the header of a block also begins a new piece,
    so that one unclosed block does not swallow the rest of the file.
    """
    begin = depth = at = 0
    while True:
        match = _TOKEN.search(text, at)
        if match is None:
            break
        token = match.group()
        at = _skip(text, match)
        if token in "{[(":
            depth += 1
        elif token in "}])":
            depth = max(0, depth - 1)
        elif token == "\n" and (depth == 0 or _HEADER.match(text, match.end())):
            depth = 0
            yield begin, match.end()
            begin = match.end()
    yield begin, len(text)


_HEADER = re.compile(
    r"(resource|data|variable|output|module|locals|provider|terraform)\b[^=\n]*\{[ \t]*\r?$", re.MULTILINE
)
_OPENERS = {"{": "}", "[": "]", "(": ")"}


def _unclosed(text: str, until: int) -> tuple[str, int] | None:
    """The innermost bracket that is still open at an offset, and where it stands."""
    stack: list[tuple[str, int]] = []
    at = 0
    while True:
        match = _TOKEN.search(text, at)
        if match is None or match.start() >= until:
            break
        token = match.group()
        at = _skip(text, match)
        if token in _OPENERS:
            stack.append((token, match.start()))
        elif token in "}])" and stack:
            stack.pop()
    return stack[-1] if stack else None


def explain(text: str, offset: int, token: Token | None, places: Places, *, expression: bool = False) -> Diagnostic:
    """The diagnostic for a text of which parsing stopped at `offset` (on `token`, when there was one)."""
    where = _range(text, offset, len(token) if token is not None else 1, places)
    rest = text[offset:]
    string = _unterminated_string(text, offset)
    if string is not None:
        return error(
            "Invalid multi-line string",
            "Quoted strings may not be split over multiple lines. To produce a multi-line string, either use the \\n "
            'escape to represent a newline character or use the "heredoc" multi-line template syntax.',
            _range(text, string, 1, places),
        )
    if rest.startswith("<<"):
        return error(
            "Unterminated template string",
            "No closing marker was found for the string.",
            where,
        )
    if not rest.strip():
        return _at_end(text, places, expression=expression)
    if rest[0] in "`'´‘’“”":
        return error(
            "Invalid character",
            f'The "{rest[0]}" character is not valid. Strings are enclosed in double quotes ("...").',
            where,
        )
    opened = _unclosed(text, offset)
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    if token is not None and token.type == "NL_OR_COMMENT":
        return _at_newline(line, where)
    if opened is None or opened[0] == "{":
        return _in_body(line, rest, where)
    if opened[0] == "[":
        return error(
            "Missing item separator",
            "Expected a comma to mark the beginning of the next item.",
            where,
        )
    return error(
        "Missing argument separator",
        "A comma is required to separate each function argument from the next.",
        where,
    )


def _range(text: str, offset: int, length: int, places: Places) -> SourceRange:
    start = places.at(min(offset, len(text)))
    newline = text[offset : offset + length].startswith("\n")
    if newline:
        return SourceRange(places.filename, start, Pos(start.line + 1, 1, start.byte + 1))
    first_line = text[offset : offset + length].split("\n")[0]
    return SourceRange(places.filename, start, places.at(offset + max(1, len(first_line))))


def _unterminated_string(text: str, offset: int) -> int | None:
    """Where the line ends in the middle of a quoted string, if that is what stopped the parser."""
    begin = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[begin : end if end >= 0 else len(text)]
    quotes = len(re.findall(r'(?<!\\)"', re.sub(r"#.*$|//.*$", "", line)))
    if quotes % 2 and "${" not in line:
        return begin + len(line)
    return None


def _at_end(text: str, places: Places, *, expression: bool) -> Diagnostic:
    opened = _unclosed(text, len(text))
    if opened is None:
        where = _range(text, max(0, len(text) - 1), 1, places)
        return error(
            "Invalid expression" if expression else "Argument or block definition required",
            "Expected the start of an expression, but found the end of the text."
            if expression
            else "An argument or block definition is required here.",
            where,
        )
    bracket, at = opened
    where = _range(text, at, 1, places)
    if bracket == "{":
        return error(
            "Unclosed configuration block",
            "There is no closing brace for this block before the end of the file. This may be caused by incorrect "
            "brace nesting elsewhere in this file.",
            where,
        )
    name = "parenthesis" if bracket == "(" else "bracket"
    return error(
        "Unbalanced parentheses" if bracket == "(" else "Unterminated tuple constructor expression",
        f"There is no corresponding closing {name} before the end of the file. This may be caused by incorrect "
        f"{name} nesting elsewhere in this file.",
        where,
    )


def _at_newline(line: str, where: SourceRange) -> Diagnostic:
    if "=" in line or line.rstrip().endswith((",", "?", ":", "+", "-", "*", "/", "&&", "||")):
        return error(
            "Invalid expression",
            "Expected the start of an expression, but found an invalid expression token.",
            where,
        )
    return error(
        "Invalid block definition",
        'Either a quoted string block label or an opening brace ("{") is expected here.'
        if line.strip()
        else 'A block definition must have block content delimited by "{" and "}", starting on the same line as the '
        "block header.",
        where,
    )


def _in_body(line: str, rest: str, where: SourceRange) -> Diagnostic:
    before = line.strip()
    if before.endswith("=") or (before.endswith(("(", ",", "?", ":")) and "=" in before):
        return error(
            "Invalid expression",
            "Expected the start of an expression, but found an invalid expression token.",
            where,
        )
    if "=" in before:
        return error("Missing newline after argument", "An argument definition must end with a newline.", where)
    if not before:
        return error(
            "Argument or block definition required",
            'An argument or block definition is required here. To set an argument, use the equals sign "=" to '
            "introduce the argument value."
            if rest[0] in "\"'(["
            else "An argument or block definition is required here.",
            where,
        )
    return error(
        "Invalid block definition",
        'Either a quoted string block label or an opening brace ("{") is expected here.',
        where,
    )
