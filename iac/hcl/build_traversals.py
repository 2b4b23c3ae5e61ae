"""Makes the syntax nodes of attribute access, indexes and splats, one method a grammar rule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from iac.diagnostics import SourceRange
from iac.hcl.lalr import Action
from iac.hcl.mistakes import too_deep
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
    """Builds the traversals of one text."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self._after_short_index: Expression | None = None
        self.actions: dict[str, Action] = {
            "get_attr": self._attr,
            "short_index": self._short_index,
            "braces_index": self._braces_index,
            "get_attr_expr_term": lambda parts: self._stepped(parts[0], parts[1]),
            "index_expr_term": self._index,
            "attr_splat_expr_term": lambda parts: self._splat(parts[0], parts[1], full=False),
            "full_splat_expr_term": lambda parts: self._splat(parts[0], parts[1], full=True),
        }
        """What each rule makes of its parts."""

    # --- steps ---

    def _attr(self, parts: Sequence[Any]) -> Attr:
        """`.name`."""
        dot, name = parts
        return Attr(self.places.range(dot.start_pos, name.start_pos + len(name)), str(name))

    def _short_index(self, parts: Sequence[Any]) -> ShortIndex:
        """`.0`."""
        dot, number = parts
        whole = self.places.range(dot.start_pos, number.start_pos + len(number))
        return ShortIndex(Index(whole, Value(NUMBER, numbers.parse(str(number)))))

    def _braces_index(self, parts: Sequence[Any]) -> Step | ComputedIndex:
        """`[key]`."""
        whole = self.places.range(parts[0].start_pos, parts[-1].start_pos + 1)
        key = next(part for part in parts if isinstance(part, Expression))
        if isinstance(key, Literal) and key.value.raw is not None:
            return Index(whole, key.value)
        return ComputedIndex(whole, key)

    # --- terms ---

    def _index(self, parts: Sequence[Any]) -> Expression:
        """`source[key]` or `source.0`; the latter may not follow itself."""
        source, step = parts
        if not isinstance(step, ShortIndex):
            return self._stepped(source, step)
        if source is self._after_short_index:
            raise Refused(step.step.range)
        self._after_short_index = self._stepped(source, step)
        return self._after_short_index

    def _splat(self, source: Expression, splat: Sequence[Any], *, full: bool) -> Expression:
        """`source[*]...` or `source.*...`."""
        if not full and isinstance(source, Splat) and not source.full:
            raise Refused(source.range)
        if not isinstance(source, Splat) or not source.full:
            return self._splat_of(source, splat, full=full)
        # Everything after [*] belongs to each element, a further splat too.
        inner = self._splat_of(source.each or SplatElement(source.marker_range), splat, full=full)
        return Splat(_span(source.range, inner.range), source.source, inner, True, source.marker_range)

    def _splat_of(self, source: Expression, splat: Sequence[Any], *, full: bool) -> Expression:
        marker, *steps = splat
        marker_range = marker.range(self.places)
        element = SplatElement(marker_range)
        each: Expression = element
        outer: Sequence[Any] = ()
        for position, step in enumerate(steps):
            # After .* what has a dot belongs to each element; an index in brackets is one into the result.
            if not full and isinstance(step, (Index, ComputedIndex)):
                outer = steps[position:]
                break
            each = self._stepped(each, step)
        result: Expression = Splat(
            _span(source.range, each.range), source, None if each is element else each, full, marker_range
        )
        for step in outer:
            result = self._stepped(result, step)
        return result

    def _stepped(self, source: Expression, step: Step | ShortIndex | ComputedIndex) -> Expression:
        """One step from an expression."""
        if isinstance(step, ShortIndex):
            if isinstance(source, Literal):
                raise Refused(step.step.range)
            return _stepped(source, step.step)
        if isinstance(step, ComputedIndex):
            return IndexExpression(_span(source.range, step.range), source, step.key)
        return _stepped(source, step)


class ShortIndex(NamedTuple):
    """A step `.0`."""

    step: Index


class ComputedIndex(NamedTuple):
    """A step `[key]` whose key is no constant."""

    range: SourceRange
    key: Expression


_MOST_STEPS = 1000


def _stepped(source: Expression, step: Step) -> Expression:
    whole = _span(source.range, step.range)
    if isinstance(source, (ScopeTraversal, RelativeTraversal)) and len(source.steps) >= _MOST_STEPS:
        raise Refused(step.range, too_deep(step.range))
    if isinstance(source, ScopeTraversal):
        return ScopeTraversal(whole, source.root, (*source.steps, step))
    if isinstance(source, RelativeTraversal):
        return RelativeTraversal(whole, source.source, (*source.steps, step))
    return RelativeTraversal(whole, source, (step,))


def _span(first: SourceRange, last: SourceRange) -> SourceRange:
    return SourceRange(first.filename, first.start, last.end)
