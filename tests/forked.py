"""Runs `iac` commands each in a process of its own, quickly: one prepared process is forked for each.

The prepared process has everything imported and no threads. What it forks is a real process with a directory,
environment, standard input and limits of its own, that may be killed and may fail (see `torture/faults.py`).
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import pkgutil
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
_HARD_MEMORY_LIMIT = 4 << 30
"""Bytes of address space: what protects the machine. What a command may really use is for the caller to check."""

_LATER = ("iac.__main__", "iac.plugin.")
"""Modules of `iac` that are not imported before they are needed: what runs when imported, and what needs gRPC."""
_PREPARED = ("cryptography.hazmat.primitives.asymmetric.ed25519", "sqlmodel", "deepdiff", "jsonpatch", "gmpy2", "re2")
_PREPARED += ("yaml", "lark", "iac.plugin.install", "torture.faults")
"""What modules of `iac` import inside functions, as far as it is there."""


@dataclass(frozen=True)
class Call:
    """One command. `task` is a function `module:name` that takes the arguments and returns the exit code.

    `kill_after` is after how many seconds it is killed; `fault` is told to `torture.faults`. `file_limit` is how many
    bytes a file may get (the system then refuses to write).
    """

    arguments: Sequence[str]
    directory: str
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    task: str = "iac.cli.main:main"
    fault: Mapping[str, Any] | None = None
    kill_after: float | None = None
    timeout: float = 60.0
    file_limit: int | None = None
    stdout: str | None = None


@dataclass(frozen=True)
class Ended:
    """How a command ended: `code` is negative when a signal ended it; `counted` is how many places for faults it came
    by, and `hit` whether the fault happened."""

    code: int
    out: str
    err: str
    seconds: float
    megabytes: float
    timed_out: bool
    counted: int
    hit: bool

    @property
    def is_killed(self) -> bool:
        """Whether it was killed while it ran."""
        return self.code == -signal.SIGKILL and not self.timed_out

    @property
    def is_bug(self) -> bool:
        """Whether it ended as a mistake of a user never may: with a traceback, by a signal, or without end."""
        text = self.err + self.out
        told = "iac failed unexpectedly" in text or "Traceback (most recent call last)" in self.err
        return told or "Exception ignored in" in self.err or self.timed_out or self.code < 0

    def __str__(self) -> str:
        return f"exit code {self.code} after {self.seconds:.2f} s, {self.megabytes:.0f} MB\n{self.out}\n{self.err}"


class Forks:
    """The prepared process, from the side of who uses it. Use it in a `with` statement."""

    def __enter__(self) -> Forks:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("TF_", "IAC_"))}
        path = os.pathsep.join([str(TESTS.parent), str(TESTS)])
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**kept, "PYTHONPATH": path, "NO_COLOR": "1"},
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._process.communicate(timeout=20)

    def run(self, call: Call) -> Ended:
        """Runs a command to its end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(call)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the prepared process has ended"
        return Ended(**json.loads(answer))


# --- the prepared process ------------------------------------------------------------------------------------


def _serve() -> None:
    import iac

    modules = (module.name for module in pkgutil.walk_packages(iac.__path__, "iac."))
    for name in (*(m for m in modules if not m.startswith(_LATER)), *_PREPARED):
        with contextlib.suppress(Exception):  # the command that needs it will tell
            importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    with tempfile.TemporaryDirectory() as place:
        for request in sys.stdin:
            answers.write(json.dumps(asdict(_run(Call(**json.loads(request)), Path(place)))) + "\n")
            answers.flush()


def _run(call: Call, place: Path) -> Ended:
    given = place / "in"
    given.write_bytes(call.stdin.encode("utf-8", "surrogateescape"))
    pipes = [os.pipe() for _ in range(3)]  # for standard output, standard error, and what `faults` counted
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _be_child(call, given, *(written for _, written in pipes))
    for _, written in pipes:
        os.close(written)
    (out, err, report), status, usage, timed_out = _wait(child, call, started, [read for read, _ in pipes])
    return Ended(
        code=os.waitstatus_to_exitcode(status),
        out=out,
        err=err,
        seconds=time.monotonic() - started,
        megabytes=usage.ru_maxrss / 1024,
        timed_out=timed_out,
        **json.loads(report or '{"counted": 0, "hit": false}'),
    )


def _wait(
    child: int, call: Call, started: float, pipes: Sequence[int]
) -> tuple[list[str], int, resource.struct_rusage, bool]:
    """Reads what it tells until the end, and brings the end about when it is due."""
    due = started + (call.timeout if call.kill_after is None else min(call.kill_after, call.timeout))
    read = {pipe: bytearray() for pipe in pipes}
    waiting, late = set(pipes), False
    while waiting:
        ready, _, _ = select.select(waiting, [], [], None if late else max(0.0, due - time.monotonic()))
        if not ready:
            late = True
            os.kill(child, signal.SIGKILL)
        for pipe in ready:
            piece = os.read(pipe, 1 << 16)
            read[pipe] += piece
            if not piece:
                waiting.remove(pipe)
                os.close(pipe)
    _, status, usage = os.wait4(child, 0)
    texts = [bytes(read[pipe]).decode("utf-8", "replace") for pipe in pipes]
    late = late and os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    return texts, status, usage, late and (call.kill_after is None or call.kill_after >= call.timeout)


def _be_child(call: Call, given: Path, out: int, err: int, tell: int) -> None:
    code = 70
    try:
        os.dup2(err, 2)
        os.dup2(os.open(call.stdout, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) if call.stdout else out, 1)
        os.dup2(os.open(given, os.O_RDONLY), 0)
        # New objects, so that nothing that the prepared process read ahead is taken for input.
        sys.stdin, sys.stdout, sys.stderr = (
            io.TextIOWrapper(os.fdopen(n, "rb" if n == 0 else "wb"), "utf-8", errors, line_buffering=n == 2)
            for n, errors in ((0, "surrogateescape"), (1, "surrogateescape"), (2, "backslashreplace"))
        )
        os.chdir(call.directory)
        os.environ.update({"IAC_USER": "ana", **call.environment})
        resource.setrlimit(resource.RLIMIT_AS, (_HARD_MEMORY_LIMIT, _HARD_MEMORY_LIMIT))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if call.file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (call.file_limit, call.file_limit))
        code = _perform(call, tell)
        sys.stdout.flush()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stderr.flush()
        os._exit(code)


def _perform(call: Call, tell: int) -> int:
    module, _, name = call.task.partition(":")
    task = getattr(importlib.import_module(module), name)
    if call.fault is None:
        return int(task(call.arguments) or 0)
    from torture import faults

    write = os.write  # as it is without faults
    placed = faults.place(**call.fault)
    try:
        return int(task(call.arguments) or 0)
    finally:
        write(tell, json.dumps({"counted": placed.counted, "hit": placed.is_hit}).encode())


if __name__ == "__main__":
    _serve()
