"""python-hcl2's grammar is corrected to HCL's, and its compiled form kept where that is possible."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iac.hcl import grammar as module
from iac.hcl.grammar import NewlinePostLexer, Token, grammar, grammar_text


def test_every_correction_still_applies_to_the_grammar_of_the_library() -> None:
    text = grammar_text()
    for _, new in module._REPLACEMENTS:
        assert new in text


def test_newlines_are_taken_out_of_the_rules_of_operators() -> None:
    start = grammar_text().index("?or_expr")
    end = grammar_text().index("// Unary")
    assert "new_line_or_comment" not in grammar_text()[start:end]


def test_both_start_rules_open() -> None:
    assert grammar("start").parse("a = 1\n").data == "start"
    assert grammar("expression").parse("1 + 1\n").data == "binary_op"


@pytest.mark.parametrize("start", ["start", "expression"])
def test_the_compiled_grammar_is_kept(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_CACHE_DIR", str(tmp_path / "new"))
    grammar.__wrapped__(start)
    assert [p.name for p in (tmp_path / "new").iterdir()] == [f"grammar-{start}.lark"]


def test_a_damaged_compiled_grammar_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_CACHE_DIR", str(tmp_path))
    grammar.__wrapped__("expression")
    (entry,) = tmp_path.iterdir()
    entry.write_bytes(entry.read_bytes()[:-50])
    assert grammar.__wrapped__("expression").parse("1\n").data == "expr_term"


def test_without_a_cache_directory_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    assert grammar.__wrapped__("expression").parse("1\n").data == "expr_term"
    assert list(tmp_path.iterdir()) == []


def test_a_cache_directory_that_others_can_write_in_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("IAC_CACHE_DIR", str(shared))
    assert grammar.__wrapped__("expression").parse("1\n").data == "expr_term"
    assert list(shared.iterdir()) == []


def test_a_cache_directory_that_cannot_be_made_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IAC_CACHE_DIR", os.fspath(tmp_path / "file" / "cache"))
    assert grammar.__wrapped__("expression").parse("1\n").data == "expr_term"


def kinds(text: str, *, significant: bool = True) -> list[str]:
    """The types of tokens that reach the parser; a small lexer stands for Lark's."""
    types = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "=": "EQ"}
    words = {"for": "FOR", "n": "NAME", "NL": "NL_OR_COMMENT", "/**/": "NL_OR_COMMENT"}
    stream = (Token(types.get(word) or words[word], "\n" if word == "NL" else word) for word in text.split())
    return [t.type for t in NewlinePostLexer(significant=significant).process(stream)]


@pytest.mark.parametrize(
    ("text", "newlines"),
    [
        ("n = n NL n = n NL", 2),
        ("n = ( NL n NL ) NL", 1),
        ("n = [ NL n NL ] NL", 1),
        ("n = { NL n = n NL } NL", 3),
        ("n = [ { NL n = n NL } NL ] NL", 3),
        ("n = { NL NL for NL n NL } NL", 1),
        ("n { NL for = n NL } NL", 3),
        ("n { NL } NL", 2),
        ("n = { NL NL } NL", 3),
        ("n = /**/ n NL", 1),
        (") ] } NL", 1),
    ],
)
def test_a_newline_reaches_the_parser_only_where_it_ends_something(text: str, newlines: int) -> None:
    assert kinds(text).count("NL_OR_COMMENT") == newlines


def test_no_newline_means_anything_at_the_top_of_an_expression() -> None:
    assert kinds("n NL n NL", significant=False) == ["NAME", "NAME"]
