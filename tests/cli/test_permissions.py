"""Files with secrets are for their owner alone, and a database that is not is warned of."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from iac.database.upkeep import readable_by_others
from iac.storage import open_storage

TITLE = "Database can be read by others"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def permissive() -> None:
    """What a process makes may be read and written by everybody, where it does not say otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_may_hold_secrets_is_for_the_owner_alone(iac, directory: Path, permissive: None) -> None:
    iac("plan", "-out=tfplan")
    iac("apply", "-auto-approve")
    iac("events", "export", "--output=events.ndjson")
    iac("events", "export", "--output=events.csv", "--format=csv")
    iac("db", "backup", "copy.db")
    iac("events", "checkpoint", "--output=log.checkpoint")
    exports = ("events.ndjson", "events.csv", "events.csv.manifest.json")
    for name in ("iac.db", "tfplan", *exports, "copy.db", "log.checkpoint", "iac.db.key"):
        assert mode(directory / name) == 0o600, name


def test_the_files_that_a_database_at_work_has_beside_it_are_too(iac, directory: Path, permissive: None) -> None:
    iac("apply", "-auto-approve")
    with open_storage(str(directory / "iac.db")) as database, database.transaction():
        database.execute("DELETE FROM plan", [])
        assert {path.name: mode(path) for path in directory.glob("iac.db*")} == dict.fromkeys(
            ("iac.db", "iac.db-shm", "iac.db-wal"), 0o600
        )


@pytest.mark.parametrize(
    ("file", "title", "command"),
    [
        ("tfplan", "Saved plan", ("show", "tfplan")),
        ("tfplan", "Saved plan", ("apply", "tfplan")),
        ("events.ndjson", "Export", ("events", "verify", "--file=events.ndjson")),
        ("iac.db.key", "Private key", ("events", "checkpoint")),
    ],
)
@pytest.mark.parametrize("bits", [0o600, 0o640, 0o604])
def test_whoever_uses_another_file_with_secrets_is_warned_too(
    iac, directory: Path, file: str, title: str, command: tuple[str, ...], bits: int
) -> None:
    iac("apply", "-auto-approve")
    iac("plan", "-out=tfplan")
    iac("events", "export", "--output=events.ndjson")
    iac("events", "checkpoint")
    (directory / file).chmod(bits)
    outcome = iac(*command)
    assert outcome.code == 0
    assert outcome.err.count(f"{title} can be read by others") == (bits != 0o600)
    assert (f"chmod 600 {file}" in outcome.err) == (bits != 0o600)


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("apply", "-auto-approve"),
        ("events",),
        ("events", "--json"),
        ("state", "list"),
        ("show", "-json"),
        ("plans",),
        ("db", "info"),
        ("query", "SELECT 1"),
    ],
    ids=" ".join,
)
def test_every_command_warns_once(iac, directory: Path, command: tuple[str, ...]) -> None:
    iac("apply", "-auto-approve")
    (directory / "iac.db").chmod(0o640)
    outcome = iac(*command)
    assert outcome.code == 0
    assert outcome.err.count(TITLE) == 1
    assert "0640" in outcome.err
    assert "chmod 600 iac.db*" in outcome.err
    assert TITLE not in outcome.out


def test_there_is_no_warning_when_it_is_for_the_owner_alone(iac) -> None:
    assert TITLE not in iac("apply", "-auto-approve").err
    assert TITLE not in iac("events").err


@pytest.mark.parametrize("bits", [0o604, 0o620, 0o666, 0o601])
def test_any_right_of_others_counts(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "iac.db"
    path.touch()
    path.chmod(bits)
    for location in (str(path), f"sqlite:///{path}"):
        found = readable_by_others(location)
        assert found is not None
        assert f"{bits:04o}" in found.detail


def test_what_is_no_database_is_left_alone(iac, directory: Path) -> None:
    for location in ("main.tf", "."):
        outcome = iac("state", "list", "-database", location)
        assert outcome.code == 1
        assert "chmod" not in outcome.err


@pytest.mark.parametrize("location", ["missing.db", ":memory:", "sqlite://", "postgresql://user@host/name"])
def test_what_is_no_file_has_no_permissions(location: str) -> None:
    assert readable_by_others(location) is None
