"""Databases of every earlier version are brought up to date, whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from kit import Lab

sys.path.insert(0, str(Path(__file__).parent))  # for `make`

from make import MAIN

from iac.database import Database, IntegrityError
from iac.diagnostics import DiagnosticsError
from iac.plan.records import plans, runs
from iac.storage import SCHEMA_VERSION, Migration, ddl, migrate, open_storage, schema_version

HERE = Path(__file__).parent
RECORDED = sorted(HERE.glob("version_*.sql"))
PLACEHOLDERS = tuple(Migration("as it is", ()) for _ in range(SCHEMA_VERSION - 1))

REBUILT = """
CREATE TABLE rebuilt (name TEXT NOT NULL PRIMARY KEY, lineage TEXT NOT NULL, serial INTEGER NOT NULL,
version_floor INTEGER NOT NULL, note TEXT NOT NULL)
"""
STEPS = (
    Migration("a column more", ("ALTER TABLE run ADD COLUMN host TEXT NOT NULL DEFAULT ''",)),
    Migration(
        "what was text becomes a table",
        (
            "CREATE TABLE run_message (run_id TEXT NOT NULL PRIMARY KEY, message TEXT)",
            "INSERT INTO run_message SELECT id, message FROM run",
            "CREATE INDEX run_message_by_text ON run_message (message)",
        ),
    ),
    Migration(
        "a table that others refer to is made anew",
        (
            REBUILT,
            "INSERT INTO rebuilt SELECT name, lineage, serial, version_floor, 'kept' FROM workspace",
            "DROP TABLE workspace",
            "ALTER TABLE rebuilt RENAME TO workspace",
        ),
    ),
)
"""Changes of the kinds that there will be."""
ALL = (*PLACEHOLDERS, *STEPS)


def restored(directory: Path, recorded: Path = HERE / f"version_{SCHEMA_VERSION}.sql") -> Lab:
    """A directory with a recorded database and the configuration that it was made from."""
    lab = Lab(directory).write(MAIN)
    with closing(sqlite3.connect(lab.database)) as connection:
        connection.executescript(recorded.read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return lab


def schema_of(database: Database) -> list[str]:
    return sorted(sql for (sql,) in database.query("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def content_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    return {name: database.query(f'SELECT * FROM "{name}"') for name in sorted(database.tables())}


def test_there_is_a_database_of_every_version() -> None:
    assert [path.name for path in RECORDED] == [f"version_{n}.sql" for n in range(1, SCHEMA_VERSION + 1)]


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_it_becomes_what_a_new_database_is(tmp_path: Path, recorded: Path) -> None:
    lab = restored(tmp_path, recorded)
    with open_storage(lab.database, create=False) as database:
        assert schema_version(database) == SCHEMA_VERSION
        assert set(schema_of(database)) == {
            *ddl("sqlite"),
            "CREATE TABLE schema_version (version INTEGER NOT NULL)",
        }


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda path: path.stem)
def test_nothing_in_it_is_lost(tmp_path: Path, recorded: Path) -> None:
    lab = restored(tmp_path, recorded)
    assert lab.is_log_valid()
    assert lab.plan().plan.is_empty
    assert [e.tool for e in lab.events()].count("console") == 1
    assert len(lab.objects()) == 5
    assert lab.outputs()["token"] == "a golden secret"
    with lab.project() as project:
        assert project.workspaces() == ["default", "other"]
        assert [r.status for r in runs(project.database)] == ["applied"] * 3
        assert len(plans(project.database)) == 4
        assert not project.check_log().problems
    assert lab.destroy().result.succeeded


@pytest.mark.parametrize("already", range(len(STEPS)))
def test_every_step_leads_to_the_same_end(tmp_path: Path, already: int) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "stepwise").mkdir()
    with Database.open(restored(tmp_path / "whole").database, create=False) as whole:
        migrate(whole, ALL)
        with Database.open(restored(tmp_path / "stepwise").database, create=False) as stepwise:
            migrate(stepwise, ALL[: len(PLACEHOLDERS) + already])
            migrate(stepwise, ALL)
            assert schema_of(stepwise) == schema_of(whole)
            assert content_of(stepwise) == content_of(whole)
        assert schema_version(whole) == SCHEMA_VERSION + len(STEPS)
        assert whole.query("SELECT DISTINCT note FROM workspace") == [("kept",)]
        assert whole.query("PRAGMA foreign_key_check") == []
        assert whole.query("PRAGMA foreign_keys") == [(1,)]


@pytest.mark.parametrize(
    ("statement", "problem"),
    [("nonsense", sqlite3.OperationalError), ("DELETE FROM workspace", IntegrityError)],
)
def test_a_step_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, statement: str, problem: type[Exception]
) -> None:
    with Database.open(restored(tmp_path).database, create=False) as database:
        schema, content = schema_of(database), content_of(database)
        with pytest.raises(problem):
            migrate(database, (*ALL, Migration("wrong", (statement,))))
        assert (schema_of(database), content_of(database)) == (schema, content)
        assert database.query("PRAGMA foreign_keys") == [(1,)]


def test_a_newer_program_that_was_faster_is_not_undone(tmp_path: Path) -> None:
    path = restored(tmp_path).database

    class Overtaken(Database):
        """A database that another process migrates just before the write lock is taken."""

        def schema_change(self):  # type: ignore[no-untyped-def]
            with Database.open(path, create=False) as other:
                migrate(other, ALL)
            return super().schema_change()

    with Overtaken.open(path, create=False) as database:
        with pytest.raises(DiagnosticsError, match="Database from a newer version"):
            migrate(database, ALL[:-1])
        assert schema_version(database) == SCHEMA_VERSION + len(STEPS)


_HALF_WAY = """
import json, sys
from iac.database import Database
from iac.storage import Migration, migrate
class Endless(tuple):
    def __iter__(self):
        yield from super().__iter__()
        print("half", flush=True)
        sys.stdin.read()
steps = [Migration("", tuple(s)) for s in json.loads(sys.argv[2])]
steps[-1] = Migration("", Endless(steps[-1].statements))
with Database.open(sys.argv[1], create=False) as database:
    migrate(database, steps)
"""


def test_a_migration_that_is_killed_leaves_the_old_version(tmp_path: Path) -> None:
    lab = restored(tmp_path)
    with Database.open(lab.database, create=False) as database:
        before = schema_of(database), content_of(database)
    statements = json.dumps([m.statements for m in ALL])
    process = subprocess.Popen(
        [sys.executable, "-c", _HALF_WAY, lab.database, statements],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HERE.parents[1])},
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    with Database.open(lab.database, create=False) as database:
        assert database.query("PRAGMA integrity_check") == [("ok",)]
        assert (schema_of(database), content_of(database)) == before
        migrate(database, ALL)
        assert schema_version(database) == SCHEMA_VERSION + len(STEPS)


def test_a_database_that_cannot_be_upgraded_is_left_as_it_is_and_says_why(tmp_path: Path) -> None:
    lab = restored(tmp_path)
    with Database.open(lab.database, create=False) as database:
        before = content_of(database)
        database.execute("PRAGMA query_only = ON")
        with pytest.raises(DiagnosticsError, match="Database cannot be upgraded") as raised:
            migrate(database, ALL)
        (problem,) = raised.value.diagnostics
        assert "nothing was changed" in problem.detail
        assert "read" in problem.detail.rpartition("\n")[2]
        assert content_of(database) == before
