"""Objects rebuilt from events: at any moment, under their names and addresses, after pruning too."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from iac.audit.filters import TargetFilter, parse_target
from iac.audit.history import (
    find_object,
    inventory,
    matcher,
    object_at,
    previous_event,
    state_before,
    telling_events,
)
from iac.audit.prune import prune
from iac.audit.record import Origin
from iac.diagnostics import DiagnosticsError

LASTING = {"cluster", "environment", "service"}
EXTERNAL = Origin("bot", tool="git", context={"external": True})


def moment(event) -> datetime:
    return datetime.fromisoformat(event.timestamp)


def names(found) -> list[tuple[str, object]]:
    return [(past.text, past.state) for past in found]


def test_the_inventory_has_the_last_state_of_every_object_that_is_not_deleted(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 1}, {"cpu": 2})
    record(None, {"a": 1}, target_id="2", target_name="gone")
    record({"a": 1}, None, target_id="2", target_name="gone")
    assert names(inventory(database, LASTING)) == [("service:api", {"cpu": 2})]


def test_the_inventory_of_a_moment_has_what_there_was_then(database, record):
    first = record(None, {"cpu": 1})
    second = record({"cpu": 1}, {"cpu": 2})
    record({"cpu": 2}, None)
    assert names(inventory(database, LASTING, moment(first) - timedelta(seconds=1))) == []
    assert inventory(database, LASTING, moment(second))[0].state == {"cpu": 2}
    assert inventory(database, LASTING) == []


def test_failures_events_of_other_writers_and_repetitions_say_nothing_of_the_state(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 9}, {"cpu": 9}, event_type="UPDATE_FAILED", error="no")
    record({"cpu": 9}, {"cpu": 9}, event_type="TAINT", address="iac_service.api")
    record({"x": 1}, {"x": 1}, event_type="UPDATE", origin=EXTERNAL)
    (past,) = inventory(database, LASTING)
    assert (past.state, past.address, past.event.sequence) == ({"cpu": 1}, "iac_service.api", 1)


def test_what_is_only_in_a_state_is_gone_when_it_is_forgotten(database, record):
    one = {"target_type": "terraform_data", "address": "terraform_data.x"}
    record(None, {"id": "1"}, **one)
    assert len(inventory(database, LASTING)) == 1
    record({"id": "1"}, {"id": "1"}, event_type="FORGET", **one)
    assert inventory(database, LASTING) == []


def test_an_object_of_the_platform_that_is_forgotten_is_there_and_not_managed(database, record):
    record(None, {"cpu": 1}, address="iac_service.api")
    record({"cpu": 1}, {"cpu": 1}, event_type="FORGET", address="iac_service.api")
    (past,) = inventory(database, LASTING)
    assert (past.address, past.is_managed) == ("iac_service.api", False)


def test_what_was_imported_begins_with_that(database, record):
    one = {"target_type": "terraform_data", "address": "terraform_data.x"}
    record({"id": "1"}, {"id": "1"}, event_type="IMPORT", **one)
    assert names(inventory(database, LASTING)) == [("terraform_data:api", {"id": "1"})]


def test_an_object_has_the_name_and_address_that_it_had_then(database, record):
    first = record(None, {"name": "api"}, address="iac_service.a")
    record({"name": "api"}, {"name": "web"}, target_name="web")
    record({"name": "web"}, {"name": "web"}, event_type="MOVE", address="iac_service.b", target_name="web")
    now = object_at(database, "1")
    then = object_at(database, "1", LASTING, first.sequence)
    assert (now.name, now.address) == ("web", "iac_service.b")
    assert (then.name, then.address) == ("api", "iac_service.a")


def test_the_state_before_an_event_is_what_its_patch_undoes(record):
    assert state_before(record(None, {"cpu": 1})) is None
    assert state_before(record({"cpu": 1}, {"cpu": 2})) == {"cpu": 1}
    assert state_before(record({"cpu": 2}, None)) == {"cpu": 2}


def test_every_query_for_an_object_reads_its_own_events_alone(database, record, monkeypatch):
    event = record(None, {"cpu": 1}, address="iac_service.api")
    asked = []
    query = database.query

    def watched(sql, params=()):
        asked.append(query(f"EXPLAIN QUERY PLAN {sql}", params))
        return query(sql, params)

    monkeypatch.setattr(database, "query", watched)
    monkeypatch.setattr(database, "query_one", lambda sql, params=(): next(iter(watched(sql, params)), None))
    object_at(database, "1", LASTING, 1)
    object_at(database, "2", LASTING)
    list(telling_events(database, "service", "1"))
    previous_event(database, event)
    assert len(asked) > 4
    assert {row[3].partition(" (")[0] for rows in asked for row in rows} == {
        "SEARCH event USING INDEX event_by_target_id"
    }


# --- after pruning ------------------------------------------------------------------------------------------


def test_after_pruning_nothing_is_said_of_what_was_before(database, record):
    old = record(None, {"cpu": 1})
    last = record({"cpu": 1}, {"cpu": 2})
    prune(database, datetime.now(UTC), Origin("ana"))
    with pytest.raises(DiagnosticsError, match="does not reach back"):
        inventory(database, LASTING, moment(old) - timedelta(microseconds=1))
    assert inventory(database, LASTING, moment(last))[0].state == {"cpu": 2}
    assert inventory(database, LASTING)[0].state == {"cpu": 2}


def test_after_pruning_the_first_event_that_is_left_tells_what_was_before_it(database, record):
    record(None, {"cpu": 1})
    until = datetime.now(UTC)
    record({"cpu": 1}, {"cpu": 2})
    prune(database, until, Origin("ana"))
    assert inventory(database, LASTING, until)[0].state == {"cpu": 1}


def test_after_pruning_events_that_repeat_the_state_are_believed(database, record):
    record(None, {"cpu": 1})
    until = datetime.now(UTC)
    record({"cpu": 1}, {"cpu": 1}, event_type="TAINT", address="iac_service.api")
    prune(database, until, Origin("ana"))
    assert inventory(database, LASTING)[0].state == {"cpu": 1}


# --- finding one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["service:api", "iac_service.api", "1", "ap*", "iac_service.*"])
def test_an_object_is_found_by_type_and_name_address_or_id(database, record, text):
    record(None, {"cpu": 1}, address="iac_service.api")
    assert find_object(database, parse_target(text), LASTING).id == "1"


def test_an_object_is_found_by_the_name_and_address_that_it_had_once(database, record):
    record(None, {"name": "api"}, address="iac_service.a")
    record({"name": "api"}, {"name": "web"}, target_name="web", address="iac_service.b")
    for text in ("service:api", "service:web", "iac_service.a", "iac_service.b"):
        assert find_object(database, parse_target(text), LASTING).name == "web"


def test_who_has_the_name_now_comes_before_who_had_it_once(database, record):
    record(None, {"name": "api"})
    record({"name": "api"}, {"name": "old"}, target_name="old")
    record(None, {"name": "api"}, target_id="2")
    assert find_object(database, parse_target("service:api"), LASTING).id == "2"


def test_what_exists_comes_before_what_was_deleted_later_at_the_same_address(database, record):
    record(None, {"a": 1}, address="iac_service.api")
    record(None, {"a": 2}, target_id="2", address="iac_service.api")
    record({"a": 1}, None, address="iac_service.api")
    assert find_object(database, parse_target("iac_service.api"), LASTING).id == "2"


def test_of_what_is_gone_the_last_one_is_found(database, record):
    for id in ("1", "2"):
        record(None, {"a": id}, target_id=id)
        record({"a": id}, None, target_id=id)
    assert find_object(database, parse_target("service:api"), LASTING).id == "2"


def test_several_objects_are_named_to_choose_from(database, record):
    record(None, {"a": 1}, address="iac_service.a")
    record(None, {"a": 2}, target_id="2", address="iac_service.b")
    with pytest.raises(DiagnosticsError, match="More than one object") as caught:
        find_object(database, parse_target("service:api"), LASTING)
    assert "iac_service.b 2" in caught.value.diagnostics[0].detail


def test_an_address_is_one_in_the_workspace_and_in_another_where_nothing_has_it_there(database, record):
    record(None, {"a": 1}, address="iac_service.api")
    record(None, {"a": 2}, target_id="2", address="iac_service.api", origin=Origin("ana", workspace="prod"))
    address = parse_target("iac_service.api")
    assert find_object(database, address, LASTING, "default").id == "1"
    assert find_object(database, address, LASTING, "prod").id == "2"
    with pytest.raises(DiagnosticsError) as caught:
        find_object(database, address, LASTING, "staging")
    assert "service:api iac_service.api 2 (workspace prod)" in caught.value.diagnostics[0].detail


def test_what_is_gone_in_the_workspace_comes_before_what_another_has(database, record):
    record(None, {"a": 1}, address="iac_service.api")
    record({"a": 1}, None, address="iac_service.api")
    record(None, {"a": 2}, target_id="2", address="iac_service.api", origin=Origin("ana", workspace="prod"))
    assert find_object(database, parse_target("iac_service.api"), LASTING, "default").id == "1"


def test_an_object_that_no_event_is_of_is_a_mistake(database, record):
    with pytest.raises(DiagnosticsError, match="Object not found"):
        find_object(database, parse_target("service:api"), LASTING)


def test_a_filter_matches_an_object_as_it_was_then(database, record):
    record(None, {"a": 1}, address='module.web["x"].iac_service.api[0]')
    past = object_at(database, "1")
    assert matcher(parse_target("module.web"))(past)
    assert matcher(parse_target('module.web["x"].iac_service.api'))(past)
    assert not matcher(parse_target('module.web["y"]'))(past)
    assert matcher(TargetFilter(type="s*", name="a?i"))(past)
    assert not matcher(TargetFilter(id="2"))(past)
    assert not matcher(parse_target("iac_service.api"))(replace(past, address=None))
