"""What is named as a file may be a pipe: it is read once, and nobody waits for what never comes."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Pipe = Callable[[bytes], str]


@pytest.fixture
def pipe(directory: Path) -> Iterator[Pipe]:
    """Makes a named pipe into which something is written once."""
    writers = []

    def make(content: bytes) -> str:
        name = f"pipe{len(writers)}"
        os.mkfifo(directory / name)
        writer = threading.Thread(target=(directory / name).write_bytes, args=(content,))
        writer.start()
        writers.append(writer)
        return name

    yield make
    for writer in writers:
        writer.join(10)


def test_values_of_variables(iac, pipe: Pipe) -> None:
    assert iac("apply", "-auto-approve", "-var-file", pipe(b'mode = "PRODUCTION"')).code == 0
    assert 'mode       = "PRODUCTION"' in iac("state", "show", "iac_environment.staging").out


def test_values_of_ephemeral_variables_for_a_plan(iac, directory: Path, pipe: Pipe) -> None:
    ephemeral = 'variable "token" {\n  type      = string\n  ephemeral = true\n}\n'
    (directory / "token.tf").write_text(ephemeral)
    assert iac("plan", "-input=false", "-out=p", "-var-file", pipe(b'token = "a"')).code == 0
    assert iac("apply", "-var-file", pipe(b'token = "b"'), "p").code == 0


def test_an_export_to_verify(iac, directory: Path, pipe: Pipe) -> None:
    iac("apply", "-auto-approve")
    iac("events", "export", "-output=log.ndjson")
    log = (directory / "log.ndjson").read_bytes()
    assert "Verified 2 events" in iac("events", "verify", f"-file={pipe(log)}").out
    assert "Line 1 is cut off" in iac("events", "verify", f"-file={pipe(log[:99])}").out


def test_one_that_nobody_writes_to_is_not_waited_for(iac, directory: Path) -> None:
    os.mkfifo(directory / "pipe")
    outcome = iac("events", "verify", "-file=pipe")
    assert outcome.code == 1
    assert "Cannot read export" in outcome.err
    assert "nobody wrote to this named pipe" in outcome.err
