"""A body is sorted by what its reader expects, with Terraform's words for what does not belong."""

from __future__ import annotations

import pytest

from iac.diagnostics import Diagnostic
from iac.hcl.parser import parse_native
from iac.hcl.syntax import Block, BlockHeader, Body, Content

SERVICE = {"name": True, "image": False, "replicas": False}
BLOCKS = {"port": BlockHeader(), "route": BlockHeader("path"), "resource": BlockHeader("type", "name")}


def body(source: str) -> Body:
    file, problems = parse_native(source.encode(), "main.tf")
    assert problems == []
    return file.body


def content(source: str, *, partial: bool = False) -> tuple[Content, list[Diagnostic]]:
    return body(source).content(SERVICE, BLOCKS, partial=partial)


def brief(diagnostic: Diagnostic) -> tuple[str, str, tuple[int, int]]:
    assert diagnostic.subject is not None
    return diagnostic.summary, diagnostic.detail, diagnostic.subject.start[:2]


def test_arguments_and_blocks_come_sorted() -> None:
    found, problems = content('name = "a"\nroute "/x" {\n}\nport {\n}\nroute "/y" {\n}\nimage = "b"\n')
    assert problems == []
    assert list(found.attributes) == ["name", "image"]
    assert [b.type for b in found.blocks] == ["route", "port", "route"]
    assert [b.labels[0] for b in found.of_type("route")] == ["/x", "/y"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'name = 1\nimag = "x"\n',
            ("Unsupported argument", 'An argument named "imag" is not expected here. Did you mean "image"?', (2, 1)),
        ),
        (
            "name = 1\nzzz = 2\n",
            ("Unsupported argument", 'An argument named "zzz" is not expected here.', (2, 1)),
        ),
        (
            "name = 1\nport = 2\n",
            (
                "Unsupported argument",
                'An argument named "port" is not expected here. Did you mean to define a block of type "port"?',
                (2, 1),
            ),
        ),
        (
            "name = 1\nports {\n}\n",
            ("Unsupported block type", 'Blocks of type "ports" are not expected here. Did you mean "port"?', (2, 1)),
        ),
        (
            "name = 1\nimage {\n}\n",
            (
                "Unsupported block type",
                'Blocks of type "image" are not expected here. Did you mean to define argument "image"? If so, use '
                "the equals sign to assign it a value.",
                (2, 1),
            ),
        ),
        (
            "image = 1\n",
            (
                "Missing required argument",
                'The argument "name" is required, but no definition was found.',
                (2, 1),
            ),
        ),
        (
            'name = 1\nport "a" {\n}\n',
            ("Extraneous label for port", "No labels are expected for port blocks.", (2, 6)),
        ),
        (
            'name = 1\nroute "a" "b" {\n}\n',
            ("Extraneous label for route", "Only 1 labels (path) are expected for route blocks.", (2, 11)),
        ),
        (
            'name = 1\nresource "a" {\n}\n',
            ("Missing name for resource", "All resource blocks must have 2 labels (type, name).", (2, 14)),
        ),
        (
            "name = 1\nresource {\n}\n",
            ("Missing type for resource", "All resource blocks must have 2 labels (type, name).", (2, 10)),
        ),
    ],
)
def test_what_does_not_belong_is_named(source: str, expected: tuple[str, str, tuple[int, int]]) -> None:
    _, problems = content(source)
    assert [brief(p) for p in problems] == [expected]


def test_everything_wrong_is_reported_at_once() -> None:
    _, problems = content("a = 1\nb = 2\nc {\n}\n")
    assert [p.summary for p in problems] == [
        "Unsupported argument",
        "Unsupported argument",
        "Unsupported block type",
        "Missing required argument",
    ]


def test_a_partial_reader_leaves_the_rest_to_others() -> None:
    found, problems = content("name = 1\nother = 2\nelse {\n}\n", partial=True)
    assert problems == []
    assert list(found.attributes) == ["name"]
    assert list(found.blocks) == []


def test_what_is_missing_in_a_block_is_marked_at_its_opening_brace() -> None:
    (block,) = content('name = 1\nresource "a" "b" {\n}\n')[0].blocks
    assert isinstance(block, Block)
    _, problems = block.body.content({"id": True}, {})
    assert brief(problems[0])[2] == (2, 18)
    assert problems[0].subject == block.body.missing_range


def test_only_arguments_may_be_asked_for() -> None:
    attributes, problems = body("a = 1\nb = 2\n").just_attributes()
    assert list(attributes) == ["a", "b"]
    assert problems == []


def test_a_block_where_only_arguments_may_be_is_reported_once() -> None:
    attributes, problems = body("a = 1\nb {\n}\nc {\n}\n").just_attributes()
    assert list(attributes) == ["a"]
    assert [brief(p) for p in problems] == [('Unexpected "b" block', "Blocks are not allowed here.", (2, 1))]
