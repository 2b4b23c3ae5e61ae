"""Asking the log: filters, references, pages, and that none of them reads the whole of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iac.audit import query
from iac.audit.filters import EventFilter, TargetFilter, parse_target, parse_time
from iac.audit.query import count, event, events, targets
from iac.audit.record import Origin
from iac.diagnostics import DiagnosticsError

ALICE = Origin("alice@example.com", run_id="run-a")
BOB = Origin("bob@example.com", tool="console", workspace="prod", run_id="run-b")


@pytest.fixture
def log(record):
    """Six events about a cluster, two environments and services."""
    record(None, {}, origin=ALICE, target_type="cluster", target_id="c1", target_name="main", change=["config"])
    for number, name in ((1, "staging"), (2, "production")):
        more = {"target_id": f"e{number}", "target_name": name, "address": f"module.env.iac_environment.{name}"}
        record(None, {}, origin=ALICE, target_type="environment", change=["config", "variables"], **more)
    for key in ("eu", "us"):
        record(None, {}, origin=BOB, target_id=f"s-{key}", address=f'iac_service.api["{key}"]', change=["ports"])
    record({}, None, origin=BOB, target_id="s-eu", target_name="api-old", address='iac_service.api["eu"]')
    return record


@pytest.mark.parametrize(
    ("filter", "sequences"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"oldest_first": True}, [1, 2, 3, 4, 5, 6]),
        ({"limit": 2}, [6, 5]),
        ({"limit": 0}, []),
        ({"limit": 2, "after": 5}, [4, 3]),
        ({"after": 5, "oldest_first": True}, [6]),
        ({"targets": ("environment",)}, [3, 2]),
        ({"targets": ("iac_environment",)}, [3, 2]),
        ({"targets": ("environment:staging",)}, [2]),
        ({"targets": ("environment:st*", "cluster")}, [2, 1]),
        ({"targets": ("environment:Staging",)}, []),
        ({"targets": ("service:api?old",)}, [6]),
        ({"targets": ("e2",)}, [3]),
        ({"targets": ('iac_service.api["eu"]',)}, [6, 4]),
        ({"targets": ("iac_service.api",)}, [6, 5, 4]),
        ({"targets": ("module.env",)}, [3, 2]),
        ({"targets": ("module.en",)}, []),
        ({"targets": (TargetFilter(name="main"),)}, [1]),
        ({"event_types": ("delete",)}, [6]),
        ({"users": ("alice@example.com",)}, [3, 2, 1]),
        ({"users": ("bob@*", "nobody")}, [6, 5, 4]),
        ({"tools": ("console",)}, [6, 5, 4]),
        ({"workspaces": ("prod",)}, [6, 5, 4]),
        ({"run": "run-a"}, [3, 2, 1]),
        ({"change": ("variables", "ports")}, [5, 4, 3, 2]),
        ({"change": ("port",)}, []),
        ({"users": ("bob@example.com",), "targets": ("service:api",), "limit": 1}, [5]),
    ],
)
def test_a_filter_gives(log, database, filter, sequences):
    assert [e.sequence for e in events(database, EventFilter(**filter))] == sequences


def test_since_is_inclusive_and_until_exclusive(log, database):
    third = datetime.fromisoformat(event(database, 3).timestamp)
    assert [e.sequence for e in events(database, EventFilter(since=third))] == [6, 5, 4, 3]
    assert [e.sequence for e in events(database, EventFilter(until=third))] == [2, 1]
    assert count(database, EventFilter(since=third + timedelta(days=1))) == 0
    assert count(database, EventFilter(until=third + timedelta(days=1))) == 6


def test_pages_follow_each_other_while_events_are_appended(log, database):
    seen = []
    cursor = None
    while page := list(events(database, EventFilter(limit=2, after=cursor))):
        seen += [e.sequence for e in page]
        cursor = page[-1].id
        log(None, {})
    assert seen == [6, 5, 4, 3, 2, 1]


def test_more_events_than_a_page_of_the_database_are_all_given(record, database, monkeypatch):
    with database.transaction():
        for _ in range(query._PAGE + 1):
            record(None, {})
    assert [e.sequence for e in events(database)] == list(range(query._PAGE + 1, 0, -1))


def test_counts_ignore_the_limit(log, database):
    assert count(database, EventFilter(limit=1, users=("alice@example.com",))) == 3


def test_targets_have_their_latest_name(log, database):
    assert [(t.type, t.id, t.name, t.events) for t in targets(database)] == [
        ("cluster", "c1", "main", 1),
        ("environment", "e2", "production", 1),
        ("environment", "e1", "staging", 1),
        ("service", "s-us", "api", 1),
        ("service", "s-eu", "api-old", 2),
    ]
    assert [t.id for t in targets(database, "iac_cluster")] == ["c1"]


class TestOneEvent:
    def test_by_sequence_id_or_beginning_of_it(self, record, database):
        recorded = record(None, {})
        for reference in (1, "1", "#1", recorded.id, recorded.id[:20], recorded.id.upper()):
            assert event(database, reference) == recorded

    @pytest.mark.parametrize("reference", ["99", "", "zzz", "%", "0_", "9" * 40])
    def test_that_is_not_there(self, log, database, reference):
        with pytest.raises(DiagnosticsError, match="Event not found"):
            event(database, reference)

    def test_that_is_not_the_only_one(self, log, database):
        with pytest.raises(DiagnosticsError, match="Ambiguous event id"):
            event(database, "0")


@pytest.mark.parametrize(
    "filter",
    [
        {"targets": ("environment",)},
        {"targets": ("environment:staging",)},
        {"targets": ("environment:st*",)},
        {"targets": ("e2",)},
        {"targets": ("iac_service.api",)},
        {"targets": ("module.env", "cluster")},
        {"since": datetime(2024, 1, 1, tzinfo=UTC)},
        {"until": datetime(2024, 1, 1, tzinfo=UTC)},
        {"since": datetime(2024, 1, 1, tzinfo=UTC), "targets": ("environment:staging",)},
        {"users": ("alice",)},
        {"users": ("alice", "bob")},
        {"run": "r"},
        {"after": 3},
    ],
)
def test_no_filter_reads_the_whole_log(log, database, filter):
    conditions, params = query._conditions(database, EventFilter(**filter))
    sql = f"EXPLAIN QUERY PLAN SELECT * FROM event{query._where(conditions)} ORDER BY sequence DESC LIMIT 10"
    plan = [row[3] for row in database.query(sql, params)]
    assert not [step for step in plan if step.startswith("SCAN event")], plan


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("environment", TargetFilter(word="environment")),
        ("019a-b", TargetFilter(word="019a-b")),
        ("environment:staging", TargetFilter(type="environment", name="staging")),
        (" iac_environment:a:b ", TargetFilter(type="environment", name="a:b")),
        ('iac_service.api["a:b"]', TargetFilter(address='iac_service.api["a:b"]')),
        ("module.a", TargetFilter(address="module.a")),
    ],
)
def test_a_target_is_read(text, target):
    assert parse_target(text) == target


@pytest.mark.parametrize("text", ["", "environment:", "a b", "iac_service.", "a.b[", ":x"])
def test_a_target_that_is_none_is_a_diagnostic(text):
    with pytest.raises(DiagnosticsError, match="Invalid target"):
        parse_target(text)


NOW = datetime(2024, 5, 2, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", NOW),
        ("2h", NOW - timedelta(hours=2)),
        ("1d12h", NOW - timedelta(hours=36)),
        ("90 minutes ago", NOW - timedelta(minutes=90)),
        ("1 Week ago", NOW - timedelta(weeks=1)),
        ("1.5d", NOW - timedelta(hours=36)),
        ("today", datetime(2024, 5, 2, tzinfo=UTC)),
        ("yesterday", datetime(2024, 5, 1, tzinfo=UTC)),
        ("2024-04-01", datetime(2024, 4, 1, tzinfo=UTC)),
        ("2024-04-01T10:00", datetime(2024, 4, 1, 10, tzinfo=UTC)),
        ("2024-04-01T10:00:00.5+02:00", datetime(2024, 4, 1, 8, 0, 0, 500000, tzinfo=UTC)),
        ("2024-04-01T10:00:00Z", datetime(2024, 4, 1, 10, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(text, moment):
    assert parse_time(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "2 parsecs", "h", "2024-13-01", "9999999999d", "-2h", "0001-01-01T00:00+14:00"]
)
def test_a_time_that_is_none_is_a_diagnostic(text):
    with pytest.raises(DiagnosticsError, match="Invalid time"):
        parse_time(text, NOW)
