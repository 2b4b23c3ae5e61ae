"""Where the characters of a text stand in their file: offsets to lines, columns and bytes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial
from itertools import accumulate

from iac.diagnostics import Pos, SourceRange

_new_pos = partial(tuple.__new__, Pos)
_new_range = partial(tuple.__new__, SourceRange)

ORIGIN = Pos(1, 1, 0)
"""The first character of a file."""
_FIRST_MARK = "\u0300"
"""The first character that can belong to the one before it; accented letters of Europe come earlier."""
_STRETCH = 256
"""After how many characters the byte offset is kept, of a text that is not ASCII."""


def _continued(lines: Sequence[str]) -> list[int]:
    """The offsets of what belongs to the character before it: columns count characters as people see them."""
    offsets: list[int] = []
    begin = 0
    for line in lines:
        if not line.isascii() and max(line) >= _FIRST_MARK:
            import regex

            clusters = (found.span() for found in regex.finditer(r"\X", line))
            offsets += (begin + offset for start, end in clusters for offset in range(start + 1, end))
        begin += len(line) + 1
    return offsets


class Places:
    """Turns offsets into places, for a text whose first character is at `start` in the file.

    Lines end at line feeds alone. Cost: linear once, then logarithmic in the number of lines, however long they are.
    """

    __slots__ = ("_bytes", "_continued", "_lines", "_text", "filename", "start")

    def __init__(self, filename: str, text: str, start: Pos = ORIGIN) -> None:
        self.filename = filename
        self.start = start
        self._text = text
        lines = text.split("\n")
        self._lines = list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))
        self._bytes: list[int] | None = None
        self._continued: list[int] = []
        if not text.isascii():
            self._continued = _continued(lines)
            stretches = (text[at : at + _STRETCH] for at in range(0, len(text), _STRETCH))
            self._bytes = list(accumulate((len(s.encode("utf-8", "surrogatepass")) for s in stretches), initial=0))

    def at(self, offset: int) -> Pos:
        """The place of an offset; one beyond the end is the end."""
        offset = min(offset, len(self._text))
        index = bisect_right(self._lines, offset) - 1
        begin = self._lines[index]
        start = self.start
        if self._bytes is None:
            byte = start.byte + offset
        else:
            known = offset // _STRETCH
            within = self._text[known * _STRETCH : offset].encode("utf-8", "surrogatepass")
            byte = start.byte + self._bytes[known] + len(within)
        column = offset - begin + (start.column if index == 0 else 1)
        if self._continued:
            column -= bisect_left(self._continued, offset) - bisect_left(self._continued, begin)
        return Pos(start.line + index, column, byte)

    def range(self, begin: int, end: int) -> SourceRange:
        """The range from one offset up to another."""
        if self._bytes is not None or end > len(self._text):
            return SourceRange(self.filename, self.at(begin), self.at(end))
        # Most ranges are within one line of a text that is ASCII.
        lines, start = self._lines, self.start
        index = bisect_right(lines, begin) - 1
        column = 1 - lines[index] if index else start.column
        first = _new_pos((start.line + index, column + begin, start.byte + begin))
        if index + 1 < len(lines) and end >= lines[index + 1]:
            return SourceRange(self.filename, first, self.at(end))
        return _new_range((self.filename, first, _new_pos((start.line + index, column + end, start.byte + end))))

    def end(self) -> Pos:
        """The place after the last character."""
        return self.at(len(self._text))
