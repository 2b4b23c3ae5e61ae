"""The text of conditions on values: `post_state.replicas < 1 and not change(instances.min): 3 -> *`.

    condition  = and-part { "or" and-part }
    and-part   = not-part { "and" not-part }
    not-part   = "not" not-part | "(" condition ")" | "exists" "(" path ")" | change | comparison
    change     = "change" "(" path ")" [ ":" ( side "->" side | "up" | "down" ) ]
    side       = "*" | [ operator ] literal
    comparison = operand [ operator operand ]
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~"
    operand    = literal | field path
    path       = name { "." name | ".*" | "[" number "]" | "[" string "]" | "[*]" }
    literal    = string | number | "true" | "false" | "null"

`&&`, `||` and `!` may be written for the words. Owns the syntax and what is said of mistakes in it; leaves what
a condition means to `where`. Regular expressions are RE2's, so none can take exponential time.
"""

from __future__ import annotations

import re
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import Any, Final, NamedTuple

from iac.audit import where
from iac.audit.record import Event
from iac.audit.where import ALL, Operand, Predicate, Step, Test, Where
from iac.diagnostics import DiagnosticsError, did_you_mean, error

FIELDS: Final = tuple(f.name for f in fields_of(Event))
"""What a path may begin with; in `change(...)` it begins inside the object."""

_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">="})
_PATTERNS: Final = frozenset({"~", "!~"})
_LITERALS: Final = {"true": True, "false": False, "null": None}
_WORDS: Final = {"&&": "and", "||": "or", "!": "not"}
_DEEPEST: Final = 50
_LONGEST_INDEX: Final = 10
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[^\W\d]\w*(?:-\w+)*)
    | (?P<sign>==|!=|<=|>=|!~|->|&&|\|\||[<>~!()\[\].:*])
    | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r"}


class _Token(NamedTuple):
    kind: str
    text: str
    at: int
    """Where it begins, in characters from 0."""


def parse_where(text: str) -> Where:
    """The condition that a text means. Raises `DiagnosticsError` with the place of the mistake."""
    return Where(text, _Parser(text).whole())


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0
        self.tokens = self._tokens()
        self.position = 0

    def _tokens(self) -> list[_Token]:
        tokens: list[_Token] = []
        at = 0
        while not tokens or tokens[-1].kind != "end":
            match = _TOKEN.match(self.text, at)
            if match is None:
                raise self._unreadable(at + len(self.text[at:]) - len(self.text[at:].lstrip()))
            kind = str(match.lastgroup)
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        return tokens

    def _unreadable(self, at: int) -> DiagnosticsError:
        char = self.text[at]
        if char in "\"'":
            return self._mistake("This string is not closed.", at)
        if char == "=":
            return self._mistake('Write "==" to compare two values.', at)
        return self._mistake("This character has no meaning here; text is written in quotes.", at)

    # --- what comes next ---

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += token.kind != "end"
        return token

    def accept(self, *texts: str) -> _Token | None:
        """The next token if it is one of these signs or words."""
        token = self.next
        if token.kind in ("sign", "name") and _WORDS.get(token.text, token.text) in texts:
            return self.take()
        return None

    def expect(self, sign: str, why: str) -> None:
        if self.accept(sign) is None:
            raise self._mistake(f'A "{sign}" is expected {why}.')

    def _mistake(self, problem: str, at: int | None = None) -> DiagnosticsError:
        at = self.next.at if at is None else at
        # One column a character, whatever it is, so that the mark stands below the place.
        shown = "".join(char if char.isprintable() else "\ufffd" for char in self.text)
        return DiagnosticsError(
            error(
                "Invalid condition",
                f"{problem}\n\n    {shown}\n    {' ' * at}^\n\n"
                'Conditions look like: post_state.max_instances < 2, change(cpu): 500 -> *, error ~ "timeout".',
            )
        )

    # --- grammar ---

    def whole(self) -> Predicate:
        found = self.condition()
        if self.next.kind != "end":
            raise self._mistake('The condition ends before this. Conditions are joined by "and" or "or".')
        return found

    def condition(self) -> Predicate:
        parts = [self.and_part()]
        while self.accept("or"):
            parts.append(self.and_part())
        return parts[0] if len(parts) == 1 else lambda fields: any(part(fields) for part in parts)

    def and_part(self) -> Predicate:
        parts = [self.not_part()]
        while self.accept("and"):
            parts.append(self.not_part())
        return parts[0] if len(parts) == 1 else lambda fields: all(part(fields) for part in parts)

    def not_part(self) -> Predicate:
        if self.depth == _DEEPEST:
            raise self._mistake(f"More than {_DEEPEST} conditions stand inside each other.")
        self.depth += 1
        try:
            if self.accept("not"):
                inner = self.not_part()
                return lambda fields: not inner(fields)
            if self.accept("("):
                inner = self.condition()
                self.expect(")", "at the end of what is in parentheses")
                return inner
            return self.simple()
        finally:
            self.depth -= 1

    def simple(self) -> Predicate:
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        if self.next.kind == "name" and following.text == "(" and following.kind == "sign":
            return self.function()
        return self.comparison()

    def function(self) -> Predicate:
        name = self.take()
        if name.text not in ("exists", "change"):
            raise self._mistake(
                f'There is no function "{name.text}"; there are exists(...) and change(...).'
                f"{did_you_mean(name.text, ('exists', 'change'))}",
                name.at,
            )
        self.expect("(", f"after {name.text}")
        return self.exists() if name.text == "exists" else self.change(name.at)

    def exists(self) -> Predicate:
        operand = self.field()
        self.expect(")", "after the path")
        return where.any_exists(operand)

    def change(self, begin: int) -> Predicate:
        if self.next.kind != "name":
            raise self._mistake("The name of an attribute of the object is expected.")
        steps = self.steps([self.take().text])
        self.expect(")", "after the path")
        if not self.accept(":"):
            return where.changed(steps, _anything, _anything)
        if direction := self.accept("up", "down"):
            return where.moved(steps, ">" if direction.text == "up" else "<")
        side = self.next
        was = self.side()
        if side.text == "*" and self.next.text != "->":
            plain = self.text[begin : side.at].rstrip(" :")
            raise self._mistake(f'A "*" alone says nothing of the change. To ask for any, write: {plain}', side.at)
        self.expect("->", "between the value before and the value after")
        return where.changed(steps, was, self.side())

    def side(self) -> Test:
        """What a value before or after the change must be."""
        if self.accept("*"):
            return _anything
        operator = self.operator() or "=="
        if operator in _PATTERNS:
            pattern = self.pattern()
            wanted = operator == "~"
            return lambda value: isinstance(value, str) and (pattern.search(value) is not None) == wanted
        literal = self.literal('A value, "*", "up" or "down" is expected.')
        return lambda value: where.compare(operator, value, literal)

    def comparison(self) -> Predicate:
        at, is_path = self.next.at, self.next.kind == "name" and self.next.text not in _LITERALS
        left = self.operand()
        operator = self.operator()
        if operator is None:
            if not is_path and self.tokens[self.position - 1].text not in ("true", "false"):
                raise self._mistake("A value alone is no condition: compare it with something.", at)
            return where.any_true(left)
        if operator in _PATTERNS:
            holds = where.any_matches(left, self.pattern())
            return holds if operator == "~" else lambda fields: not holds(fields)
        return where.any_pair(operator, left, self.operand())

    def operator(self) -> str | None:
        token = self.accept(*_COMPARISONS, *_PATTERNS)
        return token.text if token else None

    def operand(self) -> Operand:
        if self.next.kind == "name" and self.next.text not in _LITERALS:
            return self.field()
        values = (self.literal("A value, or the path of one such as post_state.name, is expected."),)
        return lambda fields: values

    def field(self) -> Operand:
        """A path that begins with a field of the event."""
        token = self.next
        if token.kind != "name":
            raise self._mistake("The path of a value such as post_state.name is expected.")
        if token.text not in FIELDS:
            hint = did_you_mean(token.text, FIELDS)
            inside = f" The attributes of the object are in post_state: post_state.{token.text}."
            raise self._mistake(f'An event has no field "{token.text}".{hint or inside}')
        name = self.take().text
        steps = self.steps([])
        return lambda fields: where.select(fields(name), steps)

    def steps(self, steps: list[Step]) -> list[Step]:
        while True:
            if self.accept("."):
                if self.accept("*"):
                    steps.append(ALL)
                elif self.next.kind == "name":
                    steps.append(self.take().text)
                else:
                    raise self._mistake('A name is expected after the ".".')
            elif self.accept("["):
                steps.append(self.index())
                self.expect("]", "after the index")
            else:
                return steps

    def index(self) -> Step:
        token = self.take()
        if token.kind == "sign" and token.text == "*":
            return ALL
        if token.kind == "number" and token.text.isdecimal() and len(token.text) < _LONGEST_INDEX:
            return int(token.text)
        if token.kind == "string":
            return _unquoted(token.text)
        raise self._mistake('Between the brackets stands a number, a string or "*".', token.at)

    def literal(self, expected: str) -> Any:
        token = self.next
        if token.kind == "string":
            return _unquoted(self.take().text)
        if token.kind == "number":
            try:
                return Decimal(self.take().text)
            except ArithmeticError:
                raise self._mistake("This number is too large.", token.at) from None
        if token.kind == "name" and token.text in _LITERALS:
            return _LITERALS[self.take().text]
        raise self._mistake(f"{expected} Text is written in quotes." if token.kind == "name" else expected)

    def pattern(self) -> Any:
        """A compiled regular expression."""
        token = self.take()
        if token.kind != "string":
            raise self._mistake('A regular expression in quotes is expected: error ~ "time.*out".', token.at)
        import re2

        options = re2.Options()
        options.log_errors = False
        try:
            return re2.compile(_unquoted(token.text), options)
        except re2.error as problem:
            reason = problem.args[0]
            text = reason.decode() if isinstance(reason, bytes) else str(reason)
            raise self._mistake(f"The regular expression is not valid: {text}.", token.at) from None


def _anything(value: Any) -> bool:
    return True


def _unquoted(text: str) -> str:
    # A backslash that escapes nothing stays, so that regular expressions need not double theirs.
    return re.sub(r"(?s)\\(.)", lambda m: _ESCAPES.get(m[1]) or (m[1] if m[1] in "\"'\\" else m[0]), text[1:-1])
