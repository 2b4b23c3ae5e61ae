"""The command line at work: run in this process, in a directory of the test's own."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from iac.cli.main import main

QUICKSTART = """
variable "mode" {
  type    = string
  default = "STAGING"
}

resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}

resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
  mode       = var.mode
}

output "cluster" {
  value = iac_cluster.main.name
}

output "kubeconfig" {
  value     = iac_cluster.main.kubeconfig
  sensitive = true
}
"""


@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with the quickstart in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IAC_USER", "ana")
    (tmp_path / "main.tf").write_text(textwrap.dedent(QUICKSTART))
    return tmp_path


@pytest.fixture
def iac(directory: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `iac` with the given arguments."""

    def run(*arguments: str) -> Outcome:
        code = main(arguments)
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run
