"""Follows the grammar of expressions and templates over tokens, to say what is wrong as Terraform says it.

The rules are those of HCL's native syntax. It builds nothing: a text that the parser accepts never comes here.
"""

from __future__ import annotations

import re
from typing import NoReturn

from iac.diagnostics import Diagnostic, SourceRange, did_you_mean, error
from iac.hcl.places import Places
from iac.hcl.scanner import Token

_OPERATORS = frozenset({"||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"})
_ESCAPE = re.compile(r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?P<wrong>[uU][0-9a-fA-F]{0,7}|.|\Z))')
_NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?\Z")
_DIRECTIVES = ("if", "else", "endif", "for", "endfor")
_ANOTHER_LANGUAGE = (
    "If this is an embedded sequence for another language, escape it by starting with \"$${\" instead of just \"${\"."
)


class Mistake(Exception):  # noqa: N818  not an error of the program
    """Where what is being read cannot go on; `diagnostic` is None when it has been reported already."""

    def __init__(self, diagnostic: Diagnostic | None) -> None:
        super().__init__(diagnostic.summary if diagnostic else "reported")
        self.diagnostic = diagnostic


class ExpressionChecker:
    """Reads tokens one by one. What cannot be continued raises `Mistake`; lesser mistakes are collected."""

    def __init__(self, text: str, tokens: list[Token], places: Places) -> None:
        self.text = text
        self.tokens = tokens
        self.places = places
        self.diagnostics: list[Diagnostic] = []
        self.at = 0
        self.newlines = [True]
        """Whether newlines mean something, innermost last."""

    # --- tokens ---

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
        raise Mistake(error(summary, detail, self.range(first or token, token)))

    def report(self, summary: str, detail: str, range: SourceRange) -> None:
        """Notes a mistake after which reading goes on."""
        self.diagnostics.append(error(summary, detail, range))

    # --- expressions ---

    def expression(self) -> Token:
        """Reads an expression; returns its first token."""
        start = self.peek()
        self.operand()
        while self.peek().kind in _OPERATORS:
            self.read()
            self.operand()
        if self.take("?"):
            self.expression()
            colon = self.peek()
            if colon.kind != ":":
                detail = (
                    "The conditional operator (...?...:...) requires a false expression, delimited by a colon."
                )
                self.fail(colon, "Missing false expression in conditional", detail)
            self.read()
            self.expression()
        return start

    def operand(self) -> None:
        while self.peek().kind in ("-", "!"):
            self.read()
        self.term()
        self.traversals()

    def term(self) -> None:
        start = self.peek()
        if start.kind == "name":
            self.read()
            if self.peek().kind in ("(", "::"):
                self.call(start)
        elif start.kind == "number":
            self.read()
            if not _NUMBER.match(self.word(start)):
                self.report(
                    "Invalid number literal", "Failed to recognize the value of this number literal.", self.range(start)
                )
        elif start.kind == "open-quote":
            self.read()
            self.template("close-quote")
        elif start.kind == "heredoc":
            self.read()
            self.template("end-heredoc")
        elif start.kind == "(":
            self.parenthesis()
        elif start.kind == "[":
            self.tuple()
        elif start.kind == "{":
            self.object()
        elif start.kind == "end":
            self.fail(start, "Missing expression", "Expected the start of an expression, but found the end of the file.")
        else:
            detail = "Expected the start of an expression, but found an invalid expression token."
            self.fail(start, "Invalid expression", detail)

    def parenthesis(self) -> None:
        self.read()
        self.newlines.append(False)
        self.expression()
        close = self.peek()
        if close.kind != ")":
            self.fail(close, "Unbalanced parentheses", "Expected a closing parenthesis to terminate the expression.")
        self.read()
        self.newlines.pop()

    def call(self, name: Token) -> None:
        last = name
        while self.take("::"):
            last = self.peek()
            if last.kind != "name":
                detail = "Function scope resolution symbol :: must be followed by a function name in this scope."
                self.fail(last, "Missing function name", detail)
            self.read()
        opening = self.peek()
        if opening.kind != "(":
            detail = "Function selector must be followed by an open parenthesis to begin the function call."
            self.fail(opening, "Missing open parenthesis", detail)
        self.read()
        self.newlines.append(False)
        while not self.take(")"):
            self.expression()
            self.argument_end(name, opening)
        self.newlines.pop()

    def argument_end(self, name: Token, opening: Token) -> None:
        """Reads what separates an argument of a call from the next, or leaves the closing parenthesis."""
        separator = self.peek()
        if separator.kind == "...":
            self.read()
            if self.peek().kind != ")":
                detail = (
                    "An expanded function argument (with ...) must be immediately followed by closing parentheses."
                )
                self.fail(separator, "Missing closing parenthesis", detail)
        elif separator.kind == "end":
            where = self.range(name, opening)
            raise Mistake(error("Unterminated function call", _unclosed("parenthesis", "function call"), where))
        elif separator.kind == ",":
            self.read()
        elif separator.kind != ")":
            detail = "A comma is required to separate each function argument from the next."
            self.fail(separator, "Missing argument separator", detail)

    def tuple(self) -> None:
        opening = self.read()
        self.newlines.append(False)
        if self.at_for():
            self.for_expression("]")
        while not self.take("]"):
            self.expression()
            separator = self.peek()
            if separator.kind == "end":
                where = self.range(opening)
                raise Mistake(error("Unterminated tuple constructor expression", _unclosed("bracket"), where))
            if separator.kind == ",":
                self.read()
            elif separator.kind != "]":
                detail = "Expected a comma to mark the beginning of the next item."
                self.fail(separator, "Missing item separator", detail)
        self.newlines.pop()

    def object(self) -> None:
        opening = self.read()
        self.newlines.append(False)
        if self.at_for():
            self.for_expression("}")
            self.read()
            self.newlines.pop()
            return
        self.newlines[-1] = True
        while not self.take("}"):
            if self.take("newline"):
                continue
            self.expression()
            self.key_separator(opening)
            self.expression()
            separator = self.peek()
            if separator.kind == "end":
                self.unclosed_object(opening)
            if separator.kind in (",", "newline"):
                self.read()
            elif separator.kind != "}":
                detail = "Expected a newline or comma to mark the beginning of the next attribute."
                self.fail(separator, "Missing attribute separator", detail)
        self.newlines.pop()

    def key_separator(self, opening: Token) -> None:
        separator = self.peek()
        if separator.kind in ("=", ":"):
            self.read()
            return
        if separator.kind == "end":
            self.unclosed_object(opening)
        if separator.kind in ("newline", ","):
            detail = 'Expected an attribute value, introduced by an equals sign ("=").'
            self.fail(separator, "Missing attribute value", detail)
        detail = 'Expected an equals sign ("=") to mark the beginning of the attribute value.'
        if separator.kind == "name":
            detail += (
                " If you intended to given an attribute name containing periods or spaces, write the name in quotes to "
                "create a string literal."
            )
        self.fail(separator, "Missing key/value separator", detail)

    def unclosed_object(self, opening: Token) -> NoReturn:
        raise Mistake(error("Unterminated object constructor expression", _unclosed("brace"), self.range(opening)))

    # --- for ---

    def at_for(self) -> bool:
        """Whether a for expression begins here, newlines set aside; takes nothing."""
        at = self.at
        found = self.is_word("for")
        self.at = at
        return found

    def is_word(self, word: str) -> bool:
        token = self.peek()
        return token.kind == "name" and self.word(token) == word

    def for_expression(self, closing: str) -> None:
        """Reads a for expression up to its closing bracket, which is left."""
        self.read()
        self.for_names("expression")
        self.expression()
        if not self.take(":"):
            self.bad_for("For expression requires a colon after the collection expression.")
        first = self.expression()
        arrow = self.peek()
        if self.take("=>"):
            self.expression()
            if closing == "]":
                self.report(_FOR, "Key expression is not valid when building a tuple.", self.range(first))
        elif closing == "}":
            self.report(_FOR, "Key expression is required when building an object.", self.range(arrow))
        group = self.peek()
        if self.take("...") and closing == "]":
            detail = "Grouping ellipsis (...) cannot be used when building a tuple."
            self.report(_FOR, detail, self.range(group))
        if self.is_word("if"):
            self.read()
            self.expression()
        if self.peek().kind != closing:
            self.bad_for("Extra characters after the end of the 'for' expression.")

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

    # --- traversals ---

    def traversals(self) -> None:
        while True:
            if self.take("."):
                self.after_dot()
            elif self.peek().kind == "[":
                self.index()
            else:
                return

    def after_dot(self) -> None:
        if self.take("*"):
            while self.take("."):
                token = self.peek()
                if token.kind == "*":
                    detail = "A splat expression (*) cannot be used inside another attribute-only splat expression."
                    self.fail(token, "Nested splat expression not allowed", detail)
                self.attribute_name()
        else:
            self.attribute_name()

    def attribute_name(self) -> None:
        token = self.peek()
        if token.kind not in ("name", "number"):
            self.fail(token, "Invalid attribute name", "An attribute name is required after a dot.")
        self.read()

    def index(self) -> None:
        self.read()
        self.newlines.append(False)
        if self.take("*"):
            if self.peek().kind != "]":
                detail = 'The star for a full splat operator must be immediately followed by a closing bracket ("]").'
                self.fail(self.peek(), "Missing close bracket on splat index", detail)
        else:
            self.expression()
            if self.peek().kind != "]":
                detail = 'The index operator must end with a closing bracket ("]").'
                self.fail(self.peek(), "Missing close bracket on index", detail)
        self.read()
        self.newlines.pop()

    # --- templates ---

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
        if close.kind == "end":
            detail = (
                "There is no closing brace for this interpolation sequence before the end of the file. This might be "
                "caused by incorrect nesting inside the given expression."
            )
            raise Mistake(error("Unclosed template interpolation sequence", detail, self.range(opening)))
        if close.kind == ":":
            detail = (
                "Template interpolation doesn't expect a colon at this location. Did you intend this to be a literal "
                "sequence to be processed as part of another language? If so, you can escape it by starting with "
                "\"$${\" instead of just \"${\"."
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
            wrong = match.group("wrong")
            if wrong is None:
                continue
            length = len(wrong)
            if wrong[:1] in ("u", "U"):
                length = min(length, 5 if wrong[0] == "u" else 9)
                digits = "four" if wrong[0] == "u" else "eight"
                detail = f"The \\{wrong[0]} escape sequence must be followed by {digits} hexadecimal digits."
            else:
                detail = f'The symbol "{wrong}" is not a valid escape sequence selector.'
            self.report("Invalid escape sequence", detail, self.places.range(match.start(), match.start() + 1 + length))


_FOR = "Invalid 'for' expression"


def _unclosed(bracket: str, what: str = "") -> str:
    begin = f"There is no closing {bracket} for this {what}" if what else f"There is no corresponding closing {bracket}"
    return (
        f"{begin} before the end of the file. This may be caused by incorrect {bracket} nesting elsewhere in this file."
    )


def _stretch(range: SourceRange) -> str:
    """A range as Terraform writes it in a sentence."""
    start, end = range.start, range.end
    last = f"{end.column}" if start.line == end.line else f"{end.line},{end.column}"
    return f"{range}-{last}"
