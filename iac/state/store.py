"""State in the database: one row an object, one an output, one a result of conditions, one a workspace.

Reader and writer are separate, so that planning can be given the one and only applying the other. Leaves
locking to `lock`.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from iac.address import (
    ROOT,
    ConfigResource,
    ModuleInstance,
    Resource,
    ResourceInstance,
    module_path,
    module_text,
    parse_target,
)
from iac.database import Database
from iac.state.checks import CheckResult
from iac.state.model import InstanceObject, OutputState, State
from iac.values.codec import canonical, loads, typed_from_json, typed_to_json
from iac.values.types import DYNAMIC

DEFAULT_WORKSPACE: Final = "default"


class StateReader:
    """Reads the state of one workspace."""

    def __init__(self, database: Database, workspace: str = DEFAULT_WORKSPACE) -> None:
        self._database = database
        self.workspace = workspace

    def identity(self) -> tuple[str, int]:
        """Lineage and serial; an empty string and 0 before anything was written."""
        row = self._database.query_one("SELECT lineage, serial FROM workspace WHERE name = ?", (self.workspace,))
        return (row[0], row[1]) if row else ("", 0)

    def version_of(self, address: ResourceInstance, deposed: str | None = None) -> int | None:
        """The version of one object, None when the state does not have it."""
        row = self._database.query_one(
            "SELECT version FROM resource_instance WHERE workspace = ? AND address = ? AND deposed = ?",
            (self.workspace, str(address), deposed or ""),
        )
        return row[0] if row else None

    def load(self) -> State:
        """The whole state as it was at one moment."""
        while True:
            lineage, serial = self.identity()
            objects = self._objects()
            outputs = self._outputs()
            checks = self._checks()
            # Another process may have committed between the queries.
            if self.identity() == (lineage, serial):
                break
        return State(
            workspace=self.workspace,
            lineage=lineage,
            serial=serial,
            instances={o.address: o for o in objects if o.deposed is None},
            deposed={(o.address, o.deposed): o for o in objects if o.deposed is not None},
            outputs=outputs,
            checks=checks,
        )

    def _objects(self) -> list[InstanceObject]:
        rows = self._database.query(
            "SELECT attributes, sensitive_paths, coalesce(instance_key, 'null'), module, mode, type, name,"
            " dependencies, deposed, provider, schema_version, create_before_destroy, status, version"
            " FROM resource_instance WHERE workspace = ?"
            " ORDER BY address, deposed",
            (self.workspace,),
        )
        # Parsed together: that is several times faster than one by one.
        decoded = loads("[" + ",".join(f"[{row[0]},{row[1]},{row[2]}]" for row in rows) + "]")
        return [
            InstanceObject(
                address=ResourceInstance(_module(row[3]), _resource(*row[4:7]), key),
                provider=row[9],
                schema_version=row[10],
                attributes=attributes,
                sensitive_paths=tuple(map(tuple, sensitive_paths)),
                dependencies=_dependencies(row[7]),
                create_before_destroy=bool(row[11]),
                status=row[12],
                deposed=row[8] or None,
                version=row[13],
            )
            for row, (attributes, sensitive_paths, key) in zip(rows, decoded, strict=True)
        ]

    def _outputs(self) -> dict[str, OutputState]:
        rows = self._database.query(
            "SELECT name, value, sensitive FROM output WHERE workspace = ? ORDER BY name", (self.workspace,)
        )
        return {
            name: OutputState(typed_from_json(loads(value), DYNAMIC), bool(sensitive))
            for name, value, sensitive in rows
        }

    def _checks(self) -> list[CheckResult]:
        rows = self._database.query(
            "SELECT address, kind, status, problems, evaluated FROM check_result WHERE workspace = ?",
            (self.workspace,),
        )
        return [
            CheckResult(address, kind, status, tuple(loads(problems)), bool(evaluated))
            for address, kind, status, problems, evaluated in sorted(rows)
        ]


class StateWriter:
    """Writes the state of one workspace, inside a transaction of the database.

    The workspace comes into being with the first write.
    """

    def __init__(self, database: Database, workspace: str = DEFAULT_WORKSPACE) -> None:
        self._database = database
        self.workspace = workspace
        self._known: Final = f"state.workspace.{workspace}"

    def put(self, instance: InstanceObject) -> int:
        """Stores an object in the place of the one that is there, if any; returns its new version.

        The version is one more than that of the object before it; `instance.version` is not looked at.
        """
        self._begin()
        address = instance.address
        key = None if address.key is None else canonical(address.key)
        row = self._database.query_one(
            _PUT,
            (
                self.workspace,
                str(address),
                instance.deposed or "",
                module_text(address.module),
                *address.resource,
                key,
                instance.provider,
                instance.schema_version,
                canonical(dict(instance.attributes)),
                canonical([list(path) for path in instance.sensitive_paths]),
                canonical([str(d) for d in instance.dependencies]),
                instance.create_before_destroy,
                instance.status,
                self.workspace,
            ),
        )
        assert row is not None
        return int(row[0])

    def remove(self, address: ResourceInstance, deposed: str | None = None) -> None:
        """Forgets an object; nothing happens when it is not there."""
        self._begin()
        place = (self.workspace, str(address), deposed or "")
        condition = "workspace = ? AND address = ? AND deposed = ?"
        row = self._database.query_one(f"SELECT version FROM resource_instance WHERE {condition}", place)
        if row is None:
            return
        self._database.execute(f"DELETE FROM resource_instance WHERE {condition}", place)
        self._database.execute(
            "UPDATE workspace SET version_floor = ? WHERE name = ? AND version_floor < ?",
            (row[0], self.workspace, row[0]),
        )

    def put_output(self, name: str, output: OutputState) -> None:
        """Stores a root output."""
        self._begin()
        self._database.execute(
            "INSERT INTO output (workspace, name, value, sensitive) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value,"
            " sensitive = excluded.sensitive",
            (self.workspace, name, canonical(typed_to_json(output.value, DYNAMIC)), output.sensitive),
        )

    def remove_output(self, name: str) -> None:
        """Forgets a root output; nothing happens when it is not there."""
        self._begin()
        self._database.execute("DELETE FROM output WHERE workspace = ? AND name = ?", (self.workspace, name))

    def put_checks(self, results: Iterable[CheckResult], known: Iterable[CheckResult]) -> bool:
        """Stores what came of all conditions, one result for each address, in the place of the `known` results, which
        are those that are there; returns whether they differ."""
        new, old = {r.address: r for r in results}, {r.address: r for r in known}
        gone, changed = old.keys() - new.keys(), [r for a, r in new.items() if old.get(a) != r]
        if not gone and not changed:
            return False
        self._begin()
        for address in gone:
            place = (self.workspace, address)
            self._database.execute("DELETE FROM check_result WHERE workspace = ? AND address = ?", place)
        for result in changed:
            self._database.execute(
                "INSERT INTO check_result (workspace, address, kind, status, problems, evaluated)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (workspace, address) DO UPDATE SET kind = excluded.kind,"
                " status = excluded.status, problems = excluded.problems, evaluated = excluded.evaluated",
                (
                    self.workspace,
                    result.address,
                    result.kind,
                    result.status,
                    canonical(list(result.problems)),
                    result.evaluated,
                ),
            )
        return True

    def bump(self) -> int:
        """Counts the serial up, once for each transaction that changes the state; returns the new one."""
        self._begin()
        row = self._database.query_one(
            "UPDATE workspace SET serial = serial + 1 WHERE name = ? RETURNING serial", (self.workspace,)
        )
        assert row is not None
        return int(row[0])

    def adopt(self, lineage: str, serial: int) -> None:
        """Gives the state the lineage and serial of another that takes its place; an empty lineage leaves its own."""
        self._begin()
        self._database.execute(
            "UPDATE workspace SET lineage = coalesce(nullif(?, ''), lineage), serial = ? WHERE name = ?",
            (lineage, serial, self.workspace),
        )

    def _begin(self) -> None:
        database = self._database
        if not database.in_transaction:
            raise RuntimeError("state is written in the transaction of the operation that changes it")
        if self._known not in database.memory:
            create_workspace(database, self.workspace)
            database.memory[self._known] = True


_PUT: Final = (
    "INSERT INTO resource_instance (workspace, address, deposed, module, mode, type, name, instance_key,"
    " provider, schema_version, attributes, sensitive_paths, dependencies, create_before_destroy, status,"
    " version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
    " (SELECT version_floor + 1 FROM workspace WHERE name = ?))"
    " ON CONFLICT (workspace, address, deposed) DO UPDATE SET provider = excluded.provider,"
    " schema_version = excluded.schema_version, attributes = excluded.attributes,"
    " sensitive_paths = excluded.sensitive_paths, dependencies = excluded.dependencies,"
    " create_before_destroy = excluded.create_before_destroy, status = excluded.status,"
    " version = resource_instance.version + 1 RETURNING version"
)


@lru_cache(maxsize=4096)
def _module(text: str) -> ModuleInstance:
    return parse_target(text).module if text else ROOT


@lru_cache(maxsize=4096)
def _resource(mode: str, type: str, name: str) -> Resource:
    return Resource(mode, type, name)


@lru_cache(maxsize=4096)
def _dependencies(text: str) -> tuple[ConfigResource, ...]:
    return tuple(map(_config_resource, json.loads(text)))


def _config_resource(text: str) -> ConfigResource:
    target = parse_target(text)
    assert target.resource is not None, "dependencies are resources"
    return ConfigResource(module_path(target.module), target.resource)


# --- Workspaces --------------------------------------------------------------------------------------------


def workspaces(database: Database) -> Sequence[str]:
    """The names of the workspaces: `default`, which always exists, and then the others in order."""
    rows = database.query("SELECT name FROM workspace WHERE name <> ? ORDER BY name", (DEFAULT_WORKSPACE,))
    return [DEFAULT_WORKSPACE, *(name for (name,) in rows)]


def create_workspace(database: Database, name: str) -> bool:
    """Makes an empty workspace with a lineage of its own; false when it exists already."""
    return bool(
        database.execute(
            "INSERT INTO workspace (name, lineage, serial, version_floor) VALUES (?, ?, 0, 0)"
            " ON CONFLICT (name) DO NOTHING",
            (name, str(uuid.uuid4())),
        )
    )


def delete_workspace(database: Database, name: str) -> bool:
    """Removes a workspace with its whole state; false when there is none. Objects are not destroyed."""
    with database.transaction():
        for table in ("resource_instance", "output", "check_result"):
            database.execute(f"DELETE FROM {table} WHERE workspace = ?", (name,))
        return bool(database.execute("DELETE FROM workspace WHERE name = ?", (name,)))
