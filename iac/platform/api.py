"""The platform's API: create, read, find, list, update and delete objects, each change with its audit event.

Used by the provider and by every other tool that changes objects. Owns what must hold between objects (names,
parents, children) and that object and event are written together. Leaves the bounds of single arguments to
the provider's validation, what the platform decides by itself to `decisions`, SQL to `rows`.

Attributes are plain JSON data under the names of the schema. `DiagnosticsError` is raised for what a caller
can mend.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any, Final

from iac.audit.groups import changed_groups
from iac.audit.log import AuditLog
from iac.audit.record import CREATE, DELETE, UPDATE, Operation
from iac.audit.sensitive import JsonPath, sensitive_paths
from iac.database import Database
from iac.diagnostics import DiagnosticsError, did_you_mean, error
from iac.platform.decisions import decide
from iac.platform.rows import Attributes, Paths, from_row, statements, to_row
from iac.platform.schemas import KINDS, Kind
from iac.schema import Block
from iac.values.codec import from_json, to_json

_BOOKKEEPING: Final = frozenset({"id", "created_at", "updated_at"})
_LISTED: Final = 5


class Platform:
    """The objects of one database, and the log that tells of their changes."""

    def __init__(self, database: Database, log: AuditLog) -> None:
        self._database = database
        self._log = log

    # --- reading ---

    def read(self, kind: str, id: str) -> Attributes | None:
        """The object with an id, or None."""
        row = self._database.query_one(statements(kind).by_id, (id,))
        return None if row is None else from_row(KINDS[kind], row)[0]

    def find(self, kind: str, name: str, parent_id: str | None = None) -> Attributes | None:
        """The object with a name within its parent, or None. Clusters have no parent."""
        key = (parent_id, name) if KINDS[kind].parent else (name,)
        row = self._database.query_one(statements(kind).by_name, key)
        return None if row is None else from_row(KINDS[kind], row)[0]

    def list(self, kind: str, parent_id: str | None = None) -> list[Attributes]:
        """The objects of a kind, those of one parent or all, sorted by name and id."""
        spec, sql = KINDS[kind], statements(kind).all
        if parent_id is None or not spec.parent:
            rows = self._database.query(f"{sql} ORDER BY name, id")
        else:
            rows = self._database.query(f'{sql} WHERE "{spec.parent_attribute}" = ? ORDER BY name', (parent_id,))
        return [from_row(spec, row)[0] for row in rows]

    # --- changing ---

    def create(
        self, kind: str, attributes: Mapping[str, Any], operation: Operation, sensitive: Sequence[JsonPath] = ()
    ) -> Attributes:
        """Creates an object; returns it whole. Arguments that are missing or None get their defaults.

        What is at the `sensitive` paths, beside what the schema says, is kept out of this event and later ones.
        """
        spec = KINDS[kind]
        new = _complete(spec, attributes)
        with self._database.transaction():
            new["id"] = str(uuid.uuid4())
            self._check_place(spec, new)
            new["created_at"] = new["updated_at"] = _now()
            decide(kind, new, None)
            self._database.execute(statements(kind).insert, to_row(spec, new, sensitive))
            self._record(CREATE, spec, operation, None, new, sensitive)
        return new

    def update(
        self,
        kind: str,
        id: str,
        attributes: Mapping[str, Any],
        operation: Operation,
        sensitive: Sequence[JsonPath] | None = None,
    ) -> Attributes:
        """Changes the arguments that `attributes` names (None: back to the default); returns the object whole.

        `sensitive` replaces the remembered paths; None keeps them, those into a list as the whole list. Nothing is
        recorded when nothing changes.
        """
        spec = KINDS[kind]
        with self._database.transaction():
            old, remembered = self._existing(spec, id)
            new = _complete(spec, {**old, **attributes})
            for name in _BOOKKEEPING:
                new[name] = old[name]
            _refuse_fixed(spec, old, new)
            decide(kind, new, old)
            paths = [_steady(p) for p in remembered] if sensitive is None else sensitive
            if new == old:
                if [list(p) for p in paths] != remembered:
                    self._database.execute(statements(kind).update, [*to_row(spec, new, paths), id])
                return new
            if new["name"] != old["name"]:
                self._check_place(spec, new)
            new["updated_at"] = _now()
            self._database.execute(statements(kind).update, [*to_row(spec, new, paths), id])
            self._record(UPDATE, spec, operation, old, new, [*remembered, *paths])
        return new

    def delete(self, kind: str, id: str, operation: Operation) -> None:
        """Deletes an object that nothing lives in."""
        spec = KINDS[kind]
        with self._database.transaction():
            old, remembered = self._existing(spec, id)
            self._refuse_inhabited(spec, old)
            self._database.execute(statements(kind).delete, (id,))
            self._record(DELETE, spec, operation, old, None, remembered)

    # --- rules ---

    def _existing(self, spec: Kind, id: str) -> tuple[Attributes, Paths]:
        row = self._database.query_one(statements(spec.name).by_id, (id,))
        if row is None:
            raise DiagnosticsError(
                error(f"{spec.name.capitalize()} not found", f'There is no {spec.name} with the id "{id}".')
            )
        return from_row(spec, row)

    def _check_place(self, spec: Kind, new: Attributes) -> None:
        """The parent exists, and has no other object of this name."""
        where = ""
        parent_id = new[spec.parent_attribute] if spec.parent else None
        if spec.parent:
            parent = self._database.query_one(statements(spec.parent).name_of, (parent_id,))
            if parent is None:
                raise DiagnosticsError(
                    error(
                        f"{spec.parent.capitalize()} not found",
                        f'There is no {spec.parent} with the id "{parent_id}" for the {spec.name} "{new["name"]}".',
                        path=(spec.parent_attribute,),
                    )
                )
            where = f' in the {spec.parent} "{parent[0]}"'
        key = (parent_id, new["name"]) if spec.parent else (new["name"],)
        found = self._database.query_one(statements(spec.name).id_of, key)
        if found is not None and found[0] != new["id"]:
            raise DiagnosticsError(
                error(
                    f"{spec.name.capitalize()} already exists",
                    f'There is already {_article(spec.name)} "{new["name"]}"{where}; its id is "{found[0]}". Choose '
                    "another name, or import the one that exists.",
                    path=("name",),
                )
            )

    def _refuse_inhabited(self, spec: Kind, old: Attributes) -> None:
        sql = statements(spec.name).children
        names = [name for (name,) in self._database.query(sql, (old["id"],))] if sql else []
        if not names:
            return
        child = next(k.name for k in KINDS.values() if k.parent == spec.name)
        listed = ", ".join(f'"{n}"' for n in names[:_LISTED])
        if len(names) > _LISTED:
            listed += f" and {len(names) - _LISTED} more"
        what = f"the {child} {listed}" if len(names) == 1 else f"{len(names)} {child}s: {listed}"
        raise DiagnosticsError(
            error(
                f"{spec.name.capitalize()} is not empty",
                f'The {spec.name} "{old["name"]}" cannot be deleted, because it still has {what}. Delete '
                f"{'it' if len(names) == 1 else 'them'} first.",
            )
        )

    def _record(
        self,
        event_type: str,
        spec: Kind,
        operation: Operation,
        before: Attributes | None,
        after: Attributes | None,
        sensitive: Sequence[JsonPath],
    ) -> None:
        known = after or before or {}
        paths: dict[tuple[Any, ...], None] = dict.fromkeys(tuple(p) for p in sensitive)
        for state in (before, after):
            paths.update(dict.fromkeys(sensitive_paths(spec.block, state)))
        secret = {path[0] for path in paths}
        paths.update({(n,): None for n, a in spec.block.attributes.items() if a.copies in secret})
        self._log.record(
            operation,
            event_type=event_type,
            target_type=spec.name,
            target_id=known["id"],
            target_name=known["id"] if ("name",) in paths else known["name"],
            before=before,
            after=after,
            sensitive=list(paths),
            change=changed_groups(spec.block, _arguments(before), _arguments(after)),
        )


def _arguments(attributes: Attributes | None) -> Attributes | None:
    """The object without what changes with every change."""
    return None if attributes is None else {n: v for n, v in attributes.items() if n not in _BOOKKEEPING}


def _steady(path: JsonPath) -> list[Any]:
    """The path up to its first index: who changes a list without knowing of the secret in it may move that."""
    return list(takewhile(lambda step: isinstance(step, str), path))


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


# --- attributes that a caller gives --------------------------------------------------------------------------


def _complete(spec: Kind, attributes: Mapping[str, Any]) -> Attributes:
    """Every attribute, with defaults where nothing is given, in the form in which it is stored."""
    unknown_names = [n for n in attributes if n not in spec.block.attributes and n not in spec.block.blocks]
    if unknown_names:
        raise DiagnosticsError(
            error(
                "Unsupported attribute",
                f'{_article(spec.name).capitalize()} has no attribute "{unknown_names[0]}".'
                f"{did_you_mean(unknown_names[0], spec.columns)}",
            )
        )
    filled = _filled(spec.block, attributes)
    missing = [n for n, a in spec.block.attributes.items() if a.required and filled[n] is None]
    if missing:
        raise DiagnosticsError(
            error(
                "Missing required argument",
                f'{_article(spec.name).capitalize()} needs the argument "{missing[0]}".',
                path=(missing[0],),
            )
        )
    try:
        # The type puts sets in their order and refuses what does not fit.
        found: Attributes = to_json(from_json(filled, spec.block.implied_type))
    except ValueError as problem:
        raise DiagnosticsError(
            error("Unsuitable attribute", f"The attributes do not describe {_article(spec.name)}: {problem}.")
        ) from None
    return found


def _filled(block: Block, given: Mapping[str, Any]) -> Attributes:
    found: Attributes = {}
    for name, attribute in block.attributes.items():
        value = given.get(name)
        found[name] = attribute.default if value is None else value
    for name, nested in block.blocks.items():
        value = given.get(name)
        if nested.nesting == "single":
            found[name] = _filled(nested.block, value) if isinstance(value, Mapping) else value
        elif nested.nesting == "map":
            found[name] = {k: _filled(nested.block, v) for k, v in (value or {}).items()}
        else:
            found[name] = [_filled(nested.block, v) if isinstance(v, Mapping) else v for v in value or ()]
    extra = {n: v for n, v in given.items() if n not in found}
    return {**found, **extra}


def _refuse_fixed(spec: Kind, old: Attributes, new: Attributes) -> None:
    path = _fixed(spec.block, old, new)
    if path:
        raise DiagnosticsError(
            error(
                "Attribute cannot be changed",
                f'"{".".join(path)}" of the {spec.name} "{old["name"]}" cannot be changed after it was created.',
                path=path,
            )
        )


def _fixed(block: Block, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Where two states of an object differ in what never changes in place; empty when nowhere."""
    for name, attribute in block.attributes.items():
        # What is absent is as by default.
        if attribute.forces_replacement and (old.get(name, attribute.default) != new.get(name, attribute.default)):
            return (name,)
    for name, nested in block.blocks.items():
        if nested.nesting == "single":
            rest = _fixed(nested.block, old.get(name) or {}, new.get(name) or {})
            if rest:
                return (name, *rest)
    return ()
