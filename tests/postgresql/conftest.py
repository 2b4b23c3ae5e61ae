"""A PostgreSQL server for the tests: the one that IAC_TEST_POSTGRESQL names (a URL), else one of their own.

Its own needs the programs of the server, and a package to speak with it; where one of them is missing the tests are
skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from kit import Lab

from iac.database import Database

NAMED = os.environ.get("IAC_TEST_POSTGRESQL")
"""Read before the fixtures take such settings away."""


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a server."""
    if NAMED:
        yield NAMED
        return
    if find_spec("psycopg") is None:
        pytest.skip('the Python package "psycopg" is not installed')
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed, and IAC_TEST_POSTGRESQL names none")
    user = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user and not any(entry.pw_name == user for entry in pwd.getpwall()):
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    place = Path(tempfile.mkdtemp(prefix="pg"))
    if user:
        shutil.chown(place, user)

    def run(*command: str | Path) -> None:
        subprocess.run(command, user=user, cwd=place, check=True, stdout=subprocess.DEVNULL)

    try:
        run(programs / "initdb", "--no-sync", "--auth=trust", "--username=postgres", place / "data")
        options = f"-c listen_addresses='' -c fsync=off -k {place}"
        run(programs / "pg_ctl", "-w", "-D", place / "data", "-l", place / "log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={place}"
        finally:
            run(programs / "pg_ctl", "-w", "-D", place / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place)


def _programs() -> Path | None:
    """Where the programs of the server are; Debian keeps them off the PATH."""
    found = shutil.which("initdb")
    places: Sequence[Path] = [Path(found).parent] if found else []
    places = [*places, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return next((p for p in places if (p / "initdb").exists() and (p / "postgres").exists()), None)


@pytest.fixture
def url(server: str) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    schema = f"iac_test_{uuid.uuid4().hex}"
    with Database.open(server, create=False) as database:
        database.execute(f"CREATE SCHEMA {schema}")
        yield f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{schema}"
        database.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def lab(tmp_path: Path, url: str) -> Lab:
    """A directory of configuration, and a database of the server."""
    lab = Lab(tmp_path)
    lab.database = url
    return lab
