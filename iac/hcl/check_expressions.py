"""Follows the grammar of expressions over tokens, to say what is wrong as Terraform says it.

The rules are those of HCL's native syntax. It builds nothing: a text that the parser accepts never comes here.
"""

from __future__ import annotations

import re
from typing import NoReturn

from iac.diagnostics import error
from iac.hcl.check_templates import TemplateChecker
from iac.hcl.scanner import Token
from iac.hcl.token_reader import Mistake

_OPERATORS = frozenset({"||", "&&", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%"})
_NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?\Z")


class ExpressionChecker(TemplateChecker):
    """Reads expressions, and the templates in them."""

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
                detail = "The conditional operator (...?...:...) requires a false expression, delimited by a colon."
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
            self.brackets()
        elif start.kind == "{":
            self.braces()
        elif start.kind == "end":
            detail = "Expected the start of an expression, but found the end of the file."
            self.fail(start, "Missing expression", detail)
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
                detail = "An expanded function argument (with ...) must be immediately followed by closing parentheses."
                self.fail(separator, "Missing closing parenthesis", detail)
        elif separator.kind == "end":
            where = self.range(name, opening)
            raise Mistake(error("Unterminated function call", _unclosed("parenthesis", "function call"), where))
        elif separator.kind == ",":
            self.read()
        elif separator.kind != ")":
            detail = "A comma is required to separate each function argument from the next."
            self.fail(separator, "Missing argument separator", detail)

    def brackets(self) -> None:
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

    def braces(self) -> None:
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

    def for_expression(self, closing: str) -> None:
        """Reads a for expression up to its closing bracket, which is left."""
        self.read()
        self.for_names("expression")
        self.expression()
        if not self.take(":"):
            self.bad_for("For expression requires a colon after the collection expression.")
        first = self.expression()
        result = self.range(first, self.tokens[self.at - 1])
        if self.take("=>"):
            self.expression()
            if closing == "]":
                self.report(_FOR, "Key expression is not valid when building a tuple.", result)
        elif closing == "}":
            self.report(_FOR, "Key expression is required when building an object.", result)
        group = self.peek()
        if self.take("...") and closing == "]":
            detail = "Grouping ellipsis (...) cannot be used when building a tuple."
            self.report(_FOR, detail, self.range(group))
        if self.is_word("if"):
            self.read()
            self.expression()
        if self.peek().kind != closing:
            self.bad_for("Extra characters after the end of the 'for' expression.")

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
        if token.kind == "number" and not self.word(token).isdigit():
            indexes = "".join(f"[{index}]" for index in self.word(token).split("."))
            detail = (
                "When using the legacy index syntax, chaining two indexes together is not permitted. Use the proper "
                f"index syntax instead, like {indexes}."
            )
            self.fail(token, "Invalid legacy index syntax", detail)
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


_FOR = "Invalid 'for' expression"


def _unclosed(bracket: str, what: str = "") -> str:
    begin = f"There is no closing {bracket} for this {what}" if what else f"There is no corresponding closing {bracket}"
    return (
        f"{begin} before the end of the file. This may be caused by incorrect {bracket} nesting elsewhere in this file."
    )
