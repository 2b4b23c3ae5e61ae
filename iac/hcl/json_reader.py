"""Reads JSON keeping the place of everything: what `.tf.json` and `.tfvars.json` are read with.

Python's `json` keeps no positions. Owns the tokens and the tree; what the tree means is left to
`json_syntax`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange, error
from iac.hcl.places import Places

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<string>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")'
    r"|(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>true|false|null)|(?P<mark>[{}\[\],:]))"
)
_SPACE = re.compile(r"[ \t\r\n]*")
_MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class JsonNode:
    """A JSON value with its place. `kind` is object, array, string, number, bool or null.

    `value` is a list of members (key node, value node), a list of nodes, or the scalar: a number as its text.
    """

    kind: str
    range: SourceRange
    value: object

    @property
    def members(self) -> Sequence[tuple[JsonNode, JsonNode]]:
        """The members of an object."""
        assert isinstance(self.value, list)
        return self.value

    @property
    def elements(self) -> Sequence[JsonNode]:
        """The elements of an array."""
        assert isinstance(self.value, list)
        return self.value

    @property
    def text(self) -> str:
        """The text of a string or number."""
        assert isinstance(self.value, str)
        return self.value


def read_json(text: str, places: Places, diagnostics: list[Diagnostic]) -> JsonNode | None:
    """The tree of a JSON text, or None (and a diagnostic) when it is none. Duplicate keys are reported."""
    reader = _Reader(text, places, diagnostics)
    try:
        node = reader.value(0)
        reader.end()
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None
    return node


class _Reader:
    def __init__(self, text: str, places: Places, diagnostics: list[Diagnostic]) -> None:
        self.text = text
        self.places = places
        self.diagnostics = diagnostics
        self.at = 0

    def fail(self, detail: str) -> DiagnosticsError:
        space = _SPACE.match(self.text, self.at)
        offset = min(space.end() if space else self.at, len(self.text))
        where = self.range(offset, min(offset + 1, len(self.text)))
        return DiagnosticsError(error("Invalid JSON", detail, where))

    def range(self, start: int, end: int) -> SourceRange:
        return SourceRange(self.places.filename, self.places.at(start), self.places.at(end))

    def token(self) -> re.Match[str]:
        match = _TOKEN.match(self.text, self.at)
        if match is None:
            raise self.fail("A JSON value, or the end of one, is expected here.")
        self.at = match.end()
        return match

    def value(self, depth: int) -> JsonNode:
        if depth > _MAX_DEPTH:
            raise self.fail(f"Values may be nested {_MAX_DEPTH} deep at the most.")
        match = self.token()
        kind = match.lastgroup
        assert kind is not None
        start = match.start(kind)
        where = self.range(start, match.end())
        text = match.group(kind)
        if kind == "string":
            return JsonNode("string", where, json.loads(text))
        if kind == "number":
            return JsonNode("number", where, text)
        if kind == "word":
            return JsonNode("null" if text == "null" else "bool", where, json.loads(text))
        if text == "{":
            return self.object(start, depth)
        if text == "[":
            return self.array(start, depth)
        self.at = start
        raise self.fail("A JSON value is expected here.")

    def peek(self) -> str:
        match = _TOKEN.match(self.text, self.at)
        return (match.group("mark") or "") if match else ""

    def mark(self, expected: str, detail: str) -> None:
        if self.peek() != expected:
            raise self.fail(detail)
        self.token()

    def object(self, start: int, depth: int) -> JsonNode:
        members: list[tuple[JsonNode, JsonNode]] = []
        first: dict[str, SourceRange] = {}
        while self.peek() != "}":
            if members:
                self.mark(",", 'A comma or "}" is expected after a member of an object.')
            key = self.value(depth + 1)
            if key.kind != "string":
                self.at = start
                raise DiagnosticsError(error("Invalid JSON", "The keys of an object are strings.", key.range))
            self.mark(":", "A colon is expected after a key.")
            value = self.value(depth + 1)
            if key.text in first and key.text != "//":
                known = first[key.text]
                self.diagnostics.append(
                    error(
                        "Duplicate key",
                        f'The key "{key.text}" was already used at {known}. Each key may stand only once.',
                        key.range,
                    )
                )
            first.setdefault(key.text, key.range)
            members.append((key, value))
        self.token()
        return JsonNode("object", self.range(start, self.at), members)

    def array(self, start: int, depth: int) -> JsonNode:
        elements: list[JsonNode] = []
        while self.peek() != "]":
            if elements:
                self.mark(",", 'A comma or "]" is expected after an element of an array.')
            elements.append(self.value(depth + 1))
        self.token()
        return JsonNode("array", self.range(start, self.at), elements)

    def end(self) -> None:
        space = _SPACE.match(self.text, self.at)
        if space is not None and space.end() < len(self.text):
            raise self.fail("Nothing may follow the value.")
