"""The JSON syntax of the language (`.tf.json`, `.tfvars.json`): bodies and expressions out of JSON.

The mapping is that of HCL's JSON specification. What is an argument and what a block only the reader of a
body knows, so a JSON body is sorted when it is asked. Strings in expressions are templates; a member named
`//` is a comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iac.diagnostics import Diagnostic, Pos, SourceRange, did_you_mean, error
from iac.hcl.bodies import missing_arguments
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
    JsonTemplate,
    Literal,
    ObjectCons,
    TupleCons,
)
from iac.values import numbers
from iac.values.limits import LimitError
from iac.values.types import NUMBER
from iac.values.value import FALSE, NULL, TRUE, Value, string

_COMMENT = "//"


def parse_json(source: bytes, filename: str) -> tuple[File, list[Diagnostic]]:
    """Parses a file in JSON syntax."""
    diagnostics: list[Diagnostic] = []
    start = Pos(1, 1, 0)
    nowhere = SourceRange(filename, start, start)
    empty = File(filename, NativeBody(nowhere, {}, (), nowhere))
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
        self.missing_range = _last_character(node) if node.kind == "object" else _first_character(node)

    def _members(self, problems: list[Diagnostic]) -> Iterator[tuple[JsonNode, JsonNode]]:
        """The members of the object, or of all objects of an array of them."""
        nodes = self._node.elements if self._node.kind == "array" else [self._node]
        for node in nodes:
            if node.kind != "object":
                what = "A JSON object" if node is not self._node else "Either a JSON object or JSON array of objects"
                detail = f"{what} is required here, to define arguments and child blocks."
                problems.append(_wrong_type(node, detail))
                continue
            yield from (m for m in node.members if m[0].text != _COMMENT)

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """See `Body.content`."""
        problems: list[Diagnostic] = []
        found: dict[str, Attribute] = {}
        sorted_blocks: list[Block] = []
        members = list(self._members(problems))
        used = {key.text for key, _ in members}
        for key, value in members:
            name = key.text
            if name in attributes:
                self._add(found, key, value, problems)
            elif name in blocks:
                sorted_blocks += _blocks(key, value, blocks[name].labels, (), problems)
            elif not partial:
                absent = [a for a in attributes if a not in used]
                detail = f'No argument or block type is named "{name}".{did_you_mean(name, [*absent, *blocks])}'
                problems.append(error("Extraneous JSON object property", detail, key.range))
        problems += missing_arguments(attributes, found, self.missing_range)
        return Content(found, sorted_blocks, self.missing_range), problems

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """See `Body.just_attributes`."""
        problems: list[Diagnostic] = []
        found: dict[str, Attribute] = {}
        if self._node.kind != "object":
            detail = "A JSON object is required here, setting the arguments for this block."
            return found, [_wrong_type(self._node, detail)]
        for key, value in self._members(problems):
            self._add(found, key, value, problems, "Duplicate attribute definition")
        return found, problems

    def _add(
        self,
        found: dict[str, Attribute],
        key: JsonNode,
        value: JsonNode,
        problems: list[Diagnostic],
        summary: str = "Duplicate argument",
    ) -> None:
        if key.text in found:
            first = found[key.text].range
            detail = f'The argument "{key.text}" was already set at {first}-{first.end.column}.'
            problems.append(error(summary, detail, key.range))
            return
        whole = SourceRange(key.range.filename, key.range.start, value.range.end)
        found[key.text] = Attribute(whole, key.text, key.range, expression(value, problems))


def _wrong_type(node: JsonNode, detail: str) -> Diagnostic:
    return error("Incorrect JSON value type", detail, _first_character(node))


def _first_character(node: JsonNode) -> SourceRange:
    """A scalar as a whole, of an object or array the opening mark."""
    if node.kind not in ("object", "array"):
        return node.range
    start = node.range.start
    return SourceRange(node.range.filename, start, Pos(start.line, start.column + 1, start.byte + 1))


def _last_character(node: JsonNode) -> SourceRange:
    end = node.range.end
    return SourceRange(node.range.filename, Pos(end.line, end.column - 1, end.byte - 1), end)


def _blocks(
    key: JsonNode, value: JsonNode, labels: Sequence[str], have: tuple[JsonNode, ...], problems: list[Diagnostic]
) -> Iterator[Block]:
    """The blocks that a member stands for: one level of objects for each label, arrays for several blocks."""
    for node in value.elements if value.kind == "array" else [value]:
        if labels:
            # Where labels stand everything is one: there are no comments.
            yield from _labelled(key, node, labels, have, problems)
        elif node.kind == "null":
            continue
        elif node.kind == "object" or node is not value:
            yield _block(key, node, have, _first_character(value))
        else:
            detail = (
                f"Either a JSON object or a JSON array is required, representing the contents of one or more "
                f'"{key.text}" blocks.'
            )
            problems.append(_wrong_type(node, detail))


def _labelled(
    key: JsonNode, node: JsonNode, labels: Sequence[str], have: tuple[JsonNode, ...], problems: list[Diagnostic]
) -> Iterator[Block]:
    if node.kind not in ("object", "null"):
        detail = (
            f"Either a JSON object or JSON array of objects is required here, to specify {labels[0]} labels for this "
            "block."
        )
        problems.append(_wrong_type(node, detail))
    members = node.members if node.kind == "object" else []
    if not members:
        detail = f"At least one object property is required, whose name represents the {key.text} block's {labels[0]}."
        problems.append(error("Missing block label", detail, _first_character(node)))
    for label, inner in members:
        yield from _blocks(key, inner, labels[1:], (*have, label), problems)


def _block(key: JsonNode, node: JsonNode, labels: Sequence[JsonNode], header: SourceRange) -> Block:
    names, ranges = tuple(label.text for label in labels), tuple(label.range for label in labels)
    return Block(header, key.text, key.range, names, ranges, JsonBody(node), node.range)


def expression(node: JsonNode, problems: list[Diagnostic]) -> Expression:
    """The expression that a JSON value means."""
    if node.kind == "string":
        return _template(node, problems)
    if node.kind == "number":
        try:
            return Literal(node.range, Value(NUMBER, numbers.parse(node.text)))
        except LimitError as problem:
            detail = f"Failed to recognize the value of this number: {problem.message}."
            problems.append(error("Invalid JSON number", detail, node.range))
            return Literal(node.range, NULL)
    if node.kind == "bool":
        return Literal(node.range, TRUE if node.value else FALSE)
    if node.kind == "null":
        return Literal(node.range, NULL)
    if node.kind == "array":
        return TupleCons(node.range, tuple(expression(e, problems) for e in node.elements))
    first: dict[str, SourceRange] = {}
    items = []
    for key, value in node.members:
        known = first.setdefault(key.text, key.range)
        if known is not key.range:
            detail = f'An attribute named "{key.text}" was already defined at {known}-{known.end.column}.'
            problems.append(error("Duplicate object attribute", detail, key.range))
        items.append((_template(key, problems), expression(value, problems)))
    return ObjectCons(node.range, tuple(items))


def _template(node: JsonNode, problems: list[Diagnostic]) -> Expression:
    text = node.text
    start = node.range.start
    inside = Pos(start.line, start.column + 1, start.byte + 1)
    if "${" not in text and "%{" not in text:
        return Literal(node.range, string(text))
    parsed, found = parse_template(text, node.range.filename, inside)
    problems += found
    parsed.range = node.range  # with its quotes, as Terraform marks it
    return JsonTemplate(node.range, text, parsed)
