"""Which events are about the objects that a filter means, as SQL: by type, name, id and address, and by what they live
in."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Final

from iac.address import AddressError
from iac.address import parse_target as parse_address
from iac.audit.clauses import (
    MOST_ALTERNATIVES,
    Asked,
    Condition,
    Naming,
    all_of,
    any_of,
    begins,
    checked,
    distinct,
    equalities,
    glob_matches,
    indexed,
    matches,
)
from iac.audit.filters import TargetFilter, is_glob, parse_target, target_type
from iac.audit.places import Reference, inside
from iac.database import Database
from iac.values.codec import canonical

_MOST_IDS: Final = 1000
_ELEMENTS: Final = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT jsonb_array_elements_text(CAST(? AS jsonb))",
}


def targets_asked(database: Database, wanted: Sequence[str | TargetFilter]) -> Asked:
    """That an event is about one of the objects that are meant."""
    parsed = [parse_target(t) if isinstance(t, str) else t for t in wanted]
    return Asked(lambda name: [c for target in parsed for c in _target_conditions(database, target, name)])


def inside_asked(database: Database, wanted: Sequence[str | TargetFilter]) -> Asked:
    """That an event is about one of the objects that are meant, or about what lives in one."""
    themselves = targets_asked(database, wanted)
    that = any_of(themselves.leading)
    rows = database.query(f"SELECT DISTINCT target_type, target_id FROM event WHERE {that.sql}", that.params)
    ids = inside(database, [Reference(*row) for row in rows])
    within = equalities("target_id", ids)
    if len(ids) > MOST_ALTERNATIVES:  # one parameter, however many there are
        listed, among = canonical(ids), _ELEMENTS[database.dialect]
        within = Asked(lambda name: [Condition(f"{name('target_id')} IN ({among})", (listed,))])
    failed = _failed_before(database, set(ids))
    return Asked(lambda name: [*themselves.alternatives(name), *within.alternatives(name), *failed(name)])


def _failed_before(database: Database, ids: Set[str]) -> Callable[[Naming], list[Condition]]:
    """Creations that failed, and so made nothing that has an id, where one of these objects was made another time."""
    found = []
    places = database.query(
        "SELECT DISTINCT address, workspace FROM event WHERE target_id = '' AND address IS NOT NULL LIMIT ?",
        [MOST_ALTERNATIVES],
    )
    for place in places if ids else ():
        rows = database.query("SELECT DISTINCT target_id FROM event WHERE address = ? AND workspace = ?", place)
        if any(id in ids for (id,) in rows):
            found.append(place)
    return lambda name: [
        Condition(f"({name('target_id')} = '' AND {checked('address')} = ? AND {checked('workspace')} = ?)", place)
        for place in found
    ]


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
            found += _spread(database, "target_name", matches(name("target_name"), target.name), of_type, name)
            if not is_glob(target.name):
                named = all_of([*of_type[len(fixed) :], matches("target_name", target.name)])
                found += _of_objects(database, named, fixed, name)
    return found


def _address_conditions(database: Database, address: str, fixed: Sequence[Condition], name: Naming) -> list[Condition]:
    found = []
    for one in _at_address(name("address"), address):
        found += _spread(database, "address", one, fixed, name)
    return [*found, *_of_objects(database, any_of(_at_address("address", address)), fixed, name)]


def _of_objects(database: Database, that: Condition, fixed: Sequence[Condition], name: Naming) -> list[Condition]:
    """The whole lives of the objects of which some event is one of `that`: what they were called before and after, and
    what other tools did to them, who know their ids alone.

    A creation that failed made no object: it has no id, and its life is that one event.
    """
    of_objects = Condition(f"SELECT DISTINCT target_id FROM event WHERE target_id <> '' AND ({that.sql})", that.params)
    ids = database.query(f"{of_objects.sql} LIMIT ?", [*of_objects.params, _MOST_IDS + 1])
    column = name("target_id")
    if len(ids) <= MOST_ALTERNATIVES and name is indexed:
        return [all_of([*fixed, Condition(f"{column} = ?", row)]) for row in ids]
    if len(ids) <= _MOST_IDS:
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
        f"SELECT DISTINCT {column} FROM event WHERE {whole.sql} LIMIT ?", [*whole.params, MOST_ALTERNATIVES + 1]
    )
    if len(rows) > MOST_ALTERNATIVES:
        return [whole]
    return [all_of([*fixed, Condition(f"{column} = ?", row)]) for row in rows]


def _at_address(column: str, address: str) -> list[Condition]:
    """At the address itself, in an instance of it, or in the module that it is."""
    found = [matches(column, address)]
    if is_glob(address):
        return found
    if not address.endswith("]"):
        found.append(begins(column, f"{address}["))
    if _is_module(address):
        found.append(begins(column, f"{address}."))
    return found


def _is_module(address: str) -> bool:
    try:
        return parse_address(address).resource is None
    except AddressError:
        return False
