"""The JSON syntax of the language (`.tf.json`, `.tfvars.json`): bodies and expressions out of JSON.

The mapping is that of HCL's JSON specification. What is an argument and what a block only the reader of a
body knows, so a JSON body is sorted when it is asked. Strings in expressions are templates; a member named
`//` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iac.diagnostics import Diagnostic, Pos, SourceRange, error
from iac.hcl.bodies import missing_arguments, unsupported_argument
from iac.hcl.json_reader import JsonNode, read_json
from iac.hcl.native import NativeBody
from iac.hcl.parser import decode, parse_template
from iac.hcl.places import Places
from iac.hcl.syntax import (
    Attribute,
    Block,
    BlockHeader,
    Content,
    Expression,
    File,
    Literal,
    ObjectCons,
    TupleCons,
)
from iac.values import numbers
from iac.values.types import NUMBER
from iac.values.value import FALSE, NULL, TRUE, Value, string

_COMMENT = "//"


def parse_json(source: bytes, filename: str) -> tuple[File, list[Diagnostic]]:
    """Parses a file in JSON syntax."""
    diagnostics: list[Diagnostic] = []
    start = Pos(1, 1, 0)
    nowhere = SourceRange(filename, start, start)
    empty = File(filename, NativeBody(nowhere, {}, [], nowhere))
    text = decode(source, filename, diagnostics)
    if text is None:
        return empty, diagnostics
    root = read_json(text, Places(filename, text, start), diagnostics)
    if root is None:
        return empty, diagnostics
    if root.kind not in ("object", "array"):
        diagnostics.append(
            error(
                "Root value must be object",
                "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.",
                root.range,
            )
        )
        return empty, diagnostics
    return File(filename, JsonBody(root)), diagnostics


class JsonBody:
    """A body in JSON syntax: implements `iac.hcl.syntax.Body`."""

    __slots__ = ("range", "missing_range", "_node")

    def __init__(self, node: JsonNode) -> None:
        self._node = node
        self.range = node.range
        start = node.range.start
        end = Pos(start.line, start.column + 1, start.byte + 1)
        self.missing_range = SourceRange(node.range.filename, start, end)

    def _members(self, problems: list[Diagnostic]) -> Iterator[tuple[JsonNode, JsonNode]]:
        """The members of the object, or of all objects of an array of them."""
        nodes = self._node.elements if self._node.kind == "array" else [self._node]
        for node in nodes:
            if node.kind != "object":
                problems.append(error("Incorrect JSON value type", "A JSON object is required here.", node.range))
                continue
            yield from (m for m in node.members if m[0].text != _COMMENT)

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """See `Body.content`."""
        problems: list[Diagnostic] = []
        found: dict[str, Attribute] = {}
        sorted_blocks: list[Block] = []
        for key, value in self._members(problems):
            name = key.text
            if name in attributes:
                self._add(found, key, value, problems)
            elif name in blocks:
                sorted_blocks += _blocks(key, value, list(blocks[name].labels), (), problems)
            elif not partial:
                problems.append(unsupported_argument(name, key.range, [*attributes, *blocks], ()))
        problems += missing_arguments(attributes, found, self.missing_range)
        return Content(found, sorted_blocks, self.missing_range), problems

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """See `Body.just_attributes`."""
        problems: list[Diagnostic] = []
        found: dict[str, Attribute] = {}
        for key, value in self._members(problems):
            self._add(found, key, value, problems)
        return found, problems

    def _add(self, found: dict[str, Attribute], key: JsonNode, value: JsonNode, problems: list[Diagnostic]) -> None:
        if key.text in found:
            problems.append(
                error(
                    "Duplicate argument",
                    f'The argument "{key.text}" was already set at {found[key.text].name_range}.',
                    key.range,
                )
            )
            return
        whole = SourceRange(key.range.filename, key.range.start, value.range.end)
        found[key.text] = Attribute(whole, key.text, key.range, expression(value, problems))


def _blocks(
    key: JsonNode,
    value: JsonNode,
    labels: list[str],
    have: tuple[JsonNode, ...],
    problems: list[Diagnostic],
) -> Iterator[Block]:
    """The blocks that a member stands for: one object level for each label, arrays for several blocks."""
    if labels:
        nodes = value.elements if value.kind == "array" else [value]
        for node in nodes:
            if node.kind == "null":
                continue
            if node.kind != "object":
                problems.append(
                    error(
                        "Incorrect JSON value type",
                        f"A JSON object is required, whose keys represent the {key.text} block's {labels[0]}.",
                        node.range,
                    )
                )
                continue
            for label, inner in node.members:
                if label.text != _COMMENT:
                    yield from _blocks(key, inner, labels[1:], (*have, label), problems)
        return
    nodes = value.elements if value.kind == "array" else [value]
    for node in nodes:
        if node.kind == "null":
            continue
        if node.kind != "object":
            problems.append(
                error(
                    "Incorrect JSON value type",
                    "Either a JSON object or a JSON array of objects is required here, to define the content of "
                    f'"{key.text}" blocks.',
                    node.range,
                )
            )
            continue
        header = have[-1].range if have else key.range
        yield Block(
            header, key.text, key.range, [h.text for h in have], [h.range for h in have], JsonBody(node), node.range
        )


def expression(node: JsonNode, problems: list[Diagnostic]) -> Expression:
    """The expression that a JSON value means."""
    if node.kind == "string":
        return _template(node, problems)
    if node.kind == "number":
        return Literal(node.range, Value(NUMBER, numbers.parse(node.text)))
    if node.kind == "bool":
        return Literal(node.range, TRUE if node.value else FALSE)
    if node.kind == "null":
        return Literal(node.range, NULL)
    if node.kind == "array":
        return TupleCons(node.range, [expression(e, problems) for e in node.elements])
    return ObjectCons(node.range, [(_template(k, problems), expression(v, problems)) for k, v in node.members])


def _template(node: JsonNode, problems: list[Diagnostic]) -> Expression:
    text = node.text
    start = node.range.start
    inside = Pos(start.line, start.column + 1, start.byte + 1)
    if "${" not in text and "%{" not in text:
        return Literal(node.range, string(text))
    parsed, found = parse_template(text, node.range.filename, inside)
    problems += found
    return parsed
