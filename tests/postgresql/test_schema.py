"""Tables of a server that somebody has changed are found as those of a file are."""

from __future__ import annotations

import pytest

from iac.database import Database, SchemaDamaged
from iac.storage import open_storage, schema_problems


@pytest.mark.parametrize(
    ("statement", "problems"),
    [
        ("SELECT 1", []),
        ("ANALYZE event", []),
        ("CREATE TABLE mine (x INTEGER)", []),
        ("DROP TABLE run", ["the table run is missing"]),
        (
            "ALTER TABLE cluster ALTER disk_size DROP NOT NULL",
            ["the column disk_size of the table cluster was changed: it is BIGINT and should be BIGINT NOT NULL"],
        ),
        (
            "ALTER TABLE environment DROP COLUMN cluster_id",
            [
                "the column cluster_id of the table environment is missing",
                "the table environment has no FOREIGN KEY (cluster_id) REFERENCES cluster (id)",
                "the table environment has no UNIQUE (cluster_id, name)",
            ],
        ),
        ("ALTER TABLE run ADD COLUMN note text", ["the column note of the table run was not made by iac"]),
        ("DROP INDEX event_by_user", ["the index event_by_user of the table event is missing"]),
        (
            "ALTER TABLE event DISABLE TRIGGER event_append_only",
            ["the trigger event_append_only of the table event is missing"],
        ),
        (
            "CREATE OR REPLACE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD;"
            " END $$",
            ["the function event_is_append_only was changed"],
        ),
        (
            "CREATE UNIQUE INDEX once ON event (tool)",
            ["the unique index once of the table event was not made by iac"],
        ),
    ],
)
def test_every_difference_is_named(url: str, statement: str, problems: list[str]) -> None:
    with open_storage(url) as database:
        database.execute(statement)
        assert schema_problems(database) == problems


def test_a_statement_that_fails_for_it_says_how_the_tables_differ(url: str) -> None:
    def use(database: Database) -> None:
        with database.transaction():
            database.execute("UPDATE schema_version SET version = 77")
            database.query("SELECT id FROM run")

    with open_storage(url) as database:
        database.execute("DROP TABLE run")
        with pytest.raises(SchemaDamaged) as raised:
            use(database)
        assert "the table run is missing" in raised.value.diagnostics[0].detail
        assert database.query("SELECT count(*) FROM schema_version WHERE version = 77") == [(0,)]


def test_a_failure_of_tables_that_are_as_they_should_be_is_a_mistake_in_the_program(url: str) -> None:
    with open_storage(url) as database, pytest.raises(Exception, match="nonsense") as raised:
        database.query("SELECT * FROM nonsense")
    assert not isinstance(raised.value, SchemaDamaged)
