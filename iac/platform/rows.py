"""Objects as rows: the prepared SQL of each kind, and rows to plain JSON and back.

Owns the shape of the statements; leaves when they run, and what they mean, to `api`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from iac.platform.schemas import KINDS, Kind
from iac.values.codec import canonical
from iac.values.types import BOOL

Attributes: TypeAlias = dict[str, Any]
Paths: TypeAlias = list[list[Any]]


@dataclass(frozen=True)
class Statements:
    """The SQL for one kind of object."""

    insert: str
    update: str
    delete: str
    by_id: str
    by_name: str
    all: str
    name_of: str
    id_of: str
    children: str


@cache
def statements(kind: str) -> Statements:
    """The SQL for a kind, made once."""
    spec = KINDS[kind]
    columns = [*spec.columns, "sensitive_paths"]
    names = ", ".join(map(_quoted, columns))
    table = _quoted(kind)
    parent = f"{_quoted(spec.parent_attribute)} = ? AND " if spec.parent else ""
    child = next((k for k in KINDS.values() if k.parent == kind), None)
    return Statements(
        f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})",
        f"UPDATE {table} SET {', '.join(f'{_quoted(c)} = ?' for c in columns)} WHERE id = ?",
        f"DELETE FROM {table} WHERE id = ?",
        f"SELECT {names} FROM {table} WHERE id = ?",
        f"SELECT {names} FROM {table} WHERE {parent}name = ?",
        f"SELECT {names} FROM {table}",
        f"SELECT name FROM {table} WHERE id = ?",
        f"SELECT id FROM {table} WHERE {parent}name = ?",
        "" if child is None else f"SELECT name FROM {child.name} WHERE {child.parent_attribute} = ? ORDER BY name",
    )


def _quoted(name: str) -> str:
    return f'"{name}"'


def to_row(kind: Kind, attributes: Mapping[str, Any], sensitive: Sequence[Sequence[Any]]) -> list[Any]:
    """The row of an object whose attributes are all there."""
    nested = kind.json_columns
    row = [_text(attributes[c]) if c in nested else attributes[c] for c in kind.columns]
    row.append(canonical([list(p) for p in sensitive]))
    return row


def _text(value: Any) -> str:
    # Most nested parts of most objects are not set.
    return "null" if value is None else "[]" if value == [] else canonical(value)


def from_row(kind: Kind, row: Sequence[Any]) -> tuple[Attributes, Paths]:
    """An object's attributes and its remembered sensitive paths."""
    attributes: Attributes = {}
    nested, known = kind.json_columns, kind.block.attributes
    for name, value in zip(kind.columns, row, strict=False):
        if name in nested:
            value = None if value == "null" else json.loads(value)
        elif value is not None and known[name].type is BOOL:
            value = bool(value)
        attributes[name] = value
    return attributes, json.loads(row[-1])
