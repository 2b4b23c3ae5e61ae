"""What there is in a database and how large it is, for people who look after it. Reads only."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from iac.database import Database
from iac.database.upkeep import FileSizes, file_sizes
from iac.state.lock import Lock, read_lock
from iac.state.store import StateReader, workspaces
from iac.storage import SCHEMA_VERSION, schema_version

_COUNTED: Final = {
    "events": "event",
    "plans": "plan",
    "runs": "run",
    "clusters": "cluster",
    "environments": "environment",
    "services": "service",
}


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """A workspace: the identity of its state, how many objects and outputs it has, and who holds its lock."""

    name: str
    lineage: str
    serial: int
    objects: int
    outputs: int
    lock: Lock | None


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """Everything that is told of a database. `engine` is the product and its version, `newest_schema` the version
    that this program knows, `first_event` and `last_event` the times of the oldest and newest."""

    location: str
    engine: str
    schema: int
    newest_schema: int
    sizes: FileSizes | None
    counts: Mapping[str, int]
    first_event: str | None
    last_event: str | None
    workspaces: Sequence[WorkspaceFacts]


def database_facts(database: Database) -> DatabaseFacts:
    """Looks at everything. Raises `DiagnosticsError` when it cannot be read."""
    sqlite = database.dialect == "sqlite"
    ((first, last),) = database.query("SELECT min(timestamp), max(timestamp) FROM event")
    return DatabaseFacts(
        location=database.location,
        engine=f"SQLite {sqlite3.sqlite_version}" if sqlite else database.dialect,
        schema=schema_version(database),
        newest_schema=SCHEMA_VERSION,
        sizes=file_sizes(database),
        counts={name: _count(database, table) for name, table in _COUNTED.items()},
        first_event=first,
        last_event=last,
        workspaces=[_workspace(database, name) for name in workspaces(database)],
    )


def _count(database: Database, table: str, condition: str = "", params: Sequence[str] = ()) -> int:
    ((count,),) = database.query(f"SELECT count(*) FROM {table}{condition}", params)
    return int(count)


def _workspace(database: Database, name: str) -> WorkspaceFacts:
    lineage, serial = StateReader(database, name).identity()
    objects, outputs = (
        _count(database, table, " WHERE workspace = ?", (name,)) for table in ("resource_instance", "output")
    )
    return WorkspaceFacts(name, lineage, serial, objects, outputs, read_lock(database, name))
