"""PostgreSQL through SQLAlchemy, which is imported only for it: opening, placeholders, errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from iac.database.driver import IntegrityError
from iac.diagnostics import DiagnosticsError, error

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from iac.database.schema import Schema

WRITE_LOCK_KEY: Final = 0x696163
"""The PostgreSQL advisory lock that a transaction holds, so that there is one writer as in SQLite."""


@lru_cache(maxsize=1024)
def _format_style(sql: str) -> str:
    """`?` placeholders as `%s`."""
    return sql.replace("%", "%%").replace("?", "%s")


def _with_package(url: URL) -> URL:
    """The URL with psycopg where it names no package; SQLAlchemy would take the older psycopg2, if that is there."""
    if url.drivername != "postgresql" or (find_spec("psycopg") is None and find_spec("psycopg2") is not None):
        return url
    return url.set(drivername="postgresql+psycopg")


class PostgresDriver:
    """PostgreSQL through an SQLAlchemy connection in autocommit mode."""

    dialect = "postgresql"
    tables_sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"

    def __init__(self, url: str) -> None:
        from sqlalchemy import create_engine
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

        try:
            parsed = _with_package(make_url(url.replace("postgres://", "postgresql://", 1)))
            self.location = parsed.render_as_string(hide_password=True)
            engine = create_engine(parsed, isolation_level="AUTOCOMMIT")
        except (ArgumentError, NoSuchModuleError) as failure:
            raise DiagnosticsError(
                error("Invalid database URL", f"The database URL is not valid: {failure}.")
            ) from failure
        except ModuleNotFoundError as failure:
            raise DiagnosticsError(
                error(
                    "Database driver not installed",
                    f'The database {self.location} needs the Python package "{failure.name}". Install it, for example '
                    'with "pip install iac[postgresql]", or name another one in the URL ("postgresql+psycopg2://...").',
                )
            ) from failure
        self._errors = SQLAlchemyError
        self._begun = self._aborted = False
        try:
            self._connection = engine.connect()
        except SQLAlchemyError as failure:
            raise self._failed(failure) from failure

    @property
    def in_transaction(self) -> bool:
        return self._begun

    def begin(self) -> None:
        self._execute("BEGIN", ())
        self._begun = True
        self._execute("SELECT pg_advisory_xact_lock(?)", (WRITE_LOCK_KEY,))

    def run(self, sql: str) -> None:
        if sql == "COMMIT" and self._aborted:
            # PostgreSQL would answer this COMMIT with a silent rollback.
            raise DiagnosticsError(
                error("Transaction rolled back", f"A statement failed; {self.location} stored nothing of it.")
            )
        if sql in ("COMMIT", "ROLLBACK"):
            self._begun = self._aborted = False
        elif sql.startswith("ROLLBACK TO "):
            self._aborted = False
        self._execute(sql, ())

    def check_references(self, *, at_once: bool) -> None:
        pass  # tables are changed in place: nothing has to be rebuilt

    def broken_references(self) -> str | None:
        return None

    def schema(self) -> Schema:
        from iac.database.postgresql_schema import read_schema

        # A connection of its own: after a failure this one answers nothing until the transaction ends.
        try:
            with self._connection.engine.connect() as connection:
                return read_schema(connection.exec_driver_sql)
        except self._errors as failure:
            raise self._failed(failure) from failure

    def query(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._execute(sql, tuple(params))]

    def execute(self, sql: str, params: Sequence[Any]) -> int:
        return int(self._execute(sql, tuple(params)).rowcount)

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        many = [tuple(row) for row in rows]
        if many:
            self._execute(sql, many)

    def close(self) -> None:
        self._connection.close()
        self._connection.engine.dispose()

    def _execute(self, sql: str, params: Any) -> Any:
        # One tuple of parameters, or a list of tuples.
        try:
            return self._connection.exec_driver_sql(_format_style(sql), params)
        except self._errors as failure:
            self._aborted = self._begun
            raise self._failed(failure) from failure

    def _failed(self, failure: Exception) -> Exception:
        from sqlalchemy import exc

        reason = str(getattr(failure, "orig", None) or failure).strip().split("\n")[0]
        if isinstance(failure, exc.IntegrityError):
            return IntegrityError(reason)
        if not isinstance(failure, (exc.OperationalError, exc.InternalError, exc.InterfaceError)):
            return failure  # only a mistake in this program can cause it
        return DiagnosticsError(error("Cannot access database", f"The database {self.location} reports: {reason}."))
