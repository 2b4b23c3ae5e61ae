"""Tokens depend on what the parser accepts, and newlines reach it only where they end something."""

from __future__ import annotations

import pytest

from iac.hcl.lexing import Lexer, Terminals, Token, Unparsed, without_idle_newlines

TERMINALS = Terminals(
    {
        "STRING_CHARS": r"[^\"]+",
        "NL_OR_COMMENT": r"\n",
        "NAME": r"[a-z]+",
        "FLOAT": r"[0-9]+\.[0-9]+",
        "INT": r"[0-9]+",
        "IF": "if",
        "DOT": r"\.",
        "QUOTE": '"',
    },
    {"if": "IF"},
)
CODE, INDEX, TEXT, WORD = range(4)
ACCEPTED = [
    frozenset({"NAME", "FLOAT", "INT", "IF", "DOT", "QUOTE"}),
    frozenset({"NAME", "INT", "DOT"}),
    frozenset({"STRING_CHARS", "QUOTE"}),
    frozenset({"IF"}),
]


def tokens(text: str, state: int) -> list[tuple[str, str, int]]:
    """The tokens of a text, as terminal, text and place, of a parser that stays in one state."""
    return [(t.type, str(t), t.start_pos) for t in Lexer(TERMINALS, ACCEPTED).tokens(text, [state])]


class TestTokens:
    def test_blanks_stand_between_tokens(self) -> None:
        assert tokens("a \t 1\r", CODE) == [("NAME", "a", 0), ("INT", "1", 4)]

    def test_blanks_are_text_in_a_string(self) -> None:
        assert tokens(' a "', TEXT) == [("STRING_CHARS", " a ", 0), ("QUOTE", '"', 3)]

    def test_newlines_are_always_accepted(self) -> None:
        assert tokens("\n", WORD) == [("NL_OR_COMMENT", "\n", 0)]

    def test_the_first_terminal_that_is_accepted_is_taken(self) -> None:
        assert tokens("1.5", CODE) == [("FLOAT", "1.5", 0)]
        assert tokens("1.5", INDEX) == [("INT", "1", 0), ("DOT", ".", 1), ("INT", "5", 2)]

    def test_a_word_is_a_name_where_it_is_not_accepted_itself(self) -> None:
        assert tokens("if", CODE) == [("IF", "if", 0)]
        assert tokens("if", INDEX) == [("NAME", "if", 0)]
        assert tokens("ifx", CODE) == [("NAME", "ifx", 0)]

    def test_what_no_terminal_matches_is_told_by_its_place(self) -> None:
        with pytest.raises(Unparsed) as raised:
            tokens("a ?", CODE)
        assert raised.value.offset == 1


def kinds(text: str, *, significant: bool = True) -> list[str]:
    """The types of tokens that reach the parser; a small lexer stands for the real one."""
    types = {"(": "LPAR", ")": "RPAR", "[": "LSQB", "]": "RSQB", "{": "LBRACE", "}": "RBRACE", "=": "EQ"}
    words = {"for": "FOR", "n": "NAME", "NL": "NL_OR_COMMENT", "/**/": "NL_OR_COMMENT"}
    stream = (Token(types.get(word) or words[word], "\n" if word == "NL" else word) for word in text.split())
    return [t.type for t in without_idle_newlines(stream, significant=significant)]


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
