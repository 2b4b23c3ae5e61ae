"""`iac db`: whether the database is in order, copies of it, what is in it."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

SERVICE = """
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api"
  }
}
"""


@pytest.fixture(autouse=True)
def applied(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")


def damage(directory: Path, *statements: str) -> None:
    """Does to the database what iac never would."""
    with closing(sqlite3.connect(directory / "iac.db", isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def broken(iac) -> dict[str, list[str]]:
    """The checks that fail, with what they say."""
    outcome = iac("db", "check", "-json")
    assert outcome.code == 1
    told = json.loads(outcome.out)
    assert not told["good"]
    return {check["name"]: check["problems"] for check in told["checks"] if not check["good"]}


def notes(iac) -> list[str]:
    """What is worth knowing of a database that is in order."""
    outcome = iac("db", "check", "-json")
    assert outcome.code == 0
    return [note for check in json.loads(outcome.out)["checks"] for note in check["notes"]]


class TestCheck:
    def test_a_database_that_was_only_used_is_in_order(self, iac) -> None:
        outcome = iac("db", "check")
        assert outcome.code == 0
        assert "audit log: ok\n  2 events" in outcome.out
        assert outcome.out.endswith("The database is in order.\n")

    def test_it_names_an_event_that_was_altered(self, iac, directory: Path) -> None:
        damage(directory, "DROP TRIGGER event_never_changes", "UPDATE event SET user = 'eve' WHERE sequence = 2")
        found = broken(iac)
        assert found["audit log"] == ["Event 2 was altered: its content does not match its hash."]
        assert found["schema"] == ["the trigger event_never_changes of the table event is missing"]

    def test_it_names_an_object_that_the_log_does_not_know(self, iac, directory: Path) -> None:
        damage(directory, "UPDATE cluster SET description = 'by hand'")
        assert "description is" in broken(iac)["objects and log"][0]

    def test_it_names_a_reference_to_what_is_not_there(self, iac, directory: Path) -> None:
        damage(directory, "PRAGMA foreign_keys = OFF", "DELETE FROM cluster")
        found = broken(iac)
        assert "row 1 of environment refers to one of cluster that is not there" in found["references"]

    def test_it_names_a_state_that_cannot_be_read(self, iac, directory: Path) -> None:
        damage(directory, "UPDATE resource_instance SET attributes = '[]' WHERE type = 'iac_cluster'")
        assert "iac_cluster.main in workspace default does not fit its schema" in broken(iac)["states"][0]

    @pytest.mark.parametrize(
        ("statement", "problem"),
        [
            ("DROP TABLE run", "the table run is missing"),
            ("ALTER TABLE run RENAME TO runs", "the table run is missing"),
            ("ALTER TABLE event DROP COLUMN message", "the column message of the table event is missing"),
            ("ALTER TABLE event ADD COLUMN note TEXT", "the column note of the table event was not made by iac"),
            ("DROP INDEX run_by_plan", "the index run_by_plan of the table run is missing"),
            ("DROP TRIGGER event_never_goes", "the trigger event_never_goes of the table event is missing"),
            (
                "CREATE TRIGGER extra BEFORE INSERT ON event BEGIN SELECT 1; END",
                "the trigger extra of the table event was not made by iac",
            ),
            (
                "CREATE UNIQUE INDEX once ON event (target_name)",
                "the unique index once of the table event was not made by iac",
            ),
        ],
    )
    def test_it_names_what_differs_from_the_tables_as_iac_makes_them(
        self, iac, directory: Path, statement: str, problem: str
    ) -> None:
        damage(directory, statement)
        assert problem in broken(iac)["schema"]

    def test_a_check_that_needs_what_is_missing_refers_to_the_one_that_names_it(self, iac, directory: Path) -> None:
        damage(directory, "DROP TABLE event")
        found = broken(iac)
        assert found["schema"] == ["the table event is missing"]
        assert found["audit log"] == ["the check could not be done: the tables are not as they should be, see schema"]

    @pytest.mark.parametrize(
        "command",
        ["plan", "apply -auto-approve -replace=iac_cluster.main", "events", "state list", "query SELECT~*~FROM~events"],
    )
    @pytest.mark.parametrize("table", ["event", "resource_instance", "cluster", "workspace", "plan", "schema_version"])
    def test_a_command_that_needs_what_is_missing_names_it(
        self, iac, directory: Path, table: str, command: str
    ) -> None:
        damage(directory, f'DROP TABLE "{table}"')
        outcome = iac(*(argument.replace("~", " ") for argument in command.split()))
        assert "bug" not in outcome.err
        if outcome.code:
            assert "Error: Database is damaged" in outcome.err
            assert f"the table {table} is missing" in outcome.err

    def test_what_others_have_made_beside_it_is_left_alone(self, iac, directory: Path) -> None:
        damage(directory, "CREATE TABLE mine (x INTEGER)", "CREATE INDEX quicker ON event (source)", "ANALYZE")
        assert iac("db", "check").code == 0

    def test_pages_that_were_overwritten_are_found(self, iac, directory: Path) -> None:
        with (directory / "iac.db").open("r+b") as file:
            file.seek(4096 * 8)
            file.write(b"\xff" * 4096 * 4)
        outcome = iac("db", "check")
        assert outcome.code == 1
        assert "BROKEN" in outcome.out or "Database is damaged" in outcome.err

    def test_what_is_worth_knowing_is_no_problem(self, iac, directory: Path) -> None:
        columns = "workspace, id, operation, who, version, created, path, host, pid, process"
        values = "'default', 'abc', 'OperationTypeApply', 'ana@ci', '', 'yesterday', '', 'elsewhere', 1, ''"
        damage(
            directory,
            f"INSERT INTO state_lock ({columns}) VALUES ({values})",
        )
        assert "workspace default is locked by ana@ci since yesterday, id abc" in notes(iac)

    def test_a_run_that_was_killed_is_told_of(self, iac, directory: Path) -> None:
        damage(directory, "UPDATE run SET status = 'running'")
        assert any("was killed: what it had done is kept" in note for note in notes(iac))

    def test_an_object_that_is_bound_twice_is_told_of(self, iac, directory: Path) -> None:
        damage(
            directory,
            "INSERT INTO workspace SELECT 'other', 'x', 1, 1",
            "CREATE TEMP TABLE t AS SELECT * FROM resource_instance WHERE type = 'iac_cluster'",
            "UPDATE t SET workspace = 'other'",
            "INSERT INTO resource_instance SELECT * FROM t",
        )
        assert "iac_cluster.main in workspace other is the same object as iac_cluster.main in workspace default" in (
            notes(iac)
        )

    def test_where_there_is_no_database_none_is_made(self, iac, directory: Path) -> None:
        outcome = iac("db", "check", "-database=other.db")
        assert outcome.code == 1
        assert "Database not found" in outcome.err
        assert not (directory / "other.db").exists()


class TestBackup:
    def test_the_copy_is_the_database_as_it_was(self, iac, directory: Path) -> None:
        assert iac("db", "backup", "copy.db").code == 0
        (directory / "main.tf").write_text("")
        iac("apply", "-auto-approve")
        assert iac("state", "list").out == ""
        assert "iac_cluster.main" in iac("state", "list", "-database=copy.db").out
        assert iac("db", "check", "-database=copy.db").code == 0

    def test_it_can_take_the_place_of_the_database(self, iac, directory: Path) -> None:
        iac("db", "backup", "copy.db")
        for path in directory.glob("iac.db*"):
            path.unlink()
        (directory / "copy.db").rename(directory / "iac.db")
        assert "No changes" in iac("plan").out
        (directory / "main.tf").write_text((directory / "main.tf").read_text() + SERVICE)
        assert iac("apply", "-auto-approve").code == 0
        with closing(sqlite3.connect(directory / "iac.db")) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_it_is_one_file_and_leaves_nothing_beside_it(self, iac, directory: Path) -> None:
        before = {path.name for path in directory.iterdir()}
        iac("db", "backup", "copy.db")
        assert {path.name for path in directory.iterdir()} - before == {"copy.db"}

    def test_it_is_consistent_while_others_write(self, iac, directory: Path) -> None:
        begun, done = threading.Event(), threading.Event()

        def write() -> None:
            with closing(sqlite3.connect(directory / "iac.db", timeout=20)) as connection:
                while not done.is_set():
                    with connection:
                        connection.execute("UPDATE workspace SET serial = serial + 1, version_floor = serial + 1")
                    begun.set()

        writer = threading.Thread(target=write)
        writer.start()
        assert begun.wait(20)
        try:
            for number in range(5):
                assert iac("db", "backup", f"copy{number}.db").code == 0
                with closing(sqlite3.connect(directory / f"copy{number}.db")) as copy:
                    ((serial, floor),) = copy.execute("SELECT serial, version_floor FROM workspace")
                    assert serial == floor
        finally:
            done.set()
            writer.join()

    def test_a_file_that_is_there_is_replaced_only_by_force(self, iac, directory: Path) -> None:
        (directory / "copy.db").write_text("mine")
        outcome = iac("db", "backup", "copy.db")
        assert outcome.code == 1
        assert "File already exists" in outcome.err
        assert (directory / "copy.db").read_text() == "mine"
        assert iac("db", "backup", "copy.db", "-force").code == 0
        assert iac("db", "check", "-database=copy.db").code == 0

    @pytest.mark.parametrize(
        ("target", "wanted"),
        [
            ("iac.db", "would take the place of the database"),
            ("no/copy.db", "no such file or directory"),
            ("used.db", "database in use"),
        ],
    )
    def test_nothing_is_destroyed_even_by_force(self, iac, directory: Path, target: str, wanted: str) -> None:
        (directory / "used.db").touch()
        (directory / "used.db-wal").touch()
        outcome = iac("db", "backup", target, "-force")
        assert outcome.code == 1
        assert wanted in outcome.err
        assert iac("db", "check").code == 0

    def test_a_damaged_database_is_not_copied(self, iac, directory: Path) -> None:
        damage(
            directory,
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET rootpage = 3 WHERE name = 'plan'",
        )
        assert iac("db", "backup", "copy.db").code == 1
        assert not (directory / "copy.db").exists()


class TestInfo:
    def test_it_says_how_much_there_is(self, iac) -> None:
        told = json.loads(iac("db", "info", "-json").out)
        assert told["counts"] == {
            "events": 2,
            "plans": 1,
            "runs": 1,
            "clusters": 1,
            "environments": 1,
            "services": 0,
        }
        assert told["sizes"]["file"] > 0
        assert told["schema"] == told["newest_schema"]
        assert [(w["name"], w["objects"], w["outputs"]) for w in told["workspaces"]] == [("default", 2, 2)]

    def test_people_see_a_table(self, iac) -> None:
        out = iac("db", "info").out
        assert "Schema version:  2\n" in out
        assert "WORKSPACE  SERIAL  OBJECTS  OUTPUTS  LOCK\ndefault" in out
