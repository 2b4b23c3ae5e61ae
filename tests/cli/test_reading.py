"""Whoever may only read the database, and make no file beside it, can still ask everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

_UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")
"""What makes modes of files count for root too."""

Reader = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def read(iac, directory: Path) -> Iterator[Reader]:
    """Runs `iac` in a directory that cannot be written to."""
    assert iac("apply", "-auto-approve").code == 0
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may write everywhere, and there is no setpriv")
        before = _UNPRIVILEGED
    (directory / "iac.db").chmod(0o400)
    directory.chmod(0o500)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*before, sys.executable, "-m", "iac", *arguments]
        return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)

    yield run
    directory.chmod(0o700)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("events", "environment:staging"),
        ("events verify", "Verified 2 events"),
        ("events check", "2 objects agree"),
        ("state list", "iac_cluster.main"),
        ("show", "iac_cluster.main"),
        ("output", "cluster"),
        ("drift", "No changes"),
        ("db check", "The database is in order"),
        ("db info", "iac.db"),
        ("runs", "applied"),
        ("query SELECT~count(*)~AS~events~FROM~events", "events"),
    ],
)
def test_asking_needs_no_more(read: Reader, arguments: str, told: str) -> None:
    done = read(*(argument.replace("~", " ") for argument in arguments.split()))
    assert (done.returncode, told in done.stdout) == (0, True), f"{done.stdout}{done.stderr}"


def test_copies_can_be_made_elsewhere(read: Reader, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("elsewhere")
    for arguments in (("db", "backup", str(place / "copy.db")), ("events", "export", "--output", str(place / "log"))):
        done = read(*arguments)
        assert done.returncode == 0, done.stderr
    assert (place / "copy.db").stat().st_size > 0


def test_a_plan_is_shown_and_says_that_it_is_not_recorded(read: Reader) -> None:
    done = read("plan")
    assert done.returncode == 0
    assert "No changes." in done.stdout
    assert "Warning: Plan not recorded" in done.stderr
    done = read("plan", "-replace=iac_cluster.main")
    assert "will be replaced, as requested" in done.stdout
    assert "Recorded as" not in done.stdout


def test_what_writes_is_refused(read: Reader) -> None:
    for arguments in (["apply", "-auto-approve"], ["taint", "iac_cluster.main"], ["workspace", "new", "x"]):
        done = read(*arguments)
        assert done.returncode == 1
        assert "Database is read-only" in done.stderr, done.stderr
