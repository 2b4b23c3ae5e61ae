"""What `terraform fmt` writes differently, and does not just lay out differently: labels in quotes, arguments that
were `"${x}"`, and types from before there were type expressions. The meaning stays the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from iac.hcl.source_tokens import SourceToken, source_tokens

Tokens = Sequence[SourceToken]

_NOTHING = frozenset({"newline", "comment"})
_OLD_TYPES = {
    "list": "list(any)",
    "map": "map(any)",
    "set": "set(any)",
    '"string"': "string",
    '"list"': "list(string)",
    '"map"': "map(string)",
}
"""Types of variables as they were written once, and as they are written now."""


def modernized(tokens: Tokens) -> list[SourceToken]:
    """The tokens of a file that parses, with the outdated forms replaced.

    A label with `$` or `%` stays, where `terraform fmt` 1.11 loses it.
    """
    return list(_Rewriter(tokens).body(()))


class _Rewriter:
    """Goes through bodies, blocks and arguments; yields their tokens."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.at = 0

    def body(self, blocks: tuple[str, ...]) -> Iterator[SourceToken]:
        """The items of a body up to the brace that closes it, which is left; `blocks` are the types around it."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind != "}":
            token = self.tokens[self.at]
            yield token
            self.at += 1
            if token.kind == "name":
                yield from self.item(token.text, blocks)

    def item(self, name: str, blocks: tuple[str, ...]) -> Iterator[SourceToken]:
        """The rest of an argument or of a block, after its name."""
        labels: list[SourceToken] = []
        while self.tokens[self.at].kind not in ("=", "{"):
            labels.append(self.tokens[self.at])
            self.at += 1
        opening = self.tokens[self.at]
        self.at += 1
        if opening.kind == "=":
            yield from labels
            yield opening
            yield from self.argument(is_type=name == "type" and blocks == ("variable",))
        else:
            yield from _labels(labels)
            yield opening
            yield from self.body((*blocks, name))
            yield self.tokens[self.at]
            self.at += 1

    def argument(self, *, is_type: bool) -> Iterator[SourceToken]:
        """The value of an argument, to the end of its line or to the brace that closes the block."""
        start, depth, heredocs = self.at, 0, 0
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if depth == 0 and heredocs == 0 and (token.ends_line or token.kind == "}"):
                break
            depth += token.nesting
            heredocs += (token.kind == "heredoc") - (token.kind == "end-heredoc")
            self.at += 1
        found = self.tokens[start : self.at]
        first = next((i for i, t in enumerate(found) if t.kind not in _NOTHING), 0)
        last = next((i for i in range(len(found), first, -1) if found[i - 1].kind not in _NOTHING), len(found))
        yield from found[:first]
        yield from (_typed if is_type else _unwrapped)(found[first:last])
        yield from found[last:]


def _labels(tokens: Tokens) -> Iterator[SourceToken]:
    """The labels of a block, each in quotes, without what is between them; comments behind the last stay."""
    last = max((i for i, t in enumerate(tokens) if t.kind in ("name", "close-quote")), default=-1)
    for token in tokens[: last + 1]:
        if token.kind == "name":
            yield SourceToken("open-quote", '"')
            yield SourceToken("text", token.text)
            yield SourceToken("close-quote", '"')
        elif token.kind == "text":
            yield SourceToken("text", _label(token.text))
        elif token.kind != "comment":
            yield token
    yield from tokens[last + 1 :]


_ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))')
_UNESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_ESCAPED = {character: f"\\{letter}" for letter, character in _UNESCAPED.items()}


def _label(text: str) -> str:
    """The text of a label, with no more escapes than it needs."""
    plain = _ESCAPE.sub(lambda m: _UNESCAPED[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), text)
    return "".join(_ESCAPED.get(c) or (c if c.isprintable() else _code_point(c)) for c in plain)


def _code_point(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def _typed(tokens: Tokens) -> Tokens:
    """A type of a variable; old ones as they are written now."""
    text = _OLD_TYPES.get("".join(t.text for t in tokens))
    return tokens if text is None else source_tokens(text)


def _unwrapped(tokens: Tokens) -> Tokens:
    """What is in `"${...}"`, when there is one interpolation and nothing else; in parentheses if it needs lines."""
    ends = [t.kind for t in (*tokens[:2], *tokens[-2:])]
    if len(tokens) < 5 or ends != ["open-quote", "${", "template-end", "close-quote"]:
        return tokens
    inside = tokens[2:-2]
    quotes = 0
    for token in inside:
        quotes += (token.kind == "open-quote") - (token.kind == "close-quote")
        if quotes == 0 and token.kind in ("${", "template-end", "text"):
            return tokens
    while inside and inside[0].kind == "newline":
        inside = inside[1:]
    while inside and inside[-1].kind == "newline":
        inside = inside[:-1]
    several_lines = any(t.kind == "newline" for t in inside)
    if several_lines and not (inside[0].kind == "(" and inside[-1].kind == ")"):
        return [SourceToken("(", "("), *inside, SourceToken(")", ")")]
    return inside
