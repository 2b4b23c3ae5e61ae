"""Which driver a location asks for: a path or a URL."""

from __future__ import annotations

from iac.database.driver import MEMORY, Driver
from iac.database.postgresql import PostgresDriver
from iac.database.sqlite import SqliteDriver
from iac.diagnostics import DiagnosticsError, error


def open_driver(location: str, *, create: bool) -> Driver:
    """The driver for a path or URL. Raises `DiagnosticsError`."""
    scheme, separator, rest = location.partition("://")
    if not separator:
        return SqliteDriver(location, create=create)
    if scheme.partition("+")[0] == "sqlite":
        # SQLAlchemy's form: sqlite:///relative, sqlite:////absolute, sqlite:// for memory.
        path = rest.removeprefix("/").partition("?")[0]
        return SqliteDriver(path or MEMORY, create=create)
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        return PostgresDriver(location)
    raise DiagnosticsError(
        error(
            "Unsupported database",
            f'The database URL begins with "{scheme}://". Supported are a path to an SQLite file,'
            ' "sqlite:///path" and "postgresql://user@host/name".',
        )
    )
