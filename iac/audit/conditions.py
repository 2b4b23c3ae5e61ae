"""Filters to SQL, so that an answer costs what it returns and not what the log holds.

Every filter that an index can serve is a candidate to lead: its alternatives (an equality or prefix each) are read
in the order of the log and merged, so that a page ends when it is full. The one with the fewest events leads, by a
count that stops early; all others are checked on the rows it gives. Patterns on columns of few distinct values
(users, tools, types) are first resolved to the values there are, which makes equalities of them.

Owns the SQL of filters, no text of users in it. Leaves conditions on values to `where`, pages to `query`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import datetime
from fnmatch import translate
from functools import cached_property
from re import compile as compile_pattern
from typing import Any, Final, NamedTuple

from iac.address import AddressError
from iac.address import parse_target as parse_address
from iac.audit.filters import EventFilter, TargetFilter, format_time, is_glob, parse_target, target_type
from iac.database import Database
from iac.values.codec import loads

_BEYOND: Final = 1 << 62
_MOST_ALTERNATIVES: Final = 400
"""SQLite joins at most 500 queries in one."""

_MOST_VALUES: Final = 1000
_COUNT_AT_MOST: Final = 2000
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


# --- What a filter asks of one thing -----------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One thing that a filter asks: alternatives of which one must hold, in either naming."""

    alternatives: Callable[[Naming], list[Condition]]

    @cached_property
    def leading(self) -> list[Condition]:
        found = self.alternatives(indexed)
        return found if len(found) <= _MOST_ALTERNATIVES else [any_of(found)]

    @cached_property
    def as_check(self) -> Condition:
        return any_of(self.alternatives(checked))


_TEXTS: Final = {
    "event_type": "event_types",
    "target_type": "target_types",
    '"user"': "users",
    "tool": "tools",
    "workspace": "workspaces",
}
"""Columns of plain text with few distinct values, and their fields of the filter."""

_FIELD_COLUMNS: Final = {field: column for column, field in _TEXTS.items()} | {"change": "change"}


def _folded(column: str, wanted: Sequence[str]) -> list[str]:
    """The values in the spelling of the column."""
    if column == "event_type":
        return [w.upper() for w in wanted]
    return [target_type(w) for w in wanted] if column == "target_type" else list(wanted)


def _column_asked(
    database: Database, column: str, wanted: Sequence[str], unwanted: Sequence[str]
) -> Asked | Condition | None:
    """What is asked of one column: nothing, something that can lead, or a check alone."""
    if not wanted and not unwanted:
        return None
    if column != "change" and not unwanted and not any(map(is_glob, wanted)):
        return _equalities(column, wanted)
    there = distinct(database, column)
    if len(there) > _MOST_VALUES and column != "change":
        found = [any_of(_matches(checked(column), w) for w in wanted)] if wanted else []
        return all_of([*found, *(not_(_matches(checked(column), u)) for u in unwanted)])
    return _equalities(column, [value for value in there if _is_meant(column, value, wanted, unwanted)])


def _is_meant(column: str, value: str, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    names = loads(value) if column == "change" else [value]

    def is_one(patterns: Sequence[str]) -> bool:
        return any(glob_matches(pattern, name) for pattern in patterns for name in names)

    return (not wanted or is_one(wanted)) and not is_one(unwanted)


def _equalities(column: str, values: Sequence[str]) -> Asked:
    if len(values) > _MOST_ALTERNATIVES:
        marks = ", ".join("?" * len(values))
        return Asked(lambda name: [Condition(f"{name(column)} IN ({marks})", tuple(values))])
    return Asked(lambda name: [Condition(f"{name(column)} = ?", (value,)) for value in values])


def distinct(database: Database, column: str) -> list[str]:
    """The values of a column that has an index of its own: one step for each, however many events have it."""
    rows = database.query(
        f"WITH RECURSIVE found(value) AS (SELECT min({column}) FROM event UNION ALL"
        f" SELECT (SELECT min({column}) FROM event WHERE {column} > found.value) FROM found"
        " WHERE found.value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL"
    )
    return [value for (value,) in rows]


def _id_asked(column: str, beginning: str) -> Asked:
    if len(beginning) >= _UUID_LENGTH:
        return Asked(lambda name: [Condition(f"{name(column)} = ?", (beginning,))])
    bounds = (beginning, f"{beginning}\uffff")
    return Asked(lambda name: [Condition(f"({name(column)} >= ? AND {name(column)} < ?)", bounds)])


# --- Patterns ----------------------------------------------------------------------------------------------


def glob_matches(pattern: str, name: str) -> bool:
    """Whether a name is meant by a pattern with `*` and `?`, or is the pattern."""
    if not is_glob(pattern):
        return pattern == name
    return compile_pattern(translate(pattern.replace("[", "[[]"))).match(name) is not None


def like_literal(text: str) -> str:
    """The text as a LIKE pattern for itself, with `!` as the escape character."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _matches(column: str, pattern: str) -> Condition:
    if not is_glob(pattern):
        return Condition(f"{column} = ?", (pattern,))
    return Condition(f"{column} LIKE ? ESCAPE '!'", (like_literal(pattern).replace("*", "%").replace("?", "_"),))


def _begins(column: str, prefix: str) -> Condition:
    return Condition(f"{column} LIKE ? ESCAPE '!'", (f"{like_literal(prefix)}%",))


# --- Targets -----------------------------------------------------------------------------------------------


def _targets_asked(database: Database, wanted: Sequence[str | TargetFilter]) -> Asked:
    parsed = [parse_target(t) if isinstance(t, str) else t for t in wanted]
    return Asked(lambda name: [c for target in parsed for c in _target_conditions(database, target, name)])


def _target_conditions(database: Database, target: TargetFilter, name: Naming) -> list[Condition]:
    """Conditions of which one must hold."""
    if target.word is not None:
        return [
            Condition(f"{name('target_type')} = ?", (target_type(target.word),)),
            Condition(f"{name('target_id')} = ?", (target.word,)),
        ]
    fixed = [Condition(f"{name('target_id')} = ?", (target.id,))] if target.id is not None else []
    if target.address is not None:
        return _address_conditions(database, target.address, fixed, name)
    if target.type is not None and not is_glob(target.type):
        types = [target.type]
    elif target.type is None and (target.id is not None or target.name is None):
        return [all_of(fixed)]
    else:
        # With the types there are, the index of types and names serves a name alone.
        types = [t for t in distinct(database, "target_type") if target.type is None or glob_matches(target.type, t)]
    found = []
    for type in types:
        of_type = [*fixed, Condition(f"{name('target_type')} = ?", (type,))]
        if target.name is None:
            found.append(all_of(of_type))
        else:
            found += _spread(database, "target_name", _matches(name("target_name"), target.name), of_type, name)
            if not is_glob(target.name):
                named = all_of([*of_type[len(fixed) :], _matches("target_name", target.name)])
                found += _of_objects(database, named, fixed, name)
    return found


def _address_conditions(database: Database, address: str, fixed: Sequence[Condition], name: Naming) -> list[Condition]:
    found = []
    for one in _at_address(name("address"), address):
        found += _spread(database, "address", one, fixed, name)
    return [*found, *_of_objects(database, any_of(_at_address("address", address)), fixed, name)]


def _of_objects(database: Database, that: Condition, fixed: Sequence[Condition], name: Naming) -> list[Condition]:
    """The whole lives of the objects of which some event is one of `that`: what they were called before and after, and
    what other tools did to them, who know their ids alone."""
    of_objects = Condition(f"SELECT DISTINCT target_id FROM event WHERE {that.sql}", that.params)
    ids = database.query(f"{of_objects.sql} LIMIT ?", [*of_objects.params, _MOST_VALUES + 1])
    column = name("target_id")
    if len(ids) <= _MOST_ALTERNATIVES and name is indexed:
        return [all_of([*fixed, Condition(f"{column} = ?", row)]) for row in ids]
    if len(ids) <= _MOST_VALUES:
        of_objects = Condition(", ".join("?" * len(ids)), tuple(id for (id,) in ids))
    return [all_of([*fixed, Condition(f"{column} IN ({of_objects.sql})", of_objects.params)])] if ids else []


def _spread(
    database: Database, column: str, matching: Condition, fixed: Sequence[Condition], name: Naming
) -> list[Condition]:
    """A pattern as equalities with the values that it matches, which the index gives in the order of the log."""
    whole = all_of([*fixed, matching])
    if name is checked or " LIKE " not in matching.sql:
        return [whole]
    rows = database.query(
        f"SELECT DISTINCT {column} FROM event WHERE {whole.sql} LIMIT ?", [*whole.params, _MOST_ALTERNATIVES + 1]
    )
    if len(rows) > _MOST_ALTERNATIVES:
        return [whole]
    return [all_of([*fixed, Condition(f"{column} = ?", row)]) for row in rows]


def _at_address(column: str, address: str) -> list[Condition]:
    """At the address itself, in an instance of it, or in the module that it is."""
    found = [_matches(column, address)]
    if is_glob(address):
        return found
    if not address.endswith("]"):
        found.append(_begins(column, f"{address}["))
    if _is_module(address):
        found.append(_begins(column, f"{address}."))
    return found


def _is_module(address: str) -> bool:
    try:
        return parse_address(address).resource is None
    except AddressError:
        return False


# --- The whole filter --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chosen:
    """The events that a filter means, before conditions on values: in the window, leading or not, and checked."""

    first: int
    beyond: int
    leading: tuple[Condition, ...]
    checks: tuple[Condition, ...]

    def sequences(self, *, ascending: bool, after: int | None, limit: int) -> Condition:
        """A query of the sequence numbers of the next `limit` events after one of them."""
        order = "ASC" if ascending else "DESC"
        first, beyond = self.first, self.beyond
        if after is not None:
            first, beyond = (max(first, after + 1), beyond) if ascending else (first, min(beyond, after))
        found = self._selects(first, beyond)
        return Condition(f"{found.sql} ORDER BY sequence {order} LIMIT ?", (*found.params, limit))

    def condition(self) -> Condition:
        """What holds for the events that are meant, for counting them."""
        if len(self.leading) > 1:
            found = self._selects(self.first, self.beyond)
            return Condition(f"sequence IN ({found.sql})", found.params)
        return all_of([*self.leading, *self._window(self.first, self.beyond), *self.checks])

    def _selects(self, first: int, beyond: int) -> Condition:
        always = [*self._window(first, beyond), *self.checks]
        parts = [all_of([one, *always]) for one in self.leading] or [all_of(always)]
        # In the order of an index each, the parts are merged as they are read.
        sql = " UNION ".join(f"SELECT sequence FROM event WHERE {part.sql}" for part in parts)
        return Condition(sql, tuple(p for part in parts for p in part.params))

    @staticmethod
    def _window(first: int, beyond: int) -> list[Condition]:
        return [
            *([Condition("sequence >= ?", (first,))] if first > 0 else []),
            *([Condition("sequence < ?", (beyond,))] if beyond < _BEYOND else []),
        ]


def choose(database: Database, filter: EventFilter) -> Chosen:
    """What a filter means on the log as it is. Raises `DiagnosticsError`."""
    first = 0 if filter.since is None else first_at(database, filter.since)
    beyond = _BEYOND if filter.until is None else first_at(database, filter.until)
    single = [(f, _single_column(f)) for f in filter.excluded]
    asked: list[Asked | Condition | None] = [
        *([_id_asked("run_id", filter.run)] if filter.run is not None else []),
        *([_id_asked("plan_id", filter.plan)] if filter.plan is not None else []),
        *([_targets_asked(database, filter.targets)] if filter.targets else []),
    ]
    for field, column in _FIELD_COLUMNS.items():
        unwanted = [value for excluded, name in single if name == field for value in getattr(excluded, field)]
        wanted = getattr(filter, field)
        asked.append(_column_asked(database, column, _folded(column, wanted), _folded(column, unwanted)))
    checks = [item for item in asked if isinstance(item, Condition)]
    checks += [_excluded(database, f) for f, name in single if name is None]
    able = [item for item in asked if isinstance(item, Asked)]
    leader = _leader(database, able, first, beyond)
    checks += [item.as_check for item in able if item is not leader]
    leading = leader.leading or [Condition("1 = 0")] if leader is not None else []
    return Chosen(first, beyond, tuple(leading), tuple(checks))


def first_at(database: Database, moment: datetime) -> int:
    """The sequence number of the first event at a moment or later; timestamps never decrease along the sequence."""
    row = database.query_one(
        "SELECT sequence FROM event WHERE timestamp >= ? ORDER BY timestamp, sequence LIMIT 1", [format_time(moment)]
    )
    return int(row[0]) if row else _BEYOND


def _single_column(filter: EventFilter) -> str | None:
    """The one field that the filter asks of, when that is a column whose other values can be listed."""
    if filter.where:
        raise ValueError("a condition on values is excluded by its own negation")
    given = [f.name for f in fields_of(filter) if f.name in _ASKING and getattr(filter, f.name) not in (None, ())]
    return given[0] if len(given) == 1 and given[0] in _FIELD_COLUMNS else None


_ASKING: Final = frozenset(f.name for f in fields_of(EventFilter)) - {"limit", "after", "oldest_first"}


def _excluded(database: Database, filter: EventFilter) -> Condition:
    chosen = choose(database, filter)
    window = Chosen._window(chosen.first, chosen.beyond)
    lead = [any_of(chosen.leading)] if chosen.leading else []
    return not_(all_of([*window, *lead, *chosen.checks]))


def _leader(database: Database, able: Sequence[Asked], first: int, beyond: int) -> Asked | None:
    """What gives the fewest events inside the window; None when the window itself does."""
    if not able:
        return None
    row = database.query_one("SELECT max(sequence) FROM event")
    newest = (row and row[0]) or 0
    window = max(0, min(beyond, newest + 1) - max(first, 1))
    is_bounded = first > 0 or beyond < _BEYOND
    if len(able) == 1 and not is_bounded:
        return able[0]
    counts = [(_count(database, item, first, beyond), number) for number, item in enumerate(able)]
    fewest, number = min(counts)
    # A window is read without going back and forth between index and table.
    return None if is_bounded and window <= fewest else able[number]


def _count(database: Database, item: Asked, first: int, beyond: int) -> int:
    """How many events an alternative gives, as far as that is worth knowing."""
    found = 0
    for one in item.leading:
        condition = all_of([one, *Chosen._window(first, beyond)])
        row = database.query_one(
            f"SELECT count(*) FROM (SELECT 1 FROM event WHERE {condition.sql} LIMIT ?) AS found",
            [*condition.params, _COUNT_AT_MOST],
        )
        found += int(row[0]) if row else 0
        if found >= _COUNT_AT_MOST:
            break
    return found
