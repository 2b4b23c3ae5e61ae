"""Following the log: new events as they come, whichever process writes them.

Looks for them by their sequence at an interval and takes no lock. Goes on when the database file is replaced, when
it is missing for a while, and when old events are pruned. Owns the cursor; the filter is `query`'s.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeAlias

from iac.audit.chain import read_head, read_pruned
from iac.audit.filters import EventFilter
from iac.audit.query import event, events
from iac.audit.record import Event
from iac.database import Database, DatabaseNotFound
from iac.database.driver import MEMORY
from iac.diagnostics import DiagnosticsError

INTERVAL: Final = 0.5
"""How many seconds to wait before looking again."""

OpenDatabase: TypeAlias = Callable[[], Database]


def follow(
    open_database: OpenDatabase,
    filter: EventFilter,
    *,
    interval: float = INTERVAL,
    sleep: Callable[[float], object] = time.sleep,
) -> Iterator[Event]:
    """The events that are recorded from now on (or after `filter.after`, 0 for all) and that the filter means,
    oldest first, for ever.

    `open_database` is called now and again whenever the file was replaced; it raises `DatabaseNotFound` while there
    is none, which only now is passed on. What the old file still got is shown first; of another log in its place
    everything is. Close the iterator to close the database. Raises `DiagnosticsError`.
    """
    log = _Followed(open_database, filter)
    try:
        while True:
            yield from log.news()
            sleep(interval)
    finally:
        log.close()


class _Followed:
    """The open database, and how far it was read."""

    def __init__(self, open_database: OpenDatabase, filter: EventFilter) -> None:
        self._open = open_database
        self._filter = replace(filter, limit=None, after=None, oldest_first=True)
        self._database = open_database()
        self._file = _file_of(self._database)
        head = read_head(self._database)
        self._last, self._hash = head.sequence, head.hash
        if str(filter.after) == "0":
            self._last, self._hash = 0, ""
        elif filter.after is not None:
            begin = event(self._database, filter.after)
            self._last, self._hash = begin.sequence, begin.hash

    def close(self) -> None:
        """Closes the database."""
        self._database.close()

    def news(self) -> Iterator[Event]:
        """The events since the last look."""
        if _file_of(self._database) == self._file:
            yield from self._unread()
            return
        # Something else has the name now, or nothing. The old file is still open: what came last is in it.
        with suppress(DiagnosticsError):
            yield from self._unread()
        if self._reopen():
            yield from self._unread()

    def _unread(self) -> Iterator[Event]:
        head = read_head(self._database)
        if head.sequence <= self._last:
            return
        # What was pruned needs no cursor: everything that is left is newer.
        after = self._last if self._last > read_pruned(self._database).sequence else None
        for new in events(self._database, replace(self._filter, after=after)):
            self._last, self._hash = new.sequence, new.hash
            yield new
        if head.sequence > self._last:
            self._last, self._hash = head.sequence, head.hash

    def _reopen(self) -> bool:
        try:
            database = self._open()
        except DatabaseNotFound:
            return False
        self._database.close()
        self._database, self._file = database, _file_of(database)
        if not self._continues():
            self._last, self._hash = 0, ""
        return True

    def _continues(self) -> bool:
        """Whether the log that is there now has what was read: a copy, or one restored from a backup of now."""
        pruned = read_pruned(self._database)
        if pruned == (self._last, self._hash):
            return True
        row = self._database.query_one("SELECT hash FROM event WHERE sequence = ?", (self._last,))
        return row is not None and row[0] == self._hash


def _file_of(database: Database) -> tuple[int, int] | None:
    """What tells the file that now has the database's name from another; None where there is none."""
    if database.dialect != "sqlite" or database.location == MEMORY:
        return None
    try:
        found = os.stat(database.location)
    except OSError:
        return None
    return found.st_dev, found.st_ino
