"""Files with secrets are for their owner alone, and a database that is not is warned of."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from iac.database.upkeep import readable_by_others

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
    for name in ("iac.db", "tfplan", "events.ndjson", "events.csv", "events.csv.manifest.json", "copy.db"):
        assert mode(directory / name) == 0o600, name


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


@pytest.mark.parametrize("location", ["missing.db", ":memory:", "sqlite://", "postgresql://user@host/name"])
def test_what_is_no_file_has_no_permissions(location: str) -> None:
    assert readable_by_others(location) is None
