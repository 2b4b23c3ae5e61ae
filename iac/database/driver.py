"""What `Database` needs of a database product, and how a product fails."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from iac.diagnostics import DiagnosticsError

if TYPE_CHECKING:
    from iac.database.schema import Schema

MEMORY: Final = ":memory:"


class IntegrityError(Exception):
    """A unique, foreign key, not-null or check constraint was violated; the message says which."""


class DatabaseNotFound(DiagnosticsError):  # noqa: N818  it is the diagnostic that names the error
    """There is no database, and none is to be made."""


class SchemaDamaged(DiagnosticsError):  # noqa: N818  it is the diagnostic that names the error
    """A statement failed, and the tables are not as they were made."""


class Driver(Protocol):
    """What `Database` needs of a database product. Statements run outside transactions of the driver's own:
    BEGIN, SAVEPOINT and COMMIT are statements like any other."""

    location: str
    dialect: str
    tables_sql: str

    @property
    def in_transaction(self) -> bool:
        """Whether the transaction that was begun still exists."""
        ...

    def begin(self) -> None:
        """Begins a transaction and takes the write lock."""
        ...

    def run(self, sql: str) -> None:
        """Runs a statement of transaction control."""
        ...

    def check_references(self, *, at_once: bool) -> None:
        """Says whether references to other rows are checked at each statement, outside a transaction."""
        ...

    def broken_references(self) -> str | None:
        """What is wrong with references that were not checked at once; None when they hold."""
        ...

    def schema(self) -> Schema:
        """The tables there are; a statement of the running transaction may have failed."""
        ...

    def query(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        ...

    def execute(self, sql: str, params: Sequence[Any]) -> int:
        """Runs a statement; returns the number of rows it affected."""
        ...

    def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Runs a statement for each row."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...
