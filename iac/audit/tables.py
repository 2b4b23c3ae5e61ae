"""The tables of the audit log: the source of their DDL.

Rows are written and read with plain SQL by `chain`, `log` and `query`; this module is imported only to
create the tables. JSON columns hold canonical JSON text.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel

_REFUSAL: Final = "the audit log is append-only"

_APPEND_ONLY: Final = {
    "sqlite": (
        f"CREATE TRIGGER event_never_changes BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        "CREATE TRIGGER event_never_goes BEFORE DELETE ON event"
        " WHEN OLD.sequence > (SELECT pruned_sequence FROM audit_chain)"
        f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' AND OLD.sequence <= (SELECT pruned_sequence FROM audit_chain)"
        " THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event"
        " FOR EACH ROW EXECUTE FUNCTION event_is_append_only()",
    ),
}
"""Events are never changed, and go only from the old end, after the chain has been told up to where."""


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


class EventRow(SQLModel, table=True):
    """One event; see `iac.audit.record.Event`.

    `patch` is null where it follows from `post_state` alone: the object did not exist before.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("event_by_target", "target_type", "target_name", "sequence"),
        # With the type, so that the objects there are can be counted from the index alone.
        Index("event_by_target_id", "target_id", "sequence", "target_type"),
        # With the id, so that the objects that had an address are read from the index alone.
        Index("event_by_address", "address", "sequence", "target_id"),
        Index("event_by_time", "timestamp", "sequence"),
        Index("event_by_user", "user", "sequence"),
        Index("event_by_run", "run_id", "sequence"),
        Index("event_by_plan", "plan_id", "sequence"),
        Index("event_by_type", "event_type", "sequence"),
        Index("event_by_target_type", "target_type", "sequence"),
        Index("event_by_tool", "tool", "sequence"),
        Index("event_by_workspace", "workspace", "sequence"),
        Index("event_by_change", "change", "sequence"),
        {"info": {"triggers": _APPEND_ONLY}},
    )

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    id: str = _text(unique=True)
    timestamp: str = _text()
    event_type: str = _text()
    target_type: str = _text()
    target_id: str = _text()
    target_name: str = _text()
    address: str | None = _text()
    change: str = _text()
    user: str = _text()
    tool: str = _text()
    workspace: str = _text()
    run_id: str | None = _text()
    plan_id: str | None = _text()
    message: str | None = _text()
    source: str | None = _text()
    forced_by: str = _text()
    error: str | None = _text()
    context: str = _text()
    post_state: str = _text()
    patch: str | None = _text()
    previous_hash: str = _text()
    hash: str = _text()


class ChainRow(SQLModel, table=True):
    """The one row that says where the chain ends, and where it begins after old events were pruned.

    It makes the removal of the newest events visible, and appending cheap.
    """

    __tablename__ = "audit_chain"

    sequence: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    hash: str = _text()
    event_id: str = _text()
    timestamp: str = _text()
    pruned_sequence: int
    pruned_hash: str = _text()


class KeyRow(SQLModel, table=True):
    """The key, in hex, of the digests that stand for sensitive values. It never leaves the database."""

    __tablename__ = "audit_key"

    key: str = Field(primary_key=True)
