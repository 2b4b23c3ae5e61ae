"""A database of its own for every test, and a short way to record events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Event, Operation, Origin
from iac.database import Database
from iac.diagnostics import DiagnosticsError
from iac.storage import open_storage


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "iac.db")


@pytest.fixture
def database(path: str) -> Iterator[Database]:
    with open_storage(path) as database:
        yield database


class Recorder:
    """Records events, each in a transaction of its own, with defaults for what a test does not care about."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.log = AuditLog(database)

    def __call__(self, before: Any, after: Any, *, origin: Origin = Origin("alice"), **more: Any) -> Event:  # noqa: B008
        operation = Operation(origin, **{k: more.pop(k) for k in ("address", "source", "forced_by") if k in more})
        event_type = "CREATE" if before is None else "DELETE" if after is None else "UPDATE"
        defaults = {"event_type": event_type, "target_type": "service", "target_id": "1", "target_name": "api"}
        with self.database.transaction():
            return self.log.record(operation, **{**defaults, "before": before, "after": after, **more})


@pytest.fixture
def record(database: Database) -> Recorder:
    return Recorder(database)


@pytest.fixture
def refused() -> Callable[[str], AbstractContextManager[None]]:
    """Expects a diagnostic that has a text in its summary or detail."""

    @contextmanager
    def refused(text: str) -> Iterator[None]:
        with pytest.raises(DiagnosticsError) as caught:
            yield
        assert any(text in f"{d.summary}: {d.detail}" for d in caught.value.diagnostics)

    return refused
