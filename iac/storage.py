"""The database as the program uses it: found, opened, and with the schema that this version knows.

Owns where it is by default, creating the tables, the schema version and the migrations. The tables are those of the
SQLModel models, written out in files (`python -m iac.storage`), so that nobody has to wait for SQLModel to be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from iac.database import Database, DatabaseNotFound
from iac.diagnostics import Diagnostic, DiagnosticsError, error

DEFAULT_LOCATION: Final = "iac.db"
LOCATION_VARIABLE: Final = "IAC_DATABASE"
_VERSION_TABLE: Final = "schema_version"
_VERSION_DDL: Final = "CREATE TABLE schema_version (version INTEGER NOT NULL)"
_OURS: Final = frozenset(("event", "resource_instance", "audit_chain"))
"""Of the tables, those that tell a damaged database of ours from one of another program."""


@dataclass(frozen=True, slots=True)
class Migration:
    """What turns the schema before it into the one after it: statements in the portable SQL."""

    description: str
    statements: tuple[str, ...]


def _table(name: str, *parts: str) -> str:
    """The statement that makes a table, letter for letter as the models' DDL has it."""
    inside = ", \n\t".join(parts)
    return f"CREATE TABLE {name} (\n\t{inside}\n)"


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(
        "a state keeps the results of conditions; an index that nothing uses goes",
        (
            _table(
                "check_result",
                "workspace TEXT NOT NULL",
                "address TEXT NOT NULL",
                "kind TEXT NOT NULL",
                "status TEXT NOT NULL",
                "problems TEXT NOT NULL",
                "evaluated BOOLEAN NOT NULL",
                "PRIMARY KEY (workspace, address)",
                "FOREIGN KEY(workspace) REFERENCES workspace (name)",
            ),
            "DROP INDEX IF EXISTS event_without_address",
        ),
    ),
)
"""In order. The models describe the schema after all of them; the first leads from version 1 to 2."""

SCHEMA_VERSION: Final = 1 + len(MIGRATIONS)


def location_from(environment: Mapping[str, str], option: str | None) -> str:
    """Where the database is: the `--database` option, else `IAC_DATABASE`, else `iac.db`."""
    return option or environment.get(LOCATION_VARIABLE) or DEFAULT_LOCATION


def open_storage(
    location: str, *, create: bool = True, made: Callable[[Database], None] = lambda database: None
) -> Database:
    """Opens the database, ready for use: tables made when it is new, which `made` is told, migrated when it is old.

    Raises `DiagnosticsError` when it cannot be opened, is not one of ours, or is from a newer version.
    """
    database = Database.open(location, create=create)
    try:
        tables = database.tables()
        if not tables:
            if not create:
                raise DatabaseNotFound(error("Database not found", f'The database "{database.location}" is empty.'))
            with database.transaction():
                # Another process may have been first.
                if not database.tables():
                    _create(database)
                    made(database)
        elif _VERSION_TABLE not in tables and not tables & _OURS:
            raise DiagnosticsError(
                error(
                    "Not an iac database",
                    f'The database "{database.location}" has tables that were not made by iac. Name another'
                    f" one with -database or {LOCATION_VARIABLE}.",
                )
            )
        database.made_by = partial(_statements, database.dialect)
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def migrate(database: Database, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Brings an older schema up to date, all in one transaction; refuses a newer one."""
    newest = 1 + len(migrations)
    if _known_version(database, newest) == newest:
        return
    try:
        with database.schema_change():
            # Another process, of a newer version perhaps, may have been first.
            for migration in migrations[_known_version(database, newest) - 1 :]:
                for statement in migration.statements:
                    database.execute(statement)
            database.execute("UPDATE schema_version SET version = ?", (newest,))
    except DiagnosticsError as problem:
        _known_version(database, newest)  # that it is too new needs no other words
        raise DiagnosticsError(_not_upgraded(database, newest, cause) for cause in problem.diagnostics) from None


def _not_upgraded(database: Database, newest: int, cause: Diagnostic) -> Diagnostic:
    return error(
        "Database cannot be upgraded",
        f'The database "{database.location}" was made by an earlier version of iac. It has to be brought to schema '
        f"version {newest} before it can be used, and that failed; nothing was changed.\n\n{cause.summary}: "
        f"{cause.detail}",
    )


def _known_version(database: Database, newest: int) -> int:
    """The version of the schema. Raises `DiagnosticsError` when it is beyond the newest."""
    version = schema_version(database)
    if version > newest:
        raise DiagnosticsError(
            error(
                "Database from a newer version",
                f'The database "{database.location}" has schema version {version}, and this version of iac'
                f" knows versions up to {newest}. Upgrade iac to use it.",
            )
        )
    return version


def schema_version(database: Database) -> int:
    """The version of the schema that the database has."""
    row = database.query_one("SELECT version FROM schema_version")
    if row is None:
        raise DiagnosticsError(
            error("Database is damaged", f'The database "{database.location}" has no schema version.')
        )
    return int(row[0])


def ddl(dialect: str) -> list[str]:
    """The statements that create every table, index and trigger, for `dialect`: as `models_ddl`, which was asked
    before."""
    return _written(dialect).read_text(encoding="utf-8").rstrip("\n").split(_BETWEEN)


_BETWEEN: Final = "\n;\n"


def _written(dialect: str) -> Path:
    return Path(__file__).with_name(f"storage.{dialect}.sql")


def models_ddl(dialect: str) -> list[str]:
    """The statements that create every table, index and trigger of the models, for `dialect`."""
    from sqlalchemy.dialects import registry
    from sqlalchemy.schema import CreateIndex, CreateTable
    from sqlmodel import SQLModel

    import iac.audit.tables
    import iac.plan.tables
    import iac.platform.tables
    import iac.state.tables  # noqa: F401  # importing them makes SQLModel know them

    compiler = registry.load(dialect)()
    statements = []
    for table in SQLModel.metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=compiler)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements.extend(str(CreateIndex(index).compile(dialect=compiler)).strip() for index in indexes)
        statements.extend(table.info.get("triggers", {}).get(dialect, ()))
    return statements


def schema_problems(database: Database) -> list[str]:
    """How the tables, their columns, keys, indexes and triggers differ from those that this version makes."""
    return database.differences(_statements(database.dialect))


def _statements(dialect: str) -> list[str]:
    return [*ddl(dialect), _VERSION_DDL]


def _create(database: Database) -> None:
    from iac.audit.chain import begin_chain

    for statement in _statements(database.dialect):
        database.execute(statement)
    database.execute("INSERT INTO schema_version (version) VALUES (?)", (SCHEMA_VERSION,))
    begin_chain(database)


if __name__ == "__main__":
    for dialect in ("sqlite", "postgresql"):
        _written(dialect).write_text(_BETWEEN.join(models_ddl(dialect)) + "\n", encoding="utf-8")
