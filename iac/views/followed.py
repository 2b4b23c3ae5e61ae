"""A table of events that never ends: each event is drawn when it comes, so columns can only grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from iac.audit.record import Event
from iac.views.events_table import COLUMNS, hue_of, short_time, target_text
from iac.views.style import style, visible

_WIDTHS: Final = (20, 13, 28, 18, 16, 9, 8)
_EVENT: Final = COLUMNS.index("EVENT")
_SHORT_RUN: Final = 8


def followed_lines(events: Iterable[Event], *, color: bool) -> Iterator[str]:
    """The header at once, then a line for each event as it comes, each ended."""
    form = style(color)
    widths = list(_WIDTHS)
    yield form.paint("[bold]%s[reset]\n") % _joined(COLUMNS, widths)
    for event in events:
        cells = tuple(map(visible, _cells(event)))
        widths = [max(width, len(cell)) for width, cell in zip(widths, cells, strict=True)]
        line = _joined(cells, widths)
        if color:
            begin = sum(widths[:_EVENT]) + 2 * _EVENT
            end = begin + len(cells[_EVENT])
            line = line[:begin] + form.paint(f"[{hue_of(event.event_type)}]%s[reset]") % line[begin:end] + line[end:]
        yield f"{line}\n"


def _cells(event: Event) -> tuple[str, ...]:
    failed = " (failed)" if event.error and not event.event_type.endswith("_FAILED") else ""
    return (
        short_time(event.timestamp),
        event.event_type + failed,
        target_text(event),
        ", ".join(event.change) or "-",
        event.user,
        event.tool,
        (event.run_id or "-")[:_SHORT_RUN],
    )


def _joined(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
