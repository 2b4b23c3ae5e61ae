"""Reads JSON keeping the place of everything: what `.tf.json` and `.tfvars.json` are read with.

Python's `json` keeps no positions. Owns the tokens and the tree; what the tree means is left to
`json_syntax`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange, did_you_mean, error
from iac.hcl.places import Places

_SPACE = re.compile(r"[ \t\r\n]*")
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+")'
    r"|(?P<number>-?[0-9][-+.0-9A-Za-z]*|-)|(?P<word>[A-Za-z_]+)|(?P<mark>[{}\[\],:])"
)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?\Z")
_WORDS = {"true": True, "false": False, "null": None}
_STARTS = "A JSON value must start with a brace, a bracket, a number, a string, or a keyword."
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
    """The tree of a JSON text, or None (and a diagnostic) when it is none. Keys may stand more than once."""
    reader = _Reader(text, places)
    try:
        node = reader.value(0)
        reader.end()
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None
    return node


class _Reader:
    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.places = places
        self.at = 0

    def fail(self, summary: str, detail: str, start: int, end: int | None = None) -> DiagnosticsError:
        stop = min(start + 1, len(self.text)) if end is None else end
        return DiagnosticsError(error(summary, detail, self.places.range(start, stop)))

    def skip(self) -> int:
        """Goes behind white space; the offset there."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None, "no space is space too"
        self.at = space.end()
        return self.at

    def peek(self) -> str:
        """The next character that is not white space; none at the end."""
        start = self.skip()
        return self.text[start : start + 1]

    def value(self, depth: int) -> JsonNode:
        """Reads a value."""
        start = self.skip()
        if depth > _MAX_DEPTH:
            detail = f"JSON values may be nested {_MAX_DEPTH} deep at the most."
            raise self.fail("Value nested too deeply", detail, start)
        match = _TOKEN.match(self.text, start)
        if match is None:
            raise self.no_value(start)
        kind, text = match.lastgroup, match.group()
        if kind == "mark":
            return self.collection(start, depth)
        self.at = match.end()
        where = self.places.range(start, self.at)
        if kind == "string":
            return JsonNode("string", where, _whole_characters(json.loads(text)))
        if kind == "number":
            if not _NUMBER.match(text):
                detail = "There is a syntax error in the given JSON number."
                raise self.fail("Invalid JSON number", detail, start, self.at)
            return JsonNode("number", where, text)
        if text not in _WORDS:
            detail = f'"{text}" is not a valid JSON keyword.{did_you_mean(text, _WORDS)}'
            raise self.fail("Invalid JSON keyword", detail, start, self.at)
        return JsonNode("null" if text == "null" else "bool", where, _WORDS[text])

    def no_value(self, start: int) -> DiagnosticsError:
        if start == len(self.text):
            return self.fail("Missing value", "The JSON data ends prematurely.", start)
        if self.text[start] != '"':
            return self.fail("Invalid start of value", _STARTS, start)
        line_end = self.text.find("\n", start)
        end = line_end if line_end >= 0 else len(self.text)
        return self.fail("Invalid JSON string", "There is a syntax error in the given JSON string.", start, end)

    def collection(self, start: int, depth: int) -> JsonNode:
        """Reads an object or array that begins here."""
        mark = self.text[start]
        if mark not in "{[":
            raise self.fail("Missing JSON value", _STARTS, start)
        self.at = start + 1
        if mark == "{":
            members = self.members(start, depth)
            return JsonNode("object", self.places.range(start, self.at), members)
        elements = self.elements(start, depth)
        return JsonNode("array", self.places.range(start, self.at), elements)

    def members(self, start: int, depth: int) -> list[tuple[JsonNode, JsonNode]]:
        members: list[tuple[JsonNode, JsonNode]] = []
        while self.more("}", start, bool(members)):
            if self.peek() != '"':
                detail = "A JSON object property name must be a string"
                raise self.fail("Invalid object property name", detail, self.at)
            key = self.value(depth + 1)
            if self.peek() != ":":
                detail = "A colon must appear between an object property's name and its value."
                raise self.fail("Missing property value colon", detail, self.at)
            self.at += 1
            members.append((key, self.value(depth + 1)))
        return members

    def elements(self, start: int, depth: int) -> list[JsonNode]:
        elements: list[JsonNode] = []
        while self.more("]", start, bool(elements)):
            elements.append(self.value(depth + 1))
        return elements

    def more(self, closing: str, start: int, follows: bool) -> bool:
        """Reads up to the next member or element, or behind the closing mark of what began at `start`."""
        what, piece = ("object", "property") if closing == "}" else ("array", "value")
        bracket = "brace" if closing == "}" else "bracket"
        found = self.peek()
        if found == closing:
            self.at += 1
            return False
        if not found:
            raise self.fail(f"Unclosed {what}", f"No closing {bracket} was found for this JSON {what}.", start)
        if not follows:
            return True
        if found in "]}":
            detail = f"A JSON {what} must be closed with a {bracket}, not a {'bracket' if found == ']' else 'brace'}."
            raise self.fail("Mismatched braces", detail, self.at)
        if found != ",":
            each = "each property definition in an object" if what == "object" else "each value in an array"
            detail = f"A comma must appear between {each}."
            raise self.fail("Missing attribute separator comma", detail, self.at)
        comma = self.at
        self.at += 1
        if self.peek() == closing:
            detail = f"JSON does not permit a trailing comma after the final {piece} in an {what}."
            raise self.fail(f"Trailing comma in {what}", detail, comma)
        return True

    def end(self) -> None:
        """Sees that nothing follows the value."""
        start = self.skip()
        if start < len(self.text):
            raise self.fail("Extraneous data after value", "Extra characters appear after the JSON value.", start)


def _whole_characters(text: str) -> str:
    """The text with halves of surrogate pairs replaced, as Go replaces them."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
