"""What stands in a database: tables, their columns, keys, indexes and triggers; and how that differs from what should.

Owns the comparison, and reading a schema from the statements that make it. Leaves asking a database for what it has
to `sqlite_schema` and `postgresql_schema`, and the statements to `iac.storage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Table:
    """A table by what is said of it. `columns` gives type and nullability, `keys` the primary key and every unique
    and foreign key, `indexes` and `triggers` their definitions by name; all in the form of `plain`."""

    columns: dict[str, str] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    indexes: dict[str, str] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables by name, and the bodies of functions by name, which only a server has."""

    tables: dict[str, Table] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)


_EVENTS: Final = r"\b(?:insert|update|delete|truncate)(?: or (?:insert|update|delete|truncate))+\b"
_AROUND: Final = r"\s*([(),;])\s*"


def plain(sql: str) -> str:
    """SQL without what means nothing: quotes around names, spaces, capitals, the order of a trigger's events."""
    words = " ".join(sql.replace('"', "").lower().split())
    words = re.sub(_AROUND, r"\1", words)
    return re.sub(_EVENTS, lambda events: " or ".join(sorted(events[0].split(" or "))), words)


# --- as the statements make it -----------------------------------------------------------------------------

_STATEMENT: Final = (
    r'(?s)CREATE (?:UNIQUE )?(?P<kind>TABLE|INDEX|TRIGGER|FUNCTION) "?(?P<name>\w+)"?'
    r'(?:.*? ON "?(?P<table>\w+)"?)?'
)
_COMMA: Final = r",(?![^(]*\))"
_KEYS: Final = ("PRIMARY KEY", "UNIQUE", "FOREIGN KEY")


def schema_of(statements: Iterable[str]) -> Schema:
    """What statements make: CREATE TABLE, INDEX, TRIGGER and FUNCTION, in the form in which SQLAlchemy writes them."""
    made = Schema()
    for statement in statements:
        found = re.match(_STATEMENT, statement)
        assert found is not None, statement
        kind, name, table = found["kind"], found["name"], found["table"]
        if kind == "TABLE":
            made.tables[name] = _table(statement)
        elif kind == "FUNCTION":
            made.functions[name] = plain(statement.split("$$")[1])
        else:
            owner = made.tables[table]
            (owner.indexes if kind == "INDEX" else owner.triggers)[name] = plain(statement)
    return made


def _table(statement: str) -> Table:
    inside = statement[statement.index("(") + 1 : statement.rindex(")")]
    parts = [part.strip() for part in re.split(_COMMA, inside)]
    columns = (part.partition(" ") for part in parts if not part.startswith(_KEYS))
    return Table(
        columns={name.strip('"'): plain(rest) for name, _, rest in columns},
        keys={plain(part) for part in parts if part.startswith(_KEYS)},
    )


# --- how two differ ----------------------------------------------------------------------------------------


def differences(wanted: Schema, there: Schema) -> list[str]:
    """What is missing, was changed, or was added to a table that is wanted, one sentence each.

    What goes with a missing table is not named. Tables and indexes that somebody else made beside ours change nothing
    and are left out.
    """
    found: list[str] = []
    for name, table in wanted.tables.items():
        if name in there.tables:
            found += _differences_in(name, table, there.tables[name])
        else:
            found.append(f"the table {name} is missing")
    found += _compared("function", "", wanted.functions, there.functions)
    return found


def _differences_in(name: str, wanted: Table, there: Table) -> Iterator[str]:
    of_table = f" of the table {name}"
    yield from _compared("column", of_table, wanted.columns, there.columns, tell=True)
    yield from _added("column", of_table, wanted.columns, there.columns)
    yield from (f"the table {name} has no {_told(key)}" for key in sorted(wanted.keys - there.keys))
    yield from (
        f"the table {name} has a {_told(key)} that iac did not make" for key in sorted(there.keys - wanted.keys)
    )
    yield from _compared("index", of_table, wanted.indexes, there.indexes)
    unique = {index: sql for index, sql in there.indexes.items() if sql.startswith("create unique ")}
    yield from _added("unique index", of_table, wanted.indexes, unique)
    yield from _compared("trigger", of_table, wanted.triggers, there.triggers)
    yield from _added("trigger", of_table, wanted.triggers, there.triggers)


def _compared(
    kind: str, place: str, wanted: Mapping[str, str], there: Mapping[str, str], *, tell: bool = False
) -> Iterator[str]:
    """What is missing or was changed; `tell` says that definitions are short enough to be shown."""
    for name, definition in wanted.items():
        if name not in there:
            yield f"the {kind} {name}{place} is missing"
        elif there[name] != definition:
            how = f": it is {_told(there[name])} and should be {_told(definition)}" if tell else ""
            yield f"the {kind} {name}{place} was changed{how}"


def _added(kind: str, place: str, wanted: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    yield from (f"the {kind} {name}{place} was not made by iac" for name in there if name not in wanted)


_KEYWORDS: Final = r"\b(?:(?:primary|foreign) key|unique|references|not null|default)\b|^\w+"


def _told(definition: str) -> str:
    """A definition as people write it: keywords and the type in capitals, a space after a comma."""
    words = re.sub(_KEYWORDS, lambda keyword: keyword[0].upper(), definition)
    return words.replace("(", " (").replace(",", ", ").replace(")R", ") R")
