"""The tables are run as Lark would run them, and in one step where that changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark
from lark import Token as LarkToken
from lark.exceptions import LarkError

from iac.hcl import lalr
from iac.hcl.grammar import grammar_text, tables
from iac.hcl.lalr import Parser
from iac.hcl.lexing import Token, Unparsed, without_idle_newlines

TEMPLATES = (Path(__file__).parents[1] / "conformance" / "templates" / "templates.tf").read_text()
LINES = TEMPLATES.splitlines(keepends=True)
PIECES = (
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    '"',
    "${",
    "%{",
    "~",
    ".",
    ".*",
    "[*]",
    ".0.1",
    "=",
    "=>",
    "::",
    "\n",
    "for",
    "if",
)


class _Newlines:
    """What `without_idle_newlines` does, as Lark wants it."""

    always_accept = ("NL_OR_COMMENT",)

    def __init__(self, significant: bool) -> None:
        self.significant = significant

    def process(self, stream: Iterator[LarkToken]) -> Iterator[LarkToken]:
        given = []

        def taken() -> Iterator[Token]:
            for token in stream:
                given.append(token)
                yield Token(token.type, str(token), len(given) - 1)

        for token in without_idle_newlines(taken(), significant=self.significant):
            yield given[token.start_pos]


@cache
def by_lark(start: str) -> Lark:
    options: dict[str, Any] = {"parser": "lalr", "lexer": "contextual", "maybe_placeholders": False}
    return Lark(grammar_text(), start=start, postlex=_Newlines(start == "start"), **options)


@cache
def by_tables(start: str, transparent: bool = False) -> Parser:
    return Parser(tables(start), lambda rule: transparent and rule.name == "keyword", newlines=start == "start")


def lark_tree(text: str, start: str) -> Any:
    try:
        return _shape(by_lark(start).parse(text))
    except (LarkError, Unparsed):
        return "refused"


def _shape(tree: Any) -> Any:
    if isinstance(tree, LarkToken):
        return tree.type, str(tree), tree.start_pos
    return tree.data, [_shape(child) for child in tree.children]


def _node(name: str, parts: list[Any]) -> Any:
    shapes = [(p.type, str(p), p.start_pos) if isinstance(p, Token) else p for p in parts]
    return name, shapes


def tree_of(text: str, start: str) -> Any:
    names = {rule.name for rule in tables(start).rules} - {""}
    actions: dict[str, Callable[[list[Any]], Any]] = {name: partial(_node, name) for name in names}
    try:
        return by_tables(start).parse(text, actions)
    except Unparsed:
        return "refused"


def test_a_file_of_every_construct_gives_the_tree_that_lark_gives() -> None:
    assert tree_of(TEMPLATES, "start") == lark_tree(TEMPLATES, "start")


@pytest.mark.parametrize(
    "text", ["1", "a.b[0].c.1", "x.*.y[0]", "[for a in b : a if c]", "f(1, 2...)", "1 2", "", "-a ? 1 : 2"]
)
def test_an_expression_gives_the_tree_that_lark_gives(text: str) -> None:
    assert tree_of(f"{text}\n", "expression") == lark_tree(f"{text}\n", "expression")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(LINES), min_size=1, max_size=4).map("".join),
    st.lists(st.tuples(st.integers(0, 100), st.sampled_from(PIECES)), max_size=3),
)
def test_any_text_is_taken_or_refused_as_by_lark(text: str, changes: list[tuple[int, str]]) -> None:
    for place, piece in changes:
        text = text[: place % (len(text) + 1)] + piece + text[place % (len(text) + 1) :]
    text += "\n"
    assert tree_of(text, "start") == lark_tree(text, "start")


def test_a_rule_that_is_transparent_has_the_value_of_its_part() -> None:
    parser = by_tables("start", transparent=True)
    (attribute,) = parser.parse(
        "in = 1\n", {"start": lambda parts: parts[0][:1], "new_line_or_comment": lambda parts: None}
    )
    name = attribute[0]
    assert (name.type, str(name)) == ("IN", "in")


def test_a_long_body_is_continued_and_not_copied_for_each_item() -> None:
    first = [1]
    assert lalr._inlined([first, 2, [3, 4]], (0, 2)) is first
    assert first == [1, 2, 3, 4]
    assert lalr._inlined([1, [2, 3], 4], (1,)) == [1, 2, 3, 4]


def test_nesting_has_a_limit_and_length_has_none() -> None:
    parser = by_tables("expression")
    parser.parse("[" + "1, " * 2000 + "1]\n", {})
    parser.parse("1" + " + 1" * 2000 + "\n", {})
    with pytest.raises(RecursionError):
        parser.parse("[" * 2000 + "]" * 2000 + "\n", {})
