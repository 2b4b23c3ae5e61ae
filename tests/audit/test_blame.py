"""Blame: each attribute knows the last event that set it."""

from __future__ import annotations

from datetime import UTC, datetime

from iac.audit.blame import blame
from iac.audit.history import object_at
from iac.audit.prune import prune
from iac.audit.record import Origin


def blamed(database, id: str = "1") -> dict[str, int]:
    found = blame(database, object_at(database, id))
    return {".".join(map(str, line.path)): line.setter.sequence for line in found.lines}


def test_each_attribute_is_set_by_the_last_event_that_changed_it(database, record):
    record(None, {"cpu": 1, "memory": 2, "tags": {"a": "x"}})
    record({"cpu": 1, "memory": 2, "tags": {"a": "x"}}, {"cpu": 5, "memory": 2, "tags": {"a": "x", "b": "y"}})
    assert blamed(database) == {"cpu": 2, "memory": 1, "tags.a": 1, "tags.b": 2}


def test_setting_a_value_back_sets_it(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 1}, {"cpu": 2})
    record({"cpu": 2}, {"cpu": 1})
    assert blamed(database) == {"cpu": 3}


def test_elements_of_lists_keep_theirs_when_others_are_put_before_them(database, record):
    record(None, {"port": [{"n": 1}, {"n": 2}]})
    record({"port": [{"n": 1}, {"n": 2}]}, {"port": [{"n": 0}, {"n": 1}, {"n": 3}]})
    assert blamed(database) == {"port.0.n": 2, "port.1.n": 1, "port.2.n": 2}


def test_emptying_something_sets_it(database, record):
    record(None, {"tags": {"a": "x"}, "port": [1]})
    record({"tags": {"a": "x"}, "port": [1]}, {"tags": {}, "port": []})
    assert blamed(database) == {"tags": 2, "port": 2}


def test_failures_set_nothing_and_neither_do_moves_and_imports(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 9}, {"cpu": 9}, event_type="UPDATE_FAILED", error="no")
    record({"cpu": 1}, {"cpu": 1}, event_type="MOVE", address="iac_service.b")
    record({"cpu": 1}, {"cpu": 1}, event_type="IMPORT", address="iac_service.b")
    assert blamed(database) == {"cpu": 1}


def test_what_begins_with_an_import_is_set_by_it(database, record):
    record({"cpu": 1, "memory": 1}, {"cpu": 1, "memory": 1}, event_type="IMPORT")
    record({"cpu": 1, "memory": 1}, {"cpu": 2, "memory": 1})
    assert blamed(database) == {"cpu": 2, "memory": 1}


def test_a_secret_is_set_when_it_changes_and_not_when_it_comes_to_be_one(database, record):
    record(None, {"key": {"a": "x"}, "other": 1})
    record({"key": {"a": "x"}, "other": 1}, {"key": {"a": "x"}, "other": 2}, sensitive=[("key",)])
    assert blamed(database) == {"key": 1, "other": 2}
    record({"key": {"a": "x"}, "other": 2}, {"key": {"a": "y"}, "other": 2}, sensitive=[("key",)])
    assert blamed(database) == {"key": 3, "other": 2}
    record({"key": {"a": "y"}, "other": 2}, {"key": {"a": "y"}, "other": 3})
    assert blamed(database) == {"key.a": 3, "other": 4}


def test_who_when_with_what_and_from_which_commit_is_told(database, record):
    git = {"commit": "abc", "branch": "main", "dirty": True}
    origin = Origin("ana", run_id="run", message="because", context={"git": git})
    event = record(None, {"cpu": 1}, origin=origin)
    setter = blame(database, object_at(database, "1")).lines[0].setter
    assert (setter.event_id, setter.timestamp, setter.user, setter.tool) == (
        event.id,
        event.timestamp,
        "ana",
        "terraform",
    )
    assert (setter.run_id, setter.message) == ("run", "because")
    assert (setter.commit, setter.branch, setter.dirty) == ("abc", "main", True)


def test_of_a_deleted_object_it_is_told_what_it_had_last_and_who_deleted_it(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 1}, None, origin=Origin("bob"))
    found = blame(database, object_at(database, "1"))
    assert [(line.path, line.setter.sequence) for line in found.lines] == [(("cpu",), 1)]
    assert (found.deleted.user, found.deleted.sequence) == ("bob", 2)


def test_after_pruning_the_original_event_is_told(database, record):
    record(None, {"cpu": 1}, origin=Origin("ana", run_id="first"))
    prune(database, datetime.now(UTC), Origin("auditor"))
    setter = blame(database, object_at(database, "1")).lines[0].setter
    assert (setter.sequence, setter.user, setter.run_id, setter.event_type) == (1, "ana", "first", "CREATE")


def test_what_an_event_set_that_was_pruned_is_blamed_on_nobody(database, record):
    record(None, {"cpu": 1, "tags": {"a": "x"}}, origin=Origin("ana"))
    until = datetime.now(UTC)
    record({"cpu": 1, "tags": {"a": "x"}}, {"cpu": 2, "tags": {"a": "x"}}, origin=Origin("bob"))
    prune(database, until, Origin("auditor"))
    found = blame(database, object_at(database, "1"))
    assert [(line.path, line.setter and line.setter.user) for line in found.lines] == [
        (("cpu",), "bob"),
        (("tags", "a"), None),
    ]


def test_of_an_object_whose_delete_alone_is_left_it_is_told_what_it_had_last(database, record):
    record(None, {"cpu": 1}, origin=Origin("ana"))
    until = datetime.now(UTC)
    record({"cpu": 1}, None, origin=Origin("bob"))
    prune(database, until, Origin("auditor"))
    found = blame(database, object_at(database, "1"))
    assert [(line.path, line.value, line.setter) for line in found.lines] == [(("cpu",), 1, None)]
    assert found.deleted.user == "bob"


def test_after_pruning_an_event_that_repeats_the_state_is_better_than_none(database, record):
    record(None, {"cpu": 1})
    until = datetime.now(UTC)
    record({"cpu": 1}, {"cpu": 1}, event_type="TAINT")
    prune(database, until, Origin("auditor"))
    assert blamed(database) == {"cpu": 2}
