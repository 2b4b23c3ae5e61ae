"""Reads the tokens of a text one by one, and collects what is wrong with it."""

from __future__ import annotations

from typing import NoReturn

from iac.diagnostics import MOST, Diagnostic, SourceRange, error
from iac.hcl.places import Places
from iac.hcl.scanner import Token


class Mistake(Exception):  # noqa: N818  not an error of the program
    """Where what is being read cannot go on; `diagnostic` is None when it has been reported already."""

    def __init__(self, diagnostic: Diagnostic | None) -> None:
        super().__init__(diagnostic.summary if diagnostic else "reported")
        self.diagnostic = diagnostic


class TokenReader:
    """Reads tokens one by one. What cannot be continued raises `Mistake`; lesser mistakes are collected."""

    def __init__(self, text: str, tokens: list[Token], places: Places) -> None:
        self.text = text
        self.tokens = tokens
        self.places = places
        self.diagnostics: list[Diagnostic] = []
        self.at = 0
        self.newlines = [True]
        """Whether newlines mean something, innermost last."""

    def peek(self) -> Token:
        """The next token, behind newlines that mean nothing."""
        if not self.newlines[-1]:
            while self.tokens[self.at].kind == "newline":
                self.at += 1
        return self.tokens[self.at]

    def read(self) -> Token:
        """Takes the next token; the end is never passed."""
        token = self.peek()
        if token.kind != "end":
            self.at += 1
        return token

    def take(self, kind: str) -> bool:
        """Takes the next token if it is of this kind."""
        if self.peek().kind != kind:
            return False
        self.read()
        return True

    def word(self, token: Token) -> str:
        """The text of a token."""
        return self.text[token.start : token.end]

    def range(self, first: Token, last: Token | None = None) -> SourceRange:
        """The range from one token to another."""
        return self.places.range(first.start, (last or first).end)

    def fail(self, token: Token, summary: str, detail: str, first: Token | None = None) -> NoReturn:
        """Stops at a token; the place is from `first` when there is one."""
        if token.kind in ("bad", "cut"):
            raise Mistake(None)
        if token.kind == "unclosed":
            raise self.unclosed_interpolation(token, "quoted template")
        raise Mistake(error(summary, detail, self.range(first or token, token)))

    def unclosed_interpolation(self, opening: Token, where: str) -> Mistake:
        """The mistake of an interpolation that has no end before that of the file or the string."""
        detail = (
            f"There is no closing brace for this interpolation sequence before the end of the {where}. This might be "
            "caused by incorrect nesting inside the given expression."
        )
        return Mistake(error("Unclosed template interpolation sequence", detail, self.range(opening)))

    def report(self, summary: str, detail: str, range: SourceRange) -> None:
        """Notes a mistake after which reading goes on, unless there are more than anybody reads."""
        if len(self.diagnostics) <= MOST:
            self.diagnostics.append(error(summary, detail, range))

    def is_word(self, word: str) -> bool:
        token = self.peek()
        return token.kind == "name" and self.word(token) == word
