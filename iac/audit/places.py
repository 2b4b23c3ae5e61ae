"""Where objects are: what they live in, and at which address.

An object lives in another when its state has that one's id: the `environment_id` of a service is the id of an
environment. What an object lives in never changes, so the first state that the log has of it tells. Events of other
writers have no state. Owns finding places; leaves what a filter makes of them to `conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from iac.audit.chain import not_intact
from iac.audit.external import OURS
from iac.audit.record import Event
from iac.database import Database
from iac.values.codec import loads

_PAGE: Final = 500
_NESTED: Final = 20
"""How many objects may live in each other; a log that was altered may have a circle."""

_STATES: Final = f"{OURS} AND (post_state <> 'null' OR patch LIKE '%\"path\":\"\"%')"
"""Events that have a state of the object: after them, or, of a delete, in the patch."""

_REFERENCE: Final = re.compile(r'"([a-z][a-z0-9_]*)_id":"([^"\\]+)"')


class Reference(NamedTuple):
    """An object by its type and id."""

    type: str
    id: str


def inside(database: Database, containers: Iterable[Reference]) -> list[str]:
    """The ids of all objects that live in one of these, or in one that does: those that are gone, too.

    Takes a step for each object that the log knows, however many events it has.
    """
    living: dict[Reference, list[Reference]] = {}
    for child, parents in _references(database):
        for parent in parents:
            living.setdefault(parent, []).append(child)
    found: dict[Reference, None] = {}
    waiting = list(containers)
    while waiting:
        for child in living.pop(waiting.pop(), ()):
            found[child] = None
            waiting.append(child)
    return [child.id for child in found]


def _references(database: Database) -> Iterator[tuple[Reference, list[Reference]]]:
    """Each object, with what its first state refers to."""
    last = ""
    while True:
        rows = database.query(
            "WITH RECURSIVE found(id) AS (SELECT min(target_id) FROM event WHERE target_id > ? UNION ALL"
            " SELECT (SELECT min(target_id) FROM event WHERE target_id > found.id) FROM found"
            " WHERE found.id IS NOT NULL), page(id) AS (SELECT id FROM found WHERE id IS NOT NULL LIMIT ?)"
            " SELECT page.id, e.target_type, e.post_state, e.patch FROM page LEFT JOIN event e ON e.sequence ="
            f" (SELECT sequence FROM event WHERE target_id = page.id AND {_STATES} ORDER BY sequence LIMIT 1)"
            " ORDER BY page.id",
            [last, _PAGE],
        )
        for id, type, post_state, patch in rows:
            if type is not None:
                text = patch if post_state == "null" else post_state
                yield Reference(type, id), [Reference(*found) for found in _REFERENCE.findall(text)]
        if len(rows) < _PAGE:
            return
        last = rows[-1][0]


class Places:
    """The places of the objects that events are about. What was found once is remembered, an entry for each object."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._paths: dict[Reference, tuple[str, ...]] = {}

    def path(self, event: Event) -> tuple[str, ...]:
        """The names of what the object lives in, from the nearest on, and at last its workspace."""
        object = Reference(event.target_type, event.target_id)
        if object not in self._paths:
            self._paths[object] = (*self._names(object), self._workspace(event))
        return self._paths[object]

    def address(self, event: Event) -> str | None:
        """The address that the event says; where it says none, the one that its object had by then."""
        if event.address is not None or not event.target_id:
            return event.address
        return self._latest("address", event.target_id, f" AND sequence < {event.sequence} AND address IS NOT NULL")

    def _workspace(self, event: Event) -> str:
        # Other tools know of no workspace, and name the default one.
        return self._latest("workspace", event.target_id, " AND address IS NOT NULL") or event.workspace

    def _names(self, object: Reference) -> Iterator[str]:
        parent = self._parent(object)
        for _ in range(_NESTED):
            if parent is None:
                return
            yield self._latest("target_name", parent.id, "") or ""
            parent = self._parent(parent)

    def _parent(self, object: Reference) -> Reference | None:
        row = self._database.query_one(
            "SELECT sequence, post_state, patch FROM event"
            f" WHERE target_id = ? AND {_STATES} ORDER BY sequence LIMIT 1",
            [object.id],
        )
        state = None if row is None else _state(*row)
        for name, value in state.items() if isinstance(state, Mapping) else ():
            if name.endswith("_id") and isinstance(value, str):
                parent = Reference(name.removesuffix("_id"), value)
                if self._latest("target_type", parent.id, "") == parent.type:
                    return parent
        return None

    def _latest(self, column: str, id: str, condition: str) -> str | None:
        row = self._database.query_one(
            f"SELECT {column} FROM event WHERE target_id = ?{condition} ORDER BY sequence DESC LIMIT 1", [id]
        )
        return None if row is None else row[0]


def _state(sequence: int, after: str, patch: str | None) -> Any:
    """The object after an event, or before it when it is gone."""
    try:
        state = loads(after)
        if state is not None or patch is None:
            return state
        return next((operation["old"] for operation in loads(patch) if operation["path"] == ""), None)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise not_intact(sequence) from None
