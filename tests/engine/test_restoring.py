"""Putting parts of an object back: what is a part, what is the same, and what a digest allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.audit.sensitive import digester
from iac.engine.restoring import (
    ABSENT,
    UnknownSecretError,
    at,
    changed_parts,
    restored,
    same,
    secret_parts,
    texts,
    with_part,
)
from iac.values.codec import canonical

DIGEST = digester(b"key")


@pytest.mark.parametrize(
    ("before", "after", "parts"),
    [
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, [("a",)]),
        ({"m": {"a": 1}}, {"m": {"b": 1}}, [("m", "a"), ("m", "b")]),
        ({"m": None}, {"m": {"b": 1}}, [("m",)]),
        ({"l": [{"a": 1}, {"a": 2}]}, {"l": [{"a": 3}, {"a": 4}]}, [("l",)]),
        ({"m": {"l": [1]}}, {"m": {"l": [2]}}, [("m", "l")]),
        ({"k": DIGEST("a")}, {"k": DIGEST("b")}, [("k",)]),
        ({"a/b": {"c~d": 1}}, {"a/b": {"c~d": 2}}, [("a/b", "c~d")]),
        ({"a": 1}, {"a": 1}, []),
    ],
)
def test_a_part_is_what_has_a_name(before, after, parts):
    assert changed_parts(before, after) == parts


maps = st.recursive(
    st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abc"), maps, max_size=3)


@given(objects, objects)
def test_putting_back_every_part_that_changed_gives_the_state_before(before, after):
    state = after
    for part in changed_parts(before, after):
        state = with_part(state, part, at(before, part))
    assert canonical(state) == canonical(before)


def test_a_secret_is_the_same_when_its_digest_is():
    assert same({"k": DIGEST("x"), "l": [1]}, {"k": "x", "l": [1]}, DIGEST)
    assert not same({"k": DIGEST("x")}, {"k": "y"}, DIGEST)
    assert not same({"k": 1}, {"k": True}, DIGEST)
    assert not same([1], [1, 2], DIGEST)
    assert same(ABSENT, ABSENT, DIGEST)
    assert not same(None, ABSENT, DIGEST)


def test_a_secret_is_restored_from_the_present_or_not_at_all():
    assert restored({"k": DIGEST("x"), "l": [DIGEST("y"), 1]}, {"k": "x", "l": ["y"]}, DIGEST) == {
        "k": "x",
        "l": ["y", 1],
    }
    for present in ({"k": "other"}, {}, ABSENT, None):
        with pytest.raises(UnknownSecretError):
            restored({"k": DIGEST("x")}, present, DIGEST)


def test_the_parts_with_secrets_are_found():
    state = {"k": DIGEST("x"), "m": {"a": DIGEST("y"), "b": 1}, "l": [1, {"s": DIGEST("z")}], "n": [1]}
    assert list(secret_parts(state)) == [("k",), ("m", "a"), ("l",)]


def test_the_texts_of_a_state_are_those_in_it_and_no_digests():
    assert list(texts({"a": "x", "b": ["y", {"c": "z"}], "k": DIGEST("s"), "n": 1})) == ["x", "y", "z"]
