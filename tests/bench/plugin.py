"""Measures Terraform with our provider beside iac alone: `python -m tests.bench.plugin [--sizes 1,100,1000]`.

First from the start of the provider to its handshake, then whole runs over so many environments.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from iac.plugin.handshake import COOKIE, PROTOCOL
from iac.plugin.install import install
from tests.bench.measuring import TERRAFORM_INIT, directory, environment_of_runs, heading, iac, row, run, show
from tests.bench.processes import STEPS

HANDSHAKES = 9

REQUIRED = """
terraform {
  required_providers {
    iac = { source = "iac/iac" }
  }
}
"""

OBJECTS = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
resource "iac_environment" "e" {
  count      = %d
  cluster_id = iac_cluster.main.id
  name       = "e${count.index}"
}
"""


def main() -> None:
    """Prints a table of handshakes and one of runs."""
    parser = argparse.ArgumentParser(description="Measures Terraform with our provider beside iac alone.")
    parser.add_argument("--sizes", default="1,100,1000", help="numbers of objects, with commas between")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    terraform = shutil.which("terraform")
    with tempfile.TemporaryDirectory() as place:
        environment = _installed(Path(place))
        heading("provider", ["least", "median"])
        times = [_handshake(environment) for _ in range(HANDSHAKES)]
        row("start to handshake", [min(times), statistics.median(times)])
        if terraform is None:
            show("there is no terraform on the PATH")
            return
        with directory({"main.tf": OBJECTS % 1}) as folder:
            run(iac(*STEPS["plan"]), folder, environment)  # Python compiles what has not been run yet
        for size in sizes:
            _runs(terraform, size, environment)


def _installed(place: Path) -> dict[str, str]:
    """The environment of the runs, in which Terraform finds the provider."""
    environment = {**environment_of_runs(place), "HOME": str(place), "IAC_PROGRAM": str(place / "iac")}
    environment.pop("XDG_CONFIG_HOME", None)
    program = place / "iac"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iac "$@"\n')
    program.chmod(0o755)
    install(environment, None)
    return environment


def _handshake(environment: Mapping[str, str]) -> float:
    """The seconds from the start of the provider to its line."""
    name, value = COOKIE
    settings = {**environment, name: value, "PLUGIN_PROTOCOL_VERSIONS": str(PROTOCOL)}
    started = time.perf_counter()
    with subprocess.Popen(iac("provider", "serve"), env=settings, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        seconds = time.perf_counter() - started
        process.terminate()
    return seconds


def _runs(terraform: str, size: int, environment: Mapping[str, str]) -> None:
    """Plan, apply, plan with nothing to do and destroy, by each."""
    text = OBJECTS % size
    with directory({"main.tf": text}) as ours, directory({"main.tf": REQUIRED + text}) as theirs:
        run([terraform, *TERRAFORM_INIT], theirs, environment)
        heading(f"{size} environments", ["iac", "Terraform"])
        for name, arguments in STEPS.items():
            alone = run(iac(*arguments), ours, environment).seconds
            row(name, [alone, run([terraform, *arguments], theirs, environment).seconds])


if __name__ == "__main__":
    main()
