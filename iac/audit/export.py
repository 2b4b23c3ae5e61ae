"""Exports: events in a format, oldest first, streamed, with a manifest that says what must be there.

Owns choosing the rows, the manifest and writing the file. Formats are `formats`'; proving an export is
`verify_export`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from iac.audit.chain import FIELDS, Row, database_id, event_from_row, event_text, pages, read_head
from iac.audit.conditions import choose
from iac.audit.filters import EventFilter, TargetFilter, format_time
from iac.audit.formats import FORMATS
from iac.audit.query import events
from iac.audit.record import Event
from iac.audit.where import Where
from iac.database import Database
from iac.diagnostics import DiagnosticsError, error
from iac.files import write_whole
from iac.values.codec import canonical

FORMAT: Final = "iac-events/1"
LOSSLESS: Final = "ndjson"
"""The format that carries its manifest as its last line, and that `verify_export` reads."""

_SEQUENCE, _HASH = FIELDS.index("sequence"), FIELDS.index("hash")
_PAGING: Final = frozenset({"limit", "after", "oldest_first"})
_WINDOW: Final = frozenset({"since", "until"})


class Export:
    """The events that a filter means, as text. Iterate it once; then the manifest is known.

    What is appended after it was made is not in it. Memory does not grow with the number of events.
    """

    def __init__(self, database: Database, filter: EventFilter, form: str) -> None:
        self._database = database
        self._filter = replace(filter, limit=None, after=None, oldest_first=True)
        self._form = form
        self.count = 0
        self._first: dict[str, Any] | None = None
        self._last: dict[str, Any] | None = None

    def __iter__(self) -> Iterator[str]:
        """The text, in pieces. Raises `DiagnosticsError`."""
        if self._form != LOSSLESS:
            yield from FORMATS[self._form](self._events())
        elif self._filter.where:
            yield from FORMATS[self._form](self._events())
            yield self._manifest_line()
        else:
            # The stored text is the line: nothing is parsed.
            for rows in self._pages():
                yield "".join([f"{event_text(row)}\n" for row in rows])
            yield self._manifest_line()

    def manifest(self) -> dict[str, Any]:
        """What the export has: how many events, the first and the last of them, by which filters, of which database.

        `contiguous` says that no event of the log is left out between two of the export.
        """
        filters = filter_to_json(self._filter)
        return {
            "format": FORMAT,
            "database": database_id(self._database),
            "time": format_time(datetime.now(UTC)),
            "filters": filters,
            "contiguous": filters.keys() <= _WINDOW,
            "count": self.count,
            "first": self._first,
            "last": self._last,
        }

    def _manifest_line(self) -> str:
        return f"{canonical({'manifest': self.manifest()})}\n"

    def _events(self) -> Iterator[Event]:
        if not self._filter.where:
            for rows in self._pages():
                yield from map(event_from_row, rows)
            return
        end = read_head(self._database).sequence
        for event in events(self._database, self._filter):
            if event.sequence > end:
                return
            self._note(1, (event.sequence, event.hash), (event.sequence, event.hash))
            yield event

    def _pages(self) -> Iterator[list[Row]]:
        meant = choose(self._database, self._filter).condition()
        end = read_head(self._database).sequence
        for rows in pages(self._database, f"({meant.sql}) AND sequence <= ?", (*meant.params, end)):
            first, last = rows[0], rows[-1]
            self._note(len(rows), (first[_SEQUENCE], first[_HASH]), (last[_SEQUENCE], last[_HASH]))
            yield list(rows)

    def _note(self, count: int, first: tuple[int, str], last: tuple[int, str]) -> None:
        self.count += count
        self._first = self._first or {"sequence": first[0], "hash": first[1]}
        self._last = {"sequence": last[0], "hash": last[1]}


def filter_to_json(filter: EventFilter) -> dict[str, Any]:
    """The fields of a filter that ask for something, as a manifest has them."""
    return {
        field.name: _plain(value)
        for field in fields(filter)
        if field.name not in _PAGING and (value := getattr(filter, field.name)) not in (None, ())
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, Where):
        return value.text
    if isinstance(value, EventFilter):
        return filter_to_json(value)
    if isinstance(value, TargetFilter):
        return {f.name: part for f in fields(value) if (part := getattr(value, f.name)) is not None}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def write_export(path: Path, export: Export, form: str, *, replace: bool = False) -> None:
    """Writes an export to a file, readable by its owner alone, and the manifest beside it when the format cannot
    carry it. A file appears when it is whole; one that is there stays, unless it is to be replaced. Raises
    `DiagnosticsError`."""
    write_text(path, export, replace=replace)
    if form != LOSSLESS:
        write_text(manifest_path(path), [f"{canonical(export.manifest())}\n"], replace=True)


def manifest_path(path: Path) -> Path:
    """Where the manifest of a format that cannot carry it is."""
    return path.with_name(f"{path.name}.manifest.json")


def write_text(path: Path, pieces: Iterable[str], *, replace: bool) -> None:
    """Writes a text file whole or not at all, readable by its owner alone. Raises `DiagnosticsError`, also when it is
    there already and not to be replaced."""
    try:
        if not replace and path.is_file():
            raise FileExistsError
        write_whole(path, (piece.encode() for piece in pieces), replace=replace)
    except FileExistsError:
        raise DiagnosticsError(
            error(
                "File already exists",
                f'There is a "{path}" already. Choose another name, or replace it with -force.',
            )
        ) from None
    except OSError as failure:
        reason = (failure.strerror or str(failure)).lower()
        problem = error("Cannot write file", f'The file "{path}" cannot be written: {reason}.')
        raise DiagnosticsError(problem) from failure
