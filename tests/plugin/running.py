"""The real Terraform with our provider, in a directory that a `Lab` looks into from the other side."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from kit import Lab

from iac.values.codec import loads

ROOT = Path(__file__).parents[2]
TERRAFORM = shutil.which("terraform")

needs_terraform = pytest.mark.skipif(TERRAFORM is None, reason="there is no terraform on the PATH")

REQUIRED = """
terraform {
  required_providers {
    iac = { source = "iac/iac" }
  }
}
"""


def environment_of_terraform(directory: Path, **more: str) -> dict[str, str]:
    """The environment of every run: this checkout's iac, no settings of the user's, no network."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("TF_", "IAC_", "GIT_")) or n == "IAC_CACHE_DIR"}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "TF_CLI_CONFIG_FILE": os.devnull,
        "CHECKPOINT_DISABLE": "1",
        "IAC_USER": "ana",
        "IAC_DATABASE": str(directory / "iac.db"),
        **more,
    }


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A provider that serves every Terraform with the value that is given of TF_REATTACH_PROVIDERS."""
    process = subprocess.Popen(
        [sys.executable, "-m", "iac", "provider", "serve", "--reattach"],
        cwd=folder,
        env=environment_of_terraform(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.removeprefix("TF_REATTACH_PROVIDERS='").rstrip("'\n")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)


@dataclass(frozen=True)
class Finished:
    """What a run of Terraform left."""

    code: int
    out: str
    errors: str


@dataclass
class Terraform:
    """Terraform in the directory of a lab, with the lab's database."""

    lab: Lab
    environment: Mapping[str, str]
    block: str = ""
    """What else is in the provider block."""

    _written: bool = field(default=False, repr=False)

    @property
    def directory(self) -> Path:
        """Where it runs."""
        return self.lab.directory

    def write(self, main: str | None = None, /, **files: str) -> Terraform:
        """Writes the configuration, beside what says which provider and database it uses."""
        block = f'provider "iac" {{\n  database = {json.dumps(self.lab.database)}\n{self.block}\n}}\n'
        self.lab.write(main, **files)
        (self.directory / "provider.tf").write_text(REQUIRED + block)
        return self

    def run(self, *arguments: str, code: int = 0, **more: str) -> Finished:
        """Runs a command and expects its exit code."""
        done = self.attempt(*arguments, **more)
        assert done.code == code, done.out + done.errors
        return done

    def attempt(self, *arguments: str, **more: str) -> Finished:
        """Runs a command."""
        assert TERRAFORM is not None
        done = subprocess.run(
            [TERRAFORM, *arguments],
            cwd=self.directory,
            env={**self.environment, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def plan(self, main: str | None = None, *options: str) -> dict[str, Any]:
        """The plan, as JSON."""
        self.write(main)
        self.run("plan", "-no-color", "-input=false", "-out=tfplan", *options)
        plan: dict[str, Any] = loads(self.run("show", "-json", "tfplan").out)
        return plan

    def actions(self, main: str | None = None, *options: str) -> dict[str, str]:
        """What a plan would do, by address; what stays as it is left out."""
        found = {}
        for change in self.plan(main, *options).get("resource_changes", ()):
            actions = change["change"]["actions"]
            if actions != ["no-op"]:
                found[change["address"]] = "-then-".join(actions)
        return found

    def apply(self, main: str | None = None, *options: str, code: int = 0) -> Finished:
        """Applies without asking."""
        self.write(main)
        return self.run("apply", "-no-color", "-input=false", "-auto-approve", *options, code=code)

    def mistakes(self, main: str | None = None, command: Sequence[str] = ("plan", "-input=false")) -> list[str]:
        """What a command has against the configuration: `main.tf:3,5: Summary: detail`."""
        self.write(main)
        found = []
        for line in self.run(*command, "-json", code=1).out.splitlines():
            diagnostic = loads(line).get("diagnostic")
            if diagnostic is not None and diagnostic["severity"] == "error":
                where = diagnostic.get("range")
                start = f"{where['filename']}:{where['start']['line']},{where['start']['column']}: " if where else ""
                found.append(f"{start}{diagnostic['summary']}: {diagnostic['detail']}")
        return found

    def attributes(self, address: str) -> dict[str, Any]:
        """The attributes of an object in Terraform's state."""
        state = loads(self.run("show", "-json").out)
        resources = state["values"]["root_module"]["resources"]
        found: dict[str, Any] = next(r["values"] for r in resources if r["address"] == address)
        return found
