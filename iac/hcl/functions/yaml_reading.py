"""YAML as values: which scalar is of which type, anchors and merges, and what is said of a mistake.

The rules are those of go-cty-yaml: mostly the core schema of YAML 1.2 with the bools of YAML 1.1, timestamps as
strings. Scanning is PyYAML's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from iac.hcl.functions.encoding import decode_base64
from iac.hcl.functions.spec import FunctionError
from iac.hcl.functions.yaml_writing import scalar_text
from iac.hcl.render import go_quote
from iac.values import numbers
from iac.values.limits import DEPTH, check_parts
from iac.values.types import BOOL, NUMBER, STRING
from iac.values.value import NULL, Value, boolean, number, object_value, string, tuple_value

if TYPE_CHECKING:
    import yaml

_TAG = "tag:yaml.org,2002:"
_NULLS = frozenset(["", "~", "null", "Null", "NULL"])
_BOOLS = {
    **dict.fromkeys(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"], True),
    **dict.fromkeys(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"], False),
}
_INFINITIES = {
    **dict.fromkeys([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], "inf"),
    **dict.fromkeys(["-.inf", "-.Inf", "-.INF"], "-inf"),
}
_INTEGER = re.compile(r"0o(?P<o>[0-7]+)\Z|0x(?P<x>[0-9a-fA-F]+)\Z|(?P<d>[-+]?[0-9]+)\Z")
_LARGEST_HEXADECIMAL = (1 << 64) - 1
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:\.\d*)?(Z|[+-]\d\d:\d\d)"
    r"| (\d\d?):(\d\d?):(\d\d?)(?:\.\d*)?)?\Z"
)


def _integer(raw: str) -> Value | None:
    match = _INTEGER.match(raw)
    if match is None:
        return None
    if match["d"] is not None:
        return number(numbers.parse(raw) or 0)  # YAML's integers have no negative zero
    base = 8 if match["o"] is not None else 16
    magnitude = int(raw[2:], base)
    if magnitude > _LARGEST_HEXADECIMAL:
        raise FunctionError("cannot parse {} as {}", None, go_quote(raw), _TAG + "int")
    return number(magnitude)


def _float(raw: str) -> Value | None:
    if raw in _INFINITIES:
        return number(float(_INFINITIES[raw]))
    return number(numbers.parse(raw)) if _FLOAT.match(raw) else None


def _timestamp(raw: str) -> Value | None:
    from datetime import UTC, datetime, timedelta, timezone

    from iac.hcl.functions.datetime import format_rfc3339

    match = _TIMESTAMP.match(raw)
    if match is None:
        return None
    year, month, day, hour, minute, second, zone, *alone = match.groups()
    time = (hour, minute, second) if hour else alone
    fields = [int(part or 0) for part in (year, month, day, *time)]
    offset = timedelta()
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:])) * (-1 if zone[0] == "-" else 1)
    try:
        moment = datetime(*fields, tzinfo=timezone(offset) if offset else UTC)  # type: ignore[arg-type,misc]
    except ValueError:
        return None
    return string(format_rfc3339(moment))


def _implicit(raw: str) -> Value:
    """What a plain scalar without a tag is."""
    if raw in _NULLS:
        return NULL
    if raw in _BOOLS:
        return boolean(_BOOLS[raw])
    for read in (_integer, _float, _timestamp):
        found = read(raw)
        if found is not None:
            return found
    return string(raw)


def _tagged(tag: str, raw: str) -> Value:
    """What a scalar with an explicit tag is. Raises `FunctionError` where it cannot be that."""
    found: Value | None = None
    name = tag.removeprefix(_TAG)
    if name == "str":
        found = string(raw)
    elif name == "null":
        found = NULL
    elif name == "bool":
        found = boolean(_BOOLS[raw]) if raw in _BOOLS else None
    elif name == "int":
        found = _integer(raw)
    elif name == "float":
        found = _float(raw) or _integer(raw)
    elif name == "timestamp":
        found = _timestamp(raw)
    elif name == "binary":
        if decode_base64(raw.strip()) is None:
            raise FunctionError("cannot parse {} as {}: not valid base64", None, go_quote(raw), tag)
        found = string(raw)
    else:
        raise FunctionError(f"unsupported tag {go_quote(tag)}")
    if found is None:
        raise FunctionError("cannot parse {} as {}", None, go_quote(raw), tag)
    return found


class _Reader:
    """Turns the nodes of a document into values; anchors are shared nodes."""

    def __init__(self) -> None:
        self._open: set[int] = set()
        self._done: dict[int, Value] = {}

    def value(self, node: Any) -> Value:
        if node.id == "scalar":
            return self._scalar(node)
        if id(node) in self._open:
            raise FunctionError(f"on line {_line(node)}: cannot refer to an anchor from inside its own definition")
        if id(node) not in self._done:
            self._open.add(id(node))
            value = self._sequence(node) if node.id == "sequence" else self._mapping(node)
            self._open.discard(id(node))
            check_parts(value.size)
            self._done[id(node)] = value
        return self._done[id(node)]

    def _scalar(self, node: Any) -> Value:
        if node.tag == _PLAIN:
            return _implicit(node.value)
        if node.style in ("'", '"') and node.tag.startswith(_TAG):
            return string(node.value)  # what is quoted is a string, whatever its tag
        return _tagged(node.tag, node.value)

    def _sequence(self, node: Any) -> Value:
        if node.tag != _TAG + "seq":
            raise FunctionError(f"can't interpret sequence as {node.tag}")
        return tuple_value(self.value(part) for part in node.value)

    def _mapping(self, node: Any) -> Value:
        if node.tag != _TAG + "map":
            raise FunctionError(f"can't interpret mapping as {node.tag}")
        result: dict[str, Value] = {}
        for key_node, value_node in node.value:
            if key_node.id == "scalar" and key_node.value == "<<":
                result.update(self._merged(value_node))
                continue
            result[self._key(key_node)] = self.value(value_node)
        return object_value(result)

    def _merged(self, node: Any) -> dict[str, Value]:
        value = self.value(node)
        if value.type.kind != "object":
            raise FunctionError(f"on line {_line(node)}: cannot merge {value.type.kind} into mapping")
        return value.raw  # type: ignore[no-any-return]

    def _key(self, node: Any) -> str:
        key = self.value(node)
        if key.raw is None:
            raise FunctionError("mapping key cannot be null")
        if key.type is STRING:
            return key.raw  # type: ignore[no-any-return]
        if key.type is NUMBER or key.type is BOOL:
            return scalar_text(key.raw)
        raise FunctionError("only strings are allowed as mapping keys")


_PLAIN = "plain"


def _line(node: Any) -> str:
    return f"{node.start_mark.line + 1}, column {node.start_mark.column + 1}"


def _loader(source: str) -> Any:
    """A loader that composes nodes and leaves the type of plain scalars open."""
    import yaml

    class Loader(yaml.BaseLoader):
        depth = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.depth += 1
            if self.depth > DEPTH:
                raise RecursionError
            node = super().compose_node(parent, index)
            self.depth -= 1
            return node

        def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
            if kind is yaml.ScalarNode:
                return _PLAIN if implicit[0] else _TAG + "str"
            return _TAG + ("seq" if kind is yaml.SequenceNode else "map")

    return Loader(source)


# What PyYAML says, as a pattern, and what libyaml says of the same mistake.
_LIBYAML_WORDS = (
    (r"expected the node content", "did not find expected node content"),
    (r"mapping values are not allowed here", "mapping values are not allowed in this context"),
    (r"found undefined alias '(.*)'", r'reference to undefined anchor "\1"'),
    (r"found character .* that cannot start any token", "found character that cannot start any token"),
    (r"expected ',' or '(.)'", r"did not find expected ',' or '\1'"),
    (r"expected alphabetic or numeric character, but", "did not find expected alphabetic or numeric character"),
    (r"expected '>', but", "did not find the expected '>'"),
    (r"found incompatible YAML document", "found incompatible YAML document"),
    (r"found unknown escape character", "found unknown escape character"),
    (r"expected '<document start>'", "did not find expected <document start>"),
)


def _place(problem: yaml.MarkedYAMLError, source: str) -> str:
    """Where YAML does not parse, as Terraform says it: by the line before for the parser, by the line alone for the
    scanner, and not at all on the first line."""
    import yaml

    mark = problem.problem_mark
    if mark is None:
        return ""
    line, column = mark.line, mark.column
    at_end = mark.index >= len(source)
    if isinstance(problem, yaml.scanner.ScannerError):
        # A key that nothing follows is found out one line later.
        late = at_end and column and "expected ':'" in (problem.problem or "")
        return f"on line {line + 1 + bool(late)}, column 1: " if line else ""
    if at_end and column:
        line, column = line + 1, 0
    return f"on line {line}, column {column + 1}: " if line else ""


def _in_words(problem: yaml.MarkedYAMLError) -> str:
    """Why YAML does not parse, as Terraform says it."""
    said = problem.problem or "the text is not valid YAML"
    if said.startswith("expected <block end>"):
        in_sequence = "collection" in (problem.context or "")
        return "did not find expected " + ("'-' indicator" if in_sequence else "key")
    for pattern, words in _LIBYAML_WORDS:
        match = re.match(pattern, said, re.DOTALL)
        if match:
            return match.expand(words)
    return said


def decode(source: str) -> Value:
    """The value of one document. Raises `FunctionError`, in Terraform's words."""
    import yaml

    loader = None
    try:
        loader = _loader(source)
        if not loader.check_node():
            raise FunctionError("on line 1, column 1: missing start of document")
        node = loader.get_node()
        if loader.check_node():
            raise FunctionError("on line 1, column 1: unexpected extra content after value")
        return _Reader().value(node)
    except yaml.MarkedYAMLError as problem:
        raise FunctionError(f"{_place(problem, source)}{_in_words(problem)}") from None
    except yaml.YAMLError as problem:
        raise FunctionError(str(problem).splitlines()[0]) from None
    except RecursionError:
        raise FunctionError("the YAML is nested too deeply") from None
    finally:
        if loader is not None:
            loader.dispose()
