"""Questions to the audit log whose SQL differs or is taken apart by the planner: answered as on SQLite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iac.audit.clauses import Condition, distinct
from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.places import Places
from iac.audit.query import count, events
from iac.audit.record import Operation, Origin
from iac.audit.unknown import remarks
from iac.database import Database
from iac.storage import open_storage

SERVICES = 450
"""More than are asked for one by one."""


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """An environment with many services, and another one."""
    with open_storage(url) as database:
        log = AuditLog(database)
        with database.transaction():
            for type, id, state in (
                ("environment", "e1", {}),
                ("environment", "e2", {}),
                ("service", "other", {"environment_id": "e2"}),
                *(("service", f"s{number}", {"environment_id": "e1"}) for number in range(SERVICES)),
            ):
                log.record(
                    Operation(Origin("ana"), address=f"iac_{type}.{id}"),
                    event_type="CREATE",
                    target_type=type,
                    target_id=id,
                    target_name=id,
                    before=None,
                    after=state,
                )
        yield database


def test_what_lives_in_an_object_is_found(database: Database) -> None:
    assert count(database, EventFilter(inside=("environment:e1",))) == SERVICES + 1
    assert count(database, EventFilter(inside=("environment:e2",))) == 2
    (last,) = events(database, EventFilter(inside=("environment:e1",), users=("a*",), limit=1))
    assert Places(database).path(last) == ("e1", "default")


def test_different_values_are_found_step_by_step(database: Database) -> None:
    assert distinct(database, "target_type") == ["environment", "service"]
    assert distinct(database, "target_name", Condition("target_type = ?", ("environment",)), most=1) == ["e1"]


def test_what_no_event_has_is_remarked_on(database: Database) -> None:
    assert remarks(database, EventFilter(targets=("environment:e11",), users=("an*", "bob"))) == [
        'No event has the user "bob".',
        'No event has a target of the type "environment" with the name "e11". Did you mean "environment:e1"?',
    ]
