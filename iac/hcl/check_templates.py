"""Follows the grammar of templates over tokens, to say what is wrong as Terraform says it."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import NoReturn

from iac.diagnostics import SourceRange, did_you_mean
from iac.hcl.scanner import Token
from iac.hcl.templates import is_character
from iac.hcl.token_reader import TokenReader

_ESCAPE = re.compile(
    r"""\\(?:[nrt"\\]|(?P<code>u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|(?P<wrong>u[0-9a-fA-F]*|U[0-9a-fA-F]*|.|\Z))""",
    re.DOTALL,
)
_DIRECTIVES = ("if", "else", "endif", "for", "endfor")
_ANOTHER_LANGUAGE = (
    'If this is an embedded sequence for another language, escape it by starting with "$${" instead of just "${".'
)


class TemplateChecker(TokenReader, ABC):
    """Reads templates; the expressions in them are left to `ExpressionChecker`."""

    @abstractmethod
    def expression(self) -> Token:
        """Reads an expression; returns its first token."""

    def template(self, closing: str) -> None:
        """Reads a template's parts and its closing token: close-quote, end-heredoc or end."""
        directives: list[tuple[str, SourceRange]] = []
        while True:
            token = self.tokens[self.at]
            if token.kind == closing:
                self.read_raw()
                break
            if token.kind == "text":
                self.read_raw()
                if closing == "close-quote":
                    self.escapes(token)
            elif token.kind == "${":
                self.interpolation()
            elif token.kind == "%{":
                directives.append(self.directive())
            else:
                self.fail(token, "Unterminated template string", "No closing marker was found for the string.")
        self.balance(directives, self.range(token))

    def read_raw(self) -> Token:
        """Takes the next token whatever it is."""
        token = self.tokens[self.at]
        if token.kind != "end":
            self.at += 1
        return token

    def interpolation(self) -> None:
        opening = self.read_raw()
        self.newlines.append(False)
        self.expression()
        close = self.peek()
        if close.kind in ("end", "open-quote"):
            raise self.unclosed_interpolation(opening, "file" if close.kind == "end" else "quoted template")
        if close.kind == ":":
            detail = (
                "Template interpolation doesn't expect a colon at this location. Did you intend this to be a literal "
                "sequence to be processed as part of another language? If so, you can escape it by starting with "
                '"$${" instead of just "${".'
            )
            self.fail(close, "Extra characters after interpolation expression", detail)
        if close.kind != "template-end":
            detail = (
                "Expected a closing brace to end the interpolation expression, but found extra characters.\n\nThis can "
                "happen when you include interpolation syntax for another language, such as shell scripting, but "
                f"forget to escape the interpolation start token. {_ANOTHER_LANGUAGE}"
            )
            self.fail(close, "Extra characters after interpolation expression", detail)
        self.read()
        self.newlines.pop()

    def directive(self) -> tuple[str, SourceRange]:
        """Reads `%{ ... }`; returns its keyword and its range."""
        opening = self.read_raw()
        self.newlines.append(False)
        keyword = self.peek()
        if keyword.kind != "name":
            detail = 'A template directive keyword ("if", "for", etc) is expected at the beginning of a %{ sequence.'
            self.fail(keyword, "Invalid template directive", detail)
        word = self.word(keyword)
        if word not in _DIRECTIVES:
            detail = f'"{word}" is not a valid template control keyword.{did_you_mean(word, _DIRECTIVES)}'
            self.fail(keyword, "Invalid template control keyword", detail)
        self.read()
        if word == "for":
            self.for_names("directive")
        if word in ("if", "for"):
            self.expression()
        close = self.peek()
        if close.kind != "template-end":
            detail = "Expected a closing brace to end the sequence, but found extra characters."
            self.fail(close, f"Extra characters in {word} marker", detail)
        self.read()
        self.newlines.pop()
        return word, self.range(opening, close)

    def balance(self, directives: list[tuple[str, SourceRange]], end: SourceRange) -> None:
        """Sees that every if and for of a template has its end."""
        open: list[tuple[str, SourceRange]] = []
        for word, where in directives:
            if word in ("if", "for"):
                open.append((word, where))
                continue
            begun, started = open[-1] if open else ("", where)
            summary = f"Unexpected {word} directive"
            if not open:
                self.report(summary, "The control directives within this template are unbalanced.", where)
                return
            if word == "else" and begun == "if":
                open[-1] = ("else", started)
            elif word == "else" and begun == "else":
                self.report(summary, f"Already in the else clause for the if started at {_stretch(started)}.", where)
                return
            elif word == ("endfor" if begun == "for" else "endif"):
                open.pop()
            else:
                kind = "for" if begun == "for" else "if"
                detail = f"Expecting an end{kind} directive for the {kind} started at {_stretch(started)}."
                self.report(summary, detail, where)
                return
        if open:
            begun, started = open[-1]
            kind = "for" if begun == "for" else "if"
            detail = f"The {kind} directive at {_stretch(started)} is missing its corresponding end{kind} directive."
            self.report("Unexpected end of template", detail, end)

    def escapes(self, token: Token) -> None:
        """Reports the backslash escapes in a stretch of a quoted string that mean nothing."""
        for match in _ESCAPE.finditer(self.text, token.start, token.end):
            code, wrong = match.group("code"), match.group("wrong")
            if code is not None and not is_character(int(code[1:], 16)):
                detail = f"Cannot encode character U+{int(code[1:], 16):x} in UTF-8."
            elif wrong is None:
                continue
            elif wrong[:1] in ("u", "U"):
                digits = "four" if wrong[0] == "u" else "eight"
                detail = f"The \\{wrong[0]} escape sequence must be followed by {digits} hexadecimal digits."
            else:
                detail = f'The symbol "{wrong}" is not a valid escape sequence selector.'
            self.report("Invalid escape sequence", detail, self.places.range(*match.span()))

    def for_names(self, what: str) -> None:
        """Reads `k, v in`."""
        if self.peek().kind != "name":
            self.bad_for(f"For {what} requires variable name after 'for'.", what)
        self.read()
        if self.take(","):
            if self.peek().kind != "name":
                self.bad_for(f"For {what} requires value variable name after comma.", what)
            self.read()
        if not self.is_word("in"):
            if what == "directive":
                self.bad_for("For directive requires 'in' keyword after names.", what)
            self.bad_for("For expression requires the 'in' keyword after its name declarations.")
        self.read()

    def bad_for(self, detail: str, what: str = "expression") -> NoReturn:
        self.fail(self.peek(), f"Invalid 'for' {what}", detail)


def _stretch(range: SourceRange) -> str:
    """A range as Terraform writes it in a sentence."""
    start, end = range.start, range.end
    last = f"{end.column}" if start.line == end.line else f"{end.line},{end.column}"
    return f"{range}-{last}"
