"""Recording events: what is stored, what is kept secret, and that the chain never forks."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iac.audit.log import AuditLog
from iac.audit.patch import apply_patch
from iac.audit.query import count, events
from iac.audit.record import Operation, Origin, event_to_json
from iac.audit.verify import verify
from iac.storage import open_storage

ORIGIN = Origin("zoë@example.com", workspace="prod", run_id="r1", plan_id="p1", message="why 𝄞", context={"host": "h"})


class TestEvent:
    def test_has_everything_that_is_known_of_the_operation(self, record):
        event = record(
            {"cpu": 1},
            {"cpu": 2},
            origin=ORIGIN,
            address='iac_service.api["eu"]',
            source="main.tf:3",
            forced_by=["mode"],
            target_id="id-1",
            target_name="api",
            change=["scaling", "config", "scaling"],
        )
        assert (event.user, event.tool, event.workspace) == ("zoë@example.com", "terraform", "prod")
        assert (event.run_id, event.plan_id, event.message) == ("r1", "p1", "why 𝄞")
        assert (event.address, event.source, event.forced_by) == (
            'iac_service.api["eu"]',
            "main.tf:3",
            ("mode",),
        )
        assert event.context == {"host": "h"}
        assert event.change == ("config", "scaling")
        assert event.post_state == {"cpu": 2}
        assert event.patch == [{"op": "replace", "path": "/cpu", "value": 2, "old": 1}]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", event.timestamp)

    def test_is_read_back_as_it_was_recorded(self, record, database):
        recorded = [record(None, {"n": 0.1, "s": "é\n\u2028"}, origin=ORIGIN), record({"n": 1}, None, error="no")]
        assert list(events(database)) == recorded[::-1]

    def test_of_a_creation_stores_the_object_once_and_still_has_a_patch(self, record, database):
        event = record(None, {"name": "unique-name"})
        assert event.patch == [{"op": "add", "path": "", "value": {"name": "unique-name"}, "old": None}]
        (row,) = database.query("SELECT * FROM event")
        assert sum(str(column).count("unique-name") for column in row) == 1

    def test_of_a_deletion_can_be_undone(self, record):
        event = record({"name": "x"}, None)
        assert event.post_state is None
        assert event.patch[0]["old"] == {"name": "x"}

    def test_needs_a_transaction(self, database):
        with pytest.raises(RuntimeError):
            AuditLog(database).record(
                Operation(ORIGIN),
                event_type="CREATE",
                target_type="t",
                target_id="1",
                target_name="n",
                before=None,
                after={},
            )


class TestChain:
    def test_begins_with_zeros_and_links_each_event_to_the_one_before(self, record):
        first, second = record(None, {}), record({}, None)
        assert first.previous_hash == "0" * 64
        assert second.previous_hash == first.hash
        assert (first.sequence, second.sequence) == (1, 2)

    @settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.none() | st.dictionaries(st.text(), st.text() | st.integers(1 - 2**53, 2**53 - 1) | st.floats(0, 1)),
        st.none() | st.text(),
    )
    def test_anyone_can_recompute_the_hash_from_the_plain_form(self, record, data, error):
        event = record(None, data, origin=ORIGIN, error=error, target_name=error or "")
        plain = event_to_json(event)
        assert plain.pop("hash") == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()

    def test_ids_are_unique_and_sort_as_they_were_recorded(self, record, database):
        with database.transaction():
            ids = [record(None, {}).id for _ in range(200)]
        assert ids == sorted(set(ids))
        assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", i) for i in ids)

    def test_time_never_goes_back(self, record, database):
        event = record(None, {})
        database.execute("UPDATE audit_chain SET timestamp = '9999-01-01T00:00:00.000000Z'")
        assert record(None, {}).timestamp == "9999-01-01T00:00:00.000000Z" > event.timestamp

    def test_the_sequence_decides_when_the_clock_is_set_back(self, record, database):
        for second in (5, 3, 7):
            moment = datetime(2026, 1, 1, 0, 0, second, tzinfo=UTC)
            record.log = AuditLog(database, clock=lambda moment=moment: moment)
            record(None, {"n": second})
        assert [e.post_state["n"] for e in events(database)] == [7, 3, 5]
        assert [e.timestamp[18] for e in events(database)] == ["7", "5", "5"]

    def test_a_rolled_back_event_leaves_no_gap(self, record, database):
        with database.transaction():
            record(None, {"n": 1})
            with suppress(ValueError), database.transaction():
                record(None, {"n": 2})
                raise ValueError
            record(None, {"n": 3})
        assert [e.post_state["n"] for e in events(database)] == [3, 1]
        assert verify(database).checked == 2

    def test_several_logs_in_one_transaction_append_to_one_chain(self, record, database):
        other = type(record)(database)
        with database.transaction():
            record(None, {})
            other(None, {})
            record(None, {})
        assert verify(database).is_valid

    def test_two_processes_appending_at_once_neither_fork_nor_gap_it(self, path, database):
        code = """if True:
            import sys
            from iac.audit.log import AuditLog
            from iac.audit.record import Operation, Origin
            from iac.storage import open_storage
            with open_storage(sys.argv[1]) as database:
                log = AuditLog(database)
                for _ in range(30):
                    with database.transaction():
                        for _ in range(5):
                            log.record(Operation(Origin(sys.argv[2])), event_type="CREATE", target_type="t",
                                       target_id="1", target_name="n", before=None, after={})
        """
        both = [subprocess.Popen([sys.executable, "-c", code, path, user], stderr=subprocess.PIPE) for user in "ab"]
        assert [process.communicate()[1] for process in both] == [b"", b""]
        assert verify(database).checked == 300
        assert {e.user for e in events(database)} == {"a", "b"}

    def test_a_killed_process_leaves_whole_groups_only(self, path, database):
        code = """if True:
            import os, signal, sys
            from iac.audit.log import AuditLog
            from iac.audit.record import Operation, Origin
            from iac.storage import open_storage
            database = open_storage(sys.argv[1])
            log = AuditLog(database)
            for group in range(2):
                with database.transaction():
                    for _ in range(3):
                        log.record(Operation(Origin("a")), event_type="CREATE", target_type="t",
                                   target_id="1", target_name="n", before=None, after={})
                    if group == 1:
                        os.kill(os.getpid(), signal.SIGKILL)
        """
        assert subprocess.run([sys.executable, "-c", code, path], check=False).returncode == -9
        with open_storage(path) as reopened:
            assert count(reopened) == 3
            assert verify(reopened).is_valid


class TestAppendOnly:
    @pytest.mark.parametrize("statement", ["UPDATE event SET tool = 'console'", "DELETE FROM event"])
    def test_the_database_itself_refuses_changes(self, record, database, statement):
        record(None, {})
        with pytest.raises(Exception, match="append-only"):
            database.execute(statement)


class TestSecrets:
    SECRET = 'hunter2-"quoted"-é'

    def record(self, record, before, after, **more):
        paths = [("password",), ("variables", 0, "value")]
        return record(before, after, sensitive=paths, **more)

    def test_are_nowhere_in_the_database_file(self, record, database, path):
        after = {"password": self.SECRET, "variables": [{"key": "A", "value": self.SECRET}]}
        event = self.record(record, None, after, error=f"{self.SECRET} was refused: {self.SECRET!r}")
        database.query("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(path, "rb") as file:
            assert b"hunter2" not in file.read()
        assert event.error.count("(sensitive value)") == 2
        assert event.post_state["variables"][0]["key"] == "A"

    def test_have_digests_that_are_equal_for_equal_values_alone(self, record):
        states = [{"password": p} for p in ("a", "a", "b")]
        digests = [self.record(record, None, s).post_state["password"]["$sensitive"] for s in states]
        assert digests[0] == digests[1] != digests[2]
        assert re.fullmatch(r"hmac-sha256:[0-9a-f]{64}", digests[0])

    def test_have_other_digests_in_another_database(self, record, tmp_path):
        one = self.record(record, None, {"password": "a"})
        with open_storage(str(tmp_path / "other.db")) as other:
            two = self.record(type(record)(other), None, {"password": "a"})
        assert one.post_state != two.post_state

    def test_that_change_show_as_a_change_of_the_digest(self, record):
        event = self.record(record, {"password": "old"}, {"password": "new"})
        (operation,) = event.patch
        assert (operation["op"], operation["path"]) == ("replace", "/password")
        assert operation["old"] != operation["value"] == event.post_state["password"]

    def test_that_do_not_change_are_not_in_the_patch(self, record):
        assert self.record(record, {"password": "x", "n": 1}, {"password": "x", "n": 1}).patch == []


json_data = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab~/é", max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("ab~/0", max_size=2), inner, max_size=4),
    max_leaves=15,
)
objects = st.none() | st.dictionaries(st.text("abc", max_size=1), json_data, max_size=4)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(objects, objects)
def test_the_patch_of_any_event_leads_to_its_post_state(record, before, after):
    event = record(before, after)
    assert apply_patch(before, event.patch) == event.post_state == after
