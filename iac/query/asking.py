"""SQL over what there is: resources, attributes, outputs, events, plans and runs. It can only read.

The database itself sees to that: the file is opened for reading, and an authorizer lets a statement use a few
columns and nothing else. No secret is among them: attributes and outputs come from tables made for the question, in
which what is sensitive is null; events, plans and runs hold digests. Of a database on a server, what is asked for is
first copied into one in memory, so that the same SQL works on all.
"""

from __future__ import annotations

import re
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from iac.address import key_text
from iac.database import Database
from iac.database.sqlite import reading_uri
from iac.diagnostics import Diagnostic, DiagnosticsError, SourceRange, error
from iac.engine.objects import decode
from iac.project import Project
from iac.query.places import place_of, suggestion
from iac.query.views import SCHEMA, VIEWS
from iac.state.model import InstanceObject
from iac.state.store import StateReader, workspaces
from iac.values.codec import canonical, to_json
from iac.values.value import SENSITIVE, Value

DEFAULT_SECONDS: Final = 30.0
_LONGEST: Final = 10_000_000
_LARGEST: Final = 100_000_000
_CELL: Final = 50
_STEPS: Final = 100_000

_TABLES: Final = {name: view.table for name, view in VIEWS.items() if view.table}
_READABLE: Final = frozenset((table, column) for view, table in _TABLES.items() for column in SCHEMA[view])
_NOT_ALLOWED: Final = ("prohibited", "not authorized", "because it is a view", "may not be modified", "readonly")
_TABLE_FUNCTIONS: Final = frozenset({"json_each", "json_tree"})
_REFUSED_FUNCTIONS: Final = frozenset({"load_extension", "fts3_tokenizer"})


@dataclass(frozen=True)
class Answer:
    """The names of the columns, and the rows, of which there may be more than fit."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    is_cut: bool = False


def ask(project: Project, sql: str, *, limit: int | None = None, seconds: float = DEFAULT_SECONDS) -> Answer:
    """Runs one SELECT. Raises `DiagnosticsError` for anything else, and for one that takes too long."""
    with closing(_connect(project.database, sql.lower())) as connection:
        try:
            _prepare(connection, project, sql)
            return _run(connection, sql, limit, seconds)
        except (sqlite3.Error, sqlite3.Warning, ValueError) as problem:
            connection.set_progress_handler(None, 0)
            if (damage := project.database.damage()) is not None:
                raise DiagnosticsError(damage) from None
            place = place_of(sql, str(problem), partial(_objection, connection))
            raise DiagnosticsError(_refused(problem, seconds, place)) from None


def _connect(database: Database, words: str) -> sqlite3.Connection:
    """A connection that has the tables of what is asked in some words."""
    if database.dialect == "sqlite":
        return sqlite3.connect(reading_uri(database.location), uri=True, isolation_level=None)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for view, table in _TABLES.items():
        columns = ", ".join(f'"{c}"' for c in SCHEMA[view])
        connection.execute(f'CREATE TABLE "{table}" ({columns})')
        if view in words or table in words:
            places = ", ".join("?" * len(SCHEMA[view]))
            rows = database.query(f'SELECT {columns} FROM "{table}"')
            connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
    return connection


def _objection(connection: sqlite3.Connection, sql: str) -> str | None:
    """What SQLite has against a query, which is not run; None when nothing."""
    try:
        connection.execute(f"EXPLAIN {sql}").close()
    except (sqlite3.Error, sqlite3.Warning, ValueError) as problem:
        return str(problem)
    return None


def _prepare(connection: sqlite3.Connection, project: Project, sql: str) -> None:
    """Makes the views, and locks everything else away."""
    for view, table in _TABLES.items():
        columns = ", ".join(f"[{c}]" for c in SCHEMA[view])  # in quotes, a column that is missing would be a text
        connection.execute(f'CREATE TEMP VIEW "{view}" AS SELECT {columns} FROM main."{table}"')
    for name in ("attributes", "outputs"):
        connection.execute(f'CREATE TEMP TABLE "{name}" ({", ".join(SCHEMA[name])})')
    words = sql.lower()
    # Made only when they may be asked for: they cost what the state is large.
    if "attributes" in words:
        connection.executemany("INSERT INTO attributes VALUES (?, ?, ?, ?, ?, ?)", _attributes(project))
    if "outputs" in words:
        connection.executemany("INSERT INTO outputs VALUES (?, ?, ?, ?)", _outputs(project.database))
    # They declare their columns when they are first used, which is not allowed any more later.
    connection.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')").close()
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall()
    connection.set_authorizer(_authorizer(frozenset(n for (n,) in tables) - frozenset(_TABLES.values())))


def _authorizer(hidden: frozenset[str]) -> Callable[[int, str | None, str | None, str | None, str | None], int]:
    """What SQLite asks before it uses anything. `hidden` are the tables of which not even the size is told."""

    def authorize(action: int, first: str | None, second: str | None, place: str | None, source: str | None) -> int:
        allowed = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE)
        allowed |= action == sqlite3.SQLITE_FUNCTION and second not in _REFUSED_FUNCTIONS
        if action == sqlite3.SQLITE_READ:
            # By column, and not by the view through which it is read: a subquery may be called like one. What stands
            # in no database is such a subquery, or a table of which only the rows are counted.
            allowed = (first, second) in _READABLE or (place == "temp" and first in SCHEMA)
            allowed |= place is None and first not in hidden
            allowed |= not second and first in _TABLES.values()
            allowed |= first in _TABLE_FUNCTIONS
        return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY

    return authorize


def _run(connection: sqlite3.Connection, sql: str, limit: int | None, seconds: float) -> Answer:
    deadline = time.monotonic() + seconds
    with _interruptible() as is_interrupted:
        connection.set_progress_handler(lambda: int(is_interrupted() or time.monotonic() > deadline), _STEPS)
        try:
            cursor = connection.execute(sql)
            if cursor.description is None:
                raise DiagnosticsError(error("Query failed", "The query is empty: ask one SELECT."))
            columns = [name for name, *_ in cursor.description]
            rows = _fetch(cursor, limit)
        except sqlite3.OperationalError:
            if is_interrupted():
                raise KeyboardInterrupt from None
            raise
    return Answer(columns, rows if limit is None else rows[:limit], limit is not None and len(rows) > limit)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: SQLite swallows what is raised while it is at work."""
    pressed: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    previous = signal.signal(signal.SIGINT, lambda number, frame: pressed.append(number))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, previous)


def _fetch(cursor: sqlite3.Cursor, limit: int | None) -> list[tuple[Any, ...]]:
    """The rows, one more than the limit at most. Raises `DiagnosticsError` when they would fill the memory."""
    rows: list[tuple[Any, ...]] = []
    size = 0
    while batch := cursor.fetchmany(1000 if limit is None else min(1000, limit + 1 - len(rows))):
        rows += batch
        size += sum(_CELL + (len(cell) if isinstance(cell, (str, bytes)) else 0) for row in batch for cell in row)
        if size > _LARGEST:
            raise DiagnosticsError(
                error(
                    "Answer is too large", f"{len(rows)} rows and no end. Ask for less, or for the first with -limit."
                )
            )
        if limit is not None and len(rows) > limit:
            break
    return rows


def _refused(problem: Exception, seconds: float, place: SourceRange | None) -> Diagnostic:
    text = str(problem)
    if "interrupted" in text:
        return error("Query took too long", f"It was stopped after {seconds:g} s. Ask for less, or allow more time.")
    told = f"{text[:1].upper()}{text[1:].rstrip('.')}."
    if any(words in text for words in _NOT_ALLOWED):
        return error(
            "Query is not allowed",
            f"{told}{_view_of(text)} A query is one SELECT over the views {', '.join(SCHEMA)}; iac query --schema "
            "lists their columns.",
            place,
        )
    if "one statement" in text:
        told = "Only one statement at a time can be run."
    if "number of bindings" in text:
        told = "A query has no parameters: write values into it."
    return error("Query failed", f"{told}{suggestion(text)} iac query --schema lists what can be asked.", place)


def _view_of(text: str) -> str:
    """Which view was likely meant where a table was named of which only a view is to be seen."""
    table = re.search(r"access to (\w+)", text)
    return next((f' Did you mean "{v}"?' for v, t in _TABLES.items() if table and t == table[1] and t != v), "")


# --- what has secrets -------------------------------------------------------------------------------------------


def _outputs(database: Database) -> Iterator[tuple[Any, ...]]:
    for workspace in workspaces(database):
        for name, output in StateReader(database, workspace).load().outputs.items():
            hidden = output.sensitive or output.value.has_marks
            yield workspace, name, None if hidden else _scalar(to_json(output.value)), hidden


def _attributes(project: Project) -> Iterator[tuple[Any, ...]]:
    for workspace in workspaces(project.database):
        state = StateReader(project.database, workspace).load()
        for address, stored in state.instances.items():
            type = address.resource.type
            for path, value, hidden in _leaves(_object(project, stored), ""):
                yield workspace, str(address), type, path, value, hidden


def _object(project: Project, stored: InstanceObject) -> Value:
    return decode(stored, project.schema_of(stored.provider, stored.address.resource))


def _leaves(value: Value, path: str) -> Iterator[tuple[str, Any, bool]]:
    if SENSITIVE in value.marks:
        yield path, None, True
        return
    raw = value.raw
    parts: Iterable[tuple[str, Value]]
    if raw.__class__ is dict:
        parts = [(f"{path}.{name}" if path else name, part) for name, part in raw.items()]
    elif raw.__class__ is tuple:
        parts = [(f"{path}{key_text(index)}", part) for index, part in enumerate(raw)]
    else:
        yield path, _scalar(to_json(value, lambda _: None)), False
        return
    for name, part in parts:
        yield from _leaves(part, name)


def _scalar(data: Any) -> Any:
    """A value of SQLite: text for what is larger than a number or a text."""
    if data is None or isinstance(data, (str, bool)):
        return data
    if isinstance(data, int) and abs(data) < 1 << 63:
        return data
    return data if isinstance(data, float) else canonical(data)
