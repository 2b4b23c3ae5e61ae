"""An event that was pruned is told from one that never was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.prune import prune
from iac.audit.pruned import pruned_in
from iac.audit.query import event
from iac.audit.record import Event, Operation, Origin
from iac.database import Database

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
REASON = Origin("ana", message="retention policy")


def add(database: Database, day: int) -> Event:
    """An event of an object that is gone, recorded on a day."""
    with database.transaction():
        log = AuditLog(database, lambda: BEGIN + timedelta(days=day))
        target = {"target_type": "service", "target_id": "1", "target_name": "api"}
        return log.record(Operation(Origin("bob")), event_type="DELETE", before={}, after=None, **target)


@pytest.fixture
def recorded(database):
    """Events 1 to 4; 1 and 2 were pruned, of which event 5 tells."""
    found = [add(database, day) for day in range(4)]
    prune(database, BEGIN + timedelta(days=1, hours=1), REASON)
    return found


@pytest.mark.parametrize("reference", [1, "2", "#2"])
def test_by_whom_when_and_why_it_went_is_said(recorded, database, refused, reference):
    number = str(reference).removeprefix("#")
    pruning = event(database, 5)
    with refused(f'Event {number} was pruned by ana at {pruning.timestamp} ("retention policy"), as event 5 tells.'):
        event(database, reference)


def test_of_an_id_it_is_said_that_it_may_have_been_pruned(recorded, database, refused):
    for reference in (recorded[1].id, "00000000-1"):
        with refused(f'with the id "{reference}", it was one of those up to 2. Event 2 was pruned by ana'):
            event(database, reference)


@pytest.mark.parametrize("reference", [6, "99", "zz", "ffffffff", ""])
def test_what_never_was_is_not_called_pruned(recorded, database, refused, reference):
    with refused("Event not found"):
        event(database, reference)


def test_where_the_pruning_was_pruned_itself_the_next_one_is_named(recorded, database, refused):
    prune(database, datetime.now(UTC), REASON)
    with refused("Event 5 was pruned by ana"):
        event(database, 5)
    with refused("Event 2 was pruned, some time before the pruning that event 6 tells of"):
        event(database, 2)


def test_a_log_that_was_altered_is_not_believed(recorded, database, refused):
    database.execute("DROP TRIGGER event_never_changes")
    database.execute("UPDATE event SET post_state = '[]' WHERE sequence = 5")
    with refused("The log is not intact"):
        event(database, 1)


@pytest.mark.parametrize(
    "filter",
    [
        EventFilter(users=("bob",)),
        EventFilter(until=BEGIN + timedelta(days=1)),
        EventFilter(since=BEGIN + timedelta(hours=1)),
        EventFilter(targets=("service:api",)),
    ],
)
def test_an_answer_that_may_lack_pruned_events_says_so(recorded, database, filter):
    told = pruned_in(database, filter)
    assert told.startswith("Events up to 2 (the last of 2020-01-02T00:00:00")
    assert "were pruned by ana" in told


@pytest.mark.parametrize("filter", [EventFilter(), EventFilter(since=BEGIN + timedelta(days=2))])
def test_one_that_cannot_lack_any_does_not(recorded, database, filter):
    assert pruned_in(database, filter) is None


def test_where_nothing_was_pruned_nothing_is_said(database):
    add(database, 0)
    assert pruned_in(database, EventFilter(users=("bob",))) is None
