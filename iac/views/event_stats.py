"""Counts of events: as bars for people, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from iac.audit.stats import Count, Stats
from iac.views.events_table import NO_EVENTS
from iac.views.style import plural, style, visible

_SHORTEST_BAR: Final = 10
_LONGEST_BAR: Final = 60
_LONGEST_VALUE: Final = 48
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def render_stats(stats: Stats, *, color: bool, width: int, limit: int | None = None) -> str:
    """A line with a bar for each count, as wide as the terminal allows; with `limit` no more than so many of them
    (of days and hours the latest), and what the others come to."""
    if not stats.counts:
        return NO_EVENTS
    shown, hidden = _limited(stats, limit)
    values = [_cut(visible(count.value)) for count in shown]
    numbers = [str(count.events) for count in shown]
    left, middle = max(map(len, values)), max(map(len, numbers))
    room = min(_LONGEST_BAR, max(_SHORTEST_BAR, width - left - middle - 5))
    most = max(1, *(count.events for count in shown))
    form = style(color)
    lines = []
    for value, number, count in zip(values, numbers, shown, strict=True):
        bar = _bar(count.events, most, room)
        painted = form.paint("[cyan]%s[reset]") % bar if color and bar else bar
        lines.append(f"{value:<{left}}  {number:>{middle}}  {painted}".rstrip() + "\n")
    more = f", {plural(sum(c.events for c in hidden), 'event')} in {len(hidden)} more not shown" if hidden else ""
    return "".join(lines) + f"\n{plural(stats.total, 'event')} by {stats.by}{more}.\n"


def _limited(stats: Stats, limit: int | None) -> tuple[Sequence[Count], Sequence[Count]]:
    if limit is None or len(stats.counts) <= limit:
        return stats.counts, ()
    if stats.by in ("day", "hour"):
        return stats.counts[-limit:], stats.counts[:-limit]
    return stats.counts[:limit], stats.counts[limit:]


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 1]}…"


def _bar(number: int, most: int, room: int) -> str:
    """A bar in eighths of a column; something is seen of everything that is not nothing."""
    eighths = max(1, round(number / most * room * 8)) if number else 0
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def stats_to_json(stats: Stats) -> dict[str, Any]:
    """The counts as plain data, in the same order."""
    return {
        "by": stats.by,
        "total": stats.total,
        "counts": [{"value": count.value, "events": count.events} for count in stats.counts],
    }
