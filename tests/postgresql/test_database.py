"""PostgreSQL as the program uses it: as SQLite."""

from __future__ import annotations

from contextlib import suppress

import pytest

from iac.address import parse_instance
from iac.audit.filters import EventFilter
from iac.audit.log import AuditLog
from iac.audit.query import count, event
from iac.audit.record import Operation, Origin
from iac.audit.verify import verify
from iac.database import IntegrityError
from iac.diagnostics import DiagnosticsError
from iac.state.lock import lock
from iac.state.model import InstanceObject
from iac.state.store import StateReader, StateWriter
from iac.storage import SCHEMA_VERSION, open_storage, schema_version


def test_holds_log_and_state_as_sqlite_does(url: str) -> None:
    open_storage(url).close()
    with open_storage(url) as database:
        log, writer = AuditLog(database), StateWriter(database)
        address = parse_instance('iac_service.api["eu"]')

        def record(after: dict[str, str]) -> None:
            log.record(
                Operation(Origin("alice"), address=str(address)),
                event_type="CREATE",
                target_type="service",
                target_id="1",
                target_name="100% ü",
                before=None,
                after=after,
                sensitive=[("password",)],
            )

        with database.transaction():
            record({"password": "x"})
            with suppress(ValueError), database.transaction():
                record({})
                raise ValueError
            assert writer.put(InstanceObject(address, "iac", 0, {"n": 0.5})) == 1
            assert writer.bump() == 1
        assert verify(database).checked == 1
        assert StateReader(database).load().instances[address].attributes == {"n": 0.5}
        filter = EventFilter(targets=("service:100%*", "iac_service.api"), users=("al*",), event_types=("create",))
        assert count(database, filter) == 1
        with lock(database, "default", "OperationTypeApply", "me@here"):
            assert event(database, 1).post_state["password"].keys() == {"$sensitive"}
        with pytest.raises(Exception, match="append-only"):
            database.execute("DELETE FROM event")


def test_stores_nothing_of_a_transaction_in_which_a_statement_failed(url: str) -> None:
    with open_storage(url) as database:
        with suppress(DiagnosticsError), database.transaction():
            database.execute("UPDATE schema_version SET version = 7")
            with suppress(IntegrityError):
                database.execute("INSERT INTO audit_key SELECT key FROM audit_key")
        assert schema_version(database) == SCHEMA_VERSION
