"""Comparing events: what differs, as a list and as RFC 6902; secrets by whether they changed."""

from __future__ import annotations

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.audit.comparing import alike, compare_events, differences, leaves, rfc6902
from iac.audit.record import Origin
from iac.audit.sensitive import digester, is_digest
from iac.diagnostics import DiagnosticsError
from iac.values.codec import ExactNumber, canonical

DIGEST = digester(b"key")
EXTERNAL = Origin("bot", tool="git", context={"external": True})


def changed(comparison) -> list[tuple[object, ...]]:
    return [(d.path, d.kind, d.before, d.after) for d in differences(comparison.before, comparison.after)]


def test_two_events_of_one_object_are_compared(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 1}, {"cpu": 2})
    record({"cpu": 2}, {"cpu": 3})
    assert changed(compare_events(database, "1", "3")) == [(("cpu",), "changed", 1, 3)]
    assert changed(compare_events(database, "3", "1")) == [(("cpu",), "changed", 3, 1)]


def test_one_event_is_compared_with_the_one_before_it_of_the_object(database, record):
    record(None, {"cpu": 1})
    record(None, {"cpu": 7}, target_id="2")
    record({"cpu": 1}, {"cpu": 1}, event_type="UPDATE_FAILED", error="no")
    last = record({"cpu": 1}, {"cpu": 2})
    found = compare_events(database, last.id)
    assert (found.first.sequence, found.second.sequence) == (1, 4)
    assert changed(found) == [(("cpu",), "changed", 1, 2)]


def test_a_creation_is_compared_with_nothing_and_so_is_a_delete(database, record):
    record(None, {"cpu": 1})
    record({"cpu": 1}, None)
    first, second = compare_events(database, "1"), compare_events(database, "2")
    assert (first.first, changed(first)) == (None, [((), "added", None, {"cpu": 1})])
    assert changed(second) == [((), "removed", {"cpu": 1}, None)]


def test_events_of_other_writers_are_compared_among_themselves(database, record):
    record(None, {"cpu": 1})
    record({"tag": 1}, {"tag": 1}, event_type="DEPLOY", origin=EXTERNAL)
    record({"cpu": 1}, {"cpu": 2})
    last = record({"tag": 2}, {"tag": 2}, event_type="DEPLOY", origin=EXTERNAL)
    assert changed(compare_events(database, last.id)) == [(("tag",), "changed", 1, 2)]


def test_events_of_different_objects_cannot_be_compared(database, record):
    record(None, {"cpu": 1})
    record(None, {"cpu": 1}, target_id="2", target_name="web")
    with pytest.raises(DiagnosticsError, match="Events of different targets") as caught:
        compare_events(database, "1", "2")
    assert "service:web (2)" in caught.value.diagnostics[0].detail


def test_a_secret_that_changed_is_one_difference_of_digests(database, record):
    record(None, {"key": {"a": "old"}}, sensitive=[("key",)])
    record({"key": {"a": "old"}}, {"key": {"a": "new"}}, sensitive=[("key",)])
    (difference,) = differences(*(getattr(compare_events(database, "2"), n) for n in ("before", "after")))
    assert difference.path == ("key",)
    assert is_digest(difference.before)
    assert is_digest(difference.after)


def test_a_value_that_came_to_be_sensitive_did_not_change_and_is_shown_no_more(database, record):
    record(None, {"key": "same", "other": "old"})
    record({"key": "same", "other": "old"}, {"key": "same", "other": "new"}, sensitive=[("key",), ("other",)])
    found = compare_events(database, "1", "2")
    assert [d.path for d in differences(found.before, found.after)] == [("other",)]
    assert "old" not in canonical(found.before)


def test_what_is_nested_is_told_place_by_place():
    before = {"port": [{"n": 1}, {"n": 2}], "tags": {"a": "x", "b": "y"}, "big": ExactNumber("0.1000000000000000055")}
    after = {"port": [{"n": 0}, {"n": 1}, {"n": 2}], "tags": {"a": "z"}, "big": ExactNumber("0.1000000000000000056")}
    assert [(d.path, d.kind, d.before, d.after) for d in differences(before, after)] == [
        (("big",), "changed", ExactNumber("0.1000000000000000055"), ExactNumber("0.1000000000000000056")),
        (("port", 0), "added", None, {"n": 0}),
        (("tags", "a"), "changed", "x", "z"),
        (("tags", "b"), "removed", "y", None),
    ]


def test_what_becomes_of_another_type_says_so():
    assert [(d.kind, d.before, d.after) for d in differences({"a": 1}, {"a": True})] == [("type changed", 1, True)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab/~0", max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~0", max_size=3), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text("ab/~", max_size=3), json_values, max_size=4)


@given(objects, objects)
def test_the_patch_is_rfc_6902_and_leads_from_one_to_the_other(before, after):
    patch = rfc6902(before, after)
    assert all(set(operation) <= {"op", "path", "value"} for operation in patch)
    assert canonical(jsonpatch.apply_patch(before, patch)) == canonical(after)


@given(objects, objects)
def test_there_are_differences_exactly_where_states_differ(before, after):
    assert bool(differences(before, after)) == (canonical(before) != canonical(after))


@given(objects, objects)
def test_making_two_states_alike_changes_nothing_where_there_are_no_secrets(before, after):
    assert [canonical(state) for state in alike(before, after, DIGEST)] == [canonical(before), canonical(after)]


def test_leaves_are_what_has_no_parts():
    state = {"b": [1, {"c": None}], "a": [], "k": DIGEST("x"), "m": {}}
    assert list(leaves(state)) == [
        (("a",), []),
        (("b", 0), 1),
        (("b", 1, "c"), None),
        (("k",), DIGEST("x")),
        (("m",), {}),
    ]
