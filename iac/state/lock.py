"""The lock of a workspace's state: who may write, told to everybody who has to wait.

It is a row and not a lock of the operating system, so that it can say who holds it and since when, for as
long as a whole run. One whose process has died on this host is taken over.
"""

from __future__ import annotations

import os
import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import Final

from iac import __version__
from iac.database import Database
from iac.diagnostics import Diagnostic, DiagnosticsError, error, warning

_FIRST_WAIT, _LONGEST_WAIT = 0.05, 1.0
_SUMMARY: Final = "Error acquiring the state lock"


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock as it is stored. The fields up to `path` are those that Terraform shows.

    `process` tells a process from a later one with the same number, where the system lets us know.
    """

    workspace: str
    id: str
    operation: str
    who: str
    version: str
    created: str
    path: str
    host: str
    pid: int
    process: str

    def describe(self) -> str:
        """The lines that tell a person who holds it."""
        return (
            "Lock Info:\n"
            f"  ID:        {self.id}\n"
            f"  Path:      {self.path}\n"
            f"  Operation: {self.operation}\n"
            f"  Who:       {self.who}\n"
            f"  Version:   {self.version}\n"
            f"  Created:   {self.created}\n"
            f"  Process:   {self.pid} on {self.host}\n"
        )


def _nobody(diagnostic: Diagnostic) -> None:
    """Who is not told anything."""


_COLUMNS: Final = ", ".join(f.name for f in fields(Lock))
_INSERT: Final = f"INSERT INTO state_lock ({_COLUMNS}) VALUES ({', '.join('?' * len(fields(Lock)))})"


@contextmanager
def lock(
    database: Database,
    workspace: str,
    operation: str,
    who: str,
    timeout: float = 0.0,
    tell: Callable[[Diagnostic], None] = _nobody,
) -> Iterator[Lock]:
    """Holds the lock of the workspace's state while the body runs.

    `operation` is Terraform's word (`OperationTypeApply`), `who` is `user@host`, `timeout` how many seconds to wait for
    another holder. `tell` is given a warning when waiting begins, and one when the lock of a dead process is taken
    over; each shows the holder, as does the `DiagnosticsError` that is raised in the end. Must not be used inside a
    transaction: others could not see the lock.
    """
    if database.in_transaction:
        raise RuntimeError("a lock inside a transaction would be seen by nobody")
    held = _acquire(database, _new(database, workspace, operation, who), timeout, tell)
    try:
        yield held
    except BaseException:
        _delete(database, held)
        raise
    if not _delete(database, held):
        raise DiagnosticsError(
            error(
                "Error releasing the state lock",
                f"The lock was removed by somebody else while it was held.\n\n{held.describe()}\n"
                "What was written is stored; another run may have written at the same time.",
            )
        )


def read_lock(database: Database, workspace: str) -> Lock | None:
    """The lock that somebody holds, if any."""
    row = database.query_one(f"SELECT {_COLUMNS} FROM state_lock WHERE workspace = ?", (workspace,))
    return Lock(*row) if row else None


def holder_is_gone(lock: Lock) -> bool:
    """Whether the process that holds the lock certainly does not run any more: the next one takes it over."""
    return _is_dead(lock)


def force_unlock(database: Database, workspace: str, lock_id: str) -> Lock:
    """Removes the lock with this id, whoever holds it, and returns it. Raises `DiagnosticsError`."""
    with database.transaction():
        found = read_lock(database, workspace)
        if found is None:
            raise DiagnosticsError(error("Failed to unlock state", "The state is not locked."))
        if found.id != lock_id:
            raise DiagnosticsError(
                error(
                    "Failed to unlock state",
                    f'The existing lock does not have the id "{lock_id}".\n\n{found.describe()}',
                )
            )
        _delete(database, found)
        return found


def _new(database: Database, workspace: str, operation: str, who: str) -> Lock:
    return Lock(
        workspace=workspace,
        id=str(uuid.uuid4()),
        operation=operation,
        who=who,
        version=__version__,
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC"),
        path=database.location,
        host=platform.node(),
        pid=os.getpid(),
        process=_process(os.getpid()) or "",
    )


def _acquire(database: Database, wanted: Lock, timeout: float, tell: Callable[[Diagnostic], None]) -> Lock:
    deadline = time.monotonic() + timeout
    pause = _FIRST_WAIT
    while True:
        with database.transaction():
            holder = read_lock(database, wanted.workspace)
            is_free = holder is None or _is_dead(holder)
            if is_free:
                if holder is not None:
                    _delete(database, holder)
                database.execute(_INSERT, astuple(wanted))
        if is_free:
            if holder is not None:
                tell(_taken_over(holder))
            return wanted
        assert holder is not None
        left = deadline - time.monotonic()
        if left <= 0:
            raise DiagnosticsError(_refused(holder))
        if pause == _FIRST_WAIT:
            tell(_waiting(holder, timeout))
        time.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_WAIT)


def _delete(database: Database, held: Lock) -> bool:
    condition = "workspace = ? AND id = ?"
    return database.execute(f"DELETE FROM state_lock WHERE {condition}", (held.workspace, held.id)) > 0


def _refused(holder: Lock) -> Diagnostic:
    return error(
        _SUMMARY,
        f"Error message: the state is already locked\n{holder.describe()}\n"
        "The state is locked while a run may write to it, so that no two do at once. Wait for the other run"
        ' to end ("-lock-timeout=60s" waits for you). If it is not running any more, remove its lock with'
        f' "iac force-unlock {holder.id}". "-lock=false" goes on without a lock, which is not recommended.',
    )


def _waiting(holder: Lock, timeout: float) -> Diagnostic:
    return warning(
        "Waiting for the state lock", f"Another run holds it. Waiting up to {timeout:g} s.\n\n{holder.describe()}"
    )


def _taken_over(holder: Lock) -> Diagnostic:
    return warning(
        "State lock of a dead process taken over",
        "The process that held the state lock ended without releasing it. What it had committed is stored;"
        f" what it was about to do is not.\n\n{holder.describe()}",
    )


# --- Is the holder alive? ----------------------------------------------------------------------------------


def _is_dead(holder: Lock) -> bool:
    """Whether the holder certainly does not run any more: only ever true of a process of this host."""
    if holder.host != platform.node() or os.name == "nt":
        return False
    boot, namespace = _system()
    holder_boot, holder_namespace = ([*holder.process.split(), "", ""])[:2]
    if holder_boot and boot and holder_boot != boot:
        return True
    if holder_namespace != namespace:
        return False  # another container, whose processes we cannot see
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    now = _process(holder.pid)
    return bool(holder.process) and now is not None and now != holder.process


def _process(pid: int) -> str | None:
    """What identifies a running process: boot, process namespace and start time. None where it cannot be
    known; a process that has ended but is still listed has no start time."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            stat = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    boot, namespace = _system()
    return f"{boot} {namespace} {'ended' if stat[0] in 'ZX' else stat[19]}"


def _system() -> tuple[str, str]:
    """The id of this boot and of the process namespace, each empty where it cannot be known."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            boot = file.read().strip()
        return boot, os.readlink("/proc/self/ns/pid")
    except OSError:
        return "", ""
