"""Proving an export on its own: NDJSON with a manifest, read once, line by line, without the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from iac.audit.verify import Known
from iac.diagnostics import DiagnosticsError, error
from iac.values.codec import canonical, loads

MANIFEST: Final = "manifest"
_MANIFEST_LINE: Final = b'{"manifest":'


@dataclass(frozen=True, slots=True)
class ExportVerification:
    """What verifying an export found.

    `checked` events match their own hashes and are in order; `links` of them are proved to follow directly on the
    one before. `is_part` says that the export was filtered so that events are left out between others: what lies
    between those cannot be proved. `first_bad` is the number of the first line that is wrong (from 1), `problem` a
    sentence about it. `first` and `last` are sequence numbers.
    """

    checked: int
    links: int
    first: int = 0
    last: int = 0
    filters: Mapping[str, Any] = field(default_factory=dict)
    is_part: bool = False
    database: str | None = None
    first_bad: int | None = None
    problem: str | None = None

    @property
    def is_valid(self) -> bool:
        """Whether there were events and all of it is as it was exported."""
        return self.checked > 0 and self.problem is None

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to verify."""
        return self.checked == 0 and self.problem is None


class _WrongLine(Exception):  # noqa: N818  # ends the reading, with the line and what is wrong with it
    def __init__(self, number: int, problem: str) -> None:
        super().__init__(problem)
        self.number = number
        self.problem = problem


def verify_export(lines: Iterable[bytes], *, known: Known | None = None) -> ExportVerification:
    """Checks each line's hash, the order, the chain where events are neighbours, and the manifest.

    `lines` are those of the file, line ends included. `known` is a sequence number and hash noted elsewhere, which
    the export must contain.
    """
    reader = _Reader(known)
    try:
        for number, line in enumerate(lines, 1):
            reader.read(number, line)
        reader.finish()
    except _WrongLine as wrong:
        return reader.result(wrong.number, wrong.problem)
    return reader.result(None, None)


class _Reader:
    """What is known after the lines read so far."""

    def __init__(self, known: Known | None) -> None:
        self.known = known
        self.known_found = known is None or known[0] == 0
        self.checked = self.links = self.lines = 0
        self.first: tuple[int, str] | None = None
        self.last: tuple[int, str] | None = None
        self.gap: tuple[int, int, int] | None = None  # the latest: line, last sequence before, first after
        self.first_gap: tuple[int, int, int] | None = None
        self.manifest: Mapping[str, Any] | None = None

    def read(self, number: int, line: bytes) -> None:
        """Takes one more line."""
        if self.manifest is not None:
            raise _WrongLine(number, f"Line {number} was inserted: it stands after the manifest, which is the last.")
        self.lines = number
        if not line.endswith(b"\n"):
            raise _WrongLine(number, f"Line {number} is cut off: the file was truncated.")
        if line.startswith(_MANIFEST_LINE):
            self.manifest = _manifest(number, line)
            return
        event, hash = _checked(number, line)
        sequence = event["sequence"]
        if self.last is not None:
            self._follow(number, sequence, event["previous_hash"])
        else:
            self.first = (sequence, hash)
            self._note_beginning(number, sequence, event["previous_hash"])
        if self.known is not None and self.known[0] == sequence:
            self._note(number, hash)
        self.last = (sequence, hash)
        self.checked += 1

    def _follow(self, number: int, sequence: int, previous_hash: str) -> None:
        assert self.last is not None
        last, last_hash = self.last
        if sequence == last + 1:
            if previous_hash != last_hash:
                text = f"Line {number} (event {sequence}) does not continue line {number - 1}: one was replaced."
                raise _WrongLine(number, text)
            self.links += 1
        elif sequence > last:
            self.gap = (number, last, sequence)
            self.first_gap = self.first_gap or self.gap
        elif sequence == last:
            raise _WrongLine(number, f"Line {number} was inserted: event {sequence} is there twice.")
        else:
            where = number
            if self.gap is not None and self.gap[1] < sequence < self.gap[2]:
                where = self.gap[0]
            first = f"event {last} stands before event {sequence} of line {number}"
            raise _WrongLine(where, f"Line {where} was reordered: {first}.")

    def _note_beginning(self, number: int, sequence: int, previous_hash: str) -> None:
        if self.known is not None and self.known[0] == sequence - 1:
            self._note(number, previous_hash)

    def _note(self, number: int, hash: str) -> None:
        assert self.known is not None
        if self.known[1] != hash:
            text = f"Event {self.known[0]} is not the one whose hash was noted: the export is of another history."
            raise _WrongLine(number, text)
        self.known_found = True

    def finish(self) -> None:
        """Checks what only the end can tell."""
        if self.manifest is None:
            text = (
                "The file ends without a manifest, which is the last line of an export: it was truncated, or it is "
                "not an export."
            )
            raise _WrongLine(self.lines + 1, text)
        if self.first_gap is not None and self.manifest["contiguous"]:
            number, before, after = self.first_gap
            missing = f"event {before + 1}" if after == before + 2 else f"events {before + 1} to {after - 1}"
            raise _WrongLine(number, f"A line was removed before line {number}: {missing} should be there.")
        for name, there in (("first", self.first), ("last", self.last)):
            if self.manifest[name] != there:
                raise _WrongLine(self.lines, f"The {name} event is not the one that the manifest names.")
        if self.manifest["count"] != self.checked:
            text = f"The manifest counts {self.manifest['count']} events, and there are {self.checked}."
            raise _WrongLine(self.lines, text)
        if not self.known_found and self.known is not None:
            raise _WrongLine(self.lines, f"Event {self.known[0]}, whose hash was noted, is not in the export.")

    def result(self, number: int | None, problem: str | None) -> ExportVerification:
        """What was found."""
        manifest = self.manifest or {"filters": {}, "database": None, "contiguous": True}
        return ExportVerification(
            self.checked,
            self.links,
            self.first[0] if self.first else 0,
            self.last[0] if self.last else 0,
            manifest["filters"],
            not manifest["contiguous"],
            manifest["database"],
            number,
            problem,
        )


def _checked(number: int, line: bytes) -> tuple[dict[str, Any], str]:
    """The event of a line that matches its own hash."""
    try:
        event = _parsed(line)
        hash, sequence, previous = event["hash"], event["sequence"], event["previous_hash"]
    except (ValueError, KeyError, TypeError, RecursionError):
        if number == 1:
            _refuse_other_format(line)
        raise _WrongLine(number, f"Line {number} is not an event: it was altered.") from None
    if type(sequence) is not int or type(hash) is not str or type(previous) is not str:
        raise _WrongLine(number, f"Line {number} is not an event: it was altered.")
    # A line as it was exported has the hashed text in it; one that another program has rewritten is read in full.
    text = line.rstrip(b"\r\n").replace(b'"hash":"%b",' % hash.encode(errors="replace"), b"", 1)
    if sha256(text).hexdigest() != hash and _hash_of_content(line) != hash:
        raise _WrongLine(number, f"Line {number} (event {sequence}) was altered: its content does not match its hash.")
    return event, hash


_BEGINNINGS: Final = {
    "csv": b'"timestamp","event_type",',
    "markdown": b"| When |",
    "json": b"[\n",
    "ocsf": b'{"activity_id":',
    "cloudevents": b'{"data":{',
}
"""How exports begin that have no hashes, by format."""


def _refuse_other_format(line: bytes) -> None:
    """Raises `DiagnosticsError` when the first line of a file is that of an export of another format."""
    for name, beginning in _BEGINNINGS.items():
        if line.startswith(beginning):
            raise DiagnosticsError(
                error(
                    "The export cannot be verified",
                    f"It is of the format {name}, which has no hashes. Only exports of the format ndjson, the usual "
                    "one, can be verified.",
                )
            )


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:  # also where an integer has more digits than Python converts
        return loads(line)


def _hash_of_content(line: bytes) -> str | None:
    try:
        event = loads(line)
        del event["hash"]
        return sha256(canonical(event).encode()).hexdigest()
    except (ValueError, RecursionError):
        return None


def _manifest(number: int, line: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(line)[MANIFEST]
        ends = {
            name: None if manifest[name] is None else (int(manifest[name]["sequence"]), str(manifest[name]["hash"]))
            for name in ("first", "last")
        }
        count, filters, database = int(manifest["count"]), dict(manifest["filters"]), str(manifest["database"])
        contiguous = bool(manifest["contiguous"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _WrongLine(number, f"Line {number} is not a manifest: it was altered.") from None
    return {**ends, "count": count, "filters": filters, "database": database, "contiguous": contiguous}
