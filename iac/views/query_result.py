"""Rows of a query: as a table, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from iac.values.codec import pretty
from iac.views.style import style, visible
from iac.views.tables import columns as table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_lines(names: Sequence[str], rows: Sequence[Sequence[Any]], *, color: bool) -> Iterator[str]:
    """A plain table."""
    shown = [[visible(_text(cell)) for cell in row] for row in rows]
    yield from table([visible(n) for n in names], shown, style(color))


def rows_to_json(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A list of objects."""
    return pretty([dict(zip(names, map(_plain, row), strict=True)) for row in rows])


def rows_to_csv(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """CSV by RFC 4180; a text that a spreadsheet would take for a formula has a quote before it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return written.getvalue()


def _safe(cell: Any) -> Any:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return _plain(cell)


def _plain(cell: Any) -> Any:
    return cell.hex() if isinstance(cell, bytes) else cell


def _text(cell: Any) -> str:
    return "" if cell is None else str(_plain(cell))
