"""Events as a table, and the objects that have events.

Names in events come from elsewhere, so everything that is shown is made visible first: a control character or
terminal sequence appears as an escape. Nothing is kept that was written, so that a log of any length can be listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final

from iac.audit.query import TargetSummary
from iac.audit.record import CREATE, DELETE, IMPORT, READ, UPDATE, Event
from iac.views.style import Style, style, visible
from iac.views.tables import columns, joined, padded, widest

COLUMNS: Final = ("WHEN", "EVENT", "TARGET", "CHANGE", "USER", "TOOL", "RUN")
TARGET_COLUMNS: Final = ("TARGET", "EVENTS", "FIRST", "LAST", "LAST EVENT", "ID")
NO_EVENTS: Final = "No events.\n"

_HUES: Final = {CREATE: "green", UPDATE: "yellow", DELETE: "red", IMPORT: "cyan", READ: "dark_gray"}
_EVENT: Final = COLUMNS.index("EVENT")
_SHORT_RUN: Final = 8
_MEASURED: Final = 500
"""How many rows decide how wide the columns are; a longer cell further down pushes what is right of it."""

_FOLDED: Final = (3, 4, 5)
_NARROWEST: Final = 8

Row = tuple[str, ...]


def render_events(events: Iterable[Event], *, color: bool, width: int) -> str:
    """A table of events in the order given (the query's: newest first). See `event_lines`."""
    return "".join(event_lines(events, color=color, width=width))


def event_lines(events: Iterable[Event], *, color: bool, width: int) -> Iterator[str]:
    """The lines of a table of events, one after the other, each ended.

    With `color` it is for a terminal of `width` columns: changes, users and tools are folded to fit. Without, nothing
    is folded, for pipes and logs.
    """
    rows = map(_row, events)
    first = list(islice(rows, _MEASURED))
    if not first:
        yield NO_EVENTS
        return
    widths = widest(COLUMNS, first)
    form = style(color)
    if color:
        widths = _fitted(widths, width)
        yield form.paint("[bold]%s[reset]\n") % joined(COLUMNS, widths)
    else:
        yield joined(COLUMNS, widths) + "\n"
    for row in chain(first, rows):
        yield from _lines(row, widths, form)


def _row(event: Event) -> Row:
    cells = (
        short_time(event.timestamp),
        event.event_type + (" (failed)" if event.error and not event.event_type.endswith("_FAILED") else ""),
        target_text(event),
        ", ".join(event.change) or moved_text(event) or "-",
        event.user,
        event.tool,
        (event.run_id or "-")[:_SHORT_RUN],
    )
    return tuple(map(visible, cells))


def moved_text(event: Event) -> str:
    """Where an object was moved from; empty for other events. Not made visible."""
    source = event.context.get("moved_from") if event.event_type == "MOVE" else None
    return f"from {source}" if source else ""


def target_text(event: Event | TargetSummary) -> str:
    """`environment:staging`; with the id where there is no name. Not made visible."""
    if isinstance(event, TargetSummary):
        return f"{event.type}:{event.name or event.id}"
    return f"{event.target_type}:{event.target_name or event.target_id}"


def short_time(timestamp: str) -> str:
    """The time to the second; the whole of it is in the event itself."""
    day, _, rest = timestamp.partition("T")
    clock = rest.partition(".")[0].removesuffix("Z")
    return f"{day} {clock}Z" if rest else timestamp


def hue_of(event_type: str) -> str:
    """The colour of an event type; a failure is red."""
    return "red" if event_type.endswith("_FAILED") else _HUES.get(event_type.partition(" ")[0], "reset")


def _fitted(widths: Sequence[int], width: int) -> list[int]:
    """The widths with those of columns that may be folded taken in until all fit."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > width:
        widest = max(_FOLDED, key=lambda column: fitted[column])
        if fitted[widest] <= _NARROWEST:
            break
        fitted[widest] -= 1
    return fitted


def _lines(row: Row, widths: Sequence[int], form: Style) -> Iterator[str]:
    """The row, on as many lines as its longest folded cell has."""
    if not form.color:
        yield joined(row, widths) + "\n"
        return
    pieces = [_folded(cell, widths[n]) if n in _FOLDED else [cell] for n, cell in enumerate(row)]
    for number in range(max(map(len, pieces))):
        cells = [piece[number] if number < len(piece) else "" for piece in pieces]
        filled = list(map(padded, cells, widths))
        if number == 0:
            filled[_EVENT] = form.paint(f"[{hue_of(row[_EVENT])}]%s[reset]") % filled[_EVENT]
        yield "  ".join(filled).rstrip() + "\n"


def _folded(cell: str, width: int) -> list[str]:
    """The cell in pieces, divided at spaces where there are any."""
    lines = [""]
    for word in cell.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if len(joined) <= width:
            lines[-1] = joined
            continue
        lines += [word[at : at + width] for at in range(0, len(word), width)]
    return [line for line in lines if line] or [""]


def render_targets(targets: Sequence[TargetSummary]) -> str:
    """A table of the objects that have events."""
    if not targets:
        return NO_EVENTS
    rows = [
        (
            visible(target_text(t)),
            str(t.events),
            short_time(t.first_timestamp),
            short_time(t.last_timestamp),
            visible(t.last_event_type),
            visible(t.id),
        )
        for t in targets
    ]
    return "".join(f"{row}\n" for row in columns(TARGET_COLUMNS, rows, style(False)))
