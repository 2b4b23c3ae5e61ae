"""Faults of the environment, at the n-th place where one can happen: a statement of SQL, an operation on a file, a
write of SQLite.

They are put below the program, into `sqlite3`, the functions of the system that write, and SQLite's own table of
system calls, so that the program as it is meets them. A place is counted also when nothing happens there, so that a
first run tells how many there are.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import signal
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from torture import system_calls

SQL_FAULTS: Final = {
    "disk I/O error": ("SQLITE_IOERR_WRITE", 778),
    "database or disk is full": ("SQLITE_FULL", 13),
    "database is locked": ("SQLITE_BUSY", 5),
    "attempt to write a readonly database": ("SQLITE_READONLY", 8),
}
"""What SQLite says, with the name and number of the error."""

_ENDS_TRANSACTION: Final = ("SQLITE_FULL", "SQLITE_IOERR_WRITE")
"""After these SQLite rolls back the whole transaction by itself, as a rule."""

FILE_FAULTS: Final = {"ENOSPC": errno.ENOSPC, "EIO": errno.EIO, "EROFS": errno.EROFS}

KILL: Final = "kill"

_READS: Final = ("SELECT", "PRAGMA", "EXPLAIN")


@dataclass
class Placed:
    """Faults of one kind, in the process at work.

    `where` is one of `PLACES`, `at` the number of the place (0 never comes), `what` the fault. `lasting` says that
    every later place fails too, as on a full disk; `late` that the statement is carried out first: of a commit nobody
    knows then whether it was.
    """

    where: str
    what: str = ""
    at: int = 0
    lasting: bool = False
    late: bool = False
    counted: int = 0
    is_hit: bool = False

    def is_due(self) -> bool:
        """Counts a place; whether the fault is to happen here."""
        self.counted += 1
        due = self.counted == self.at or (self.lasting and 0 < self.at < self.counted)
        self.is_hit |= due
        return due

    def strike(self) -> None:
        """Ends the process at once, or fails as the system does."""
        if self.what == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        number = FILE_FAULTS[self.what]
        raise OSError(number, os.strerror(number))


def place(**fault: Any) -> Placed:
    """Puts a fault into this process, for good."""
    placed = Placed(**fault)
    PLACES[placed.where](placed)
    return placed


# --- statements ----------------------------------------------------------------------------------------------


def _into_statements(placed: Placed) -> None:
    class Failing(sqlite3.Connection):
        """A connection whose statements are places for faults."""

        def execute(self, sql: str, *params: Any) -> Any:
            return self._attempt(super().execute, sql, *params)

        def executemany(self, sql: str, *params: Any) -> Any:
            return self._attempt(super().executemany, sql, *params)

        def backup(self, *args: Any, **options: Any) -> Any:
            return self._attempt(super().backup, *args, **options)

        def _attempt(self, action: Callable[..., Any], *args: Any, **options: Any) -> Any:
            if not placed.is_due():
                return action(*args, **options)
            result = action(*args, **options) if placed.late else None
            if placed.what == KILL:
                placed.strike()
            if result is not None and isinstance(args[0], str) and args[0].startswith(_READS):
                return result  # what was read is read
            raise self._failure(args[0])

        def _failure(self, statement: Any) -> sqlite3.OperationalError:
            name, code = SQL_FAULTS[placed.what]
            ends = name in _ENDS_TRANSACTION and not str(statement).startswith(("ROLLBACK", *_READS))
            if ends and not placed.late and self.in_transaction:
                super().execute("ROLLBACK")
            failure = sqlite3.OperationalError(placed.what)
            failure.sqlite_errorname, failure.sqlite_errorcode = name, code
            return failure

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **options: connect(*args, factory=Failing, **options)


# --- the database as a whole ----------------------------------------------------------------------------------


def _on_a_full_disk(placed: Placed) -> None:
    """SQLite itself refuses to let the file grow by more than so many pages."""
    connect = sqlite3.connect

    def connected(*args: Any, **options: Any) -> sqlite3.Connection:
        connection = connect(*args, **options)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + placed.at}")
        return connection

    sqlite3.connect = connected


def _on_a_read_only_disk(_: Placed) -> None:
    """SQLite itself refuses to write."""
    connect = sqlite3.connect
    sqlite3.connect = lambda name, **options: connect(str(name).replace("?mode=rw", "?mode=ro"), **options)


def _locked(_: Placed) -> None:
    """Another process has the lock (see `Bench.attempt`); nobody waits long for it here."""
    connect = sqlite3.connect
    sqlite3.connect = lambda name, **options: connect(name, **{**options, "timeout": 0.05})


# --- files ---------------------------------------------------------------------------------------------------


def _into_files(placed: Placed) -> None:
    """Into what writes, names, syncs and closes files."""

    def failing(name: str) -> None:
        real = getattr(os, name)

        def attempt(*args: Any, **options: Any) -> Any:
            if (name != "open" or _writes(args[1])) and placed.is_due():
                placed.strike()
            return real(*args, **options)

        setattr(os, name, attempt)

    for name in ("open", "write", "replace", "rename", "link", "mkdir", "fsync", "chmod"):
        failing(name)

    real_open = io.open

    def opened(file: Any, mode: str = "r", *args: Any, **options: Any) -> Any:
        if not set(mode) & set("wax+"):
            return real_open(file, mode, *args, **options)
        if not isinstance(file, int) and placed.is_due():
            placed.strike()
        return _File(real_open(file, mode, *args, **options), placed)

    io.open = builtins.open = opened


def _writes(flags: int) -> bool:
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


class _File:
    """A file open for writing: half of what is written arrives before the fault."""

    def __init__(self, file: Any, placed: Placed) -> None:
        self._file, self._placed = file, placed

    def write(self, content: Any) -> Any:
        if self._placed.is_due():
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            self._placed.strike()
        return self._file.write(content)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if self._placed.is_due():
            self._placed.strike()
        self._file.flush()

    def __enter__(self) -> _File:
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        self._file.close()
        if kind is None and self._placed.is_due():
            self._placed.strike()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


# --- SQLite's own writes ---------------------------------------------------------------------------------------


def _into_sqlite(placed: Placed) -> None:
    """Half of what is written arrives before the fault, as in a write that was torn."""

    def at_write(write_half: Callable[[], None]) -> None:
        if placed.is_due():
            write_half()
            placed.strike()

    system_calls.intercept(at_write)


PLACES: Final[dict[str, Callable[[Placed], None]]] = {
    "statement": _into_statements,
    "file": _into_files,
    "sqlite": _into_sqlite,
    "pages": _on_a_full_disk,
    "read-only": _on_a_read_only_disk,
    "locked": _locked,
}
