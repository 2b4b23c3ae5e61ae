"""Terraform and iac over one database: a directory goes from one to the other, and nothing is left to do."""

from __future__ import annotations

import os
import subprocess
import sys

from kit import ENVIRONMENT
from plugin.running import ROOT, Terraform, needs_terraform

pytestmark = needs_terraform

CONFIG = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hush-hush" }\n}')


def iac(terraform: Terraform, *arguments: str, given: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-m", "iac", *arguments],
        cwd=terraform.directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "IAC_USER": "ana"},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_directory_of_iac_moves_to_terraform(terraform: Terraform) -> None:
    terraform.lab.succeed(CONFIG)
    (terraform.directory / "terraform.tfstate").write_text(iac(terraform, "state", "pull"))
    assert terraform.actions() == {}


def test_a_directory_of_terraform_moves_to_iac(terraform: Terraform) -> None:
    terraform.apply(CONFIG)
    iac(terraform, "state", "push", "-", given=terraform.run("state", "pull").out)
    (terraform.directory / "provider.tf").unlink()
    assert terraform.lab.actions() == {}


def test_what_terraform_did_is_drift_to_iac_with_its_cause(terraform: Terraform) -> None:
    terraform.lab.succeed(CONFIG)
    (terraform.directory / "terraform.tfstate").write_text(iac(terraform, "state", "pull"))
    terraform.apply(CONFIG.replace('region         = "eu-west-3"', 'region = "eu-west-3"\n  max_nodes = 30'))
    (terraform.directory / "provider.tf").unlink()
    drift = terraform.lab.plan(CONFIG).plan.drift
    assert [str(d.address) for d in drift] == ["iac_cluster.main"]
    event = terraform.lab.events()[-1]
    assert (event.event_type, event.change, event.tool) == ("UPDATE", ("scaling",), "terraform")
