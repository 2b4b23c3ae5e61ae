"""Which characters a name may hold: those of Unicode's identifiers, and dashes."""

from __future__ import annotations

import unicodedata

import pytest

from iac.hcl.parser import parse_expression, parse_native
from iac.hcl.syntax import Attr, Literal, RelativeTraversal, ScopeTraversal


@pytest.mark.parametrize("name", ["größe", "名前", "имя", unicodedata.normalize("NFD", "é"), "a·b", "_a", "a-b", "a-"])
def test_letters_marks_and_dashes_make_a_name(name: str) -> None:
    file, problems = parse_native(f"{name} = 1\n".encode(), "main.tf")
    assert problems == []
    content, _ = file.body.content({name: True}, {})
    seen = len(unicodedata.normalize("NFC", name))
    assert content.attributes[name].name_range.end.column == seen + 1


@pytest.mark.parametrize(
    ("text", "column"),
    [("a² = 1", 2), ("a\u00a0= 1", 2), ("a = “x”", 5), ("a\u200bb = 1", 2), ("a = ٣", 5), ("a = 1٣", 6), ("😀 = 1", 1)],
)
def test_any_other_character_is_told_where_it_stands(text: str, column: int) -> None:
    _, problems = parse_native(f"{text}\n".encode(), "main.tf")
    places = [p.subject.start.column for p in problems if p.summary == "Invalid character" and p.subject]
    assert places[0] == column


def test_a_legacy_index_may_have_any_number_of_digits() -> None:
    expression, problems = parse_expression("a." + "9" * 5000, "main.tf")
    assert problems == []
    assert isinstance(expression, ScopeTraversal)


def test_a_name_behind_a_dot_follows_the_same_rule() -> None:
    name = unicodedata.normalize("NFD", "é")
    expression, problems = parse_expression(f"f().{name}", "main.tf")
    assert problems == []
    assert isinstance(expression, RelativeTraversal)
    (step,) = expression.steps
    assert isinstance(step, Attr)
    assert step.name == name


def test_a_string_may_hold_what_a_name_may_not() -> None:
    expression, problems = parse_expression('"a² “x”"', "main.tf")
    assert problems == []
    assert isinstance(expression, Literal)
    assert expression.value.raw == "a² “x”"
