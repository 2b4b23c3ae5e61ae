"""The process of the provider: how it begins, and that it does not outlive who started it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from plugin.running import environment_of_terraform

COOKIE = {"TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"}
SERVE = [sys.executable, "-m", "iac", "provider", "serve"]

PARENT = """
import subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(process.pid, process.stdout.readline(), flush=True)
"""


def test_standard_output_has_the_handshake_and_nothing_else(tmp_path: Path) -> None:
    environment = environment_of_terraform(tmp_path, **COOKIE)
    with subprocess.Popen(SERVE, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        process.terminate()
        assert process.stdout.read() == ""
    assert process.returncode == 0
    core, protocol, network, address, kind, certificate = line.rstrip("\n").split("|")
    assert (core, protocol, network, kind, certificate) == ("1", "6", "unix", "grpc", "")
    assert not Path(address).parent.exists()


def test_it_ends_when_nobody_reads_the_handshake(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = subprocess.Popen(SERVE, env=environment_of_terraform(tmp_path, **COOKIE), stdout=writer)
    os.close(writer)
    assert process.wait(20) == 0


def test_it_ends_when_its_parent_is_gone(tmp_path: Path) -> None:
    environment = environment_of_terraform(tmp_path, **COOKIE)
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, *SERVE], env=environment, capture_output=True, text=True, check=True, timeout=20
    )
    provider, line = parent.stdout.split(" ", 1)
    directory = Path(line.split("|")[3]).parent
    deadline = time.monotonic() + 20
    while directory.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not directory.exists(), f"process {provider} still serves"
