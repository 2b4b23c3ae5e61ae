"""One JSON array of all events, for programs that want one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iac.audit.record import Event, event_to_json
from iac.values.codec import pretty


def json(events: Iterable[Event]) -> Iterator[str]:
    """The array, indented, an element at a time."""
    before = "["
    for event in events:
        text = pretty(event_to_json(event)).replace("\n", "\n  ")
        yield f"{before}\n  {text}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"
