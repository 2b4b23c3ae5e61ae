"""The state lock: one holder at a time, shown to whoever waits, taken over from the dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress

import pytest

from iac.diagnostics import DiagnosticsError, Severity
from iac.state.lock import force_unlock, lock, read_lock
from iac.storage import open_storage

HOLDER = """if True:
    import sys, time
    from iac.state.lock import lock
    from iac.storage import open_storage
    with open_storage(sys.argv[1]) as database, lock(database, "default", "OperationTypeApply", "zoe@laptop"):
        print("held", flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def holder(path, database):
    """Another process that holds the lock until it reads a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def acquire(database, **more):
    return lock(database, "default", "OperationTypePlan", "me@here", **more)


def test_is_held_for_the_body_alone(database):
    with acquire(database) as held:
        assert read_lock(database, "default") == held
        assert (held.operation, held.who) == ("OperationTypePlan", "me@here")
    assert read_lock(database, "default") is None


@pytest.mark.parametrize("exception", [ValueError, KeyboardInterrupt])
def test_is_released_when_the_body_fails(database, exception):
    with pytest.raises(exception), acquire(database):
        raise exception
    assert read_lock(database, "default") is None


def test_of_another_process_is_shown_to_who_fails_to_get_it(database, holder, path):
    with pytest.raises(DiagnosticsError) as raised, acquire(database):
        pass
    (diagnostic,) = raised.value.diagnostics
    held = read_lock(database, "default")
    assert diagnostic.summary == "Error acquiring the state lock"
    for line in (
        "Lock Info:",
        f"  ID:        {held.id}",
        f"  Path:      {path}",
        "  Operation: OperationTypeApply",
        "  Who:       zoe@laptop",
        f"  Created:   {held.created}",
        "-lock-timeout",
        f"force-unlock {held.id}",
    ):
        assert line in diagnostic.detail


def test_is_waited_for_when_there_is_time(database, holder):
    told = []

    def tell(diagnostic):
        told.append(diagnostic)
        holder.stdin.write("\n")
        holder.stdin.flush()

    with acquire(database, timeout=30, tell=tell):
        (diagnostic,) = told
        assert (diagnostic.severity, diagnostic.summary) == (Severity.WARNING, "Waiting for the state lock")
        assert "zoe@laptop" in diagnostic.detail


def test_of_a_killed_process_is_taken_over_with_a_warning(database, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert read_lock(database, "default") is not None
    told = []
    with acquire(database, tell=told.append):
        (diagnostic,) = told
        assert diagnostic.severity is Severity.WARNING
        assert "zoe@laptop" in diagnostic.detail
    assert read_lock(database, "default") is None


def test_of_a_killed_process_that_nobody_has_waited_for_is_taken_over_too(database, holder):
    os.kill(holder.pid, signal.SIGKILL)
    os.waitid(os.P_PID, holder.pid, os.WEXITED | os.WNOWAIT)
    told = []
    with acquire(database, tell=told.append):
        assert told


@pytest.mark.parametrize(
    ("change", "dead"),
    [
        ("pid = pid", False),
        ("host = 'elsewhere', pid = 99999999", False),
        ("process = 'another-boot ns 1'", True),
    ],
)
def test_is_taken_over_only_when_its_holder_is_certainly_dead(database, change, dead):
    if not os.path.exists("/proc/self/ns/pid"):
        pytest.skip("the system does not tell processes apart")
    with suppress(DiagnosticsError), acquire(database) as first:
        database.execute(f"UPDATE state_lock SET {change}")
        told = []
        with acquire(database, tell=told.append):
            assert dead
            assert first.id in told[0].detail
    assert (read_lock(database, "default") is None) or not dead


def test_that_somebody_removed_while_it_was_held_is_reported(database):
    with pytest.raises(DiagnosticsError, match="Error releasing the state lock"), acquire(database) as held:
        force_unlock(database, "default", held.id)


def test_of_one_workspace_does_not_concern_another(database, holder):
    with lock(database, "other", "OperationTypeApply", "me@here"):
        pass


def test_two_that_wait_get_it_one_after_the_other(path, database):
    order = []

    def run(name):
        with open_storage(path) as own, acquire(own, timeout=30):
            order.append(("in", name))
            order.append(("out", name))

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [what for what, _ in order] == ["in", "out", "in", "out"]


def test_cannot_be_taken_inside_a_transaction(database):
    with database.transaction(), pytest.raises(RuntimeError), acquire(database):
        pass


class TestForceUnlock:
    def test_removes_the_lock_with_the_id(self, database, holder):
        held = read_lock(database, "default")
        assert force_unlock(database, "default", held.id) == held
        with acquire(database):
            pass

    def test_needs_the_id_of_the_lock(self, database, holder):
        with pytest.raises(DiagnosticsError, match="Failed to unlock state") as raised:
            force_unlock(database, "default", "wrong")
        assert "zoe@laptop" in raised.value.diagnostics[0].detail
        assert read_lock(database, "default") is not None

    def test_needs_a_lock(self, database):
        with pytest.raises(DiagnosticsError) as raised:
            force_unlock(database, "default", "any")
        assert raised.value.diagnostics[0].detail == "The state is not locked."
