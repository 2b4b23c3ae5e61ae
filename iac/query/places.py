"""Where in a query its mistake is: SQLite only quotes what it stumbles over.

Owns finding that in the text. Where the same words stand in several places, the query is tried without each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from iac.diagnostics import Pos, SourceRange, did_you_mean
from iac.query.views import SCHEMA

FILENAME: Final = "query"
"""What stands for the name of a file."""

_TOKEN: Final = re.compile(
    r"""--[^\n]*|/\*.*?(?:\*/|\Z)|\s+   # nothing
    |'(?:[^']|'')*(?:'|\Z)|`[^`]*`|\[[^\]]*\]   # texts, quoted names
    |(?:[\w$]+|"(?:[^"]|"")*"?)(?:\s*\.\s*(?:[\w$]+|"[^"]*"))*   # names, with what they are of; numbers
    |.""",
    re.VERBOSE | re.DOTALL,
)
_NAMED: Final = (
    re.compile(r"^(?P<kind>no such column): (?P<name>.+)$"),
    re.compile(r"^(?P<kind>no such table): (?P<name>.+)$"),
    re.compile(r"^(?P<kind>no such function): (?P<name>.+)$"),
    re.compile(r"^(?P<kind>ambiguous column name): (?P<name>.+)$"),
    re.compile(r"^(?P<kind>wrong number of arguments to function) (?P<name>.+)\(\)$"),
    re.compile(r"^(?P<kind>misuse of \w+(?: function)?):? (?P<name>[^()]+)\(\)$"),
    re.compile(r'^(?P<kind>unrecognized token): "(?P<name>.+)"$', re.DOTALL),
    re.compile(r'^(?P<kind>near) "(?P<name>.+)": syntax error$', re.DOTALL),
)

Trial = Callable[[str], str | None]
"""Prepares a query without running it: what SQLite says against it, None when nothing."""


def place_of(sql: str, message: str, trial: Trial) -> SourceRange | None:
    """The place that a message of SQLite is about, or None. An unfinished query is wrong at its end."""
    if message == "incomplete input":
        end = len(sql.rstrip())
        return _range(sql, max(end - 1, 0), end)
    found = next((match for pattern in _NAMED if (match := pattern.match(message))), None)
    if found is None:
        return None
    places = list(_occurrences(sql, found["name"], whole=found["kind"] not in ("near", "unrecognized token")))
    if not places:
        return None
    guilty = _first_wrong if found["kind"] == "near" else _first_needed
    return _range(sql, *guilty(sql, places, message, trial))


def suggestion(message: str) -> str:
    """The name that was meant, where one is near."""
    kind, _, name = message.partition(": ")
    last = name.rpartition(".")[2]
    if kind == "no such table":
        return did_you_mean(last, SCHEMA)
    if kind == "no such column":
        return did_you_mean(last, sorted({column for columns in SCHEMA.values() for column in columns}))
    return ""


def _occurrences(sql: str, name: str, *, whole: bool) -> Iterator[tuple[int, int]]:
    """Where the words stand, comments and texts aside. A name may be without what it is of, or in quotes."""
    wanted = _plain(name)
    for match in _TOKEN.finditer(sql):
        token = match.group()
        if token.isspace() or token.startswith(("--", "/*")):
            continue
        if _plain(token) == wanted:
            yield match.span()
        elif not whole and token.startswith(name):
            yield match.start(), match.start() + len(name)
        elif not whole and "." in token and name in token:
            at = match.start() + token.index(name)
            yield at, at + len(name)


def _plain(name: str) -> str:
    return re.sub(r'[\s"`\[\]]', "", name).lower()


def _first_wrong(sql: str, places: list[tuple[int, int]], message: str, trial: Trial) -> tuple[int, int]:
    """The first place up to which the query cannot be continued any more."""
    return next((place for place in places if trial(sql[: place[1]]) == message), places[0])


def _first_needed(sql: str, places: list[tuple[int, int]], message: str, trial: Trial) -> tuple[int, int]:
    """The first place without which SQLite says something else."""
    if len(places) == 1:
        return places[0]
    return next((place for place in places if trial(f"{sql[: place[0]]} NULL {sql[place[1] :]}") != message), places[0])


def _range(sql: str, start: int, end: int) -> SourceRange:
    return SourceRange(FILENAME, _pos(sql, start), _pos(sql, end))


def _pos(sql: str, at: int) -> Pos:
    before = sql[:at]
    line = before.count("\n")
    return Pos(line + 1, at - (before.rfind("\n") + 1) + 1, len(before.encode()))
