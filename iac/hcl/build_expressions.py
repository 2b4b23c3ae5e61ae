"""From Lark's trees of expressions to syntax nodes, one method a grammar rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iac.diagnostics import SourceRange
from iac.hcl.build_strings import ParseEmbedded, StringBuilder
from iac.hcl.build_traversals import TraversalBuilder
from iac.hcl.grammar import LAYOUT, Token, Tree, token_range
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
from iac.values.types import NUMBER
from iac.values.value import FALSE, NULL, TRUE, Value, string

_CONSTANTS = {"TRUE": TRUE, "FALSE": FALSE, "NULL": NULL}


class ExpressionBuilder:
    """Builds the expressions of one text. Raises `Refused` for what the grammar lets pass and HCL does not."""

    def __init__(self, places: Places, parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.strings = StringBuilder(places, self.expression, parse_embedded)
        traversals = TraversalBuilder(places, self.expression)
        self._rules: dict[str, Callable[[Sequence[Any]], Expression]] = {
            "expr_term": self._term,
            "conditional": self._conditional,
            "binary_op": self._binary,
            "unary_op": self._unary,
            "int_lit": self._number,
            "float_lit": self._number,
            "literal_value": self._constant,
            "identifier": self._name,
            "tuple": self._tuple,
            "object": self._object,
            "function_call": self._call,
            "for_tuple_expr": self._for_tuple,
            "for_object_expr": self._for_object,
            "string": self.strings.quoted,
            "heredoc_template": lambda children: self.strings.heredoc(children[0], trim=False),
            "heredoc_template_trim": lambda children: self.strings.heredoc(children[0], trim=True),
            "get_attr_expr_term": traversals.attribute,
            "index_expr_term": traversals.index,
            "attr_splat_expr_term": lambda children: traversals.splat(children, full=False),
            "full_splat_expr_term": lambda children: traversals.splat(children, full=True),
        }

    def expression(self, tree: Any) -> Expression:
        """The node of any expression tree."""
        return self._rules[tree.data](tree.children)

    def name(self, child: Any) -> tuple[str, SourceRange]:
        """An identifier, or a keyword where it is just a name."""
        token = child.children[0] if isinstance(child, Tree) else child
        return str(token), token_range(self.places, token)

    def _whole(self, children: Sequence[Any]) -> SourceRange:
        """The range from the first of the children, a token, to the last, one too."""
        return self.places.range(children[0].start_pos, children[-1].start_pos + len(children[-1]))

    def _operands(self, children: Sequence[Any]) -> list[Expression]:
        return [self.expression(c) for c in children if isinstance(c, Tree) and c.data not in LAYOUT]

    # --- terms ---

    def _term(self, children: Sequence[Any]) -> Expression:
        if len(children) == 1:
            return self.expression(children[0])
        return Parens(self._whole(children), self.expression(children[1]))

    def _number(self, children: Sequence[Any]) -> Expression:
        token = children[0]
        return Literal(token_range(self.places, token), Value(NUMBER, numbers.parse(str(token))))

    def _constant(self, children: Sequence[Any]) -> Expression:
        return Literal(token_range(self.places, children[0]), _CONSTANTS[children[0].type])

    def _name(self, children: Sequence[Any]) -> Expression:
        return ScopeTraversal(token_range(self.places, children[0]), str(children[0]), ())

    def _tuple(self, children: Sequence[Any]) -> Expression:
        return TupleCons(self._whole(children), tuple(self._operands(children)))

    def _object(self, children: Sequence[Any]) -> Expression:
        items: list[tuple[Expression, Expression]] = []
        separated = True
        for child in children[1:-1]:
            if isinstance(child, Token) or child.data in LAYOUT:
                separated = True
                continue
            key, value = self._object_item(child.children)
            if not separated or (not items and _is_for(child.children[0].children[0])):
                raise Refused(key.range)
            items.append((key, value))
            separated = False
        return ObjectCons(self._whole(children), tuple(items))

    def _object_item(self, children: Sequence[Any]) -> tuple[Expression, Expression]:
        """A key and its value. A bare word as key means its own text, a constant's too."""
        raw, _, value = children
        raw = raw.children[0]
        if raw.data == "keyword":
            name, where = self.name(raw)
            return Literal(where, string(name)), self.expression(value)
        key = self.expression(raw)
        if isinstance(key, ScopeTraversal) and not key.steps:
            key = Literal(key.range, string(key.root))
        elif isinstance(key, Literal) and (key.value.raw is None or isinstance(key.value.raw, bool)):
            word = "null" if key.value.raw is None else "true" if key.value.raw else "false"
            key = Literal(key.range, string(word))
        return key, self.expression(value)

    def _call(self, children: Sequence[Any]) -> Expression:
        names: list[Any] = [c.children[0] for c in children if isinstance(c, Tree) and c.data == "identifier"]
        name_range = self._whole(names)
        arguments: list[Expression] = []
        expand = False
        for child in children[len(names) :]:
            if isinstance(child, Tree) and child.data == "arguments":
                expand = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in child.children)
                arguments = self._operands(child.children)
        whole = self._whole([names[0], children[-1]])
        return Call(whole, "::".join(names), name_range, tuple(arguments), expand)

    # --- operators ---

    def _conditional(self, children: Sequence[Any]) -> Expression:
        condition, then, otherwise = self._operands(children)
        return Conditional(_span(condition, otherwise), condition, then, otherwise)

    def _binary(self, children: Sequence[Any]) -> Expression:
        # A chain of operators leans to the left: it is walked, not descended into.
        chain = []
        while True:
            left, term = children[0], children[1]
            chain.append(term.children)
            if left.data != "binary_op":
                break
            children = left.children
        node = self.expression(left)
        for operator, right_tree in reversed(chain):
            right = self.expression(right_tree)
            node = Binary(_span(node, right), str(operator.children[0]), node, right)
        return node

    def _unary(self, children: Sequence[Any]) -> Expression:
        operand = self.expression(children[1])
        where = token_range(self.places, children[0])
        return Unary(where._replace(end=operand.range.end), str(children[0]), operand)

    # --- for ---

    def _for_tuple(self, children: Sequence[Any]) -> Expression:
        key_name, value_name, collection, condition = self._for_parts(children)
        (value,) = self._results(children)
        return For(self._whole(children), key_name, value_name, collection, None, value, condition, False)

    def _for_object(self, children: Sequence[Any]) -> Expression:
        key_name, value_name, collection, condition = self._for_parts(children)
        group = any(isinstance(c, Token) and c.type == "ELLIPSIS" for c in children)
        key, value = self._results(children)
        return For(self._whole(children), key_name, value_name, collection, key, value, condition, group)

    def _for_parts(self, children: Sequence[Any]) -> tuple[str | None, str, Expression, Expression | None]:
        """The name of the key if any, that of the value, the collection, and the condition if any."""
        intro = next(c for c in children if isinstance(c, Tree) and c.data == "for_intro").children
        begin = next(i for i, c in enumerate(intro) if isinstance(c, Token) and c.type == "IN")
        names = [str(c.children[0]) for c in intro[:begin] if isinstance(c, Tree) and c.data == "identifier"]
        (collection,) = self._operands(intro[begin:])
        tests = [c for c in children if isinstance(c, Tree) and c.data == "for_cond"]
        condition = self._operands(tests[0].children)[0] if tests else None
        return names[0] if len(names) == 2 else None, names[-1], collection, condition

    def _results(self, children: Sequence[Any]) -> list[Expression]:
        return self._operands([c for c in children if isinstance(c, Tree) and c.data not in ("for_intro", "for_cond")])


def _is_for(key: Any) -> bool:
    """Whether a key is the word that, coming first in braces, begins a for expression."""
    return key.data == "keyword" and str(key.children[0]) == "for"


def _span(first: Expression, last: Expression) -> SourceRange:
    return SourceRange(first.range.filename, first.range.start, last.range.end)
