"""The canonical layout of a file in native syntax, that of `terraform fmt`: indentation, spaces, alignment.

Works on the tokens of a text that parses, and decides nothing but how many spaces are before each; newlines,
comments and the texts of strings and heredocs stay as they are. What is written differently and not just laid out
differently (labels, `"${x}"`, old types) is `modernizing`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, takewhile

from iac.diagnostics import Diagnostic
from iac.hcl.modernizing import modernized
from iac.hcl.source_tokens import SourceToken, source_tokens

INDENT = 2


def format_source(source: bytes, filename: str) -> tuple[bytes, list[Diagnostic]]:
    """The source as `terraform fmt` writes it.

    A source that does not parse is returned as it is, with the diagnostics, whose ranges name `filename`.
    """
    from iac.hcl.load import parse_source

    _, diagnostics = parse_source(source, filename)
    if diagnostics:
        return source, diagnostics
    return format_text(source.decode("utf-8").removeprefix("\ufeff")).encode("utf-8"), []


def format_text(text: str) -> str:
    """The text of a file that parses, as `terraform fmt` writes it."""
    tokens = modernized(source_tokens(text))
    lines = _lines(tokens)
    _indent(lines)
    for line in lines:
        _space(line.lead)
        _space(line.assign)
    _align(lines, lambda line: line.assign, lambda line: _width(line.lead))
    _align(lines, lambda line: line.comment, lambda line: _width(line.lead) + _width(line.assign))
    # White space behind the last token stays, as spaces; a comment or a heredoc's marker has its own in it.
    within = bool(tokens) and tokens[-1].text.endswith((" ", "\t", "\r"))
    rest = 0 if within else len(text) - len(text.rstrip(" \t\r"))
    return "".join(" " * token.spaces + token.text for token in tokens) + " " * rest


class _Line:
    """The tokens of a line, in up to three columns: what is assigned to, `=` with a value that ends on the same
    line, and the comment at the end."""

    __slots__ = ("assign", "comment", "lead")

    def __init__(self, tokens: Sequence[SourceToken]) -> None:
        self.comment: Sequence[SourceToken] = ()
        self.assign: Sequence[SourceToken] = ()
        if len(tokens) > 1 and tokens[-1].kind == "comment":
            tokens, self.comment = tokens[:-1], tokens[-1:]
        self.lead = tokens

    def split(self) -> None:
        """Moves the assignment to its own column, unless its value goes on in the next line."""
        for index, token in enumerate(self.lead):
            if index and token.kind == "=":
                if sum(t.nesting for t in self.lead[index:]) == 0:
                    self.lead, self.assign = self.lead[:index], self.lead[index:]
                return


def _lines(tokens: Sequence[SourceToken]) -> list[_Line]:
    lines = []
    start = 0
    for index, token in enumerate(tokens):
        if token.ends_line:
            lines.append(_Line(tokens[start : index + 1]))
            start = index + 1
    if start < len(tokens):
        lines.append(_Line(tokens[start:]))
    for line in lines:
        line.split()
    return lines


def _indent(lines: Sequence[_Line]) -> None:
    """Indents each line by the lines that opened brackets which are still open, however many each opened."""
    opened: list[int] = []
    for line in lines:
        first = line.lead[0]
        if first.kind == "newline":
            first.spaces = 0
            continue
        change = sum(t.nesting for t in takewhile(lambda t: t.kind != "heredoc", line.lead))
        change += sum(t.nesting for t in line.assign)
        while change < 0 and opened:
            closed = min(-change, opened[-1])
            change += closed
            opened[-1] -= closed
            if not opened[-1]:
                opened.pop()
        first.spaces = INDENT * len(opened)
        if change > 0:
            opened.append(change)


def _align(
    lines: Sequence[_Line],
    column: Callable[[_Line], Sequence[SourceToken]],
    width: Callable[[_Line], int],
) -> None:
    """Aligns a column in each run of consecutive lines that have it, behind the widest of what is before it."""
    run: list[_Line] = []
    for line in (*lines, None):
        if line is not None and column(line):
            run.append(line)
        elif run:
            widths = [width(each) for each in run]
            for each, before in zip(run, widths, strict=True):
                column(each)[0].spaces = max(widths) - before + 1
            run.clear()


def _width(tokens: Sequence[SourceToken]) -> int:
    """The number of characters as they are seen: a letter with its accents is one."""
    text = "".join(token.text for token in tokens)
    spaces = sum(token.spaces for token in tokens)
    if text.isascii():
        return spaces + len(text) - text.count("\r\n")
    import regex

    return spaces + sum(len(regex.findall(r"\X", token.text)) for token in tokens)


def _space(tokens: Sequence[SourceToken]) -> None:
    """Sets the spaces between the tokens of a column."""
    before = None
    for token, after in pairwise(tokens):
        after.spaces = int(_spaced(before, token, after))
        before = token


_TEXTS = frozenset({"text", "heredoc-text"})
_INTERPOLATIONS = frozenset({"${", "%{"})
_OPERATORS = {"+", "-", "*", "/", "%", "!", "==", "!=", "<", ">", "<=", ">=", "&&", "||"}
_BEFORE_NEGATION = _OPERATORS | {"(", "{", "[", "=", ":", ",", "?"}
"""After these a minus is a sign and not a subtraction."""


def _spaced(before: SourceToken | None, token: SourceToken, after: SourceToken) -> bool:
    """Whether there is a space between a token and the one after it. The first rule that fits decides."""
    kind, following = token.kind, after.kind
    if following == "newline" or (kind == "name" and following in ("(", "::")) or kind == "::":
        return False
    if kind == "." or following in (".", ",", "..."):
        return False
    if kind == ",":
        return True
    if kind in _TEXTS or following in _TEXTS or kind in ("open-quote", "heredoc"):
        return False
    if following in ("close-quote", "end-heredoc"):
        return False
    if kind == "name" and token.text == "in" and before is not None and before.kind == "name":
        return True
    if following == "[" and (kind in ("name", "number") or token.nesting < 0):
        return False
    if kind == "!":
        return False
    if kind == "-":
        return before is not None and before.kind not in _BEFORE_NEGATION
    if kind == "{" or following == "}":
        return not (kind == "{" and following == "}")
    if (kind in _INTERPOLATIONS and following == "{") or (kind == "}" and following == "template-end"):
        return True
    return not (token.nesting > 0 or after.nesting < 0 or (kind == "template-end" and following in _INTERPOLATIONS))
