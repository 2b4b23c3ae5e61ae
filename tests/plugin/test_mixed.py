"""Terraform and iac over one database: a directory goes from one to the other, and nothing is left to do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from kit import CLUSTER, ENVIRONMENT
from plugin.running import ROOT, Terraform, needs_terraform

pytestmark = needs_terraform

CONFIG = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hush-hush" }\n}')


def start_iac(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "iac", *arguments],
        cwd=directory,
        env={**os.environ, "PYTHONPATH": str(ROOT), "IAC_USER": "ana"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def iac(terraform: Terraform, *arguments: str, given: str = "") -> str:
    process = start_iac(terraform.directory, *arguments)
    out, _ = process.communicate(given)
    assert process.returncode == 0, out
    return out


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


def test_the_same_files_mean_the_same_to_both(terraform: Terraform) -> None:
    terraform.block = 'user = "bo"\n  message = "for the demo"'
    terraform.lab.database = str(terraform.directory / "shared.db")
    terraform.apply(CONFIG)
    iac(terraform, "state", "push", "-", given=terraform.run("state", "pull").out)
    assert "No changes." in iac(terraform, "plan")
    iac(terraform, "apply", "-auto-approve", "-replace=iac_environment.staging")
    assert {(e.user, e.message) for e in terraform.lab.events() if e.event_type in ("CREATE", "DELETE")} == {
        ("bo", "for the demo")
    }


def test_both_may_work_at_the_same_time(terraform: Terraform, tmp_path: Path) -> None:
    def many(name: str) -> str:
        cluster = CLUSTER.replace('"main"\n', f'"{name}"\n')
        each = 'resource "iac_environment" "e" {\n  count = 40\n  cluster_id = iac_cluster.main.id\n'
        return cluster + each + f'  name = "{name}-${{count.index}}"\n}}\n'

    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "main.tf").write_text(many("ours"))
    process = start_iac(beside, "apply", "-auto-approve", f"-database={terraform.lab.database}")
    terraform.apply(many("theirs"))
    out, _ = process.communicate()
    assert process.returncode == 0, out
    assert terraform.lab.is_log_valid()
    assert set(Counter(terraform.lab.happened()).values()) == {1}
    assert len(terraform.lab.happened()) == 82
