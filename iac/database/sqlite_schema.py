"""The tables that an SQLite database has, asked of its catalogue. Imported only when they are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

from iac.database.schema import Schema, Table, plain

_Ask: TypeAlias = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_MADE: Final = """SELECT type, name, tbl_name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND type IN ('table', 'index', 'trigger') ORDER BY type <> 'table', name"""
_COLUMNS: Final = 'SELECT name, type, "notnull", dflt_value FROM pragma_table_xinfo(?)'
_PRIMARY: Final = "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk"
_UNIQUE: Final = "SELECT name FROM pragma_index_list(?) WHERE origin = 'u'"
_INDEXED: Final = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
_REFERENCES: Final = 'SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(?) ORDER BY id, seq'


def read_schema(ask: _Ask) -> Schema:
    """What there is; `ask` gives the rows of a query."""
    found = Schema()
    for kind, name, table, sql in ask(_MADE, ()):
        if kind == "table":
            found.tables[name] = Table(columns=_columns(ask, name), keys=set(_keys(ask, name)))
        elif table in found.tables:
            owner = found.tables[table]
            (owner.indexes if kind == "index" else owner.triggers)[name] = plain(sql)
    return found


def _columns(ask: _Ask, table: str) -> dict[str, str]:
    return {
        name: plain(type + " NOT NULL" * required + (f" DEFAULT {default}" if default is not None else ""))
        for name, type, required, default in ask(_COLUMNS, (table,))
    }


def _keys(ask: _Ask, table: str) -> Iterable[str]:
    if primary := ask(_PRIMARY, (table,)):
        yield plain(f"PRIMARY KEY ({_names(primary)})")
    for (index,) in ask(_UNIQUE, (table,)):
        yield plain(f"UNIQUE ({_names(ask(_INDEXED, (index,)))})")
    references: dict[tuple[int, str], list[tuple[str, str]]] = {}
    for key, parent, column, target in ask(_REFERENCES, (table,)):
        references.setdefault((key, parent), []).append((column, target))
    for (_, parent), pairs in references.items():
        targets = _names(pair[1:] for pair in pairs)
        yield plain(f"FOREIGN KEY ({_names(pairs)}) REFERENCES {parent} ({targets})")


def _names(rows: Iterable[Sequence[Any]]) -> str:
    """The first value of each row, as SQL lists columns."""
    return ", ".join(str(row[0]) for row in rows)
