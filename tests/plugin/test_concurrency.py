"""Terraform works on ten objects at a time; nothing is lost, and the chain of events holds."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from kit import CLUSTER, Lab
from plugin.running import TERRAFORM, Terraform, needs_terraform

pytestmark = needs_terraform

OBJECTS = 500
MANY = (
    CLUSTER
    + f"""
resource "iac_environment" "e" {{
  count      = {OBJECTS}
  cluster_id = iac_cluster.main.id
  name       = "e${{count.index}}"
}}
"""
)


def test_many_objects_have_one_event_each_and_the_chain_holds(terraform: Terraform) -> None:
    terraform.apply(MANY, "-parallelism=10")
    happened = Counter(terraform.lab.happened())
    assert len(happened) == OBJECTS + 1
    assert set(happened.values()) == {1}
    assert terraform.lab.is_log_valid()
    assert terraform.actions(MANY.replace('"e${', '"f${')) == {
        f"iac_environment.e[{i}]": "update" for i in range(OBJECTS)
    }


def processes_of(directory: Path) -> list[int]:
    """The providers that run in a directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").resolve() == directory and b"serve" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def wait_until_gone(directory: Path) -> None:
    deadline = time.monotonic() + 20
    while processes_of(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_of(directory) == []


def consistent(lab: Lab) -> int:
    """How many environments there are, each with exactly the event that made it; the log is valid."""
    with sqlite3.connect(lab.database) as connection:
        present = {id for (id,) in connection.execute("SELECT id FROM environment")}
    connection.close()
    made = [e.target_id for e in lab.events() if e.target_type == "environment" and e.event_type == "CREATE"]
    assert sorted(made) == sorted(present)
    assert lab.is_log_valid()
    return len(present)


def start_apply(terraform: Terraform, *, objects: int) -> subprocess.Popen[str]:
    """Begins an apply; returns when so many objects are there."""
    assert TERRAFORM is not None
    terraform.write(MANY)
    process = subprocess.Popen(
        [TERRAFORM, "apply", "-auto-approve", "-no-color", "-input=false"],
        cwd=terraform.directory,
        env=dict(terraform.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    done = 0
    for line in process.stdout:
        done += "Creation complete" in line
        if done >= objects:
            return process
    raise AssertionError("the apply ended before")


def test_the_mirror_serves_a_whole_life_as_one_run_for_several_provider_blocks(installed: Terraform) -> None:
    other = f'provider "iac" {{\n  alias = "other"\n  database = "{installed.lab.database}"\n}}\n'
    second = CLUSTER.replace('"main"', '"second"').replace("region", "provider = iac.other\n  region")
    installed.apply(CLUSTER + other + second)
    assert installed.actions() == {}
    installed.run("destroy", "-auto-approve", "-no-color")
    assert Counter(installed.lab.happened()) == Counter(
        ["CREATE main", "CREATE second", "DELETE main", "DELETE second"]
    )
    runs = [e.run_id for e in installed.lab.events()]
    assert runs[0] == runs[1] != runs[2] == runs[3]
    wait_until_gone(installed.directory)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
def test_ctrl_c_ends_the_run_in_order(installed: Terraform) -> None:
    process = start_apply(installed, objects=20)
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert "Interrupt received" in out
    wait_until_gone(installed.directory)
    made = consistent(installed.lab)
    assert made < OBJECTS
    # Everything that is there is in Terraform's state: the rest is all that is left to do.
    assert list(installed.actions().values()) == ["create"] * (OBJECTS - made)


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
def test_a_killed_terraform_leaves_no_provider_behind(installed: Terraform) -> None:
    process = start_apply(installed, objects=20)
    process.kill()
    process.communicate()
    wait_until_gone(installed.directory)
    assert 20 <= consistent(installed.lab) < OBJECTS


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="processes are found in /proc")
def test_a_killed_provider_leaves_nothing_half_done(installed: Terraform) -> None:
    process = start_apply(installed, objects=20)
    for provider in processes_of(installed.directory):
        os.kill(provider, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 1
    assert 20 <= consistent(installed.lab) < OBJECTS
