"""A platform of its own for every test, with its events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.database import Database
from iac.platform.api import Platform
from iac.storage import open_storage


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_storage(str(tmp_path / "iac.db")) as database:
        yield database


@pytest.fixture
def platform(database: Database) -> Platform:
    return Platform(database, AuditLog(database))


@pytest.fixture
def console() -> Operation:
    return Operation(Origin(user="ana", tool="console"))
