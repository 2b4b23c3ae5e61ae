"""What no input may ever do to a command, and how that is found out: shared by `badinput` and `fuzz`.

Never a traceback, a signal or the page that says "this is a bug"; never longer or larger than the bounds here; never
another exit code than 0, 1 or 2; never a changed database where nothing was to be written.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from forked import Ended

SECONDS = 10.0
"""How long a command may work on bad input."""
MEGABYTES = 500
"""How much memory it may take."""
_WATCHED = frozenset({"cluster", "environment", "service", "event", "resource_instance", "output"})
"""The tables with what matters: planning adds to others, and making a database too."""
_TRACES = re.compile(
    r"Traceback \(most recent call last\)|This is a bug|failed unexpectedly|Exception ignored in|"
    r"^\w*(Error|Exception): |Segmentation fault|panic:|<iac\.[\w.]+ object at 0x|\bNoneType\b",
    re.MULTILINE,
)
_KNOWN = re.compile(r"^(Error|Warning): ", re.MULTILINE)


def broken_promise(ended: Ended, codes: Collection[int] = (0, 1, 2)) -> str | None:
    """What a command did that it may not do, or None."""
    if ended.timed_out:
        return f"it hangs: still at work after {ended.seconds:.0f} s"
    if ended.code < 0:
        return f"it was ended by signal {-ended.code}"
    told = _KNOWN.sub("", ended.err)
    if trace := _TRACES.search(told):
        return f'it shows "{trace.group()}"'
    if ended.megabytes > MEGABYTES:
        return f"it takes {ended.megabytes:.0f} MB"
    if ended.code not in codes:
        return f"its exit code is {ended.code}"
    if ended.code == 1 and not ended.err.strip() and not ended.out.strip():
        return "it fails without a word"
    return None


def content_of(database: Path) -> list[str]:
    """What a database holds, as SQL: objects, state and events; nothing where there is no database."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        written = re.compile(r'INSERT INTO "(\w+)"')
        return [line for line in connection.iterdump() if (table := written.match(line)) and table.group(1) in _WATCHED]
