"""CloudEvents 1.0 in JSON format, one a line: an envelope that brokers and functions understand.

The data is the whole event as `ndjson` has it, so that it still proves itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import quote

from iac.audit.record import Event, event_to_json
from iac.values.codec import canonical

TYPE_PREFIX: Final = "iac.event."
_SEQUENCE_DIGITS: Final = 19


def cloudevents(events: Iterable[Event]) -> Iterator[str]:
    """One CloudEvent a line."""
    for event in events:
        yield f"{canonical(_envelope(event))}\n"


def _envelope(event: Event) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event.id,
        # Ids are unique everywhere, so the source need only say what kind of thing speaks.
        "source": f"/iac/workspaces/{quote(event.workspace, safe='')}",
        "type": f"{TYPE_PREFIX}{event.event_type}",
        "subject": f"{quote(event.target_type, safe='')}/{quote(event.target_id, safe='')}",
        "time": event.timestamp,
        "datacontenttype": "application/json",
        # The extension "sequence": sorts as text.
        "sequence": f"{event.sequence:0{_SEQUENCE_DIGITS}}",
        "data": event_to_json(event),
    }
