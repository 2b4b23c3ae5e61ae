"""SQLite through the standard library, because it is there and starts at once: opening, locking, errors."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from iac.database.driver import MEMORY, DatabaseNotFound, IntegrityError
from iac.diagnostics import Diagnostic, DiagnosticsError, error

if TYPE_CHECKING:
    from iac.database.schema import Schema

BUSY_TIMEOUT: Final = 10.0
"""How many seconds to wait for another process's transaction to end."""

_Result = TypeVar("_Result")

_QUOTED: Final = re.compile(r"""'(?:[^']|'')*'|"(\w+)\"""")


@lru_cache(maxsize=1024)
def _bracketed(sql: str) -> str:
    """A query with its quoted names in brackets. SQLite takes a name in quotes for a text when there is no such column,
    and would answer with the name of a column that somebody has dropped."""
    if sql.startswith("CREATE "):
        return sql  # what is kept, letter for letter
    return _QUOTED.sub(lambda quoted: f"[{quoted[1]}]" if quoted[1] else quoted[0], sql)


class SqliteDriver:
    """SQLite by the standard library: WAL, every commit synced to disk, foreign keys enforced."""

    dialect = "sqlite"
    tables_sql = "SELECT name FROM sqlite_master WHERE type = 'table'"

    def __init__(self, path: str, *, create: bool) -> None:
        self.location = path
        created = path != MEMORY and _prepare_file(path, create)
        self._connection = self._attempt(lambda: self._connect(path))
        if created:
            self._attempt(self._use_wal)

    def _use_wal(self) -> None:
        # The mode is kept in the file. SQLite does not wait for other connections to this pragma, and
        # another process may be opening the same new file.
        deadline = time.monotonic() + BUSY_TIMEOUT
        while True:
            try:
                self._connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as failure:
                if failure.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def _connect(self, path: str) -> sqlite3.Connection:
        if path == MEMORY:
            return self._opened(MEMORY)
        try:
            return self._opened(_file_uri(path, "mode=rw"))
        except sqlite3.OperationalError:
            uri = reading_uri(path)
            if uri == _file_uri(path, _READING):
                raise
            return self._opened(uri)

    def _opened(self, name: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            name,
            timeout=BUSY_TIMEOUT,
            isolation_level=None,
            uri=name != MEMORY,
            cached_statements=256,
        )
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            # As in PostgreSQL; it also lets LIKE with a fixed beginning use an index.
            connection.execute("PRAGMA case_sensitive_like = ON")
            connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def begin(self) -> None:
        self.run("BEGIN IMMEDIATE")

    def run(self, sql: str) -> None:
        try:
            self._connection.execute(sql)
        except sqlite3.Error as failure:
            raise _sqlite_failure(failure, self.location) from failure

    def check_references(self, *, at_once: bool) -> None:
        self.run(f"PRAGMA foreign_keys = {'ON' if at_once else 'OFF'}")

    def broken_references(self) -> str | None:
        found = self.query("PRAGMA foreign_key_check", ())
        return None if not found else f"a row of {found[0][0]} refers to one of {found[0][2]} that is not there"

    def schema(self) -> Schema:
        from iac.database.sqlite_schema import read_schema

        return read_schema(self.query)

    def query(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(_bracketed(sql), params).fetchall()
        except sqlite3.Error as failure:
            if str(failure).startswith(_NO_UNICODE):
                return self._query_bad_text(sql, params)
            raise _sqlite_failure(failure, self.location) from failure

    def _query_bad_text(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Reads what is no Unicode, which another program has put there, with replacement characters: who verifies
        the log must be told where it was altered."""
        self._connection.text_factory = lambda content: content.decode(errors="replace")
        try:
            return self._attempt(lambda: self._connection.execute(_bracketed(sql), params).fetchall())
        finally:
            self._connection.text_factory = str

    def execute(self, sql: str, params: Sequence[Any]) -> int:
        try:
            return self._connection.execute(_bracketed(sql), params).rowcount
        except sqlite3.Error as failure:
            raise _sqlite_failure(failure, self.location) from failure

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._connection.executemany(_bracketed(sql), rows)
        except sqlite3.Error as failure:
            raise _sqlite_failure(failure, self.location) from failure

    def close(self) -> None:
        self._connection.close()

    def _attempt(self, action: Callable[[], _Result]) -> _Result:
        try:
            return action()
        except sqlite3.Error as failure:
            raise _sqlite_failure(failure, self.location) from failure


_READING: Final = "mode=ro"


def reading_uri(path: str) -> str:
    """What SQLite opens to read a database and nothing else."""
    # Even reading needs files beside the database. Where they cannot be made, and are not there, nobody is writing.
    beside = os.access(os.path.dirname(os.path.abspath(path)), os.W_OK) or os.path.exists(f"{path}-wal")
    return _file_uri(path, _READING if beside else "immutable=1")


def _file_uri(path: str, options: str) -> str:
    from urllib.parse import quote

    return f"file:{quote(os.path.abspath(path))}?{options}"


def _prepare_file(path: str, create: bool) -> bool:
    """Makes the file, empty and for its owner alone, when it is missing; whether it is new (or empty).

    SQLite gives the files beside it (`-wal`, `-shm`) the same mode.
    """
    try:
        if os.path.exists(path):
            if os.path.isdir(path):
                raise DiagnosticsError(error("Invalid database", f'"{path}" is a directory, not a file.'))
            return os.path.getsize(path) == 0
        if not create:
            raise DatabaseNotFound(
                error(
                    "Database not found",
                    f'There is no database at "{path}". Nothing was applied here yet: begin with iac init. Or name the '
                    "database with --database or IAC_DATABASE.",
                )
            )
        parent = os.path.dirname(path) or "."
        if not os.path.isdir(parent):
            raise DiagnosticsError(
                error(
                    "Directory not found",
                    f'The database "{path}" cannot be created: there is no directory "{parent}".',
                )
            )
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        return True
    except OSError as failure:
        reason = (failure.strerror or str(failure)).lower()
        raise DiagnosticsError(
            error("Cannot open database", f'The database "{path}" cannot be opened: {reason}.')
        ) from failure


_NO_UNICODE: Final = "Could not decode to UTF-8"
"""How the message of Python's sqlite3 begins when a text is no Unicode; the error has no code of its own."""

_SQLITE_FAILURES: Final = {
    "SQLITE_BUSY": (
        "Database is locked",
        "Another process has been writing to the database {path} for too long. Wait until it is done and try again.",
    ),
    "SQLITE_LOCKED": (
        "Database is locked",
        "Another part of the program is using the database {path}. Try again.",
    ),
    "SQLITE_CORRUPT": (
        "Database is damaged",
        "The database {path} is malformed: {reason}. Restore it from a backup, or recover what can be read"
        ' with "sqlite3 FILE .recover".',
    ),
    "SQLITE_NOTADB": ("Not a database", "The file {path} is not an SQLite database."),
    "SQLITE_READONLY": (
        "Database is read-only",
        "The database {path} cannot be written to: {reason}. Check the permissions of the file and of its directory.",
    ),
    "SQLITE_CANTOPEN": (
        "Cannot open database",
        "The database {path} cannot be opened: {reason}. Check that the file, its directory and the files"
        " beside it (-wal, -shm) can be read and written.",
    ),
    "SQLITE_PERM": ("Cannot open database", "Access to the database {path} was refused: {reason}."),
    "SQLITE_AUTH": ("Cannot open database", "Access to the database {path} was refused: {reason}."),
    "SQLITE_FULL": (
        "Disk is full",
        "There is no space left for the database {path}. Nothing of the running operation was stored.",
    ),
    "SQLITE_IOERR": (
        "Cannot access database",
        "Reading from or writing to the database {path} failed: {reason}.",
    ),
    "SQLITE_PROTOCOL": ("Database is locked", "The database {path} could not be locked: {reason}."),
    "SQLITE_NOMEM": ("Out of memory", "There is not enough memory to use the database {path}."),
    "SQLITE_TOOBIG": ("Object too large", "A value is too large to be stored in the database {path}."),
    "SQLITE_SCHEMA": ("Database changed", "The database {path} was changed by another process. Try again."),
}


def _sqlite_failure(failure: sqlite3.Error, path: str) -> Exception:
    """What to raise for an error of SQLite: a diagnostic, `IntegrityError`, or the error itself when only a
    mistake in this program can cause it."""
    if isinstance(failure, sqlite3.IntegrityError):
        return IntegrityError(str(failure))
    # Extended names say more after a second underscore: SQLITE_IOERR_WRITE.
    name = "_".join((getattr(failure, "sqlite_errorname", None) or "").split("_")[:2])
    if name not in _SQLITE_FAILURES:
        return failure
    return DiagnosticsError(_failure(*_SQLITE_FAILURES[name], path, str(failure)))


def _failure(summary: str, detail: str, location: str, reason: str) -> Diagnostic:
    return error(summary, detail.format(path=f'"{location}"', reason=reason))
