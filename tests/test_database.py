"""The database connection: files, transactions that nest, failures that a user can understand."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from iac.database import Database, IntegrityError
from iac.database.sqlite import SqliteDriver
from iac.diagnostics import DiagnosticsError


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "a b?#%é.db")


@pytest.fixture
def database(path: str):
    with Database.open(path, create=True) as database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
        yield database


def names(database: Database) -> list[str]:
    return [name for (name,) in database.query("SELECT name FROM t ORDER BY id")]


def add(database: Database, name: str) -> None:
    database.execute("INSERT INTO t (name) VALUES (?)", (name,))


class TestFile:
    def test_it_and_the_files_beside_it_are_for_the_owner_alone(self, database, path):
        add(database, "x")
        for suffix in ("", "-wal", "-shm"):
            assert stat.S_IMODE(os.stat(path + suffix).st_mode) == 0o600

    @pytest.mark.parametrize(("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)])
    def test_it_is_set_up_to_lose_nothing(self, path, pragma, value):
        Database.open(path, create=True).close()
        with Database.open(path, create=False) as database:
            assert database.query(f"PRAGMA {pragma}") == [(value,)]

    def test_a_url_names_the_same_file_as_a_path(self, tmp_path):
        path = tmp_path / "x.db"
        with Database.open(f"sqlite:///{path}", create=True) as database:
            assert database.location == str(path)
        assert path.exists()

    def test_memory_leaves_no_file(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for location in (":memory:", "sqlite://"):
            Database.open(location, create=True).close()
        assert list(tmp_path.iterdir()) == []

    def test_opening_does_not_import_sqlalchemy(self, path):
        code = (
            "import sys; from iac.database import Database; Database.open(sys.argv[1], create=True);"
            "print([m for m in sys.modules if m.startswith(('sqlalchemy', 'sqlmodel'))])"
        )
        done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"


class TestCannotOpen:
    def summary(self, location: str, create: bool = True) -> str:
        with pytest.raises(DiagnosticsError) as raised:
            Database.open(location, create=create)
        (diagnostic,) = raised.value.diagnostics
        assert diagnostic.detail
        return diagnostic.summary

    def test_missing(self, path):
        assert self.summary(path, create=False) == "Database not found"
        assert not os.path.exists(path)

    def test_directory_of_a_new_one_missing(self, tmp_path):
        assert self.summary(str(tmp_path / "no" / "x.db")) == "Directory not found"

    def test_a_directory(self, tmp_path):
        assert self.summary(str(tmp_path)) == "Invalid database"

    def test_another_kind_of_file(self, tmp_path):
        file = tmp_path / "main.tf"
        file.write_text('resource "a" "b" {}\n' * 100)
        assert self.summary(str(file)) == "Not a database"
        assert file.read_text().startswith("resource")

    def test_unknown_product(self):
        assert self.summary("oracle://u:p@h/x") == "Unsupported database"

    def test_a_url_without_what_it_needs(self):
        assert self.summary("postgresql+nosuchdriver://u:secret@h/x") == "Invalid database URL"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may open everything")
    def test_no_permission(self, tmp_path):
        file = tmp_path / "x.db"
        Database.open(str(file), create=True).close()
        file.chmod(0)
        assert self.summary(str(file)) == "Cannot open database"


class TestFailures:
    def test_damage_is_a_diagnostic(self, path):
        with Database.open(path, create=True) as database:
            database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
            for number in range(500):
                add(database, f"{number}" * 50)
        with open(path, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096 * 3)
        with pytest.raises(DiagnosticsError, match="Database is damaged"), Database.open(path, create=False) as d:
            names(d)

    def test_a_full_disk_is_a_diagnostic_and_undoes_everything(self, database):
        add(database, "before")
        database.query("PRAGMA max_page_count = 10")
        with pytest.raises(DiagnosticsError, match="Disk is full"), database.transaction():
            add(database, "x" * 100_000)
        assert names(database) == ["before"]

    def test_nothing_more_is_stored_in_a_transaction_that_is_gone(self, database):
        with suppress(DiagnosticsError), database.transaction():
            add(database, "first")
            database.execute("ROLLBACK")  # what SQLite does by itself after some failures
            with pytest.raises(DiagnosticsError, match="Transaction rolled back"):
                add(database, "second")
        assert names(database) == []

    def test_what_ended_the_transaction_is_told_again(self, database):
        database.query("PRAGMA max_page_count = 10")
        with suppress(DiagnosticsError), database.transaction():
            with suppress(DiagnosticsError), database.transaction():
                add(database, "x" * 100_000)
            with pytest.raises(DiagnosticsError, match="Disk is full"):
                add(database, "after it")

    def test_after_a_failed_rollback_nothing_more_is_stored(self, database, path):
        class Stubborn(SqliteDriver):
            def run(self, sql):
                if sql.startswith("ROLLBACK"):
                    raise sqlite3.OperationalError("disk I/O error")
                super().run(sql)

        with Database(Stubborn(path, create=False)) as stubborn:
            with suppress(KeyError), stubborn.transaction():
                add(stubborn, "first")
                raise KeyError
            with pytest.raises(DiagnosticsError, match="Transaction rolled back"), stubborn.transaction():
                add(stubborn, "second")
        assert names(database) == []

    def test_read_only(self, database):
        database.query("PRAGMA query_only = ON")
        with pytest.raises(DiagnosticsError, match="Database is read-only"):
            add(database, "x")

    def test_a_violated_constraint_has_an_exception_of_its_own(self, database):
        add(database, "x")
        with pytest.raises(IntegrityError, match=r"t\.id"):
            database.execute("INSERT INTO t (id, name) VALUES (1, 'y')")

    def test_a_mistake_in_the_program_is_no_diagnostic(self, database):
        with pytest.raises(sqlite3.OperationalError):
            database.query("SELECT nonsense FROM t")

    def test_a_writer_that_waits_too_long_is_told_so(self, database, path):
        with Database.open(path, create=False) as other:
            other.query("PRAGMA busy_timeout = 1")
            with database.transaction(), pytest.raises(DiagnosticsError, match="Database is locked"):
                add(other, "x")


class TestTransaction:
    def test_commits_at_the_end(self, database, path):
        with database.transaction():
            add(database, "x")
        with Database.open(path, create=False) as other:
            assert names(other) == ["x"]

    def test_others_see_nothing_before_the_end(self, database, path):
        with Database.open(path, create=False) as other, database.transaction():
            add(database, "x")
            assert names(other) == []

    @pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt])
    def test_leaves_nothing_when_it_raises(self, database, exception):
        with suppress(exception), database.transaction():
            add(database, "x")
            raise exception
        assert names(database) == []
        assert not database.in_transaction

    def test_an_inner_failure_undoes_only_the_inner_part(self, database):
        with database.transaction():
            add(database, "a")
            with suppress(ValueError), database.transaction():
                add(database, "b")
                with database.transaction():
                    add(database, "c")
                raise ValueError
            with database.transaction():
                add(database, "d")
        assert names(database) == ["a", "d"]

    def test_an_outer_failure_undoes_what_the_inner_ones_did(self, database):
        with suppress(ValueError), database.transaction():
            with database.transaction():
                add(database, "a")
            raise ValueError
        assert names(database) == []

    def test_memory_lasts_until_something_is_rolled_back(self, database):
        with database.transaction():
            database.memory["x"] = 1
            with database.transaction():
                assert database.memory == {"x": 1}
            with pytest.raises(ValueError), database.transaction():
                raise ValueError
            assert database.memory == {}
            database.memory["x"] = 2
        assert database.memory == {}

    def test_many_rows_at_once(self, database):
        database.execute_many("INSERT INTO t (name) VALUES (?)", [("a",), ("ü𝄞",)])
        assert names(database) == ["a", "ü𝄞"]
        assert database.query_one("SELECT name FROM t WHERE id = ?", (9,)) is None
        assert database.execute("DELETE FROM t") == 2
