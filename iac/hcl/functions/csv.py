"""`csvdecode`: CSV text (RFC 4180) to a list of objects, with the errors of Go's reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iac.hcl.functions.shorthand import text
from iac.hcl.functions.spec import Function, FunctionContext, FunctionError
from iac.hcl.render import go_quote
from iac.values.types import DYNAMIC, STRING, Type, list_of, object_of
from iac.values.value import Value, list_value, object_value, string

_LONGEST_LINE = 1 << 20
"""Characters, where a line has quotes: such lines are read field by field."""


def _csv_records(source: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a CSV text (RFC 4180) with the line each begins on. Empty lines do not count."""
    lines = source.replace("\r\n", "\n").split("\n")
    position = 0
    while position < len(lines):
        start = position
        if lines[start] == "":
            position += 1
            continue
        fields, position = _csv_record(lines, start)
        yield start + 1, fields


def _csv_record(lines: Sequence[str], start: int) -> tuple[list[str], int]:
    """One record, and the index of the line after it."""
    fields: list[str] = []
    position, rest = start, lines[start]
    while True:
        if rest.startswith('"'):
            field, rest, position = _csv_quoted(lines, position, rest[1:])
            fields.append(field)
            if rest == "":
                return fields, position + 1
            rest = rest[1:]
            continue
        if '"' not in rest:
            return fields + rest.split(","), position + 1
        if len(rest) > _LONGEST_LINE:
            raise FunctionError(f"CSV parse error on line {position + 1}: the line is too long")
        field, comma, rest = rest.partition(",")
        if '"' in field:
            raise FunctionError(f'CSV parse error on line {position + 1}: bare " in non-quoted-field')
        fields.append(field)
        if not comma:
            return fields, position + 1


def _csv_quoted(lines: Sequence[str], position: int, rest: str) -> tuple[str, str, int]:
    """A quoted field after its first quote: its text, what follows on its last line, and that line's index."""
    parts: list[str] = []
    while True:
        piece, closing, after = rest.partition('"')
        parts.append(piece)
        if not closing:
            if position + 1 >= len(lines):
                break
            position, rest = position + 1, lines[position + 1]
            parts.append("\n")
        elif after.startswith('"'):
            parts.append('"')
            rest = after[1:]
        elif after == "" or after.startswith(","):
            return "".join(parts), after, position
        else:
            break
    raise FunctionError(f'CSV parse error on line {position + 1}: extraneous or missing " in quoted-field')


def _csvdecode_type(arguments: Sequence[Value]) -> Type:
    if not arguments[0].is_known:
        return DYNAMIC
    header = next(_csv_records(arguments[0].raw), None)
    if header is None:
        raise FunctionError("missing header line")
    known: set[str] = set()
    for name in header[1]:
        if name in known:
            raise FunctionError(f"duplicate column name {go_quote(name)}")
        known.add(name)
    return list_of(object_of(dict.fromkeys((string(name).raw for name in header[1]), STRING)))


def _csvdecode(arguments: Sequence[Value], returns: Type) -> Value:
    records = _csv_records(arguments[0].raw)
    _, header = next(records)
    names = [string(name).raw for name in header]
    rows = []
    for line, record in records:
        if len(record) != len(names):
            raise FunctionError(f"CSV parse error on line {line}: wrong number of fields")
        rows.append(object_value(dict(zip(names, map(string, record), strict=True))))
    return list_value(object_of(dict.fromkeys(names, STRING)), rows)


_FUNCTIONS = (
    Function(
        "csvdecode",
        (text("str", "CSV text with a header line"),),
        _csvdecode_type,
        _csvdecode,
        description="Reads CSV: a list of objects, one for each line, with the columns as attributes.",
        example='csvdecode("a,b\\n1,2") = [{a = "1", b = "2"}]',
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
