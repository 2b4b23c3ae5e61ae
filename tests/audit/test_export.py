"""Exports: streamed, with a manifest, and verifiable on their own, whatever somebody does to the file."""

from __future__ import annotations

import json
import stat
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.chain import database_id
from iac.audit.export import Export, filter_to_json, write_export, write_text
from iac.audit.filters import EventFilter
from iac.audit.formats import FORMATS
from iac.audit.query import events
from iac.audit.record import Origin
from iac.audit.verify_export import verify_export
from iac.audit.where_parser import parse_where
from iac.values.codec import loads


@pytest.fixture
def log(record, database):
    """Ten events; every third is by bob, the others by ana."""
    for number in range(1, 11):
        user = "bob" if number % 3 == 0 else "ana"
        record(None if number == 1 else {"n": number - 1}, {"n": number, "hash": "0" * 64}, origin=Origin(user))
    return database


def lines(database, filter=EventFilter(), form="ndjson"):  # noqa: B008  # frozen
    return "".join(Export(database, filter, form)).encode().splitlines(keepends=True)


def manifest(found):
    return json.loads(found[-1])["manifest"]


class TestContent:
    def test_is_every_event_oldest_first_and_a_manifest(self, log):
        *found, last = lines(log)
        oldest_first = list(events(log, EventFilter(oldest_first=True)))
        assert b"".join(found).decode() == "".join(FORMATS["ndjson"](oldest_first))
        said = json.loads(last)["manifest"]
        assert said["count"] == 10
        assert said["first"] == {"sequence": 1, "hash": oldest_first[0].hash}
        assert said["last"] == {"sequence": 10, "hash": oldest_first[-1].hash}
        assert (said["filters"], said["contiguous"]) == ({}, True)
        assert said["database"] == database_id(log)

    @pytest.mark.parametrize("form", [form for form in FORMATS if form != "ndjson"])
    def test_of_another_format_is_what_the_listing_writes(self, log, form):
        written = b"".join(lines(log, EventFilter(users=("bob",)), form)).decode()
        assert written == "".join(FORMATS[form](events(log, EventFilter(users=("bob",), oldest_first=True))))

    def test_is_what_the_filter_means_and_the_manifest_says_which(self, log):
        found = lines(log, EventFilter(users=("bob",)))
        assert [json.loads(line)["sequence"] for line in found[:-1]] == [3, 6, 9]
        assert manifest(found)["filters"] == {"users": ["bob"]}
        assert manifest(found)["contiguous"] is False

    def test_verifies_with_a_number_of_more_digits_than_python_converts(self, log, record):
        record({"n": 10}, loads('{"n":1' + "0" * 5000 + "}"))
        assert verify_export(lines(log)).problem is None

    def test_may_be_filtered_by_values(self, log):
        found = lines(log, EventFilter(where=(parse_where("post_state.n > 8"),)))
        assert [json.loads(line)["sequence"] for line in found[:-1]] == [9, 10]
        assert manifest(found)["filters"] == {"where": ["post_state.n > 8"]}
        assert manifest(found)["count"] == 2

    def test_of_nothing_is_a_manifest(self, database):
        assert manifest(lines(database)) | {"time": ""} == {
            "format": "iac-events/1",
            "database": database_id(database),
            "time": "",
            "filters": {},
            "contiguous": True,
            "count": 0,
            "first": None,
            "last": None,
        }

    def test_leaves_out_what_is_appended_meanwhile(self, log, record):
        export = iter(Export(log, EventFilter(where=(parse_where("post_state.n > 0"),)), "ndjson"))
        first = next(export)
        record({"n": 10}, {"n": 11})
        assert len([first, *export]) == 11

    def test_takes_no_more_memory_for_more_events(self, record, database):
        def peak(count: int) -> int:
            with database.transaction():
                for _ in range(count):
                    record(None, {"text": "x" * 4000})
            tracemalloc.start()
            for _ in Export(database, EventFilter(), "ndjson"):
                pass
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

        few, many = peak(2000), peak(4000)
        assert many < 1.2 * few


def test_a_filter_in_a_manifest_is_plain_data():
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    wanted = EventFilter(since=moment, users=("a", "b"), excluded=(EventFilter(tools=("console",)),), limit=5)
    assert filter_to_json(wanted) == {
        "since": "2026-01-02T00:00:00.000000Z",
        "users": ["a", "b"],
        "excluded": [{"tools": ["console"]}],
    }


class TestFile:
    def test_is_for_its_owner_alone_and_has_its_manifest_beside_it(self, log, tmp_path):
        path = tmp_path / "events.csv"
        path.write_text("old")
        path.chmod(0o644)
        write_export(path, Export(log, EventFilter(), "csv"), "csv", replace=True)
        beside = tmp_path / "events.csv.manifest.json"
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(beside.stat().st_mode) == 0o600
        assert json.loads(beside.read_text())["count"] == 10
        assert sorted(p.name for p in tmp_path.glob("*events*")) == ["events.csv", "events.csv.manifest.json"]

    def test_is_left_as_it_was_when_writing_fails(self, tmp_path):
        def failing():
            yield "half"
            raise ValueError

        path = tmp_path / "events"
        path.write_text("whole")
        with pytest.raises(ValueError):
            write_text(path, failing(), replace=True)
        assert [p.read_text() for p in tmp_path.iterdir()] == ["whole"]

    def test_that_cannot_be_written_is_a_diagnostic(self, refused, tmp_path):
        with refused("no such file or directory"):
            write_text(tmp_path / "none" / "events", ["x"], replace=False)


class TestVerifying:
    def test_a_whole_export_is_one_chain(self, log):
        found = verify_export(lines(log))
        assert found.is_valid
        assert (found.checked, found.links, found.first, found.last, found.is_part) == (10, 9, 1, 10, False)

    def test_an_export_of_nothing_is_empty_and_not_valid(self, database):
        found = verify_export(lines(database))
        assert found.is_empty
        assert not found.is_valid

    def test_a_part_proves_each_event_and_the_links_between_neighbours(self, log):
        found = verify_export(lines(log, EventFilter(users=("ana",))))
        assert found.is_valid
        assert (found.checked, found.links, found.is_part) == (7, 3, True)

    def test_a_time_range_leaves_nothing_out_between(self, log):
        middle = list(events(log))[4].timestamp
        found = lines(log, EventFilter(since=datetime.fromisoformat(middle)))
        assert verify_export(found).links == len(found) - 2
        assert "should be there" in verify_export([found[0], *found[2:]]).problem

    def test_another_layout_of_the_same_events_is_verified_too(self, log):
        *found, last = lines(log)
        spaced = [json.dumps(json.loads(line)).encode() + b"\n" for line in found]
        assert verify_export([*spaced, last]).is_valid

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"user":"ana"', b'"user":"eve"'),
            (b'"n":4', b'"n":5'),
            (b'"error":null', b'"error":""'),
            (b'"sequence":4', b'"sequence":5'),
            (b'"tool":"terraform",', b""),
            (b'"error":null', b'"error":null,"extra":1'),
            (b'"hash":"', b'"hash":"0'),
        ],
    )
    def test_an_altered_line_is_named(self, log, old, new):
        found = lines(log)
        assert old in found[3]
        found[3] = found[3].replace(old, new, 1)
        result = verify_export(found)
        assert (result.checked, result.first_bad) == (3, 4)
        assert "Line 4" in result.problem
        assert "was altered" in result.problem

    @pytest.mark.parametrize("line", [b"{}\n", b"\n", b"[]\n", b"\xff\n", b"[" * 100_000 + b"\n", b'{"hash":1}\n'])
    def test_a_line_that_is_no_event_is_named(self, log, line):
        found = lines(log)
        found[3] = line
        assert verify_export(found).problem == "Line 4 is not an event: it was altered."

    def test_a_removed_line_is_named(self, log):
        found = lines(log)
        result = verify_export(found[:3] + found[4:])
        assert result.first_bad == 4
        assert "event 4 should be there" in result.problem

    @pytest.mark.parametrize("cut", [slice(1, None), slice(None, 9), slice(None, -1), slice(0, 0)])
    def test_a_truncated_export_is_found(self, log, cut):
        *found, last = lines(log)
        kept = found[cut]
        assert verify_export([*kept, last]).problem is not None

    def test_an_export_without_its_manifest_is_truncated(self, log):
        assert "ends without a manifest" in verify_export(lines(log)[:-1]).problem

    def test_a_line_that_is_cut_off_is_named(self, log):
        found = lines(log)[:4]
        found[3] = found[3][:100]
        assert verify_export(found).problem == "Line 4 is cut off: the file was truncated."

    def test_lines_in_another_order_are_named(self, log):
        found = lines(log)
        found[3], found[4] = found[4], found[3]
        result = verify_export(found)
        assert result.first_bad == 4
        assert "was reordered" in result.problem

    def test_an_inserted_line_is_named(self, log):
        found = lines(log)
        result = verify_export([*found[:4], found[3], *found[4:]])
        assert result.first_bad == 5
        assert "was inserted" in result.problem

    def test_nothing_may_follow_the_manifest(self, log):
        found = lines(log)
        assert "after the manifest" in verify_export([*found, found[0]]).problem

    def test_a_line_of_another_log_does_not_continue_the_chain(self, log, tmp_path, record):
        from iac.storage import open_storage

        with open_storage(str(tmp_path / "other.db")) as other:
            forge = type(record)(other)
            for number in range(1, 5):
                forge(None, {"n": -number})
            forged = lines(other)
        found = lines(log)
        found[3] = forged[3]
        assert verify_export(found).problem == "Line 4 (event 4) does not continue line 3: one was replaced."

    def test_an_event_taken_out_of_a_part_is_missed_by_the_manifest(self, log):
        found = lines(log, EventFilter(users=("bob",)))
        result = verify_export([found[0], *found[2:]])
        assert "The manifest counts 3 events, and there are 2." in result.problem

    def test_the_hash_of_an_event_in_its_own_values_changes_nothing(self, record, database):
        event = record(None, {"n": 1})
        record(None, {"hash": event.hash}, origin=Origin("ana", context={"hash": event.hash}))
        assert verify_export(lines(database)).is_valid


class TestKnown:
    def test_an_export_contains_the_history_of_a_checkpoint(self, log):
        noted = next(e for e in events(log) if e.sequence == 5)
        assert verify_export(lines(log), known=(5, noted.hash)).is_valid
        assert "another history" in verify_export(lines(log), known=(5, "0" * 64)).problem
        assert "not in the export" in verify_export(lines(log), known=(11, noted.hash)).problem

    def test_an_export_may_begin_right_after_a_checkpoint(self, log):
        after = next(e for e in events(log) if e.sequence == 6)
        found = lines(log, EventFilter(since=datetime.fromisoformat(after.timestamp)))
        assert verify_export(found, known=(5, after.previous_hash)).is_valid
        assert verify_export(found, known=(5, "0" * 64)).first_bad == 1


def test_a_pruned_log_exports_what_is_left(log, record):
    from iac.audit.prune import prune

    prune(log, datetime.now(UTC) + timedelta(seconds=1), Origin("ana"))
    found = verify_export(lines(log))
    assert found.is_valid
    assert found.first == 11
