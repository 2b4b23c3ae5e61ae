"""Heredocs with a line in an interpolation that looks like their end, such as the end of another heredoc."""

from __future__ import annotations

import pytest

from iac.hcl.evaluate import evaluate
from iac.hcl.heredocs import with_distinct_markers
from iac.hcl.parser import parse_expression, parse_native
from iac.hcl.scope import EMPTY_SCOPE

NESTED = "<<EOT\na ${<<EOT\nb\nEOT\n} c\nEOT\n"


def test_the_outer_one_gets_a_marker_of_the_same_length() -> None:
    changed = with_distinct_markers(NESTED)
    outer = changed[2:5]
    assert outer != "EOT"
    assert changed == f"<<{outer}\na ${{<<EOT\nb\nEOT\n}} c\n{outer}\n"


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\n",
        "a = <<E\nx\nE\n",
        "a = <<E\n${<<F\nx\nF\n}\nE\n",
        "a = <<E\nx\nE\nb = <<E\nx\nE\n",
    ],
)
def test_a_text_without_such_stays_as_it_is(text: str) -> None:
    assert with_distinct_markers(text) == text


def test_three_in_one_another_get_three_markers() -> None:
    text = "<<A\n${<<A\n${<<A\nx\nA\n}\nA\n}\nA\n"
    lines = with_distinct_markers(text).split("\n")
    markers = [line[-1] for line in lines[:3]]
    assert len(set(markers)) == 3
    assert [lines[4], lines[6], lines[8]] == markers[::-1]


def test_they_parse_and_mean_what_they_say() -> None:
    expression, problems = parse_expression(NESTED, "a.tf")
    assert problems == []
    assert evaluate(expression, EMPTY_SCOPE).raw == "a b\n c\n"


def test_a_mistake_behind_them_is_told_at_its_place() -> None:
    _, problems = parse_native(f"a = {NESTED}b = )\n".encode(), "a.tf")
    assert [(p.summary, p.subject and p.subject.start[:2]) for p in problems] == [("Invalid expression", (7, 5))]


def test_a_line_of_an_interpolation_that_is_the_marker_does_not_end_it() -> None:
    expression, problems = parse_expression('<<EOT\na ${[for\nEOT\nin ["b"] :\n  EOT\n][0]} c\nEOT\n', "a.tf")
    assert problems == []
    assert evaluate(expression, EMPTY_SCOPE).raw == "a b c\n"
