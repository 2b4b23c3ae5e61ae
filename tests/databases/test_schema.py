"""How the tables there are differ from those that should be there."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

import pytest

from iac.database import Database, SchemaDamaged
from iac.database.schema import differences, schema_of
from iac.diagnostics import DiagnosticsError
from iac.storage import ddl, open_storage, schema_problems

MADE = (
    'CREATE TABLE parent (\n\tid TEXT NOT NULL, \n\t"user" VARCHAR, \n\tPRIMARY KEY (id)\n)',
    "CREATE TABLE child (\n\ta TEXT NOT NULL, \n\tb BIGINT, \n\tparent TEXT, \n\tPRIMARY KEY (a, b), \n\tUNIQUE (b), "
    "\n\tFOREIGN KEY(parent) REFERENCES parent (id)\n)",
    'CREATE INDEX by_user ON parent ("user", id)',
    "CREATE TRIGGER never BEFORE DELETE ON parent BEGIN SELECT RAISE(ABORT, 'no'); END",
)


@pytest.fixture
def database():
    with Database.open(":memory:", create=True) as database:
        for statement in MADE:
            database.execute(statement)
        yield database


def test_what_was_only_made_does_not_differ(database):
    assert database.differences(MADE) == []


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_schema_is_read_from_the_statements_of_every_product(dialect):
    schema = schema_of(ddl(dialect))
    assert schema.tables["event"].columns["sequence"] == "integer not null"
    assert schema.tables["environment"].keys == {
        "primary key(id)",
        "unique(cluster_id,name)",
        "foreign key(cluster_id)references cluster(id)",
    }
    assert "event_by_user" in schema.tables["event"].indexes
    assert schema.tables["event"].triggers
    assert differences(schema, schema) == []


@pytest.mark.parametrize(
    ("again", "found"),
    [
        (("DROP TABLE child",), ["the table child is missing"]),
        (("DROP TABLE parent", "CREATE VIEW parent AS SELECT 1 AS id"), ["the table parent is missing"]),
        (
            ("DROP TABLE child", "CREATE TABLE child (a TEXT NOT NULL, b TEXT NOT NULL, parent TEXT DEFAULT 'x')"),
            [
                "the column b of the table child was changed: it is TEXT NOT NULL and should be BIGINT",
                "the column parent of the table child was changed: it is TEXT DEFAULT 'x' and should be TEXT",
                "the table child has no FOREIGN KEY (parent) REFERENCES parent (id)",
                "the table child has no PRIMARY KEY (a, b)",
                "the table child has no UNIQUE (b)",
            ],
        ),
        (
            ("DROP TABLE parent", "CREATE TABLE parent (id TEXT NOT NULL, user VARCHAR UNIQUE, PRIMARY KEY (id))"),
            [
                "the table parent has a UNIQUE (user) that iac did not make",
                "the index by_user of the table parent is missing",
                "the trigger never of the table parent is missing",
            ],
        ),
        (
            ("DROP INDEX by_user", "CREATE INDEX by_user ON parent (id)"),
            ["the index by_user of the table parent was changed"],
        ),
        (
            ("DROP TRIGGER never", "CREATE TRIGGER never BEFORE DELETE ON parent BEGIN SELECT 1; END"),
            ["the trigger never of the table parent was changed"],
        ),
    ],
)
def test_every_difference_is_named(database, again, found):
    for statement in ("PRAGMA foreign_keys = OFF", *again):
        database.execute(statement)
    assert database.differences(MADE) == found


@pytest.mark.parametrize(
    "again",
    [
        ("ALTER TABLE parent RENAME TO other", "ALTER TABLE other RENAME TO parent"),
        ("DROP INDEX by_user", "create index by_user on parent(user,id)"),
        ("CREATE TABLE mine (x INTEGER)",),
    ],
)
def test_the_same_written_otherwise_is_no_difference(database, again):
    for statement in again:
        database.execute(statement)
    assert database.differences(MADE) == []


class TestFailure:
    """A statement that fails."""

    @pytest.fixture
    def storage(self, tmp_path):
        with open_storage(str(tmp_path / "iac.db")) as database:
            yield database

    def test_of_tables_that_are_as_they_should_be_is_a_mistake_in_the_program(self, storage):
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            storage.query("SELECT * FROM nonsense")

    @pytest.mark.parametrize(
        ("change", "statement", "problem"),
        [
            ("DROP TABLE run", "SELECT id FROM run", "the table run is missing"),
            (
                "ALTER TABLE run DROP COLUMN message",
                "SELECT message FROM run",
                "the column message of the table run is missing",
            ),
            (
                "CREATE TRIGGER extra BEFORE INSERT ON audit_key BEGIN SELECT RAISE(ABORT, 'no'); END",
                "INSERT INTO audit_key (key) VALUES ('k')",
                "the trigger extra of the table audit_key was not made by iac",
            ),
        ],
    )
    def test_of_tables_that_were_changed_says_how(self, storage, change, statement, problem):
        storage.execute(change)
        with pytest.raises(SchemaDamaged, match="Database is damaged") as raised:
            storage.execute(statement)
        detail = raised.value.diagnostics[0].detail
        assert f"- {problem}\n" in detail
        assert "iac db check" in detail
        assert "docs/recovery.md" in detail

    def test_undoes_its_transaction(self, storage):
        storage.execute("DROP TABLE run")
        with suppress(SchemaDamaged), storage.transaction():
            storage.execute("UPDATE schema_version SET version = 77")
            storage.query("SELECT * FROM run")
        assert storage.query("SELECT count(*) FROM schema_version WHERE version = 77") == [(0,)]


def test_a_column_that_is_missing_is_not_taken_for_a_text(tmp_path):
    with open_storage(str(tmp_path / "iac.db")) as database:
        database.execute("INSERT INTO workspace VALUES ('default', 'x', 1, 0)")
        database.execute("ALTER TABLE workspace DROP COLUMN lineage")
        with pytest.raises(SchemaDamaged):
            database.query('SELECT "lineage" FROM workspace')


def test_a_text_in_sql_may_have_quotes_in_it(tmp_path):
    with open_storage(str(tmp_path / "iac.db")) as database:
        assert database.query("""SELECT '{"a": "b"}', 'it''s "x"'""") == [('{"a": "b"}', 'it\'s "x"')]


def test_without_its_version_it_is_damaged_and_not_somebody_elses(tmp_path):
    path = str(tmp_path / "iac.db")
    with open_storage(path) as database:
        database.execute("DROP TABLE schema_version")
        assert schema_problems(database) == ["the table schema_version is missing"]
    with pytest.raises(DiagnosticsError, match="Database is damaged") as raised:
        open_storage(path)
    assert "the table schema_version is missing" in raised.value.diagnostics[0].detail
