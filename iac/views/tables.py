"""Plain tables: columns as wide as their widest cell, two spaces between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from iac.views.style import Style


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], form: Style) -> Iterator[str]:
    """The lines of a table, without their ends. Cells are visible already."""
    widths = widest(header, rows)
    yield form.paint("[bold]%s[reset]") % joined(header, widths)
    for row in rows:
        yield joined(row, widths)


def widest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """How wide each column is."""
    return [max(map(width_of, column)) for column in zip(header, *rows, strict=True)]


def width_of(text: str) -> int:
    """How many columns of a terminal the text takes."""
    if text.isascii():
        return len(text)
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int) -> str:
    """The text with spaces up to a width."""
    return text + " " * (width - width_of(text))


def joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    """One line of a table."""
    return "  ".join(map(padded, cells, widths)).rstrip()
