"""From Lark's tree of a file to its body: arguments and blocks, each with its source range.

Expressions are left to `build_expressions`, what to do when a text does not parse to `parser`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iac.diagnostics import SourceRange
from iac.hcl.build_expressions import ExpressionBuilder
from iac.hcl.build_strings import ParseEmbedded
from iac.hcl.grammar import LAYOUT
from iac.hcl.native import NativeBody
from iac.hcl.places import Places
from iac.hcl.syntax import Attribute, Block, Literal
from iac.hcl.templates import Refused


class BodyBuilder:
    """Builds the bodies of one text. Raises `Refused` for what the grammar lets pass and HCL does not."""

    def __init__(self, places: Places, parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.expressions = ExpressionBuilder(places, parse_embedded)

    def file(self, tree: Any) -> NativeBody:
        """The body of a whole file."""
        start, end = self.places.start, self.places.end()
        whole = SourceRange(self.places.filename, start, end)
        missing = SourceRange(self.places.filename, end, end)
        return self._body(tree.children[0].children, whole, missing)

    def _body(self, children: Sequence[Any], whole: SourceRange, missing: SourceRange) -> NativeBody:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        separated = True
        for child in children:
            if child.data in LAYOUT:
                separated = True
                continue
            if not separated:
                raise Refused(whole)
            separated = False
            if child.data == "block":
                blocks.append(self._block(child.children))
                continue
            attribute = self._attribute(child.children)
            if attribute.name in attributes:
                raise Refused(attribute.name_range)
            attributes[attribute.name] = attribute
        return NativeBody(whole, attributes, tuple(blocks), missing)

    def _attribute(self, children: Sequence[Any]) -> Attribute:
        name, name_range = self.expressions.name(children[0])
        expression = self.expressions.expression(children[2])
        return Attribute(name_range._replace(end=expression.range.end), name, name_range, expression)

    def _block(self, children: Sequence[Any]) -> Block:
        name, type_range = self.expressions.name(children[0])
        labels = [self._label(child) for child in children[1:-3]]
        opening, body, closing = children[-3:]
        ranges = tuple(where for _, where in labels)
        header = type_range._replace(end=ranges[-1].end) if ranges else type_range
        whole = self.places.range(opening.start_pos, closing.start_pos + 1)
        _check_layout(body.children, whole)
        return Block(
            header,
            name,
            type_range,
            tuple(label for label, _ in labels),
            ranges,
            self._body(body.children, whole, self.places.range(opening.start_pos, opening.start_pos + 1)),
            type_range._replace(end=whole.end),
        )

    def _label(self, child: Any) -> tuple[str, SourceRange]:
        if child.data != "string":
            return self.expressions.name(child)
        literal = self.expressions.strings.quoted(child.children)
        if not isinstance(literal, Literal):
            raise Refused(literal.range)
        return literal.value.raw, literal.range


def _check_layout(inner: Sequence[Any], where: SourceRange) -> None:
    """A block is empty, or one argument without a newline around it, or begins and ends its items with newlines."""
    if not inner or (len(inner) == 1 and inner[0].data == "attribute"):
        return
    if inner[0].data not in LAYOUT or inner[-1].data not in LAYOUT:
        raise Refused(where)
