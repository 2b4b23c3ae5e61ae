"""Makes the bodies of a file and its blocks of their arguments and blocks, each with its source range.

Expressions are left to `build_expressions`, what to do when a text does not parse to `parser`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from iac.diagnostics import SourceRange
from iac.hcl.build_expressions import ExpressionBuilder
from iac.hcl.build_strings import ParseEmbedded
from iac.hcl.lalr import Action
from iac.hcl.lexing import Token
from iac.hcl.native import NativeBody
from iac.hcl.places import Places
from iac.hcl.syntax import Attribute, Block, Expression, Literal
from iac.hcl.templates import Refused


class BodyBuilder:
    """Builds the bodies of one text. Raises `Refused` for what the grammar lets pass and HCL does not."""

    def __init__(self, places: Places, parse_embedded: ParseEmbedded) -> None:
        self.places = places
        self.actions: dict[str, Action] = {
            **ExpressionBuilder(places, parse_embedded).actions,
            "start": self._file,
            "attribute": self._attribute,
            "block": self._block,
        }
        """What each rule makes of its parts."""

    def _file(self, parts: Sequence[Any]) -> NativeBody:
        start, end = self.places.start, self.places.end()
        whole = SourceRange(self.places.filename, start, end)
        return self._body(parts[0], whole, SourceRange(self.places.filename, end, end))

    def _body(self, parts: Sequence[Any], whole: SourceRange, missing: SourceRange) -> NativeBody:
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        separated = True
        for part in parts:
            if part is None:
                separated = True
                continue
            if not separated:
                raise Refused(whole)
            separated = False
            if isinstance(part, Block):
                blocks.append(part)
            elif part.name in attributes:
                raise Refused(part.name_range)
            else:
                attributes[part.name] = part
        return NativeBody(whole, attributes, tuple(blocks), missing)

    def _attribute(self, parts: Sequence[Any]) -> Attribute:
        name, _, expression = parts
        where = name.range(self.places)
        return Attribute(where._replace(end=expression.range.end), str(name), where, expression)

    def _block(self, parts: Sequence[Any]) -> Block:
        name, *given, opening, inner, closing = parts
        type_range = name.range(self.places)
        labels = [self._label(label) for label in given]
        ranges = tuple(where for _, where in labels)
        header = type_range._replace(end=ranges[-1].end) if ranges else type_range
        whole = self.places.range(opening.start_pos, closing.start_pos + 1)
        _check_layout(inner, whole)
        return Block(
            header,
            str(name),
            type_range,
            tuple(label for label, _ in labels),
            ranges,
            self._body(inner, whole, opening.range(self.places)),
            type_range._replace(end=whole.end),
        )

    def _label(self, label: Token | Expression) -> tuple[str, SourceRange]:
        if isinstance(label, Token):
            return str(label), label.range(self.places)
        if not isinstance(label, Literal):
            raise Refused(label.range)
        return label.value.raw, label.range


def _check_layout(inner: Sequence[Any], where: SourceRange) -> None:
    """A block is empty, or one argument without a newline around it, or begins and ends its items with newlines."""
    if not inner or (len(inner) == 1 and isinstance(inner[0], Attribute)):
        return
    if inner[0] is not None or inner[-1] is not None:
        raise Refused(where)
