"""One open database: queries, and transactions that nest.

Owns when a transaction begins and ends. Leaves every difference between database products to `drivers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Final, TypeAlias, TypeVar

from iac.database.driver import Driver, IntegrityError, SchemaDamaged
from iac.database.drivers import open_driver
from iac.diagnostics import Diagnostic, DiagnosticsError, error

Params: TypeAlias = Sequence[Any]
_TOLD: Final = 5
_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


class Database:
    """An open database. Use it from one thread; close it, or use it in a `with` statement.

    SQL is the common part of SQLite and PostgreSQL with `?` for parameters (and no other `?`). Failures of
    the environment (locked, damaged, full, read-only, not a database) raise `DiagnosticsError`; a violated
    constraint raises `IntegrityError`.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._depth = 0
        self._lost: BaseException | None = None  # what ended the transaction, or left one that nobody may commit
        self.memory: dict[str, Any] = {}
        """What its users may remember only while this transaction holds the write lock. It is emptied
        when a transaction begins or ends and whenever anything is rolled back."""
        self.made_by: Callable[[], Iterable[str]] | None = None
        """Gives the statements that made the tables, where they are known. When a statement fails as only a mistake
        in the program could make it, the tables are compared with them: perhaps somebody changed those."""

    @classmethod
    def open(cls, location: str, *, create: bool) -> Database:
        """Opens the database at `location`: a path, `:memory:`, or an SQLAlchemy URL.

        A missing SQLite file is made, readable by its owner alone, when `create` is true; its directory must
        exist. Raises `DiagnosticsError`.
        """
        return cls(open_driver(location, create=create))

    @property
    def location(self) -> str:
        """Where it is, fit for messages: a path, or a URL without its password."""
        return self._driver.location

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._driver.dialect

    def tables(self) -> frozenset[str]:
        """The names of the tables that exist."""
        return frozenset(name for (name,) in self.query(self._driver.tables_sql))

    def query(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement gives."""
        return self._attempt(self._driver.query, sql, params)

    def query_one(self, sql: str, params: Params = ()) -> tuple[Any, ...] | None:
        """The first row that a statement gives, or None."""
        rows = self.query(sql, params)
        return rows[0] if rows else None

    def execute(self, sql: str, params: Params = ()) -> int:
        """Runs a statement; returns how many rows it inserted, changed or deleted."""
        return self._attempt(self._driver.execute, sql, params)

    def execute_many(self, sql: str, rows: Iterable[Params]) -> None:
        """Runs a statement once for each row of parameters."""
        self._attempt(self._driver.execute_many, sql, rows)

    def _attempt(self, action: Callable[[str, _Given], _Result], sql: str, given: _Given) -> _Result:
        self._check_transaction()
        try:
            return action(sql, given)
        except DiagnosticsError as failure:
            self._notice(failure)
            raise
        except Exception as failure:
            if (damage := self.damage()) is not None:
                raise SchemaDamaged(damage) from failure
            raise

    def differences(self, statements: Iterable[str]) -> list[str]:
        """How the tables differ from those that the statements make, one sentence each."""
        from iac.database.schema import differences, schema_of

        return differences(schema_of(statements), self._driver.schema())

    def damage(self) -> Diagnostic | None:
        """What is wrong with the tables; None when they are as they were made, or how is not known."""
        if self.made_by is None:
            return None
        found = self.differences(self.made_by())
        if not found:
            return None
        more = f"\n  - and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
        listed = "".join(f"\n  - {problem}" for problem in found[:_TOLD]) + more
        return error(
            "Database is damaged",
            f'The tables of the database "{self.location}" are not as iac made them: somebody, or another program, '
            f"has changed them.\n{listed}\n\nSee all that is wrong with iac db check, and go back to a backup, as "
            "docs/recovery.md says.",
        )

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open, and with it the write lock held."""
        return self._depth > 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commits at the end, rolls back when the body raises.

        The outermost one takes the write lock at once, so that what is read inside stays true until the
        commit, and is durable when it returns. An inner one is a savepoint: its failure undoes only what
        was done inside it, and the outer one may go on.
        """
        if self._depth == 0:
            yield from self._outermost()
        else:
            yield from self._savepoint()

    @contextmanager
    def schema_change(self) -> Iterator[None]:
        """An outermost transaction in which tables may be rebuilt: dropped and made again with their rows.

        References to other rows are checked at its end and not at each statement; raises `IntegrityError` when one
        does not hold then.
        """
        self._driver.check_references(at_once=False)
        # They are still to become as they should be.
        made_by, self.made_by = self.made_by, None
        try:
            with self.transaction():
                yield
                if broken := self._driver.broken_references():
                    raise IntegrityError(broken)
        finally:
            self.made_by = made_by
            self._driver.check_references(at_once=True)

    def _outermost(self) -> Iterator[None]:
        self._check_transaction()
        try:
            self._driver.begin()
            self.memory.clear()
            self._depth = 1
            yield
            self._check_transaction()
            self._driver.run("COMMIT")
        except BaseException as failure:
            self._undo(failure, "ROLLBACK")
            raise
        finally:
            if not self._driver.in_transaction:
                self._lost = None
            self._depth = 0
            self.memory.clear()

    def _savepoint(self) -> Iterator[None]:
        self._check_transaction()
        name = f"level_{self._depth}"
        self._driver.run(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
            self._check_transaction()
            self._driver.run(f"RELEASE SAVEPOINT {name}")
        except BaseException as failure:
            self.memory.clear()
            self._undo(failure, f"ROLLBACK TO SAVEPOINT {name}", f"RELEASE SAVEPOINT {name}")
            raise
        finally:
            self._depth -= 1

    def _undo(self, failure: BaseException, *statements: str) -> None:
        """Rolls back. When that fails, nothing may be committed any more, and closing undoes what is left."""
        self._notice(failure)
        if not self._driver.in_transaction:
            return
        try:
            for statement in statements:
                self._driver.run(statement)
        except Exception:  # the failure that led here is the one to tell
            self._lost = self._lost or failure

    def _notice(self, failure: BaseException) -> None:
        """Remembers the failure with which the database ended the transaction by itself."""
        if self._depth and not self._driver.in_transaction:
            self._lost = self._lost or failure

    def _check_transaction(self) -> None:
        # After some failures (disk full) SQLite ends the whole transaction by itself. What came after
        # would then be committed one statement at a time.
        if self._lost is None and (not self._depth or self._driver.in_transaction):
            return
        if isinstance(self._lost, DiagnosticsError):
            raise DiagnosticsError(self._lost.diagnostics)
        raise DiagnosticsError(
            error(
                "Transaction rolled back",
                f'The database "{self.location}" undid the running transaction after an earlier failure.'
                " Nothing of it was stored.",
            )
        )

    def close(self) -> None:
        """Closes the connection; an open transaction is rolled back."""
        self._driver.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exception: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
