"""Makes the syntax nodes of expressions, one method a grammar rule: each gets what the parts of the rule made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from iac.diagnostics import SourceRange, error
from iac.hcl.build_strings import ParseEmbedded, StringBuilder
from iac.hcl.build_traversals import TraversalBuilder
from iac.hcl.lalr import Action, Rule
from iac.hcl.lexing import Token
from iac.hcl.places import Places
from iac.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    Literal,
    ObjectCons,
    Parens,
    ScopeTraversal,
    TupleCons,
    Unary,
)
from iac.hcl.templates import Refused
from iac.values import numbers
from iac.values.limits import LimitError
from iac.values.types import NUMBER
from iac.values.value import FALSE, NULL, TRUE, Value, string

_CONSTANTS = {"TRUE": TRUE, "FALSE": FALSE, "NULL": NULL}

_OF_TOKENS = frozenset(
    {"identifier", "keyword", "literal_value", "int_lit", "float_lit", "heredoc_template", "heredoc_template_trim"}
)
"""The rules that stand for one token. What it means as an expression is said where it becomes one."""
_TRANSPARENT = _OF_TOKENS | {"binary_operator", "string_part", "object_elem_key"}


def is_transparent(rule: Rule) -> bool:
    """Whether a rule with one part stands for that part and needs no action."""
    return rule.name in _TRANSPARENT or (rule.name == "expr_term" and rule.parts[0] not in _OF_TOKENS)


class ExpressionBuilder:
    """Builds the expressions of one text. Raises `Refused` for what the grammar lets pass and HCL does not."""

    def __init__(self, places: Places, parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.strings = StringBuilder(places, parse_embedded)
        self.traversals = TraversalBuilder(places)
        self._terms: dict[str, Callable[[Token], Expression]] = {
            "NAME": lambda token: ScopeTraversal(token.range(places), str(token), ()),
            **dict.fromkeys(_CONSTANTS, self._constant),
            "INT_LITERAL": self._number,
            "FLOAT_LITERAL": self._number,
            "HEREDOC_TEMPLATE": lambda token: self.strings.heredoc(token, trim=False),
            "HEREDOC_TEMPLATE_TRIM": lambda token: self.strings.heredoc(token, trim=True),
        }
        self.actions: dict[str, Action] = {
            "new_line_or_comment": lambda parts: None,
            "expr_term": self._term,
            "conditional": self._conditional,
            "binary_op": self._binary,
            "unary_op": self._unary,
            "tuple": self._tuple,
            "object": self._object,
            "function_call": self._call,
            "for_tuple_expr": self._for_tuple,
            "for_object_expr": self._for_object,
            "for_intro": self._for_intro,
            "for_cond": lambda parts: Condition(parts[-1]),
            **self.strings.actions,
            **self.traversals.actions,
        }
        """What each rule makes of its parts."""

    def _whole(self, parts: Sequence[Any]) -> SourceRange:
        """The range from the first of the parts, a token, to the last, one too."""
        return self.places.range(parts[0].start_pos, parts[-1].start_pos + len(parts[-1]))

    # --- terms ---

    def _term(self, parts: Sequence[Any]) -> Expression:
        if len(parts) == 1:
            return self._terms[parts[0].type](parts[0])
        return Parens(self._whole(parts), parts[1])

    def _number(self, token: Token) -> Expression:
        where = token.range(self.places)
        try:
            return Literal(where, Value(NUMBER, numbers.parse(str(token))))
        except LimitError as problem:
            detail = f"Failed to recognize the value of this number literal: {problem.message}."
            raise Refused(where, error("Invalid number literal", detail, where)) from None

    def _constant(self, token: Token) -> Expression:
        return Literal(token.range(self.places), _CONSTANTS[token.type])

    def _tuple(self, parts: Sequence[Any]) -> Expression:
        return TupleCons(self._whole(parts), tuple(_expressions(parts)))

    def _object(self, parts: Sequence[Any]) -> Expression:
        items: list[tuple[Expression, Expression]] = []
        separated = True
        for part in parts[1:-1]:
            if part is None or part.__class__ is Token:
                separated = True
                continue
            raw, _, value = part
            key = self._key(raw)
            if not separated or (not items and _is_for(raw)):
                raise Refused(key.range)
            items.append((key, value))
            separated = False
        return ObjectCons(self._whole(parts), tuple(items))

    def _key(self, key: Token | Expression) -> Expression:
        """The key of an item. A bare word means its own text, a constant's too."""
        if isinstance(key, Token):
            return Literal(key.range(self.places), string(str(key)))
        if isinstance(key, ScopeTraversal) and not key.steps:
            return Literal(key.range, string(key.root))
        if isinstance(key, Literal) and (key.value.raw is None or isinstance(key.value.raw, bool)):
            word = "null" if key.value.raw is None else "true" if key.value.raw else "false"
            return Literal(key.range, string(word))
        return key

    def _call(self, parts: Sequence[Any]) -> Expression:
        opening = next(i for i, part in enumerate(parts) if part.type == "LPAR")
        names = parts[0:opening:2]
        inside = next((part for part in parts[opening + 1 : -1] if part.__class__ is list), ())
        expand = any(part.__class__ is Token and part.type == "ELLIPSIS" for part in inside)
        whole, name_range = self._whole([parts[0], parts[-1]]), self._whole(names)
        return Call(whole, "::".join(names), name_range, tuple(_expressions(inside)), expand)

    # --- operators ---

    def _conditional(self, parts: Sequence[Any]) -> Expression:
        condition, then, otherwise = _expressions(parts)
        return Conditional(_span(condition, otherwise), condition, then, otherwise)

    def _binary(self, parts: Sequence[Any]) -> Expression:
        left, (operator, right) = parts
        return Binary(_span(left, right), str(operator), left, right)

    def _unary(self, parts: Sequence[Any]) -> Expression:
        operator, operand = parts
        return Unary(operator.range(self.places)._replace(end=operand.range.end), str(operator), operand)

    # --- for ---

    def _for_tuple(self, parts: Sequence[Any]) -> Expression:
        intro, (value,), condition = _for_parts(parts)
        return For(self._whole(parts), intro.key, intro.value, intro.collection, None, value, condition, False)

    def _for_object(self, parts: Sequence[Any]) -> Expression:
        intro, (key, value), condition = _for_parts(parts)
        group = any(part.__class__ is Token and part.type == "ELLIPSIS" for part in parts)
        return For(self._whole(parts), intro.key, intro.value, intro.collection, key, value, condition, group)

    def _for_intro(self, parts: Sequence[Any]) -> Intro:
        names = [str(part) for part in parts if part.__class__ is Token and part.type == "NAME"]
        (collection,) = _expressions(parts)
        return Intro(names[0] if len(names) == 2 else None, names[-1], collection)


class Intro(NamedTuple):
    """What stands before the colon of a `for`."""

    key: str | None
    value: str
    collection: Expression


class Condition(NamedTuple):
    """What stands behind the `if` of a `for`."""

    expression: Expression


def _expressions(parts: Iterable[Any]) -> list[Expression]:
    return [part for part in parts if isinstance(part, Expression)]


def _for_parts(parts: Sequence[Any]) -> tuple[Intro, list[Expression], Expression | None]:
    intro = next(part for part in parts if isinstance(part, Intro))
    condition = next((part.expression for part in parts if isinstance(part, Condition)), None)
    return intro, _expressions(parts), condition


def _is_for(key: Any) -> bool:
    """Whether a key is the word that, coming first in braces, begins a for expression."""
    return key.__class__ is Token and key.type == "FOR"


def _span(first: Expression, last: Expression) -> SourceRange:
    return SourceRange(first.range.filename, first.range.start, last.range.end)
