"""Hiding sensitive values: where paths lead, and what becomes of messages."""

from __future__ import annotations

import pytest

from iac.audit.sensitive import digester, redact, scrub, secrets_at, sensitive_paths
from iac.schema import Attribute, Block, NestedBlock
from iac.values.types import STRING

digest = digester(b"k" * 32)
X = digest("x")


@pytest.mark.parametrize(
    ("data", "path", "hidden"),
    [
        ({"a": "x", "b": "y"}, ("a",), {"a": X, "b": "y"}),
        ({"a": [{"v": "x"}]}, ("a", 0, "v"), {"a": [{"v": X}]}),
        ({"a": {"k": "x"}}, ("a",), {"a": digest({"k": "x"})}),
        # Nothing there, nothing to hide.
        ({"a": None}, ("a",), {"a": None}),
        ({"a": ["y"]}, ("a", 1), {"a": ["y"]}),
        ({"a": 1}, ("b", "c"), {"a": 1}),
        (None, ("a",), None),
        # Where a path cannot be followed, all that it reached is hidden.
        ({"a": ["x"]}, ("a", {"set": "element"}), {"a": digest(["x"])}),
        ({"a": "x"}, ("a", "b"), {"a": X}),
        ({"a": "x"}, (), digest({"a": "x"})),
        # What a user writes in the form of a digest is none.
        ({"a": {"$sensitive": "x"}}, ("a",), {"a": digest({"$sensitive": "x"})}),
        ({"a": {"$sensitive": "hmac-sha256:x"}}, ("a",), {"a": digest({"$sensitive": "hmac-sha256:x"})}),
        ({"a": X}, ("a",), {"a": X}),
        # A value stored with its type.
        ({"a": {"value": {"p": "x"}, "type": "t"}}, ("a", "p"), {"a": {"value": {"p": X}, "type": "t"}}),
    ],
)
def test_a_path_hides(data, path, hidden):
    assert redact(data, [path], digest) == hidden


def test_a_path_inside_a_hidden_part_changes_nothing():
    data = {"a": {"b": "x"}}
    assert redact(data, [("a", "b"), ("a",)], digest) == {"a": digest({"b": "x"})}
    assert data == {"a": {"b": "x"}}


def test_a_digest_depends_on_the_key_and_the_type():
    assert digest("1") != digest(1) != digester(b"other")(1)


def test_secrets_are_all_texts_and_numbers_at_the_paths():
    data = {"a": {"k": ["s1", 42, True, None, ""]}, "b": "plain"}
    assert secrets_at(data, [("a",)]) == {"s1", "42"}


@pytest.mark.parametrize(
    ("text", "secrets", "clean"),
    [
        ("login with hunter2 failed", ["hunter2"], "login with (sensitive value) failed"),
        ("long-secret and secret", ["secret", "long-secret"], "(sensitive value) and (sensitive value)"),
        ('it was "a\\"b\\n"', ['a"b\n'], 'it was "(sensitive value)"'),
        ("a bad port 80 of 8080", ["a", "80"], "(sensitive value) bad port (sensitive value) of 8080"),
        ('value = "$${a}$${b}"', ["${a}${b}"], 'value = "(sensitive value)"'),
        ("nothing", [], "nothing"),
        ("a.*b acb", ["a.*b"], "(sensitive value) acb"),
    ],
)
def test_messages_are_scrubbed(text, secrets, clean):
    assert scrub(text, secrets) == clean


def test_sensitive_attributes_are_found_by_the_schema():
    secret = Block({"key": Attribute(STRING), "value": Attribute(STRING, sensitive=True)})
    block = Block(
        {"password": Attribute(STRING, sensitive=True), "name": Attribute(STRING)},
        {
            "secret": NestedBlock("list", secret),
            "named": NestedBlock("map", secret),
            "one": NestedBlock("single", secret),
        },
    )
    data = {"password": "p", "secret": [{"value": "v"}], "named": {"k": {"value": "v"}}, "one": None}
    assert sensitive_paths(block, data) == [("password",), ("secret", 0, "value"), ("named", "k", "value")]
    assert sensitive_paths(Block({"name": Attribute(STRING)}), {"name": "n"}) == []
