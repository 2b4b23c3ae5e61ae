"""The database as the program uses it: schema, version, migrations."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from iac.database import Database
from iac.diagnostics import DiagnosticsError
from iac.storage import (
    SCHEMA_VERSION,
    Migration,
    ddl,
    location_from,
    migrate,
    models_ddl,
    open_storage,
    schema_version,
)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "iac.db")


@pytest.mark.parametrize(
    ("environment", "option", "location"),
    [
        ({}, None, "iac.db"),
        ({"IAC_DATABASE": ""}, None, "iac.db"),
        ({"IAC_DATABASE": "e.db"}, None, "e.db"),
        ({"IAC_DATABASE": "e.db"}, "o.db", "o.db"),
    ],
)
def test_the_option_comes_before_the_environment_before_the_default(environment, option, location):
    assert location_from(environment, option) == location


def test_the_stored_schema_is_that_of_the_models(path):
    open_storage(path).close()
    with Database.open(path, create=False) as database:
        stored = {sql for (sql,) in database.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    assert stored == {*ddl("sqlite"), "CREATE TABLE schema_version (version INTEGER NOT NULL)"}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_sql_of_the_tables_is_current(dialect):
    assert ddl(dialect) == models_ddl(dialect), "write it anew: python -m iac.storage"


def test_the_schema_can_be_written_for_postgresql():
    statements = "\n".join(ddl("postgresql"))
    assert 'CREATE INDEX event_by_user ON event ("user", sequence)' in statements
    assert "SERIAL" not in statements


def test_a_database_is_made_and_opened_without_importing_sqlmodel(path):
    code = (
        "import sys; from iac.storage import open_storage; open_storage(sys.argv[1]);"
        "import iac.audit.log, iac.audit.query, iac.audit.verify, iac.state.store, iac.state.lock;"
        "print([m for m in sys.modules if m.startswith(('sqlalchemy', 'sqlmodel', 'pydantic'))])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_processes_may_create_it_at_once(path):
    code = "import sys; from iac.storage import open_storage; open_storage(sys.argv[1]).close()"
    both = [subprocess.Popen([sys.executable, "-c", code, path], stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.communicate()[1] for process in both] == [b"", b""]
    with open_storage(path, create=False) as database:
        assert database.query("SELECT count(*) FROM audit_key") == [(1,)]


def test_a_newer_schema_is_refused(path):
    with open_storage(path) as database:
        database.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(DiagnosticsError, match="Database from a newer version") as raised:
        open_storage(path)
    assert "version 99" in raised.value.diagnostics[0].detail


def test_an_older_schema_is_migrated_step_by_step(path):
    with open_storage(path) as database:
        more = tuple(Migration("", ()) for _ in range(SCHEMA_VERSION - 1))
        first = Migration("a", ("CREATE TABLE a (x INTEGER)", "INSERT INTO a (x) VALUES (1)"))
        migrate(database, (*more, first))
        migrate(database, (*more, first, Migration("b", ("UPDATE a SET x = x + 1",))))
        assert database.query("SELECT x FROM a") == [(2,)]
        assert schema_version(database) == SCHEMA_VERSION + 2


def test_a_migration_that_fails_leaves_the_database_as_it_was(path):
    with open_storage(path) as database:
        more = tuple(Migration("", ()) for _ in range(SCHEMA_VERSION - 1))
        with pytest.raises(sqlite3.OperationalError):
            migrate(database, (*more, Migration("a", ("CREATE TABLE a (x INTEGER)", "nonsense"))))
        assert "a" not in database.tables()
        assert schema_version(database) == SCHEMA_VERSION


def test_a_database_of_something_else_is_left_alone(path):
    with Database.open(path, create=True) as database:
        database.execute("CREATE TABLE mine (x INTEGER)")
    with pytest.raises(DiagnosticsError, match="Not an iac database"):
        open_storage(path)


def test_an_empty_file_is_a_new_database_only_when_one_may_be_created(path):
    Path(path).touch()
    with pytest.raises(DiagnosticsError, match="Database not found"):
        open_storage(path, create=False)
    with open_storage(path) as database:
        assert "event" in database.tables()
