"""What is said of broken files is what the real `terraform` says of them, at the same place.
`record_mistakes.py` made the golden file from `mistakes.txt`.

Where `iac` means to differ: Terraform stops at the first mistake of the grammar, `iac` reports all of them; and
`iac` leaves out what only follows from a mistake that it reported.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iac.diagnostics import Diagnostic
from iac.hcl.parser import parse_expression, parse_native
from iac.hcl.syntax import BlockHeader

HERE = Path(__file__).parent
TEXT = (HERE / "mistakes.txt").read_text(encoding="utf-8")
PARTS = (part.partition("\n") for part in f"\n{TEXT}".split("\n=== ")[1:])
CASES = {name: source if name.endswith("at end of file") else f"{source}\n" for name, _, source in PARTS}
GOLDEN: dict[str, list[dict[str, Any]]] = json.loads((HERE / "mistakes.json").read_text(encoding="utf-8"))

BETTER_PLACES = {
    "interpolation not closed": "terraform marks the text before the interpolation, and the lines after it",
    "interpolation not closed on the last line": "terraform marks the text before the interpolation",
    "quote alone in an interpolation": "terraform marks the end of the line, and the lines after it",
    "index not closed": "terraform marks the end of the file, not what stands where the bracket is missing",
    "splat not closed": "terraform marks the end of the file, not what stands where the bracket is missing",
}
SEVERAL = {"mistakes in two arguments", "mistakes in two blocks", "semicolon"}
"""Where `iac` reports a mistake of its own that terraform does not come to."""


def found(source: str) -> list[Diagnostic]:
    return parse_native(source.encode(), "main.tf")[1]


def place(diagnostic: Diagnostic) -> tuple[str, list[int]]:
    assert diagnostic.subject is not None
    return diagnostic.summary, list(diagnostic.subject.start)


def golden(name: str) -> list[tuple[str, list[int]]]:
    return sorted(((d["summary"], d["start"]) for d in GOLDEN[name]), key=lambda d: (d[1], "Invalid exp" in d[0]))


def test_every_broken_file_has_a_recorded_answer() -> None:
    assert set(CASES) == set(GOLDEN)
    assert len(CASES) > 60


@pytest.mark.parametrize("name", [n for n in CASES if n not in BETTER_PLACES])
def test_the_first_mistake_is_that_of_terraform(name: str) -> None:
    ours = [place(d) for d in found(CASES[name])]
    if not GOLDEN[name]:
        assert ours == []
        return
    assert ours[0] in golden(name)
    assert ours[0][1] == golden(name)[0][1]


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_that_terraform_reports_has_the_same_detail(name: str) -> None:
    details = {(d["summary"], *d["start"]): d["detail"] for d in GOLDEN[name]}
    for diagnostic in found(CASES[name]):
        summary, start = place(diagnostic)
        known = details.get((summary, *start))
        if known is not None and name != "legacy indexes chained thrice":  # terraform writes [2][10.3]
            assert diagnostic.detail == known


@pytest.mark.parametrize("name", [n for n in CASES if n not in BETTER_PLACES and n not in SEVERAL])
def test_nothing_is_reported_that_terraform_does_not(name: str) -> None:
    assert [d for d in map(place, found(CASES[name])) if d not in golden(name)] == []


@pytest.mark.parametrize("name", BETTER_PLACES)
def test_the_place_is_better_than_that_of_terraform(name: str) -> None:
    (only,) = found(CASES[name])
    assert only.subject is not None
    source = CASES[name].encode()
    marked = source[only.subject.start.byte : only.subject.end.byte]
    assert marked in (b"${", b"}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "locals {\n  a = [1 2]\n  b = {c = }\n  d = 1\n}\n",
            [("Missing item separator", 2, 10), ("Invalid expression", 3, 12)],
        ),
        (
            'locals {\n  a = 1 2\n}\n\noutput "x" {\n  value = "${}"\n}\n',
            [("Missing newline after argument", 2, 9), ("Invalid expression", 6, 14)],
        ),
        (
            'locals {\n  a = "abc\n  b = [1 2]\n}\n',
            [("Invalid multi-line string", 2, 11), ("Missing item separator", 3, 10)],
        ),
        (
            "locals {\n  a = max(1, 2\n}\n\nlocals {\n  b = 'x'\n}\n",
            [("Missing argument separator", 3, 1), ("Invalid character", 6, 7)],
        ),
        (
            'resource "a" "b" {\n  x = [\n    1,\n\nresource "c" "d" {\n  y = = 2\n}\n',
            [("Missing item separator", 5, 10), ("Invalid expression", 6, 7)],
        ),
        (
            "locals {\n  a = {\n    b =\n    c = 1\n  }\n  d = 2 3\n}\n",
            [("Invalid expression", 3, 8), ("Missing newline after argument", 6, 9)],
        ),
        (
            "locals {\n  a = (1 + 2\n  b = 3\n}\nlocals {\n  c = ]\n}\n",
            [("Unbalanced parentheses", 3, 3), ("Invalid expression", 6, 7)],
        ),
        ("a = \nb = \nc = \n", [("Invalid expression", n, 5) for n in (1, 2, 3)]),
        (
            'output "a" = {\n  value = 1 2\n}\noutput "b\n',
            [
                ("Invalid block definition", 1, 12),
                ("Missing newline after argument", 2, 13),
                ("Invalid multi-line string", 4, 10),
            ],
        ),
        (
            "locals\n{\n  a = 1\n}\nb = 1 2\n",
            [("Argument or block definition required", 1, 1), ("Missing newline after argument", 5, 7)],
        ),
    ],
)
def test_all_mistakes_of_a_file_are_reported_in_order(source: str, expected: list[tuple[str, int, int]]) -> None:
    ours = [(summary, start[0], start[1]) for summary, start in map(place, found(source))]
    assert ours == expected


@pytest.mark.parametrize(
    "source",
    [
        'locals {\n  a = 1 2\n}\nlocals {\n  b = 3\n}\noutput "x" {\n  value = 1\n}\n',
        'locals {\n  b = 3\n}\noutput "x" {\n  value = 1\n}\nlocals {\n  a = [1, 2\n',
        'locals {\n  b = 3\n}\nlocals {\n  a = "x\n}\noutput "x" {\n  value = 1\n}\n',
        'resource "a" "b" {\n  c = {\n    d = 1\n\nlocals {\n  b = 3\n}\noutput "x" {\n  value = 1\n}\n',
        'locals {\n  b = 3\n}\n}\noutput "x" {\n  value = 1\n}\n',
    ],
)
def test_the_sound_blocks_of_a_broken_file_are_kept_in_their_places(source: str) -> None:
    file, problems = parse_native(source.encode(), "main.tf")
    assert problems != []
    content, _ = file.body.content({}, {"locals": BlockHeader(), "output": BlockHeader("name")}, partial=True)
    assert [b.type for b in content.blocks] == ["locals", "output"]
    for block in content.blocks:
        start = block.range.start
        assert source.encode()[start.byte :].startswith(block.type.encode())
        assert source.splitlines()[start.line - 1].startswith(block.type)


@pytest.mark.parametrize(
    ("text", "summary", "column"),
    [
        ("", "Missing expression", 1),
        ("1 +", "Missing expression", 4),
        ("1 2", "Extra characters after expression", 3),
        ("[1", "Unterminated tuple constructor expression", 1),
        ("a.", "Invalid attribute name", 3),
        ("a & b", "Unsupported operator", 3),
        ('"${a"', "Unclosed template interpolation sequence", 2),
        ('"${a b}"', "Extra characters after interpolation expression", 6),
        ('"${a)"', "Extra characters after interpolation expression", 5),
        ('"${"', "Unterminated template string", 5),
    ],
)
def test_a_single_expression_is_explained_as_well(text: str, summary: str, column: int) -> None:
    _, problems = parse_expression(text, "<option>")
    assert [(p.summary, p.subject.start.column if p.subject else 0) for p in problems] == [(summary, column)]
