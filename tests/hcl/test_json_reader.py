"""JSON is read with the place of everything, and refused with Terraform's words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.diagnostics import Diagnostic
from iac.hcl.json_reader import JsonNode, read_json
from iac.hcl.places import Places


def read(text: str) -> tuple[JsonNode | None, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    return read_json(text, Places("main.tf.json", text), problems), problems


def plain(node: JsonNode) -> object:
    if node.kind == "object":
        return {key.text: plain(value) for key, value in node.members}
    if node.kind == "array":
        return [plain(e) for e in node.elements]
    return json.loads(node.text) if node.kind == "number" else node.value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 1]))
def test_it_reads_what_python_writes(value: object, ascii_only: bool, indent: int | None) -> None:
    node, problems = read(json.dumps(value, ensure_ascii=ascii_only, indent=indent))
    assert problems == []
    assert node is not None
    assert plain(node) == value


def test_every_value_and_key_has_its_place() -> None:
    text = '{\n  "é": [1, "日"],\n  "b": null\n}'
    node, _ = read(text)
    assert node is not None
    (key, array), (_, nothing) = node.members
    content = text.encode()

    def source(n: JsonNode) -> str:
        return content[n.range.start.byte : n.range.end.byte].decode()

    assert [source(n) for n in (node, key, array, *array.elements, nothing)] == [
        text,
        '"é"',
        '[1, "日"]',
        "1",
        '"日"',
        "null",
    ]
    assert array.elements[1].range.start[:2] == (2, 12)


def test_a_key_may_stand_more_than_once() -> None:
    node, problems = read('{"a": 1, "a": 2}')
    assert node is not None
    assert problems == []
    assert [key.text for key, _ in node.members] == ["a", "a"]


def test_half_a_surrogate_pair_is_replaced() -> None:
    node, _ = read('["\\ud800x", "\\ud83d\\ude00"]')
    assert node is not None
    assert [n.text for n in node.elements] == ["\ufffdx", "😀"]


@pytest.mark.parametrize(
    ("text", "summary", "column"),
    [
        ("", "Missing value", 1),
        ("  ", "Missing value", 3),
        ('{"a":', "Missing value", 6),
        ("{", "Unclosed object", 1),
        ('{"a":1', "Unclosed object", 1),
        ("[", "Unclosed array", 1),
        ("[1", "Unclosed array", 1),
        ('{"a":1,}', "Trailing comma in object", 7),
        ("[1,]", "Trailing comma in array", 3),
        ('{"a":1 "b":2}', "Missing attribute separator comma", 8),
        ("[1 2]", "Missing attribute separator comma", 4),
        ('{"a" 1}', "Missing property value colon", 6),
        ('{"a":}', "Missing JSON value", 6),
        ("[,1]", "Missing JSON value", 2),
        ('{"a":1]', "Mismatched braces", 7),
        ("[1}", "Mismatched braces", 3),
        ("[tru]", "Invalid JSON keyword", 2),
        ("[None]", "Invalid JSON keyword", 2),
        ("{a:1}", "Invalid object property name", 2),
        ("{'a':1}", "Invalid object property name", 2),
        ("['a']", "Invalid start of value", 2),
        ("[01]", "Invalid JSON number", 2),
        ("[-]", "Invalid JSON number", 2),
        ("[1.]", "Invalid JSON number", 2),
        ("[1e]", "Invalid JSON number", 2),
        ('["a', "Invalid JSON string", 2),
        ('["a\nb"]', "Invalid JSON string", 2),
        ('["\\q"]', "Invalid JSON string", 2),
        ('["\\u12"]', "Invalid JSON string", 2),
        ("1 2", "Extraneous data after value", 3),
        ("{} # x", "Extraneous data after value", 4),
    ],
)
def test_a_mistake_has_a_name_and_a_place(text: str, summary: str, column: int) -> None:
    node, problems = read(text)
    assert node is None
    assert [(p.summary, p.subject.start.column if p.subject else 0) for p in problems] == [(summary, column)]


def test_a_keyword_close_to_a_real_one_is_suggested() -> None:
    assert read("[tru]")[1][0].detail == '"tru" is not a valid JSON keyword. Did you mean "true"?'


def test_what_is_nested_too_deeply_is_a_mistake() -> None:
    _, problems = read("[" * 10000)
    assert [p.summary for p in problems] == ["Value nested too deeply"]
