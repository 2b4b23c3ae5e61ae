"""Events of other writers: what they may say, and that they become part of the same chain."""

from __future__ import annotations

import json

import pytest

from iac.audit.external import SIZE_LIMIT, is_external, parse_body, parse_external, record_external
from iac.audit.query import event, events
from iac.audit.record import Origin
from iac.audit.verify import verify
from iac.diagnostics import DiagnosticsError

ORIGIN = Origin("deployer", message="release", context={"host": "ci"})


def told(**changes):
    return parse_external(
        **{"event_type": "TRIGGER_DEPLOY", "target": "service:api", "tool": "git", "body": b'{"ref":"v1"}', **changes}
    )


def test_it_is_recorded_in_the_same_chain(record, database):
    record(None, {"n": 1})
    recorded = record_external(database, told(), ORIGIN)
    assert recorded == event(database, recorded.sequence)
    assert (recorded.sequence, recorded.event_type, recorded.tool) == (2, "TRIGGER_DEPLOY", "git")
    assert (recorded.user, recorded.message, recorded.post_state) == ("deployer", "release", {"ref": "v1"})
    assert verify(database).checked == 2


def test_it_claims_no_change_of_the_object(database):
    recorded = record_external(database, told(), ORIGIN)
    assert recorded.patch == []
    assert is_external(recorded)
    assert recorded.context == {"host": "ci", "external": True}


def test_other_events_are_not_external(record):
    assert not is_external(record(None, {}))


def test_its_target_has_the_id_that_the_name_had_last(record, database):
    record(None, {}, target_id="old")
    record(None, {}, target_id="new")
    assert record_external(database, told(), ORIGIN).target_id == "new"
    assert record_external(database, told(target_id="mine"), ORIGIN).target_id == "mine"
    assert record_external(database, told(target="repository:shop"), ORIGIN).target_id == "shop"


def test_it_needs_no_json(database):
    assert record_external(database, told(body=None), ORIGIN).post_state is None


def test_the_resource_type_names_the_target_type_too():
    assert told(target="iac_service:api").target_type == "service"


@pytest.mark.parametrize("name", ["DEPLOYED", "TRIGGER_DEPLOY", "V2", "A"])
def test_types_are_upper_case_words(name):
    assert told(event_type=name).event_type == name


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(
            ({"event_type": text}, "Invalid event type")
            for text in ("", "deploy", "DEPLOY NOW", "_X", "X_", "Ü", "A" * 65)
        ),
        *(({"target": text}, "Invalid target") for text in ("", "service", ":api", "service:", "service: ", "a b:c")),
        ({"target": "service:" + "x" * 1025}, "Invalid target"),
        ({"target": "service:\udcff"}, "Invalid target"),
        ({"target": "audit-log:log"}, "Reserved target"),
        *(({"event_type": text}, "Reserved event type") for text in ("EVENTS_PRUNED", "BASELINE")),
        ({"target_id": ""}, "Invalid target id"),
        ({"user": ""}, "Invalid user"),
        ({"user": "\udcff"}, "Invalid user"),
        ({"tool": "terraform"}, "Reserved tool"),
        ({"tool": "Terraform"}, "Reserved tool"),
        *(({"tool": text}, "Invalid tool") for text in ("", "two words", "\x1b[2J", "x" * 65)),
    ],
)
def test_a_mistake_is_a_diagnostic(refused, changes, message):
    with refused(message):
        told(**changes)


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(DiagnosticsError) as caught:
        told(event_type="x", target="", tool="", body=b"")
    assert len(caught.value.diagnostics) == 4


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"\xff", "it is not proper Unicode"),
        (rb'{"a":"\ud800"}', "it is not proper Unicode"),
        (b'{"a":NaN}', "it is not JSON"),
        (b'{"a":[-Infinity]}', "it is not JSON"),
        (b'{"a":1e999999999}', "it is not JSON"),
        (b"[]", "it is not an object"),
        (b'"text"', "it is not an object"),
        (b'{"a":' * 100_000, "it is nested too deeply"),
        (json.dumps({"a": "x" * SIZE_LIMIT}).encode(), f"at most {SIZE_LIMIT}"),
        (json.dumps({"a": "é" * (SIZE_LIMIT // 2)}).encode(), f"at most {SIZE_LIMIT}"),
        (b'{"a":""}' + b" " * (4 * SIZE_LIMIT), f"at most {SIZE_LIMIT}"),
    ],
)
def test_json_that_cannot_be_recorded_is_refused(refused, body, reason):
    with refused(reason):
        parse_body(body)


def test_json_of_a_megabyte_and_any_unicode_is_recorded(database):
    body = {"text": "𝄞é\u0000\u001b[2J\u2028" * 100, "large": "x" * (SIZE_LIMIT - 5000), "n": [0.1, 10**30, True]}
    recorded = record_external(database, told(body=json.dumps(body).encode()), ORIGIN)
    assert next(events(database)).post_state == recorded.post_state == body
    assert verify(database).is_valid
