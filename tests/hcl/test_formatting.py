"""The canonical layout is that of the real `terraform fmt`, which is recorded in `formatting/goldens.json`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from iac.hcl.formatting import format_source, format_text
from iac.hcl.parser import parse_native
from iac.hcl.syntax import Block, Node, Parens, TemplateWrap

GOLDENS: list[tuple[str, str]] = json.loads(
    (Path(__file__).parent / "formatting" / "goldens.json").read_text(encoding="utf-8")
)
_WRAPPED_TWICE = re.compile(r'^e = "\$\{x\}"$', re.MULTILINE)
"""What is left of a template in a template: as with Terraform, one is taken away at a time."""
_BATCH = 25
BATCHES = [GOLDENS[start : start + _BATCH] for start in range(0, len(GOLDENS), _BATCH)]


def test_there_are_at_least_three_hundred_goldens() -> None:
    assert len(GOLDENS) >= 300


@pytest.mark.parametrize("batch", BATCHES)
def test_files_become_what_terraform_makes_of_them_byte_for_byte(batch: list[tuple[str, str]]) -> None:
    for source, expected in batch:
        assert format_text(source) == expected


@pytest.mark.parametrize("batch", BATCHES)
def test_what_was_formatted_stays_as_it_is(batch: list[tuple[str, str]]) -> None:
    for _, expected in batch:
        if _WRAPPED_TWICE.search(expected) is None:
            assert format_text(expected) == expected


@pytest.mark.parametrize("batch", BATCHES)
def test_the_meaning_stays_the_same(batch: list[tuple[str, str]]) -> None:
    for source, _ in batch:
        before, problems = parse_native(source.encode(), "a.tf")
        after, problems_after = parse_native(format_text(source).encode(), "a.tf")
        assert (problems, problems_after) == ([], [])
        assert _meaning(after.body) == _meaning(before.body)


def _meaning(node: Any) -> Any:
    """A tree of syntax nodes without the places; without what formatting may take away or add around a value."""
    if isinstance(node, TemplateWrap):
        return _meaning(node.wrapped)
    if isinstance(node, Parens):
        return _meaning(node.inner)
    if isinstance(node, Node):
        if isinstance(node, Block) and node.type == "variable":
            # Types from before there were type expressions are written as these.
            return ("variable", tuple(node.labels))
        return (type(node).__name__, *(_meaning(getattr(node, name)) for name in node.FIELDS if "range" not in name))
    if isinstance(node, dict):
        return {key: _meaning(value) for key, value in node.items()}
    if isinstance(node, (list, tuple)):
        return [_meaning(each) for each in node]
    return node


@pytest.mark.parametrize("text", ['x "a$b" {}\n', 'x "$${a}" {}\n', 'x "100%" "b" {}\n'])
def test_a_label_that_terraform_loses_is_kept(text: str) -> None:
    assert format_text(text) == text


def test_a_byte_order_mark_goes_away() -> None:
    assert format_source(b"\xef\xbb\xbfa=1\n", "a.tf") == (b"a = 1\n", [])


def test_a_file_that_does_not_parse_stays_as_it_is_and_the_mistake_names_it() -> None:
    source, diagnostics = format_source(b"a=)\n", "broken.tf")
    assert source == b"a=)\n"
    assert [(d.summary, d.subject and d.subject.filename) for d in diagnostics] == [("Invalid expression", "broken.tf")]


def test_a_very_long_file_takes_no_deep_stack() -> None:
    assert format_text("a=[\n" * 3 + "x,\n" * 5000 + "]\n" * 3).count("      x,") == 5000
