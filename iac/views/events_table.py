"""Events as a table, and the objects that have events.

Names in events come from elsewhere, so everything that is shown is made visible first: a control character or
terminal sequence appears as an escape. Of what was written no more is kept than names an object, so that a log of any
length can be listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple

from iac.audit.external import is_external
from iac.audit.query import TargetSummary
from iac.audit.record import CREATE, DELETE, IMPORT, READ, UPDATE, Event
from iac.views.event_targets import TargetNames, target_text
from iac.views.style import Style, style, visible
from iac.views.tables import columns, joined, padded, widest

TARGET_COLUMNS: Final = ("TARGET", "EVENTS", "FIRST", "LAST", "LAST EVENT", "ID")
NO_EVENTS: Final = "No events.\n"

_HUES: Final = {CREATE: "green", UPDATE: "yellow", DELETE: "red", IMPORT: "cyan", READ: "dark_gray"}
_EXTERNAL: Final = "(external)"
_SHORT_RUN: Final = 8
_MEASURED: Final = 500
"""How many rows decide how wide the columns are; a longer cell further down pushes what is right of it."""

_NARROWEST: Final = 8

Row = tuple[str, ...]


class Column(NamedTuple):
    """A column of a table of events: how wide it is before anything is known, and whether its cells may be folded.
    Its text is not made visible."""

    title: str
    text: Callable[[Event, TargetNames], str]
    width: int
    folds: bool = False


_NARROW: Final = (
    Column("WHEN", lambda event, names: short_time(event.timestamp), 20),
    Column("EVENT", lambda event, names: marked_type(event), 13),
    Column("TARGET", lambda event, names: names.text(event), 28),
    Column("CHANGE", lambda event, names: ", ".join(event.change) or moved_text(event), 18, folds=True),
    Column("USER", lambda event, names: event.user, 16, folds=True),
    Column("TOOL", lambda event, names: event.tool, 9, folds=True),
    Column("RUN", lambda event, names: (event.run_id or "")[:_SHORT_RUN], 8),
)
_WIDE: Final = (
    *_NARROW[:3],
    Column("ADDRESS", lambda event, names: names.address(event), 28, folds=True),
    *_NARROW[3:],
    Column("MESSAGE", lambda event, names: event.message or "", 0, folds=True),
)
_EVENT: Final = 1
"""The column that is coloured."""


def render_events(events: Iterable[Event], *, color: bool, width: int) -> str:
    """A table of events in the order given (the query's: newest first). See `event_lines`."""
    return "".join(event_lines(events, color=color, width=width))


def event_lines(
    events: Iterable[Event], *, color: bool, width: int, names: TargetNames | None = None, wide: bool = False
) -> Iterator[str]:
    """The lines of a table of events, one after the other, each ended; a `wide` one also has addresses and messages.

    With `color` it is for a terminal of `width` columns: what may be long is folded to fit. Without, nothing is
    folded, for pipes and logs.
    """
    shown, names = _WIDE if wide else _NARROW, names or TargetNames()
    coming = iter(events)
    measured = list(islice(coming, _MEASURED))
    if not measured:
        yield NO_EVENTS
        return
    for event in measured:
        names.note(event)
    first = [_row(event, shown, names) for event in measured]
    header = [column.title for column in shown]
    folding = [number for number, column in enumerate(shown) if column.folds]
    widths = widest(header, first)
    form = style(color)
    if color:
        widths = _fitted(widths, folding, width)
    yield form.paint("[bold]%s[reset]\n") % joined(header, widths)
    for row in chain(first, _rows(coming, shown, names)):
        yield from _lines(row, widths, folding, form)


def followed_lines(
    events: Iterable[Event], *, color: bool, names: TargetNames | None = None, wide: bool = False
) -> Iterator[str]:
    """A table of events that never ends: the header at once, then a line for each event as it comes, each ended;
    columns can only grow."""
    shown, names = _WIDE if wide else _NARROW, names or TargetNames()
    form = style(color)
    widths = [column.width for column in shown]
    yield form.paint("[bold]%s[reset]\n") % joined([column.title for column in shown], widths)
    for row in _rows(events, shown, names):
        widths = widest(row, [[" " * width for width in widths]])
        yield from _lines(row, widths, (), form)


def _rows(events: Iterable[Event], shown: Sequence[Column], names: TargetNames) -> Iterator[Row]:
    for event in events:
        names.note(event)
        yield _row(event, shown, names)


def _row(event: Event, shown: Sequence[Column], names: TargetNames) -> Row:
    return tuple([visible(column.text(event, names) or "-") for column in shown])


def marked_type(event: Event) -> str:
    """The type of an event, with what sets it apart: that it failed, or that it is what another writer says. Not made
    visible."""
    if is_external(event):
        return f"{event.event_type} {_EXTERNAL}"
    failed = event.error and not event.event_type.endswith("_FAILED")
    return f"{event.event_type} (failed)" if failed else event.event_type


def moved_text(event: Event) -> str:
    """Where an object was moved from; empty for other events. Not made visible."""
    source = event.context.get("moved_from") if event.event_type == "MOVE" else None
    return f"from {source}" if source else ""


def short_time(timestamp: str) -> str:
    """The time to the second; the whole of it is in the event itself."""
    day, _, rest = timestamp.partition("T")
    clock = rest.partition(".")[0].removesuffix("Z")
    return f"{day} {clock}Z" if rest else timestamp


def hue_of(event_type: str) -> str:
    """The colour of an event type, marked or not; a failure is red, what another writer says has none."""
    name, _, mark = event_type.partition(" ")
    if mark == _EXTERNAL:
        return "reset"
    return "red" if name.endswith("_FAILED") else _HUES.get(name, "reset")


def _fitted(widths: Sequence[int], folding: Sequence[int], width: int) -> list[int]:
    """The widths with those of columns that may be folded taken in until all fit."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > width:
        longest = max(folding, key=lambda column: fitted[column])
        if fitted[longest] <= _NARROWEST:
            break
        fitted[longest] -= 1
    return fitted


def _lines(row: Row, widths: Sequence[int], folding: Sequence[int], form: Style) -> Iterator[str]:
    """The row, on as many lines as its longest folded cell has."""
    if not form.color:
        yield joined(row, widths) + "\n"
        return
    pieces = [_folded(cell, widths[n]) if n in folding else [cell] for n, cell in enumerate(row)]
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
