"""The tables that a PostgreSQL database has, asked of its catalogue. Imported only when they are compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from iac.database.schema import Schema, Table, plain

_TYPES: Final = {"character varying": "VARCHAR", "bytea": "BYTEA"}
_QUALIFIED: Final = r' ON (?:ONLY )?(?:\w+\.|"[^"]*"\.)?'
_HERE: Final = "current_schema()::regnamespace"
# Tables, not the views on them.
_COLUMNS: Final = f"""SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = {_HERE} AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
    ORDER BY relname, attnum"""
_KEYS: Final = f"""SELECT relname, pg_get_constraintdef(pg_constraint.oid)
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = {_HERE} AND contype IN ('p', 'u', 'f')"""
_INDEXES: Final = f"""SELECT relname, indexrelid::regclass::name, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = {_HERE} AND relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))"""
# A trigger that is disabled does nothing, as if it were not there.
_TRIGGERS: Final = f"""SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid, true)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = {_HERE} AND NOT tgisinternal AND tgenabled <> 'D'"""
_FUNCTIONS: Final = f"SELECT proname, prosrc FROM pg_proc WHERE pronamespace = {_HERE}"


def read_schema(ask: Callable[[str], Iterable[Any]]) -> Schema:
    """What there is in the current schema; `ask` gives the rows of a query."""
    found = Schema(functions={name: plain(body) for name, body in ask(_FUNCTIONS)})
    for table, column, type, required in ask(_COLUMNS):
        columns = found.tables.setdefault(table, Table()).columns
        columns[column] = plain(_TYPES.get(type, type) + " NOT NULL" * required)
    for table, key in ask(_KEYS):
        found.tables[table].keys.add(plain(key))
    for table, name, sql in ask(_INDEXES):
        found.tables[table].indexes[name] = plain(re.sub(_QUALIFIED, " ON ", sql).replace(" USING btree", ""))
    for table, name, sql in ask(_TRIGGERS):
        found.tables[table].triggers[name] = plain(re.sub(_QUALIFIED, " ON ", sql))
    return found
