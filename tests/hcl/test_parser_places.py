"""Offsets become lines, columns in characters and bytes in UTF-8."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iac.diagnostics import Pos
from iac.hcl.places import ORIGIN, Places

TEXTS = st.text(st.sampled_from("a\n\ré😀€"), max_size=40)


def counted(text: str, offset: int, start: Pos) -> Pos:
    """The place of an offset, counted character by character."""
    line, column, byte = start
    for character in text[:offset]:
        byte += len(character.encode())
        line, column = (line + 1, 1) if character == "\n" else (line, column + 1)
    return Pos(line, column, byte)


@given(TEXTS, st.integers(0, 300), st.sampled_from([ORIGIN, Pos(5, 3, 40)]))
def test_every_offset_has_the_place_that_counting_gives(text: str, filling: int, start: Pos) -> None:
    text = text[:20] + "é" * filling + text[20:]
    places = Places("f", text, start)
    for offset in range(len(text) + 1):
        assert places.at(offset) == counted(text, offset, start)


def test_an_offset_beyond_the_end_is_the_end() -> None:
    assert Places("f", "é\n€").at(99) == Places("f", "é\n€").end() == Pos(2, 2, 6)


def test_the_end_of_a_text_of_whole_stretches_has_a_place() -> None:
    assert Places("f", "é" * 512).end() == Pos(1, 513, 1024)
