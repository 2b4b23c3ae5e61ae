"""The formats: what each of them holds, checked by the schemas and SDKs of those who read them."""

from __future__ import annotations

import csv
import io
import json

import pytest
import rfc8785
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from iac.audit.chain import COLUMNS, event_text
from iac.audit.formats import FORMATS
from iac.audit.query import events
from iac.audit.record import Origin, event_to_json

ORIGIN = Origin(
    "zoë@example.com",
    workspace="prod eu",
    run_id="r1",
    plan_id="p1",
    message="why",
    context={"host": "h", "version": "1.2", "git": {"commit": "c", "dirty": False}},
)


@pytest.fixture
def some(record):
    """One event of every kind that formats tell apart."""
    return [
        record(None, {"cpu": 1, "ports": [80]}, origin=ORIGIN, address="iac_service.api", change=["config"]),
        record({"cpu": 1, "ports": [80]}, {"cpu": 2, "ports": [80, 81]}, origin=ORIGIN, change=["ports", "scaling"]),
        record({"cpu": 2}, {"cpu": 2}, event_type="IMPORT"),
        record({"cpu": 2}, {"cpu": 2}, event_type="UPDATE_FAILED", error="no\nroom", forced_by=["mode"]),
        record({"cpu": 2}, None, origin=ORIGIN),
        record(None, None, event_type="CREATE_FAILED", error="refused", target_name=""),
    ]


def text(form, found):
    return "".join(FORMATS[form](found))


@pytest.mark.parametrize("form", FORMATS)
def test_pieces_end_with_a_line_end_and_come_as_the_events_do(some, form):
    taken = []
    pieces = FORMATS[form](taken.append(event) or event for event in some)
    next(pieces)
    assert len(taken) <= 1
    assert text(form, some).endswith("\n")
    assert isinstance(text(form, []), str)


class TestNdjson:
    def test_is_the_canonical_json_of_the_whole_event(self, some):
        lines = text("ndjson", some).splitlines()
        assert [json.loads(line) for line in lines] == [event_to_json(event) for event in some]
        assert [line.encode() for line in lines] == [rfc8785.dumps(event_to_json(event)) for event in some]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.none() | st.dictionaries(st.text(), st.text() | st.floats(0, 1)), st.text(min_size=1))
    def test_is_the_same_from_the_stored_row(self, record, database, data, name):
        event = record(None, data, target_name=name, origin=ORIGIN)
        (row,) = database.query(f"SELECT {COLUMNS} FROM event WHERE sequence = ?", (event.sequence,))
        assert f"{event_text(row)}\n" == text("ndjson", [event]) == text("ndjson", [next(events(database))])


class TestJson:
    def test_is_one_array(self, some):
        assert json.loads(text("json", some)) == [event_to_json(event) for event in some]

    def test_of_nothing_is_an_empty_array(self):
        assert text("json", []) == "[]\n"


def rows(found):
    return list(csv.DictReader(io.StringIO(text("csv", found), newline="")))


class TestCsv:
    def test_has_a_header_and_a_row_an_event(self, some):
        first, second, *_ = rows(some)
        assert (first["event_type"], first["target_name"], first["user"]) == ("CREATE", "api", "zoë@example.com")
        assert second["change"] == "ports, scaling"
        assert json.loads(second["post_state"]) == {"cpu": 2, "ports": [80, 81]}
        assert len(rows(some)) == len(some)

    def test_has_a_line_for_every_event_whatever_is_in_it(self, record):
        event = record(None, {}, target_name='a\r\nb","c', error="x\x1b[2J\u202e")
        assert len(text("csv", [event]).splitlines()) == 2
        assert rows([event])[0]["target_name"] == 'a\\r\\nb","c'
        assert rows([event])[0]["error"] == "x\\x1b[2J\\u202e"

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "|x", "%x", "＝1", "\t=1", "\r=1", "\n@x"])
    def test_has_no_cell_that_a_spreadsheet_would_compute(self, record, name):
        cell = rows([record(None, {}, target_name=name)])[0]["target_name"]
        assert cell[0] not in "=+-@|%＝ \t\r\n"

    def test_leaves_other_cells_as_they_are(self, record):
        assert rows([record(None, {}, target_name="a=b-c")])[0]["target_name"] == "a=b-c"


class TestMarkdown:
    def test_is_a_table(self, some):
        head, rule, first, *rest = text("markdown", some).splitlines()
        assert head.startswith("| When | Event | Target |")
        assert set(rule) <= set("|- ")
        assert "| `CREATE` | service&#58;api | config |" in first
        assert len(rest) == len(some) - 1

    def test_marks_what_another_writer_says(self, record):
        said = record({}, {}, origin=Origin("ci", tool="git", context={"external": True}), event_type="CREATE")
        assert "| `CREATE` (external) |" in "".join(FORMATS["markdown"]([said]))

    def test_shows_markup_as_text(self, record):
        name = "a|b`*_<img src=x>[l](u)@team"
        line = text("markdown", [record(None, {}, target_name=name)]).splitlines()[-1]
        cell = line.split(" | ")[2]
        assert not set("|`*_<>[]()@") & set(cell)


SCHEMA = OcsfJsonSchemaEmbedded(get_ocsf_schema("1.6.0")).get_class_schema(class_name="entity_management")


class TestOcsf:
    def records(self, found):
        return [json.loads(line) for line in text("ocsf", found).splitlines()]

    def test_is_valid_by_the_schema_of_entity_management(self, some):
        validator = Draft202012Validator(SCHEMA)
        for one in self.records(some):
            assert [e.message for e in validator.iter_errors(one)] == []

    def test_names_activity_and_outcome(self, some):
        found = [(r["activity_id"], r["activity_name"], r["type_uid"], r["status_id"]) for r in self.records(some)]
        assert found == [
            (1, "Create", 300401, 1),
            (3, "Update", 300403, 1),
            (99, "IMPORT", 300499, 1),
            (3, "Update", 300403, 2),
            (4, "Delete", 300404, 1),
            (1, "Create", 300401, 2),
        ]

    def test_has_the_object_before_and_after(self, some):
        created, updated, _, failed, deleted, _ = self.records(some)
        assert "data" not in created["entity"]
        assert updated["entity"]["data"] == {"cpu": 1, "ports": [80]}
        assert updated["entity_result"]["data"] == {"cpu": 2, "ports": [80, 81]}
        assert failed["entity"]["data"] == failed["entity_result"]["data"] == {"cpu": 2}
        assert deleted["entity"]["data"] == {"cpu": 2}
        assert "entity_result" not in deleted

    def test_has_who_when_and_which_run(self, some):
        first = self.records(some)[0]
        assert first["actor"] == {"user": {"name": "zoë@example.com"}, "app_name": "terraform"}
        assert first["metadata"]["correlation_uid"] == "r1"
        assert first["metadata"]["uid"] == some[0].id
        assert first["metadata"]["original_time"] == some[0].timestamp
        assert first["time"] == int(some[0].timestamp[-7:-4]) + first["time"] // 1000 * 1000
        assert first["unmapped"]["hash"] == some[0].hash


class TestCloudEvents:
    def test_are_read_by_the_sdk(self, some):
        for line, event in zip(text("cloudevents", some).splitlines(), some, strict=True):
            read = JSONFormat().read(CloudEvent, line)
            assert read.get_id() == event.id
            assert read.get_type() == f"iac.event.{event.event_type}"
            assert read.get_source() == f"/iac/workspaces/{event.workspace.replace(' ', '%20')}"
            assert read.get_subject() == "service/1"
            assert read.get_time().isoformat(timespec="microseconds") == event.timestamp.replace("Z", "+00:00")
            assert read.get_data() == event_to_json(event)

    def test_have_a_sequence_that_sorts_as_text(self, some):
        found = [json.loads(line)["sequence"] for line in text("cloudevents", some).splitlines()]
        assert found == sorted(found)
        assert [int(sequence) for sequence in found] == [event.sequence for event in some]
