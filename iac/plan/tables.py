"""The tables of recorded plans and runs: the source of their DDL.

Rows are written and read with plain SQL by `records`; this module is imported only to create the tables. Documents
are canonical JSON, compressed; no sensitive value is in them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field, SQLModel


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


class PlanRow(SQLModel, table=True):
    """A plan as it was made; see `iac.plan.records.PlanRecord`."""

    __tablename__ = "plan"
    __table_args__ = (Index("plan_by_time", "workspace", "created"),)

    id: str = _text(primary_key=True)
    created: str = _text()
    workspace: str = _text()
    mode: str = _text()
    user: str = _text()
    tool: str = _text()
    context: str = _text()
    status: str = _text()
    digest: str = _text()
    lineage: str = _text()
    serial: int
    imported: int
    added: int
    changed: int
    destroyed: int
    variables: str = _text()
    document: bytes = Field(sa_type=LargeBinary)


class RunRow(SQLModel, table=True):
    """An apply; see `iac.plan.records.RunRecord`."""

    __tablename__ = "run"
    __table_args__ = (Index("run_by_time", "workspace", "started"), Index("run_by_plan", "plan_id"))

    id: str = _text(primary_key=True)
    plan_id: str = _text()
    workspace: str = _text()
    user: str = _text()
    tool: str = _text()
    message: str | None = _text()
    context: str = _text()
    started: str = _text()
    finished: str | None = _text()
    status: str = _text()
    digest: str = _text()
    imported: int
    added: int
    changed: int
    destroyed: int
    error: str | None = _text()
    durations: bytes = Field(sa_type=LargeBinary)
