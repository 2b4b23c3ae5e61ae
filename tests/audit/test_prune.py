"""Retention: what goes, what stays, and that the rest still proves and explains itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.chain import Pruned, read_pruned
from iac.audit.external import parse_external, record_external
from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.prune import plan_pruning, prune, retention_time
from iac.audit.query import events
from iac.audit.record import Origin
from iac.audit.verify import verify
from iac.database import SchemaDamaged

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORIGIN = Origin("auditor", workspace="prod", message="retention")


@pytest.fixture
def at(record, database):
    """Sets the clock of the log."""

    def at(number: int) -> None:
        record.log = AuditLog(database, clock=lambda: day(number))

    return at


@pytest.fixture
def log(record, database, at):
    """Made on the 1st: kept (changed on the 3rd), still (not changed since), gone (deleted on the 2nd)."""
    at(1)
    record(None, {"n": 1}, target_id="kept", target_name="kept")
    record(None, {"n": 1}, target_id="still", target_name="still", address="iac_service.still", origin=Origin("ana"))
    record(None, {"n": 1}, target_id="gone", target_name="gone")
    at(2)
    record({"n": 1}, None, target_id="gone", target_name="gone")
    at(3)
    record({"n": 1}, {"n": 2}, target_id="kept", target_name="kept")
    return database


def day(number: int) -> datetime:
    return datetime(2020, 1, number, tzinfo=UTC)


def happened(database) -> list[str]:
    return [f"{e.sequence} {e.event_type} {e.target_name}" for e in events(database, EventFilter(oldest_first=True))]


def test_what_is_older_goes_and_what_is_left_verifies(log):
    boundary = next(e for e in events(log) if e.sequence == 4)
    prune(log, day(3), ORIGIN)
    assert happened(log) == ["5 UPDATE kept", "6 BASELINE still", "7 EVENTS_PRUNED audit-log"]
    assert read_pruned(log) == Pruned(4, boundary.hash)
    found = verify(log)
    assert found.is_valid
    assert (found.checked, found.pruned) == (3, 4)


def test_the_event_of_it_says_who_did_it_and_what_went(log):
    prune(log, day(3), ORIGIN)
    event = next(events(log))
    assert (event.user, event.tool, event.workspace, event.message) == ("auditor", "terraform", "prod", "retention")
    assert event.target_type == "audit-log"
    assert event.post_state == {
        "pruned_sequence": 4,
        "pruned_hash": read_pruned(log).hash,
        "before": "2020-01-03T00:00:00.000000Z",
        "pruned_events": 4,
        "first_timestamp": "2020-01-01T00:00:00.000000Z",
        "last_timestamp": "2020-01-02T00:00:00.000000Z",
    }


def test_an_object_left_without_events_gets_its_state_and_where_it_comes_from(log):
    original = next(e for e in events(log) if e.target_id == "still")
    prune(log, day(3), ORIGIN)
    kept = next(e for e in events(log) if e.target_id == "still")
    assert (kept.event_type, kept.post_state, kept.patch) == ("BASELINE", {"n": 1}, [])
    assert (kept.address, kept.target_name) == ("iac_service.still", "still")
    assert kept.context["original"] == {
        "id": original.id,
        "sequence": 2,
        "timestamp": original.timestamp,
        "event_type": "CREATE",
        "user": "ana",
        "tool": "terraform",
        "run_id": None,
        "hash": original.hash,
    }


def test_a_baseline_that_is_pruned_itself_still_names_the_original(log):
    prune(log, day(3), ORIGIN)
    prune(log, datetime.now(UTC) + timedelta(seconds=1), ORIGIN)
    still = next(e for e in events(log) if e.target_id == "still")
    assert still.context["original"]["event_type"] == "CREATE"
    assert [e.event_type for e in events(log)] == ["EVENTS_PRUNED", "BASELINE", "BASELINE"]
    assert verify(log).is_valid


def test_what_another_writer_told_of_an_object_is_not_its_state(log):
    told = parse_external(event_type="TRIGGER_DEPLOY", target="service:still", tool="git", body=b'{"ref":"x"}')
    record_external(log, told, Origin("bob"))
    prune(log, datetime.now(UTC) + timedelta(seconds=1), ORIGIN)
    states = [e.post_state for e in events(log) if e.target_id == "still"]
    assert states == [{"n": 1}]


def test_what_is_not_older_stays(log):
    assert plan_pruning(log, day(1)) is None
    assert prune(log, day(1), ORIGIN) is None
    assert len(happened(log)) == 5


def test_planning_it_changes_nothing_and_says_what_would_go(log):
    planned = plan_pruning(log, day(3))
    assert (planned.count, planned.last.sequence, planned.baselines) == (4, 4, 1)
    assert len(happened(log)) == 5


def test_an_empty_log_has_nothing_to_prune(database):
    assert prune(database, NOW, ORIGIN) is None


def test_everything_may_be_old(log):
    assert prune(log, NOW, ORIGIN).count == 5
    assert [e.event_type for e in events(log)] == ["EVENTS_PRUNED", "BASELINE", "BASELINE"]
    assert verify(log).is_valid


def test_it_is_done_as_a_whole_or_not_at_all(log):
    before = happened(log)
    log.execute("CREATE TRIGGER full BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'no room'); END")
    with pytest.raises(SchemaDamaged):
        prune(log, day(3), ORIGIN)
    assert happened(log) == before
    assert verify(log).is_valid


def test_a_log_that_was_tampered_with_is_not_pruned(log, refused):
    log.execute("DROP TRIGGER event_never_changes")
    log.execute("UPDATE event SET \"user\" = 'eve' WHERE sequence = 2")
    with refused("Event 2 is not as it was recorded"):
        prune(log, day(3), ORIGIN)
    assert len(happened(log)) == 5


def test_events_can_be_appended_afterwards(log, record):
    prune(log, day(3), ORIGIN)
    assert record({"n": 2}, {"n": 3}).sequence == 8
    assert verify(log).is_valid


@pytest.mark.parametrize("tamper", ["DELETE FROM event WHERE sequence = 5", "DELETE FROM event WHERE sequence < 7"])
def test_events_that_are_missing_after_what_was_pruned_are_found(log, tamper):
    prune(log, day(3), ORIGIN)
    log.execute("DROP TRIGGER event_never_goes")
    log.execute(tamper)
    assert verify(log).first_bad == 5


def test_a_checkpoint_of_what_was_pruned_is_told_apart_from_a_broken_log(log):
    all_events = {e.sequence: e.hash for e in events(log)}
    prune(log, day(3), ORIGIN)
    assert verify(log, known=(4, all_events[4])).is_valid
    assert verify(log, known=(4, "0" * 64)).first_bad == 4
    older = verify(log, known=(3, all_events[3]))
    assert (older.is_valid, older.first_bad) == (False, None)
    assert "was pruned" in older.problem


class TestTime:
    @pytest.mark.parametrize(
        ("before", "retention", "expected"),
        [
            ("30d", None, NOW - timedelta(days=30)),
            (None, "365d", NOW - timedelta(days=365)),
            ("1d", "365d", NOW - timedelta(days=1)),
            ("2020-01-01", None, day(1)),
        ],
    )
    def test_is_the_option_else_the_configured_retention(self, before, retention, expected):
        assert retention_time(before, retention, NOW) == expected

    @pytest.mark.parametrize(
        ("before", "retention", "message"),
        [
            (None, None, "IAC_RETENTION=365d"),
            ("", "", "Nothing says what to prune"),
            ("2027-01-01", None, "is in the future"),
            (None, "soon", "is not a time"),
        ],
    )
    def test_must_be_in_the_past(self, refused, before, retention, message):
        with refused(message):
            retention_time(before, retention, NOW)
