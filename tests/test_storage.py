"""The database as the program uses it: schema, version, migrations."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from iac.address import parse_instance
from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.query import count, event
from iac.audit.record import Operation, Origin
from iac.audit.verify import verify
from iac.database import Database, IntegrityError
from iac.diagnostics import DiagnosticsError
from iac.state.lock import lock
from iac.state.model import InstanceObject
from iac.state.store import StateReader, StateWriter
from iac.storage import SCHEMA_VERSION, Migration, ddl, location_from, migrate, open_storage, schema_version


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


def test_the_schema_can_be_written_for_postgresql():
    statements = "\n".join(ddl("postgresql"))
    assert 'CREATE INDEX event_by_user ON event ("user", sequence)' in statements
    assert "SERIAL" not in statements


def test_a_current_database_is_opened_without_importing_sqlmodel(path):
    open_storage(path).close()
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


POSTGRESQL = os.environ.get("IAC_TEST_POSTGRESQL")


@pytest.mark.skipif(not POSTGRESQL, reason="IAC_TEST_POSTGRESQL names no PostgreSQL database (a URL without '?')")
class TestPostgresql:
    @pytest.fixture
    def url(self) -> Iterator[str]:
        schema = f"iac_test_{uuid.uuid4().hex}"
        with Database.open(str(POSTGRESQL), create=False) as database:
            database.execute(f"CREATE SCHEMA {schema}")
            yield f"{POSTGRESQL}?options=-csearch_path%3D{schema}"
            database.execute(f"DROP SCHEMA {schema} CASCADE")

    def test_holds_log_and_state_as_sqlite_does(self, url):
        open_storage(url).close()
        with open_storage(url) as database:
            log, writer = AuditLog(database), StateWriter(database)
            address = parse_instance('iac_service.api["eu"]')

            def record(after):
                return log.record(
                    Operation(Origin("alice"), address=str(address)),
                    event_type="CREATE",
                    target_type="service",
                    target_id="1",
                    target_name="100% ü",
                    before=None,
                    after=after,
                    sensitive=[("password",)],
                )

            with database.transaction():
                record({"password": "x"})
                with suppress(ValueError), database.transaction():
                    record({})
                    raise ValueError
                assert writer.put(InstanceObject(address, "iac", 0, {"n": 0.5})) == 1
                assert writer.bump() == 1
            assert verify(database).checked == 1
            assert StateReader(database).load().instances[address].attributes == {"n": 0.5}
            filter = EventFilter(targets=("service:100%*", "iac_service.api"), users=("al*",), event_types=("create",))
            assert count(database, filter) == 1
            with lock(database, "default", "OperationTypeApply", "me@here"):
                assert event(database, 1).post_state["password"].keys() == {"$sensitive"}
            with pytest.raises(Exception, match="append-only"):
                database.execute("DELETE FROM event")

    def test_stores_nothing_of_a_transaction_in_which_a_statement_failed(self, url):
        with open_storage(url) as database:
            with suppress(DiagnosticsError), database.transaction():
                database.execute("UPDATE schema_version SET version = 7")
                with suppress(IntegrityError):
                    database.execute("INSERT INTO audit_key SELECT key FROM audit_key")
            assert schema_version(database) == SCHEMA_VERSION
