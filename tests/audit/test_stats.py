"""Counts of events."""

from __future__ import annotations

import pytest

from iac.audit.filters import EventFilter
from iac.audit.record import Origin
from iac.audit.stats import GROUPINGS, Count, stats
from iac.audit.where_parser import parse_where

BOB = Origin("bob", tool="console", run_id="r2")


@pytest.fixture
def log(record):
    record(None, {"cpu": 1}, target_name="web", change=["config", "ports"])
    record({"cpu": 1}, {"cpu": 2}, change=["ports"])
    record({"cpu": 2}, {"cpu": 3}, change=[], origin=BOB)
    return record


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        ("user", [("alice", 2), ("bob", 1)]),
        ("tool", [("terraform", 2), ("console", 1)]),
        ("type", [("UPDATE", 2), ("CREATE", 1)]),
        ("target", [("service:api", 2), ("service:web", 1)]),
        ("target-type", [("service", 3)]),
        ("change", [("ports", 2), ("-", 1), ("config", 1)]),
        ("run", [("-", 2), ("r2", 1)]),
        ("workspace", [("default", 3)]),
    ],
)
@pytest.mark.parametrize("where", [(), (parse_where("exists(post_state.cpu)"),)])
def test_events_are_counted_by(log, database, by, counts, where):
    found = stats(database, EventFilter(where=where), by)
    assert [(c.value, c.events) for c in found.counts] == counts
    assert found.total == 3


def test_only_what_the_filter_means_is_counted(log, database):
    assert stats(database, EventFilter(users=("bob",)), "tool").counts == (Count("console", 1),)
    assert stats(database, EventFilter(users=("bob",), limit=1), "type").total == 1


@pytest.mark.parametrize("by", GROUPINGS)
def test_an_empty_log_has_no_counts(database, by):
    assert stats(database, EventFilter(), by).counts == ()


def test_days_and_hours_without_events_are_shown_between_those_with(log, database):
    database.execute("DROP TRIGGER event_never_changes")
    for sequence, moment in ((1, "2026-10-30T23:10"), (2, "2026-11-01T00:59"), (3, "2026-11-01T01:00")):
        database.execute("UPDATE event SET timestamp = ? WHERE sequence = ?", (f"{moment}:00.000000Z", sequence))
    assert stats(database, EventFilter(), "day").counts == (
        Count("2026-10-30", 1),
        Count("2026-10-31", 0),
        Count("2026-11-01", 2),
    )
    hours = stats(database, EventFilter(), "hour").counts
    assert (hours[0], hours[1], hours[-1], len(hours)) == (
        Count("2026-10-30T23", 1),
        Count("2026-10-31T00", 0),
        Count("2026-11-01T01", 1),
        27,
    )
