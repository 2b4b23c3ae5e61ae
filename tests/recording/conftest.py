"""What Terraform said of its plans and applies, as it was recorded, and a database to record it in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from iac.audit.filters import EventFilter
from iac.audit.query import events
from iac.audit.record import Event, Origin
from iac.database import Database
from iac.recording.apply_log import read_apply_log
from iac.recording.plan_json import read_plan_json
from iac.recording.recorder import Recorded, record
from iac.storage import open_storage

GOLDENS = Path(__file__).parent / "goldens"


class Laboratory:
    """A database, and what is recorded in it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def record(
        self,
        name: str,
        *,
        applied: bool = True,
        plan: Callable[[dict[str, Any]], Any] | None = None,
        log: Callable[[list[dict[str, Any]]], Any] | None = None,
        workspace: str = "default",
    ) -> Recorded:
        """Records a case, its plan and its log changed as wanted."""
        document = json.loads((GOLDENS / f"{name}.plan.json").read_text())
        lines = [json.loads(line) for line in (GOLDENS / f"{name}.apply.ndjson").read_text().splitlines()]
        if plan is not None:
            plan(document)
        if log is not None:
            log(lines)
        content = "".join(f"{json.dumps(line)}\n" for line in lines).encode() if applied else b""
        read = read_apply_log(content) if applied else None
        origin = Origin("ana", workspace=workspace, context={"host": "here"})
        return record(self.database, read_plan_json(json.dumps(document).encode()), read, content, origin)

    def events(self) -> list[Event]:
        """The audit log, oldest first."""
        return list(events(self.database, EventFilter(oldest_first=True)))

    def happened(self) -> list[str]:
        """The audit log in short, sorted: operations on several objects end in any order."""
        return sorted(f"{e.event_type} {e.address}" for e in self.events())


@pytest.fixture
def laboratory(tmp_path: Path) -> Iterator[Laboratory]:
    with open_storage(str(tmp_path / "iac.db")) as database:
        yield Laboratory(database)
