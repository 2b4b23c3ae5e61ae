"""The JSON syntax: what its objects, arrays and strings mean as bodies, blocks and expressions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iac.diagnostics import Diagnostic
from iac.hcl.evaluate import evaluate
from iac.hcl.json_syntax import JsonBody, parse_json
from iac.hcl.scope import EMPTY_SCOPE, VariableScope
from iac.hcl.syntax import BlockHeader, Content
from iac.values.codec import to_json
from iac.values.value import Value, string

SCOPE = VariableScope({"name": string("world")}, {})
EXPECTED = {"resource": BlockHeader("type", "name"), "locals": BlockHeader(), "output": BlockHeader("name")}


def content(source: Any) -> tuple[Content, list[Diagnostic]]:
    text = source if isinstance(source, str) else json.dumps(source)
    file, problems = parse_json(text.encode(), "main.tf.json")
    assert problems == []
    assert isinstance(file.body, JsonBody)
    return file.body.content({"value": False, "id": False}, EXPECTED)


def value(source: Any) -> Value:
    found, problems = content({"value": source})
    assert problems == []
    return evaluate(found.attributes["value"].expression, SCOPE)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("a ${name}", "a world"),
        ("${[1, 2]}", [1, 2]),
        ("$${name} %%{x}", "${name} %{x}"),
        ("%{ if true }a%{ else }b%{ endif }", "a"),
        ('quote " and \\ and \n', 'quote " and \\ and \n'),
        ("\\n", "\\n"),
        (1.5, 1.5),
        (-3, -3),
        (True, True),
        (None, None),
        ([1, "a${name}", None], [1, "aworld", None]),
        ({"a": {"b": [1]}}, {"a": {"b": [1]}}),
        ({"k-${name}": 1}, {"k-world": 1}),
        ({"//": "kept in a value"}, {"//": "kept in a value"}),
        ([], []),
        ({}, {}),
    ],
)
def test_a_value_is_an_expression(source: Any, expected: Any) -> None:
    assert to_json(value(source)) == expected


def test_a_large_number_is_exact() -> None:
    found, _ = content('{"value": 123456789012345678901234567890}')
    assert evaluate(found.attributes["value"].expression, SCOPE).raw == 123456789012345678901234567890


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ({"locals": {"a": 1}}, [("locals", [])]),
        ({"locals": [{"a": 1}, {"b": 2}]}, [("locals", []), ("locals", [])]),
        ({"locals": []}, []),
        ({"locals": None}, []),
        ({"output": {"x": {}, "y": {}}}, [("output", ["x"]), ("output", ["y"])]),
        ({"output": [{"x": {}}, {"y": {}}]}, [("output", ["x"]), ("output", ["y"])]),
        ({"output": {"x": [{}, {}]}}, [("output", ["x"]), ("output", ["x"])]),
        (
            {"resource": {"a": {"x": {}, "y": {}}, "b": {"z": {}}}},
            [("resource", ["a", "x"]), ("resource", ["a", "y"]), ("resource", ["b", "z"])],
        ),
        ({"resource": [{"a": [{"x": [{}]}]}]}, [("resource", ["a", "x"])]),
        ({"//": "comment", "output": {"x": {"//": {"any": "thing"}}}}, [("output", ["x"])]),
        ({"output": {"x": None}}, []),
        ([{"output": {"x": {}}}, {"output": {"y": {}}}], [("output", ["x"]), ("output", ["y"])]),
        ('{"locals": {"a": 1}, "locals": {"b": 2}}', [("locals", []), ("locals", [])]),
    ],
)
def test_a_member_is_blocks_with_a_level_for_each_label(source: Any, blocks: list[tuple[str, list[str]]]) -> None:
    found, problems = content(source)
    assert problems == []
    assert [(b.type, list(b.labels)) for b in found.blocks] == blocks


def test_a_block_knows_where_its_labels_stand() -> None:
    (block,) = content('{"resource": {"é": {"x": {}}}}')[0].blocks
    assert block.type_range.start[:2] == (1, 2)
    assert [r.start.column for r in block.label_ranges] == [15, 21]
    assert [r.start.byte for r in block.label_ranges] == [14, 21]


def test_the_arguments_of_a_block_are_asked_of_its_body() -> None:
    (block,) = content({"locals": {"//": "x", "a": 1, "b": "${name}"}})[0].blocks
    attributes, problems = block.body.just_attributes()
    assert problems == []
    assert [to_json(evaluate(a.expression, SCOPE)) for a in attributes.values()] == [1, "world"]


@pytest.mark.parametrize(
    ("source", "summary", "detail", "column"),
    [
        (
            '{"outputs": 1}',
            "Extraneous JSON object property",
            'No argument or block type is named "outputs". Did you mean "output"?',
            2,
        ),
        ('{"value": 1, "value": 2}', "Duplicate argument", None, 14),
        ('{"value": {"x": 1, "x": 2}}', "Duplicate object attribute", None, 20),
        ('{"locals": 5}', "Incorrect JSON value type", None, 12),
        ('{"output": {"x": 5}}', "Incorrect JSON value type", None, 18),
        ('{"output": {}}', "Missing block label", None, 12),
        ('{"resource": {"a": {}}}', "Missing block label", None, 20),
        ("[1]", "Incorrect JSON value type", None, 2),
        ('{"value": "a ${1 + }"}', "Invalid expression", None, 20),
        ('{"value": {"a${": 1}}', "Missing expression", None, 16),
    ],
)
def test_what_does_not_belong_is_named(source: str, summary: str, detail: str | None, column: int) -> None:
    _, problems = content(source)
    assert [(p.summary, p.subject.start.column if p.subject else 0) for p in problems] == [(summary, column)]
    if detail is not None:
        assert problems[0].detail == detail


@pytest.mark.parametrize(
    ("source", "column"),
    [
        ('{"output": 5}', 12),
        ('{"output": {"//": "no comment where labels stand", "x": {}}}', 19),
        ('{"resource": {"a": [[]]}}', 21),
    ],
)
def test_what_stands_for_a_label_and_is_no_object_has_none(source: str, column: int) -> None:
    _, problems = content(source)
    wrong = [(p.summary, p.subject.start.column if p.subject else 0) for p in problems]
    assert ("Incorrect JSON value type", column) in wrong


def test_no_object_at_all_has_no_label() -> None:
    _, problems = content('{"resource": null}')
    assert [p.summary for p in problems] == ["Missing block label"]


def test_an_element_that_is_no_object_is_a_block_with_nothing_in_it() -> None:
    *_, block = content('{"output": {"x": [{}, 5]}}')[0].blocks
    _, problems = block.body.content({"value": True}, {})
    assert [(p.summary, p.subject.start.column if p.subject else 0) for p in problems] == [
        ("Incorrect JSON value type", 23),
        ("Missing required argument", 23),
    ]


def test_where_nothing_may_be_referred_to_a_string_is_what_it_says() -> None:
    found, _ = content('{"value": "${var.x} and $${y}"}')
    assert evaluate(found.attributes["value"].expression, EMPTY_SCOPE).raw == "${var.x} and $${y}"


def test_a_missing_argument_is_marked_at_the_closing_brace_of_its_block() -> None:
    (block,) = content('{"output": {"x": {"id": 1}}}')[0].blocks
    _, problems = block.body.content({"value": True}, {}, partial=True)
    assert [p.summary for p in problems] == ["Missing required argument"]
    assert problems[0].subject is not None
    assert problems[0].subject.start.column == 26


@pytest.mark.parametrize("source", ["1", '"x"', "null", "true"])
def test_the_root_is_an_object_or_an_array(source: str) -> None:
    file, problems = parse_json(source.encode(), "main.tf.json")
    assert [p.summary for p in problems] == ["Root value must be object"]
    assert file.body.just_attributes() == ({}, [])


def test_a_text_that_is_no_json_is_an_empty_body_and_a_diagnostic() -> None:
    file, problems = parse_json(b'{"a": 1,}', "main.tf.json")
    assert [p.summary for p in problems] == ["Trailing comma in object"]
    assert file.body.content({}, {})[0].attributes == {}
