"""The tables of state: the source of their DDL.

Rows are written and read with plain SQL by `store` and `lock`; this module is imported only to create the
tables. JSON columns hold canonical JSON text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


class WorkspaceRow(SQLModel, table=True):
    """A workspace. New instances get versions above `version_floor`, so that an address that is removed and
    comes back never has a version that it had before."""

    __tablename__ = "workspace"

    name: str = _text(primary_key=True)
    lineage: str = _text()
    serial: int
    version_floor: int


class InstanceRow(SQLModel, table=True):
    """One object of one resource instance. `deposed` is empty for the current one.

    `module`, `mode`, `type`, `name` and `instance_key` repeat the address, for queries by hand.
    """

    __tablename__ = "resource_instance"
    __table_args__ = (Index("resource_instance_by_type", "workspace", "type", "name"),)

    workspace: str = _text(primary_key=True, foreign_key="workspace.name")
    address: str = _text(primary_key=True)
    deposed: str = _text(primary_key=True)
    module: str = _text()
    mode: str = _text()
    type: str = _text()
    name: str = _text()
    instance_key: str | None = _text()
    provider: str = _text()
    schema_version: int
    attributes: str = _text()
    sensitive_paths: str = _text()
    dependencies: str = _text()
    create_before_destroy: bool
    status: str = _text()
    version: int


class OutputRow(SQLModel, table=True):
    """A root output. `value` is JSON that carries the type: `{"value": ..., "type": ...}`."""

    __tablename__ = "output"

    workspace: str = _text(primary_key=True, foreign_key="workspace.name")
    name: str = _text(primary_key=True)
    value: str = _text()
    sensitive: bool


class CheckRow(SQLModel, table=True):
    """What came of the conditions of one object; see `iac.state.checks.CheckResult`."""

    __tablename__ = "check_result"

    workspace: str = _text(primary_key=True, foreign_key="workspace.name")
    address: str = _text(primary_key=True)
    kind: str = _text()
    status: str = _text()
    problems: str = _text()
    evaluated: bool


class LockRow(SQLModel, table=True):
    """The lock of a workspace's state while somebody holds it; see `iac.state.lock.Lock`."""

    __tablename__ = "state_lock"

    workspace: str = _text(primary_key=True)
    id: str = _text()
    operation: str = _text()
    who: str = _text()
    version: str = _text()
    created: str = _text()
    path: str = _text()
    host: str = _text()
    pid: int
    process: str = _text()
