"""Runs commands on bad input as a user would, and sees that every promise about bad input is kept."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bounds import broken_promise, content_of
from forked import Call, Ended, Forks

_PATIENCE = 60.0
"""Seconds: many tests run at once, so the wall clock says less here than in the fuzzer."""


@dataclass(frozen=True)
class Bad:
    """A bad input: the files there are, what is run on them, and what it says. `says` is a part of what is shown, and
    `code` the exit code; without `says` it is enough that the command ends well or fails with a message."""

    name: str
    files: Mapping[str, str | bytes]
    says: str = ""
    code: int = 1
    run: tuple[str, ...] = ("plan",)
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""

    def __str__(self) -> str:
        return self.name


def config(name: str, text: str | bytes, says: str = "", code: int = 1, **more: str | bytes) -> Bad:
    """A bad `main.tf`; `more` are further files, with `_` for a dot."""
    files = {n.replace("__", "/").replace("_", "."): content for n, content in more.items()}
    return Bad(name, {"main.tf": text, **files}, says, code)


def value(name: str, expression: str, says: str = "", code: int = 1, **more: str | bytes) -> Bad:
    """A bad expression: that of an output."""
    return config(name, f'output "x" {{\n  value = {expression}\n}}\n', says, code, **more)


class Ground:
    """A directory with a prepared process that runs commands in it."""

    def __init__(self, directory: Path, forks: Forks) -> None:
        self.directory = directory
        self.forks = forks

    def write(self, files: Mapping[str, str | bytes]) -> Ground:
        """Writes files as they are given, byte for byte."""
        for name, content in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        return self

    def run(self, *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None) -> Ended:
        """Runs a command; a promise that it breaks is an AssertionError."""
        before = content_of(self.directory / "iac.db")
        given = {"IAC_CACHE_DIR": os.environ["IAC_CACHE_DIR"], **(environment or {})}
        call = Call(arguments, str(self.directory), given, stdin, timeout=_PATIENCE)
        ended = self.forks.run(call)
        broken = broken_promise(ended, (0, 1, 2, 3))
        assert broken is None, ascii(f"{' '.join(arguments)[:200]}: {broken}\n{str(ended)[:3000]}").replace("\\n", "\n")
        if ended.code == 1 or arguments[0] not in _WRITING:
            assert content_of(self.directory / "iac.db") == before, "the database has changed"
        return ended

    def check(self, bad: Bad) -> Ended:
        """Runs what a bad input says is to be run, and finds that it says what it should."""
        ended = self.write(bad.files).run(*bad.run, stdin=bad.stdin, environment=bad.environment)
        told = " ".join((ended.out + ended.err).replace("│", " ").split())
        if bad.says:
            assert " ".join(bad.says.split()) in told, f"{bad.says!a} is not in {told[:3000]!a}"
            assert ended.code == bad.code, ascii(str(ended)[:3000])
        return ended


_WRITING = frozenset(
    {"apply", "destroy", "import", "state", "record", "refresh", "taint", "untaint", "workspace", "init"}
)
