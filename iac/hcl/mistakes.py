"""Says what is wrong with a text that the parser refuses, as Terraform says it, and which parts of it are sound.

Owns bodies, and how reading goes on after a mistake: at the next line that is not inside the broken item, so
that all mistakes of a file are reported (Terraform stops at the first). What is left out on purpose: a mistake
that only follows from another one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl.check_expressions import ExpressionChecker
from iac.hcl.lalr import LENGTH
from iac.hcl.places import Places
from iac.hcl.scanner import Token, scan, scan_template
from iac.hcl.token_reader import Mistake

_REQUIRED = "Argument or block definition required"
_REQUIRED_HERE = "An argument or block definition is required here."
_USE_EQUALS = f'{_REQUIRED_HERE} To set an argument, use the equals sign "=" to introduce the argument value.'
_HEADER = "Invalid block definition"
_ONE_LINE = "Invalid single-argument block definition"


class Findings(NamedTuple):
    """The mistakes of a file, in order, and the offsets of its top-level items that have none."""

    diagnostics: list[Diagnostic]
    sound: list[tuple[int, int]]


def check_file(text: str, places: Places) -> Findings:
    """What is wrong with the text of a file."""
    tokens, problems = scan(text, places)
    checker = _FileChecker(text, tokens, places, sorted(map(_start, problems)))
    checker.file()
    return Findings(_first_causes(problems, checker.diagnostics), checker.sound)


def check_expression(text: str, places: Places) -> list[Diagnostic]:
    """What is wrong with a text that is to be one expression, in which newlines mean nothing."""

    def read(checker: ExpressionChecker) -> None:
        checker.expression()
        token = checker.peek()
        if token.kind != "end":
            detail = "Extra characters appear after the expression."
            checker.fail(token, "Extra characters after expression", detail)

    return _check(read, text, *scan(text, places), places)


def check_template(text: str, places: Places) -> list[Diagnostic]:
    """What is wrong with raw template text."""
    return _check(lambda checker: checker.template("end"), text, *scan_template(text, places), places)


def _check(
    read: Callable[[ExpressionChecker], object],
    text: str,
    tokens: list[Token],
    problems: Sequence[Diagnostic],
    places: Places,
) -> list[Diagnostic]:
    checker = ExpressionChecker(text, tokens, places)
    checker.newlines = [False]
    try:
        read(checker)
    except Mistake as mistake:
        if mistake.diagnostic is not None:
            checker.diagnostics.append(mistake.diagnostic)
    except RecursionError:
        checker.diagnostics.append(too_deep(checker.range(checker.tokens[checker.at])))
    return _first_causes(problems, checker.diagnostics)


def _first_causes(characters: Sequence[Diagnostic], others: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Both in the order of the text, without what stands behind a bad character on its line: it may mean nothing."""
    bad: dict[int, int] = {}
    for diagnostic in characters:
        start = _start(diagnostic)
        bad[start.line] = min(start.column, bad.get(start.line, start.column))
    kept = [d for d in characters if _start(d).column == bad[_start(d).line]]
    kept += [d for d in others if _start(d).column < bad.get(_start(d).line, 1 << 60)]
    return sorted(kept, key=_start)


def _start(diagnostic: Diagnostic) -> Pos:
    assert diagnostic.subject is not None, "every mistake here has a place"
    return diagnostic.subject.start


def too_deep(where: SourceRange) -> Diagnostic:
    """The diagnostic for what is nested more deeply than the stack of the program allows."""
    detail = "This is nested more deeply than iac can read. Split it into several local values."
    return error("Expression nested too deeply", detail, where)


def too_long(where: SourceRange) -> Diagnostic:
    """The diagnostic for a text of more tokens than can be parsed in the memory that iac allows itself."""
    detail = f"A file or template may have {LENGTH:,} words and marks. Split it into several files."
    return error("Text too long", detail, where)


class _Restart(Exception):  # noqa: N818  not an error
    """Reading goes on at a header in the first column: everything that was open was not closed."""


class _FileChecker(ExpressionChecker):
    """Reads the items of a file."""

    def __init__(self, text: str, tokens: list[Token], places: Places, bad: list[Pos]) -> None:
        super().__init__(text, tokens, places)
        self.bad = bad
        """Where the bad characters are, in order."""
        self.sound: list[tuple[int, int]] = []

    def file(self) -> None:
        """Reads all items."""
        names: dict[str, Token] = {}
        while self.peek().kind != "end":
            if self.take("newline"):
                continue
            start, known = self.peek(), len(self.diagnostics)
            try:
                whole = self.item(names)
            except _Restart:
                whole = False
            except RecursionError:
                self.diagnostics.append(too_deep(self.range(self.tokens[self.at])))
                return
            last = self.tokens[self.at - 1]
            if whole and len(self.diagnostics) == known and not self.is_bad(self.range(start, last)):
                self.sound.append((start.start, last.end))

    def is_bad(self, range: SourceRange) -> bool:
        """Whether there is a bad character in a range."""
        index = bisect_left(self.bad, range.start)
        return index < len(self.bad) and self.bad[index] < range.end

    # --- bodies ---

    def body(self, opening: Token) -> bool:
        """Reads the items of a block and its closing brace; False when any is wrong."""
        names: dict[str, Token] = {}
        sound, known = True, len(self.diagnostics)
        while not self.take("}"):
            if self.take("newline"):
                continue
            if self.peek().kind == "end":
                if sound and len(self.diagnostics) == known:
                    detail = (
                        "There is no closing brace for this block before the end of the file. This may be caused by "
                        "incorrect brace nesting elsewhere in this file."
                    )
                    self.report("Unclosed configuration block", detail, self.range(opening))
                return False
            sound = self.item(names) and sound
        return sound

    def item(self, names: dict[str, Token]) -> bool:
        """Reads an argument or block and the end of its line; False when that could not be done."""
        begin = self.at
        self.newlines = [True]
        try:
            return self.argument_or_block(names)
        except Mistake as mistake:
            if mistake.diagnostic is not None:
                self.diagnostics.append(mistake.diagnostic)
            self.recover(begin)
            return False

    def argument_or_block(self, names: dict[str, Token]) -> bool:
        name = self.peek()
        if name.kind != "name":
            self.no_name(name)
        self.read()
        following = self.peek().kind
        if following == "=":
            self.redefined(name, names)
            self.argument()
            return True
        if following not in ("open-quote", "{", "name"):
            self.fail(name, _REQUIRED, _USE_EQUALS)
        return self.block()

    def no_name(self, token: Token) -> NoReturn:
        if token.kind == "}" and self.diagnostics:
            raise Mistake(None)  # the brace of something that was given up
        if token.kind == "open-quote":
            self.fail(token, "Invalid argument name", "Argument names must not be quoted.")
        self.fail(token, _REQUIRED, _REQUIRED_HERE)

    def redefined(self, name: Token, names: dict[str, Token]) -> None:
        first = names.setdefault(self.word(name), name)
        if first is not name:
            where = self.range(first)
            detail = (
                f'The argument "{self.word(name)}" was already set at {where}-{where.end.column}. Each argument may be '
                "set only once."
            )
            self.report("Attribute redefined", detail, self.range(name))

    def argument(self) -> None:
        """Reads `= expression` and the end of the line."""
        self.read()
        self.expression()
        end = self.peek()
        detail = "An argument definition must end with a newline."
        if end.kind == ",":
            detail = f"Argument definitions must be separated by newlines, not commas. {detail}"
            self.fail(end, "Unexpected comma after argument", detail)
        if end.kind not in ("newline", "end"):
            self.fail(end, "Missing newline after argument", detail)
        self.read()

    # --- blocks ---

    def block(self) -> bool:
        """Reads a block behind its type; False when something inside it is wrong."""
        sound = True
        try:
            self.labels()
        except Mistake as mistake:
            # What is meant to be the body is read all the same.
            if mistake.diagnostic is not None:
                self.diagnostics.append(mistake.diagnostic)
            if not self.skip_header():
                return False
            sound = False
        opening = self.read()
        following = self.peek()
        if following.kind in ("newline", "end", "}"):
            sound = self.body(opening) and sound
        elif following.kind == "name":
            self.single_argument()
        else:
            self.fail(following, _REQUIRED, _REQUIRED_HERE)
        end = self.peek()
        if end.kind not in ("newline", "end"):
            self.fail(end, "Missing newline after block definition", "A block definition must end with a newline.")
        self.read()
        return sound

    def labels(self) -> None:
        """Reads labels up to the opening brace, which is left."""
        while (token := self.peek()).kind != "{":
            if token.kind == "name":
                self.read()
            elif token.kind == "open-quote":
                self.read()
                self.label()
            elif token.kind == "=":
                detail = (
                    'The equals sign "=" indicates an argument definition, and must not be used when defining a block.'
                )
                self.fail(token, _HEADER, detail)
            elif token.kind == "newline":
                detail = (
                    'A block definition must have block content delimited by "{" and "}", starting on the same line as '
                    "the block header."
                )
                self.fail(token, _HEADER, detail)
            else:
                detail = 'Either a quoted string block label or an opening brace ("{") is expected here.'
                self.fail(token, _HEADER, detail)

    def label(self) -> None:
        """Reads a quoted label behind its opening quote."""
        while (token := self.read()).kind != "close-quote":
            if token.kind == "text":
                self.escapes(token)
            elif token.kind in ("${", "%{"):
                sign = token.kind[0]
                detail = (
                    f'Template sequences are not allowed in this string. To include a literal "{sign}", double it (as '
                    f'"{sign}{sign}") to escape it.'
                )
                self.fail(token, "Invalid string literal", detail)
            else:
                self.fail(token, "Unterminated string literal", "Unable to find the closing quote mark.")

    def skip_header(self) -> bool:
        """After a mistake in a header: goes to the brace that ends its line, or begins the next."""
        while (token := self.tokens[self.at]).kind not in ("newline", "end"):
            if token.kind == "{" and self.tokens[self.at + 1].kind in ("newline", "end"):
                return True
            self.at += 1
        begins_body = self.text[: token.start].rstrip(" \t\r").endswith("{")
        if token.kind == "newline" and begins_body:
            self.at -= 1  # the brace is inside what was meant to be a label: any token can stand for it
            return True
        if token.kind == "newline" and self.tokens[self.at + 1].kind == "{":
            self.at += 1
            return True
        return False

    def single_argument(self) -> None:
        """Reads `name = expression }` on one line."""
        name = self.read()
        following = self.peek().kind
        if following in ("open-quote", "{", "name"):
            detail = (
                "A single-line block definition can contain only a single argument. If you meant to define argument "
                f'"{self.word(name)}", use an equals sign to assign it a value. To define a nested block, place it on '
                "a line of its own within its parent block."
            )
            self.fail(self.peek(), "Argument definition required", detail, name)
        if following != "=":
            self.fail(name, _REQUIRED, _USE_EQUALS)
        self.read()
        self.expression()
        end = self.peek()
        if end.kind == ",":
            detail = (
                "Single-line block syntax can include only one argument definition. To define multiple arguments, use "
                "the multi-line block syntax with one argument definition per line."
            )
            self.fail(end, _ONE_LINE, detail)
        if end.kind == "newline":
            detail = (
                "An argument definition on the same line as its containing block creates a single-line block "
                "definition, which must also be closed on the same line. Place the block's closing brace immediately "
                "after the argument definition."
            )
            self.fail(end, _ONE_LINE, detail)
        if end.kind != "}":
            detail = (
                "A single-line block definition must end with a closing brace immediately after its single argument "
                "definition."
            )
            self.fail(end, _ONE_LINE, detail)
        self.read()

    # --- going on after a mistake ---

    def recover(self, begin: int) -> None:
        """Goes to the line after the broken item that began at the token `begin`.

        That is the first at which none of its brackets is open and another item seems to begin. A brace that
        closes none of them closes the body around the item and is left. Raises `_Restart` at a header in the
        first column.
        """
        failed, self.at = self.at, begin
        self.newlines = [True]
        open: list[str] = []
        while (token := self.tokens[self.at]).kind != "end":
            if self.at > begin and self.begins_line():
                if self.is_header():
                    raise _Restart
                ends = token.kind == "}" or (not open and self.is_item())
                if ends and self.at >= failed and "{" not in open:
                    return
            _track(open, token.kind)
            self.at += 1

    def begins_line(self) -> bool:
        return self.tokens[self.at - 1].kind == "newline"

    def is_item(self) -> bool:
        """Whether an argument or block seems to begin here."""
        following = self.tokens[min(self.at + 1, len(self.tokens) - 1)].kind
        return self.tokens[self.at].kind == "name" and following in ("=", "{", "open-quote", "name")

    def is_header(self) -> bool:
        """Whether a block's header seems to begin here: at the start of a line, ending in a brace."""
        at = self.at
        token = self.tokens[at]
        if token.kind != "name" or (token.start and self.text[token.start - 1] != "\n"):
            return False
        while self.tokens[at].kind in ("name", "open-quote", "text", "close-quote"):
            at += 1
        return at > self.at and self.tokens[at].kind == "{"


_PAIRS = {"}": "{", "]": "[", ")": "(", "template-end": "${", "close-quote": "open-quote", "end-heredoc": "heredoc"}
_OPENING = frozenset({*_PAIRS.values(), "%{"})


def _track(open: list[str], kind: str) -> None:
    """Keeps the stack of open brackets, one that closes nothing apart."""
    if kind in _OPENING:
        open.append("${" if kind == "%{" else kind)
    elif kind in ("cut", "unclosed") and "open-quote" in open:
        del open[open.index("open-quote") :]
    elif kind in _PAIRS and _PAIRS[kind] in open:
        while open.pop() != _PAIRS[kind]:
            pass
