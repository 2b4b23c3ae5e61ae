"""`iac events --follow`: new events as they come, until it is interrupted."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from iac.cli.events.opening import AuditSession

if TYPE_CHECKING:
    from iac.audit.filters import EventFilter
    from iac.audit.record import Event


def follow_listing(opened: AuditSession, wanted: EventFilter, form: str, limit: int | None, *, wide: bool) -> None:
    """Writes events in a format as they are recorded; before them the latest `limit` that there are, when it is
    given. Ctrl-C ends it, and is no failure."""
    try:
        for text in _written(form, _latest_and_new(opened, wanted, limit), opened, wide=wide):
            sys.stdout.write(text)
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stdout.flush()


def _latest_and_new(opened: AuditSession, wanted: EventFilter, limit: int | None) -> Iterator[Event]:
    from iac.audit.chain import read_head
    from iac.audit.follow import follow
    from iac.audit.query import events
    from iac.storage import open_storage

    latest: list[Event] = []
    if wanted.after is None:
        end = read_head(opened.database).sequence
        if limit is not None:
            found = events(opened.database, replace(wanted, oldest_first=False, limit=limit))
            latest = [event for event in found if event.sequence <= end][::-1]
        wanted = replace(wanted, after=end)
    new = follow(lambda: open_storage(opened.location, create=False), wanted)
    return chain(latest, new)


def _written(form: str, events: Iterable[Event], opened: AuditSession, *, wide: bool) -> Iterator[str]:
    if form == "table":
        from iac.views.events_table import followed_lines

        return followed_lines(events, color=opened.console.color, names=opened.names(), wide=wide)
    from iac.audit.formats import FORMATS

    # What never ends is no JSON document: one a line.
    return FORMATS["ndjson" if form == "json" else form](events)
