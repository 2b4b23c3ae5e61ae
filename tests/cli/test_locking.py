"""The lock of a workspace, as those see it who have to wait, or come after a run that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOLDER = """if True:
    import sys
    from iac.state.lock import lock
    from iac.storage import open_storage
    with open_storage("iac.db") as database, lock(database, "default", "OperationTypeApply", "zoe@laptop"):
        print("held", flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def holder(directory: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it reads a line."""
    command = [sys.executable, "-c", HOLDER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=directory) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_whoever_cannot_wait_is_told_who_holds_it(iac, holder) -> None:
    outcome = iac("apply", "-auto-approve")
    assert outcome.code == 1
    assert "Error acquiring the state lock" in outcome.err
    for line in ("Who:       zoe@laptop", "Operation: OperationTypeApply", f"Process:   {holder.pid} on "):
        assert line in outcome.err
    assert iac("events").out == "No events.\n"


def test_whoever_waits_is_told_for_whom(directory: Path, holder) -> None:
    command = [sys.executable, "-m", "iac", "apply", "-auto-approve", "-no-color", "-lock-timeout=60s"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=directory) as waiting:
        assert waiting.stderr is not None
        told = ""
        while "Process:" not in told:
            told += waiting.stderr.readline()
        holder.stdin.write("\n")
        holder.stdin.flush()
        waiting.stderr.read()
    assert waiting.returncode == 0
    assert "Warning: Waiting for the state lock" in told
    assert "Waiting up to 60 s" in told
    assert "Who:       zoe@laptop" in told


def test_that_of_a_killed_run_is_taken_over_with_a_warning(iac, holder) -> None:
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    outcome = iac("apply", "-auto-approve")
    assert outcome.code == 0
    assert "Warning: State lock of a dead process taken over" in outcome.err
    assert "zoe@laptop" in outcome.err


def test_planning_and_reading_go_on_meanwhile(iac, holder) -> None:
    for arguments in (["plan"], ["state", "list"], ["events"], ["output"], ["validate"]):
        assert iac(*arguments).code == 0, arguments
