"""A database of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from iac.database import Database
from iac.storage import open_storage


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "iac.db")


@pytest.fixture
def database(path: str) -> Iterator[Database]:
    with open_storage(path) as database:
        yield database
