"""Pieces of SQL that filters are made of: conditions, what they are joined by, and patterns.

A piece can be written so that an index serves it, or so that none does and it is checked on rows that were found
otherwise. Owns no question; leaves those to `conditions` and `target_conditions`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from re import compile as compile_pattern
from typing import Any, Final, NamedTuple

from iac.audit.filters import is_glob
from iac.database import Database

BEYOND: Final = 1 << 62
"""More than any sequence number."""

MOST_ALTERNATIVES: Final = 400
"""SQLite joins at most 500 queries in one."""

_WIDEST_OR: Final = 100
_UUID_LENGTH: Final = 36


class Condition(NamedTuple):
    """A piece of SQL that is true or not, and its parameters."""

    sql: str
    params: tuple[Any, ...] = ()


Naming = Callable[[str], str]
"""How a column is written in a condition."""


def indexed(column: str) -> str:
    """So that an index on the column may serve the condition."""
    return column


def checked(column: str) -> str:
    """So that no index serves the condition: it is checked on rows that were found otherwise."""
    return f"({column} || '')"


def all_of(conditions: Iterable[Condition]) -> Condition:
    """True when all are; no condition is true."""
    items = list(conditions)
    return Condition(" AND ".join(c.sql for c in items) or "1 = 1", tuple(p for c in items for p in c.params))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """True when one is; no condition is false."""
    items = list(conditions)
    if len(items) > _WIDEST_OR:  # databases limit how deep an expression is, and OR nests to the left
        items = [any_of(items[at : at + _WIDEST_OR]) for at in range(0, len(items), _WIDEST_OR)]
    return Condition(f"({' OR '.join(c.sql for c in items) or '1 = 0'})", tuple(p for c in items for p in c.params))


def not_(condition: Condition) -> Condition:
    """True when the condition is not, null included."""
    return Condition(f"({condition.sql}) IS NOT TRUE", condition.params)


@dataclass(frozen=True)
class Asked:
    """One thing that a filter asks: alternatives of which one must hold, in either naming."""

    alternatives: Callable[[Naming], list[Condition]]

    @cached_property
    def leading(self) -> list[Condition]:
        found = self.alternatives(indexed)
        return found if len(found) <= MOST_ALTERNATIVES else [any_of(found)]

    @cached_property
    def as_check(self) -> Condition:
        return any_of(self.alternatives(checked))


# --- Values of a column --------------------------------------------------------------------------------------


def equalities(column: str, values: Sequence[str]) -> Asked:
    """That a value is one of these."""
    if len(values) > MOST_ALTERNATIVES:
        marks = ", ".join("?" * len(values))
        return Asked(lambda name: [Condition(f"{name(column)} IN ({marks})", tuple(values))])
    return Asked(lambda name: [Condition(f"{name(column)} = ?", (value,)) for value in values])


def distinct(database: Database, column: str, among: Condition | None = None, most: int = BEYOND) -> list[str]:
    """The values of a column that has an index of its own, or one with what is asked of the events `among` which they
    are: one step for each, however many events have it."""
    given, params = (f" AND {among.sql}", among.params) if among else ("", ())
    rows = database.query(
        f"WITH RECURSIVE found(value) AS (SELECT min({column}) FROM event WHERE {column} IS NOT NULL{given} UNION ALL"
        f" SELECT (SELECT min({column}) FROM event WHERE {column} > found.value{given}) FROM found"
        " WHERE found.value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL LIMIT ?",
        [*params, *params, most],
    )
    return [value for (value,) in rows]


def id_begins(column: str, beginning: str, name: Naming = indexed) -> Condition:
    """That an id is this one, or begins so."""
    if len(beginning) >= _UUID_LENGTH:
        return Condition(f"{name(column)} = ?", (beginning,))
    return Condition(f"({name(column)} >= ? AND {name(column)} < ?)", (beginning, f"{beginning}\uffff"))


def glob_matches(pattern: str, name: str) -> bool:
    """Whether a name is meant by a pattern with `*` and `?`, or is the pattern."""
    if not is_glob(pattern):
        return pattern == name
    return compile_pattern(translate(pattern.replace("[", "[[]"))).match(name) is not None


def like_literal(text: str) -> str:
    """The text as a LIKE pattern for itself, with `!` as the escape character."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def matches(column: str, pattern: str) -> Condition:
    """That a value is meant by a pattern with `*` and `?`, or is the pattern."""
    if not is_glob(pattern):
        return Condition(f"{column} = ?", (pattern,))
    return Condition(f"{column} LIKE ? ESCAPE '!'", (like_literal(pattern).replace("*", "%").replace("?", "_"),))


def begins(column: str, prefix: str) -> Condition:
    """That a value begins so."""
    return Condition(f"{column} LIKE ? ESCAPE '!'", (f"{like_literal(prefix)}%",))
