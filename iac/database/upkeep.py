"""What keeps an SQLite file well: its integrity, copies of it, its sizes, who may read it.

A server database has tools of its own for that, which are named instead.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iac.database.connection import Database
from iac.database.driver import MEMORY
from iac.database.sqlite import reading_uri
from iac.diagnostics import Diagnostic, DiagnosticsError, error, warning
from iac.files import replacing

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_BEGINNING: Final = b"SQLite format 3\0"
_MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class FileSizes:
    """Bytes of the file, of the write-ahead log beside it, and of the pages in the file that are unused."""

    file: int
    wal: int
    unused: int


def integrity_problems(database: Database) -> list[str]:
    """What is wrong with the file itself, up to a hundred things. Empty for a server database."""
    if database.dialect != "sqlite":
        return []
    found = [str(text) for (text,) in database.query(f"PRAGMA integrity_check({_MOST_PROBLEMS})")]
    return [] if found == ["ok"] else found


def reference_problems(database: Database) -> list[str]:
    """Rows that refer to others that are not there, up to a hundred. Empty for a server database."""
    if database.dialect != "sqlite":
        return []
    rows = database.query("PRAGMA foreign_key_check")[:_MOST_PROBLEMS]
    return [f"row {row} of {table} refers to one of {parent} that is not there" for table, row, parent, _ in rows]


def file_sizes(database: Database) -> FileSizes | None:
    """How large it is; None for a server database."""
    if database.dialect != "sqlite":
        return None
    size, unused = (database.query(f"PRAGMA {name}")[0][0] for name in ("page_size", "freelist_count"))
    return FileSizes(_size(database.location), _size(f"{database.location}-wal"), size * unused)


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


# --- who may read it ---------------------------------------------------------------------------------------


def file_of(location: str) -> Path | None:
    """The file of a database by its path or URL; None when it is none."""
    scheme, separator, rest = location.partition("://")
    if separator and scheme.partition("+")[0] != "sqlite":
        return None
    path = rest.removeprefix("/").partition("?")[0] if separator else location
    return Path(path) if path and path != MEMORY else None


def readable_by_others(location: str) -> Diagnostic | None:
    """A warning when others than the owner may use the file; None where there is no such file."""
    path = file_of(location)
    if path is None or os.name == "nt":
        return None
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & _OTHERS or not path.is_file():
            return None
        with path.open("rb") as file:
            if file.read(len(_BEGINNING)) not in (b"", _BEGINNING):
                return None  # no database, which will be said when it is opened
    except OSError:
        return None
    return warning(
        "Database can be read by others",
        f'The file "{path}" has the permissions {mode:04o}: others on this machine can get at the secrets in it. Make '
        f"it readable by its owner alone, with the files beside it:\n\n  chmod 600 {path}*",
    )


# --- copies ------------------------------------------------------------------------------------------------


def copy_database(database: Database, target: Path, *, replace: bool) -> int:
    """Writes a consistent copy, readable by its owner alone, while others may go on working; returns its size.

    The copy is complete and checked before it has its name. Raises `DiagnosticsError` when something is there already
    (unless it is to be replaced), the copy cannot be written, or the database is damaged.
    """
    if database.dialect != "sqlite":
        raise DiagnosticsError(
            error("Cannot copy this database", "It is on a server: use the tools of the server, such as pg_dump.")
        )
    _refuse_target(Path(database.location), target, replace)
    try:
        with replacing(target, replace=replace) as temporary:
            _copy(database.location, temporary)
    except FileExistsError:
        raise _exists(target) from None
    except OSError as problem:
        raise _failed(target, (problem.strerror or str(problem)).lower()) from None
    except sqlite3.Error as problem:
        raise _failed(target, str(problem)) from None
    return target.stat().st_size


def _refuse_target(source: Path, target: Path, replace: bool) -> None:
    if not os.path.lexists(target):
        return
    if target.exists() and target.samefile(source):
        raise DiagnosticsError(error("Cannot copy the database", "The copy would take the place of the database."))
    if not replace:
        raise _exists(target)
    if Path(f"{target}-wal").exists():
        raise DiagnosticsError(
            error(
                "Cannot replace a database in use",
                f'There is a write-ahead log beside "{target}": it is a database that somebody works with. Choose '
                "another name for the copy.",
            )
        )


def _copy(source: str, target: Path) -> None:
    try:
        with closing(sqlite3.connect(reading_uri(source), uri=True)) as old, closing(sqlite3.connect(target)) as new:
            old.backup(new)
    finally:
        for suffix in ("-wal", "-shm", "-journal"):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
    # Immutable: what is checked is this file alone, as it will stand there.
    with closing(sqlite3.connect(f"{target.absolute().as_uri()}?immutable=1", uri=True)) as new:
        problems = [text for (text,) in new.execute("PRAGMA integrity_check(1)")]
    if problems != ["ok"]:
        raise DiagnosticsError(
            error(
                "Database is damaged",
                f'No copy was made of "{source}": {problems[0]}. See what is wrong with iac db check.',
            )
        )


def _exists(target: Path) -> DiagnosticsError:
    return DiagnosticsError(
        error("File already exists", f'There is a "{target}" already. Choose another name, or replace it with -force.')
    )


def _failed(target: Path, reason: str) -> DiagnosticsError:
    return DiagnosticsError(error("Cannot copy the database", f'"{target}" could not be written: {reason}.'))
