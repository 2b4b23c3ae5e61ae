"""Makes the markers of heredocs different from the lines in them, for the parser.

The grammar takes a heredoc as one token that ends with the first line that is its marker. An interpolation in it may
hold such a line, though, most likely that of another heredoc with the same marker; the lexer of `scanner`, which
knows the nesting, tells them apart.
"""

from __future__ import annotations

import re
from itertools import chain
from string import ascii_letters

from iac.hcl.places import Places
from iac.hcl.scanner import scan

_LETTER = re.compile(r"[a-zA-Z]")


def with_distinct_markers(text: str) -> str:
    """The text with other markers, as long as before, for heredocs with a line in them that is their marker.

    Nothing else changes, so that all places and all nodes stay the same.
    """
    tokens, _ = scan(text, Places("", text))
    written = list(text)
    opened: list[tuple[str, int]] = []
    for token in tokens:
        if token.kind == "heredoc":
            marker = text[token.start : token.end].strip("<-\r\n")
            opened.append((marker, text.index(marker, token.start)))
        elif token.kind == "end-heredoc" and opened:
            marker, start = opened.pop()
            if any(line.strip(" \t\r") == marker for line in text[start : token.start].split("\n")[1:]):
                _rename(written, text, marker, (start, token.end - len(marker)))
    return "".join(written)


def _rename(written: list[str], text: str, marker: str, places: tuple[int, int]) -> None:
    """Changes one letter of a marker where it is opened and closed, to one that makes a word the text has not."""
    for found, letter in chain.from_iterable(((m, c) for c in ascii_letters) for m in _LETTER.finditer(marker)):
        renamed = marker[: found.start()] + letter + marker[found.end() :]
        if renamed not in text and renamed not in "".join(written):
            for place in places:
                written[place + found.start()] = letter
            return
