"""Patches: what they say, that they apply, that they can be undone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac.audit.patch import apply_patch, inverse, make_patch
from iac.values.codec import ExactNumber, canonical

DIGESTS = {"$sensitive": "hmac-sha256:1"}, {"$sensitive": "hmac-sha256:2"}


def op(op, path, old, *value):
    return {"op": op, "path": path, **({"value": value[0]} if value else {}), "old": old}


@pytest.mark.parametrize(
    ("before", "after", "patch"),
    [
        ({}, {}, []),
        (None, None, []),
        (None, {"a": 1}, [op("add", "", None, {"a": 1})]),
        ({"a": 1}, None, [op("replace", "", {"a": 1}, None)]),
        ({"a": 1}, {"a": 2}, [op("replace", "/a", 1, 2)]),
        ({"a": 1}, {"b": 1}, [op("remove", "/a", 1), op("add", "/b", None, 1)]),
        ({"a": {"b": [1]}}, {"a": {"b": [1, 2]}}, [op("add", "/a/b/1", None, 2)]),
        ({"~/": 1}, {"~/": 2}, [op("replace", "/~0~1", 1, 2)]),
        # JSON tells these apart, Python does not.
        ({"a": 1}, {"a": True}, [op("replace", "/a", 1, True)]),
        ([0], [False], [op("replace", "/0", 0, False)]),
        ({"a": None}, {}, [op("remove", "/a", None)]),
        # An element that comes or goes is one operation, whatever follows it.
        ([{"k": "b"}, {"k": "c"}], [{"k": "a"}, {"k": "b"}, {"k": "c"}], [op("add", "/0", None, {"k": "a"})]),
        ([1, 2, 3], [2, 3], [op("remove", "/0", 1)]),
        ([{"k": "a", "v": 1}, 5], [{"k": "a", "v": 2}, 5], [op("replace", "/0/v", 1, 2)]),
        ([], {}, [op("replace", "", [], {})]),
        ({"p": DIGESTS[0]}, {"p": DIGESTS[1]}, [op("replace", "/p", *DIGESTS)]),
        ({"n": ExactNumber("1")}, {"n": ExactNumber("2")}, [op("replace", "/n", ExactNumber("1"), ExactNumber("2"))]),
    ],
)
def test_says(before, after, patch):
    assert canonical(make_patch(before, after)) == canonical(patch)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(0, 1) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text("ab~/0", max_size=2), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(values, values)
def test_applies_and_can_be_undone(before, after):
    patch = make_patch(before, after)
    text = canonical(before)
    assert canonical(apply_patch(before, patch)) == canonical(after)
    assert canonical(apply_patch(after, inverse(patch))) == text == canonical(before)
    assert json.loads(canonical(patch)) == patch


@given(st.lists(st.integers(0, 3), max_size=8), st.lists(st.integers(0, 3), max_size=8))
def test_reorders_lists(before, after):
    assert apply_patch(before, make_patch(before, after)) == after


def test_one_that_does_not_fit_is_an_error():
    with pytest.raises(ValueError, match="does not fit"):
        apply_patch({}, [op("remove", "/a/b", 1)])
