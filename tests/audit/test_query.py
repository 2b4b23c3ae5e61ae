"""Asking the log: filters, references, pages, and that none of them reads the whole of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from iac.audit import places, query
from iac.audit.conditions import choose
from iac.audit.filters import EventFilter, TargetFilter, parse_target, parse_time
from iac.audit.query import count, event, events, targets
from iac.audit.record import Origin
from iac.audit.where_parser import parse_where
from iac.diagnostics import DiagnosticsError

ALICE = Origin("alice@example.com", run_id="run-a")
BOB = Origin("bob@example.com", tool="console", workspace="prod", run_id="run-b", plan_id="plan-b")


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
        ({"targets": ("*:main",)}, [1]),
        ({"targets": ("api*",)}, [6, 5, 4]),
        ({"targets": ("nothing*",)}, []),
        ({"targets": ('iac_service.api["e*"]',)}, [6, 4]),
        ({"targets": ("module.*.iac_environment.production",)}, [3]),
        ({"targets": (TargetFilter(id="e2"),)}, [3]),
        ({"targets": (TargetFilter(id="e2", type="environment", name="staging"),)}, []),
        ({"target_types": ("iac_Environment", "cluster")}, [3, 2, 1]),
        ({"target_types": ("*e*",), "targets": ("cluster",)}, [1]),
        ({"targets": ("e2",)}, [3]),
        ({"targets": ('iac_service.api["eu"]',)}, [6, 4]),
        ({"targets": ("iac_service.api",)}, [6, 5, 4]),
        ({"targets": ("module.env",)}, [3, 2]),
        ({"targets": ("module.en",)}, []),
        ({"targets": (TargetFilter(name="main"),)}, [1]),
        ({"event_types": ("delete",)}, [6]),
        ({"event_types": ("d*", "IMPORT")}, [6]),
        ({"event_types": ("*_FAILED",)}, []),
        ({"users": ("alice@example.com",)}, [3, 2, 1]),
        ({"users": ("bob@*", "nobody")}, [6, 5, 4]),
        ({"tools": ("console",)}, [6, 5, 4]),
        ({"workspaces": ("prod",)}, [6, 5, 4]),
        ({"run": "run-a"}, [3, 2, 1]),
        ({"run": "run"}, [6, 5, 4, 3, 2, 1]),
        ({"plan": "plan-b"}, [6, 5, 4]),
        ({"change": ("variables", "ports")}, [5, 4, 3, 2]),
        ({"change": ("port",)}, []),
        ({"change": ("port*",)}, [5, 4]),
        ({"change": ('ports","config',)}, []),
        ({"users": ("bob@example.com",), "targets": ("service:api",), "limit": 1}, [6]),
        # An object is followed through its names.
        ({"targets": ("service:api",)}, [6, 5, 4]),
        ({"targets": ("service:api-old",)}, [6, 4]),
    ],
)
def test_a_filter_gives(log, database, filter, sequences):
    assert [e.sequence for e in events(database, EventFilter(**filter))] == sequences


@pytest.mark.parametrize(
    ("excluded", "sequences"),
    [
        ({"tools": ("console",)}, [3, 2, 1]),
        ({"users": ("bob@*",)}, [3, 2, 1]),
        ({"change": ("variables",)}, [6, 5, 4, 1]),
        ({"event_types": ("CREATE", "DELETE")}, []),
        ({"targets": ("environment",)}, [6, 5, 4, 1]),
        ({"targets": ("iac_service.api",)}, [3, 2, 1]),
        ({"plan": "plan-b"}, [3, 2, 1]),
        ({"tools": ("console",), "event_types": ("DELETE",)}, [5, 4, 3, 2, 1]),
        ({"since": datetime(2000, 1, 1, tzinfo=UTC)}, []),
        ({}, []),
    ],
)
def test_an_excluded_filter_takes_out_what_it_means_and_keeps_what_has_no_value(log, database, excluded, sequences):
    assert [e.sequence for e in events(database, EventFilter(excluded=(EventFilter(**excluded),)))] == sequences


def test_an_excluded_filter_and_a_wanted_one_on_the_same_field(log, database):
    wanted = EventFilter(users=("*",), excluded=(EventFilter(users=("alice*",)),), limit=2)
    assert [e.sequence for e in events(database, wanted)] == [6, 5]


@pytest.fixture
def lived(record):
    """Two clusters with an environment `staging` each and a service `api` in each; a service that is gone; what other
    tools did."""
    for c in ("eu", "us"):
        record(None, {"name": c}, target_type="cluster", target_id=f"c-{c}", target_name=c)
        more = {"target_type": "environment", "target_id": f"e-{c}", "target_name": "staging"}
        record(None, {"cluster_id": f"c-{c}"}, **more)
        record(None, {"environment_id": f"e-{c}"}, target_id=f"s-{c}", address=f'iac_service.api["{c}"]')
    record({"environment_id": "e-eu"}, None, target_id="gone", target_name="old")
    record({"environment_id": "e-eu"}, {"environment_id": "e-eu", "cpu": 1}, target_id="s-eu", origin=BOB)
    outside = replace(BOB, context={"external": True})
    record({}, {}, target_id="s-us", origin=outside, event_type="DEPLOY")
    record({"environment_id": "e-eu"}, {"environment_id": "e-eu"}, target_id="other", origin=outside)
    return record


@pytest.mark.parametrize(
    ("filter", "sequences"),
    [
        ({"inside": ("e-eu",)}, [8, 7, 3, 2]),
        ({"inside": ("cluster:eu",)}, [8, 7, 3, 2, 1]),
        ({"inside": ("environment:staging",)}, [9, 8, 7, 6, 5, 3, 2]),
        ({"inside": ("cluster:eu", "e-us")}, [9, 8, 7, 6, 5, 3, 2, 1]),
        ({"inside": ("s-us",)}, [9, 6]),
        ({"inside": ("cluster:nope",)}, []),
        ({"inside": ("cluster:eu",), "targets": ("service:api",)}, [8, 3]),
        ({"inside": ("environment:staging",), "limit": 2, "after": 7}, [6, 5]),
        ({"excluded": (EventFilter(inside=("environment",)),)}, [10, 4, 1]),
    ],
)
def test_what_is_inside_an_object_is_all_that_lives_in_it_and_itself(lived, database, filter, sequences):
    assert [e.sequence for e in events(database, EventFilter(**filter))] == sequences
    if "limit" not in filter:
        assert count(database, EventFilter(**filter)) == len(sequences)


def test_inside_is_also_the_failed_creation_of_what_was_made_there_later(lived, database):
    failed = {"target_id": "", "event_type": "CREATE_FAILED", "error": "no"}
    lived(None, None, address='iac_service.api["eu"]', **failed)
    lived(None, None, address='iac_service.api["eu"]', origin=BOB, **failed)
    lived(None, None, address="iac_service.never", **failed)
    assert [e.sequence for e in events(database, EventFilter(inside=("e-eu",)))] == [11, 8, 7, 3, 2]


def test_very_much_may_be_inside(lived, database, monkeypatch):
    monkeypatch.setattr(places, "_PAGE", 100)
    with database.transaction():
        for number in range(500):
            lived(None, {"environment_id": "e-us"}, target_id=f"many-{number}", target_name=f"n{number}")
    wanted = EventFilter(inside=("cluster:us",))
    assert count(database, wanted) == 504
    assert count(database, replace(wanted, users=("bob@example.com",))) == 1


def test_an_address_brings_what_tools_that_know_no_address_did_to_its_objects(log, database):
    log({}, {"cpu": 1}, origin=BOB, target_id="s-us", address=None)
    log({}, {"cpu": 1}, origin=BOB, target_id="other", address=None)
    assert [e.sequence for e in events(database, EventFilter(targets=('iac_service.api["us"]',)))] == [7, 5]
    assert [e.sequence for e in events(database, EventFilter(targets=("iac_service.api",)))] == [7, 6, 5, 4]


def test_conditions_on_values_choose_among_the_events_of_the_filter(log, database):
    for cpu in range(1, 9):
        log({"cpu": cpu - 1}, {"cpu": cpu}, target_id="s-us", origin=ALICE if cpu % 2 else BOB)
    wanted = EventFilter(users=("alice*",), where=(parse_where("post_state.cpu > 2"), parse_where("change(cpu): up")))
    assert [e.post_state["cpu"] for e in events(database, wanted)] == [7, 5, 3]
    assert [e.post_state["cpu"] for e in events(database, replace(wanted, limit=2))] == [7, 5]
    assert [e.post_state["cpu"] for e in events(database, replace(wanted, limit=2, after=11))] == [3]
    assert [e.post_state["cpu"] for e in events(database, replace(wanted, limit=2, oldest_first=True))] == [3, 5]
    assert count(database, wanted) == 3
    assert [(t.id, t.events) for t in targets(database, wanted)] == [("s-us", 3)]


def test_a_condition_on_values_reads_page_after_page(log, database, monkeypatch):
    monkeypatch.setattr(query, "_PAGE", 2)
    wanted = EventFilter(where=(parse_where('target_type == "environment"'),))
    assert [e.sequence for e in events(database, wanted)] == [3, 2]


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


def test_a_cursor_is_still_a_place_when_its_event_was_pruned(log, database):
    cursor = event(database, 3).id
    with database.transaction():
        database.execute("UPDATE audit_chain SET pruned_sequence = 3")
        database.execute("DELETE FROM event WHERE sequence <= 3")
    assert [e.sequence for e in events(database, EventFilter(after=cursor))] == []
    assert [e.sequence for e in events(database, EventFilter(after=cursor, oldest_first=True))] == [4, 5, 6]


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
    assert [t.id for t in targets(database, EventFilter(users=("bob*",)))] == ["s-us", "s-eu"]


def test_targets_say_when_their_first_and_last_events_were(log, database):
    found = next(t for t in targets(database) if t.id == "s-eu")
    assert (found.first_timestamp, found.last_timestamp) == (event(database, 4).timestamp, event(database, 6).timestamp)
    assert found.last_event_type == "DELETE"


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


PAST = datetime(2024, 1, 1, tzinfo=UTC)


def plan_of(database, filter: EventFilter) -> list[str]:
    """How SQLite finds a page of events."""
    page = choose(database, filter).sequences(ascending=filter.oldest_first, after=None, limit=10)
    return [row[3] for row in database.query(f"EXPLAIN QUERY PLAN {page.sql}", page.params)]


@pytest.mark.parametrize(
    "filter",
    [
        {"targets": ("environment",)},
        {"targets": ("environment:staging",)},
        {"targets": ("environment:st*",)},
        {"targets": ("*:staging",)},
        {"targets": ("st*",)},
        {"targets": ("e2",)},
        {"targets": ('iac_service.api["eu"]',)},
        {"targets": ("iac_service.api",)},
        {"targets": ("iac_service.*",)},
        {"targets": ("module.env", "cluster")},
        {"target_types": ("environment",)},
        {"event_types": ("UPDATE",)},
        {"event_types": ("*_FAILED", "D*")},
        {"since": PAST},
        {"until": PAST},
        {"since": PAST, "targets": ("environment:staging",)},
        {"users": ("alice",)},
        {"users": ("alice", "bob")},
        {"users": ("a*",)},
        {"tools": ("console",)},
        {"workspaces": ("prod",)},
        {"change": ("ports",)},
        {"run": "r"},
        {"run": "x" * 36},
        {"plan": "p"},
        {"excluded": (EventFilter(tools=("terraform",)),)},
        {"users": ("alice",), "targets": ("service",), "event_types": ("UPDATE",), "change": ("ports",)},
        {"users": ("alice",), "oldest_first": True},
    ],
)
def test_no_filter_reads_the_whole_log(log, database, filter):
    plan = plan_of(database, EventFilter(**filter))
    assert not [step for step in plan if step.startswith("SCAN event")], plan


@pytest.mark.parametrize(
    "filter",
    [
        {"targets": ("environment:staging",)},
        {"targets": ("environment:staging", "service:api", "e2")},
        {"targets": ("environment:*",)},
        {"users": ("*@example.com",)},
        {"event_types": ("CREATE", "DELETE"), "since": datetime(2000, 1, 1, tzinfo=UTC)},
        {"change": ("ports", "variables")},
    ],
)
def test_a_page_ends_when_it_is_full_because_nothing_is_sorted(log, database, filter):
    plan = plan_of(database, EventFilter(**filter))
    assert not [step for step in plan if "ORDER BY" in step and "TEMP B-TREE" in step], plan


def test_the_filter_with_the_fewest_events_leads(record, database):
    for number in range(20):
        record(None, {}, origin=ALICE if number else BOB, target_id=str(number))
    plan = plan_of(database, EventFilter(users=(BOB.user,), event_types=("CREATE",), targets=("service",)))
    assert "event_by_user" in plan[0]


def test_very_many_targets_can_be_asked_for_at_once(log, database):
    many = tuple(f"service:none{number}" for number in range(1500))
    assert [e.sequence for e in events(database, EventFilter(targets=(*many, "cluster:main")))] == [1]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("environment", TargetFilter(word="environment")),
        ("019a-b", TargetFilter(word="019a-b")),
        ("environment:staging", TargetFilter(type="environment", name="staging")),
        (" iac_environment:a:b ", TargetFilter(type="environment", name="a:b")),
        ('iac_service.api["a:b"]', TargetFilter(address='iac_service.api["a:b"]')),
        ("module.a", TargetFilter(address="module.a")),
        ("*:staging", TargetFilter(type="*", name="staging")),
        ("api-*", TargetFilter(name="api-*")),
        ("iac_service.*", TargetFilter(address="iac_service.*")),
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
        ("thursday", datetime(2024, 5, 2, tzinfo=UTC)),
        ("Wednesday", datetime(2024, 5, 1, tzinfo=UTC)),
        ("friday", datetime(2024, 4, 26, tzinfo=UTC)),
        ("mon", datetime(2024, 4, 29, tzinfo=UTC)),
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
