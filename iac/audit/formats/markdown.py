"""A table in GitHub's Markdown, for pull requests and incident notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from iac.audit.external import is_external
from iac.audit.formats.cells import printable
from iac.audit.record import Event

_COLUMNS: Final = ("When", "Event", "Target", "Change", "User", "Tool", "Run", "Message")
_MARKUP: Final = re.compile(r"[\\`*_{}\[\]<>()#+!|~&@:]")
_SHORT: Final = 8


def markdown(events: Iterable[Event]) -> Iterator[str]:
    """The head of the table, then a row for each event."""
    yield _row(_COLUMNS)
    yield _row(["---"] * len(_COLUMNS))
    for event in events:
        mark = " (external)" if is_external(event) else " (failed)" if event.error else ""
        yield _row(
            [
                f"{event.timestamp[:19].replace('T', ' ')}Z",
                f"`{event.event_type}`{mark}",
                _text(f"{event.target_type}:{event.target_name or event.target_id}"),
                _text(", ".join(event.change)),
                _text(event.user),
                _text(event.tool),
                _text((event.run_id or "")[:_SHORT]),
                _text(event.message or ""),
            ]
        )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |\n"


def _text(text: str) -> str:
    """The text as itself: what would be markup, a mention or a link in it is escaped, as character references
    where a backslash does not do."""
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", printable(text))
