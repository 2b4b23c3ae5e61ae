"""Rows of a query: as a table, as JSON and as CSV; and what can be queried."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from iac.query.views import View
from iac.values.codec import pretty
from iac.views.style import style, visible
from iac.views.tables import columns as table

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table_lines(names: Sequence[str], rows: Sequence[Sequence[Any]], *, color: bool) -> Iterator[str]:
    """A plain table."""
    shown = [[visible(_text(cell)) for cell in row] for row in rows]
    yield from table([visible(n) for n in names], shown, style(color))


def rows_to_json(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A list of objects. Of columns with one name the later ones have a number: `id`, `id_2`."""
    members = _distinct(names)
    return pretty([dict(zip(members, map(_json, row), strict=True)) for row in rows])


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        number, distinct = 1, name
        while distinct in found:
            number += 1
            distinct = f"{name}_{number}"
        found.append(distinct)
    return found


def _json(cell: Any) -> Any:
    """A cell as JSON has it, which knows no infinity."""
    return str(cell) if isinstance(cell, float) and not math.isfinite(cell) else _plain(cell)


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


def render_views(views: Mapping[str, View], *, color: bool) -> str:
    """Each view with its columns and what is in them."""
    form = style(color)
    lines: list[str] = []
    for name, view in views.items():
        width = max(map(len, view.columns))
        lines += ["", f"{form.paint('[bold]%s[reset]') % name}: {view.summary}"]
        lines += [f"  {column:<{width}}  {text.replace('`', '')}" for column, text in view.columns.items()]
    return "\n".join(lines[1:]) + "\n"


def views_to_json(views: Mapping[str, View]) -> str:
    """The same as JSON: by name of the view, its columns by name."""
    return pretty({name: {"summary": view.summary, "columns": dict(view.columns)} for name, view in views.items()})
