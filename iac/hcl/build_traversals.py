"""From Lark's trees of attribute access, indexes and splats to syntax nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from iac.diagnostics import SourceRange
from iac.hcl.grammar import LAYOUT, Tree, token_range
from iac.hcl.places import Places
from iac.hcl.syntax import (
    Attr,
    Expression,
    Index,
    IndexExpression,
    Literal,
    RelativeTraversal,
    ScopeTraversal,
    Splat,
    SplatElement,
    Step,
)
from iac.hcl.templates import Refused
from iac.values import numbers
from iac.values.types import NUMBER
from iac.values.value import Value


class TraversalBuilder:
    """Builds the traversals of one text. `expression` converts the tree of any expression."""

    def __init__(self, places: Places, expression: Callable[[Any], Expression]) -> None:
        self.places = places
        self.expression = expression

    def attribute(self, children: Sequence[Any]) -> Expression:
        """`source.name`."""
        return self._step(self.expression(children[0]), children[1])

    def index(self, children: Sequence[Any]) -> Expression:
        """`source[key]` or `source.0`; the latter may not follow itself."""
        if children[1].data == "short_index" and _ends_in_short_index(children[0]):
            raise Refused(token_range(self.places, children[1].children[0]))
        return self._step(self.expression(children[0]), children[1])

    def splat(self, children: Sequence[Any], *, full: bool) -> Expression:
        """`source[*]...` or `source.*...`."""
        source = self.expression(children[0])
        if not full and isinstance(source, Splat) and not source.full:
            raise Refused(source.range)
        if not isinstance(source, Splat) or not source.full:
            return self._splat_of(source, children[1], full=full)
        # Everything after [*] belongs to each element, a further splat too.
        inner = self._splat_of(source.each or SplatElement(source.marker_range), children[1], full=full)
        return Splat(_span(source.range, inner.range), source.source, inner, True, source.marker_range)

    def _splat_of(self, source: Expression, splat: Any, *, full: bool) -> Expression:
        marker, *steps = splat.children
        marker_range = token_range(self.places, marker)
        element = SplatElement(marker_range)
        each: Expression = element
        outer: list[Any] = []
        for position, step in enumerate(steps):
            # After .* what has a dot belongs to each element; an index in brackets is one into the result.
            if not full and step.data == "braces_index":
                outer = steps[position:]
                break
            each = self._step(each, step)
        result: Expression = Splat(
            _span(source.range, each.range), source, None if each is element else each, full, marker_range
        )
        for step in outer:
            result = self._step(result, step)
        return result

    def _step(self, source: Expression, step: Any) -> Expression:
        """One step from an expression: its tree is get_attr, short_index or braces_index."""
        children = step.children
        first = token_range(self.places, children[0])
        if step.data == "get_attr":
            name = children[1].children[0]
            return _stepped(source, Attr(_span(first, token_range(self.places, name)), str(name)))
        whole = _span(first, token_range(self.places, children[-1]))
        if step.data == "short_index":
            if isinstance(source, Literal):
                raise Refused(whole)
            return _stepped(source, Index(whole, Value(NUMBER, numbers.parse(str(children[1])))))
        key = self.expression(next(c for c in children if isinstance(c, Tree) and c.data not in LAYOUT))
        if isinstance(key, Literal) and key.value.raw is not None:
            return _stepped(source, Index(whole, key.value))
        return IndexExpression(_span(source.range, whole), source, key)


def _ends_in_short_index(term: Any) -> bool:
    inner = term.children[0]
    return isinstance(inner, Tree) and inner.data == "index_expr_term" and inner.children[1].data == "short_index"


def _stepped(source: Expression, step: Step) -> Expression:
    whole = _span(source.range, step.range)
    if isinstance(source, ScopeTraversal):
        return ScopeTraversal(whole, source.root, (*source.steps, step))
    if isinstance(source, RelativeTraversal):
        return RelativeTraversal(whole, source.source, (*source.steps, step))
    return RelativeTraversal(whole, source, (step,))


def _span(first: SourceRange, last: SourceRange) -> SourceRange:
    return SourceRange(first.filename, first.start, last.end)
