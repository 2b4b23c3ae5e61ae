"""Kills a process while it applies, and finds out whether what is left agrees with itself."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kit import Lab

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = 20
SERVICES = 59
DATA = 60

CONFIG = f"""
resource "iac_cluster" "main" {{
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}}
resource "iac_environment" "e" {{
  count      = {ENVIRONMENTS}
  cluster_id = iac_cluster.main.id
  name       = "e${{count.index}}"
  secrets    = {{ KEY = "secret ${{count.index}}" }}
}}
resource "iac_service" "s" {{
  count          = {SERVICES}
  environment_id = iac_environment.e[count.index % {ENVIRONMENTS}].id
  name           = "s${{count.index}}"
  container {{
    image = "shop/s"
  }}
}}
resource "terraform_data" "before" {{
  count = {DATA}
  input = count.index
}}
resource "terraform_data" "after" {{
  count            = {DATA}
  input            = iac_service.s[count.index % {SERVICES}].id
  triggers_replace = terraform_data.before[count.index].output
}}
output "services" {{
  value = iac_service.s[*].id
}}
"""
OBJECTS = 1 + ENVIRONMENTS + SERVICES + 2 * DATA

_RUN = """
import sys, time
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from kit import Lab
lab = Lab(Path(sys.argv[1]))
class Tell:
    def started(self, *a): time.sleep(0.003)  # slow enough to be killed anywhere
    def failed(self, *a): pass
    def completed(self, change, part, value, seconds):
        print(part, change.address, flush=True)
from iac.plan.model import Mode
from kit import Recording
mode = Mode.DESTROY if sys.argv[2] == "destroy" else Mode.NORMAL
with lab.project() as project:
    run = lab.plan(mode=mode, project=project)
    print("planned", flush=True)
    with project.lock("apply"):
        result, _ = project.apply(run, Tell())
sys.exit(0 if result.succeeded else 1)
"""


def kill_while(folder: Path, command: str, seconds: float) -> bool:
    """Starts `apply` or `destroy` and kills it so long after it began to apply; whether it was still running.

    What it had reported as done by then must be there: that is checked here.
    """
    lab = Lab(folder).write(CONFIG)
    paths = [str(ROOT), str(ROOT / "tests")]
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, str(folder), command, *paths],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first == "planned\n", process.communicate()
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    told, errors = process.communicate()
    killed = process.returncode == -signal.SIGKILL
    assert killed or process.returncode == 0, errors
    reported = [line for line in told.splitlines(keepends=True) if line.endswith("\n")]
    _check_reports(lab, reported)
    return killed


def _check_reports(lab: Lab, reported: Sequence[str]) -> None:
    """Every operation that was reported as done is in the state."""
    present = set(lab.objects())
    for line in reported:
        part, _, address = line.strip().partition(" ")
        assert (address in present) == (part == "apply"), f"{line.strip()} was reported and is not so"


def check_after_kill(folder: Path) -> int:
    """That database, platform, state and log agree; returns how many objects there are."""
    connection = sqlite3.connect(folder / "iac.db")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    lab = Lab(folder)
    objects = {o["id"]: (address, o) for address, o in lab.objects().items()}
    with lab.project() as project:
        assert not project.state().deposed
    kept = {
        row["id"]: kind
        for kind in ("cluster", "environment", "service")
        for row in lab.outside(lambda p, o, kind=kind: p.list(kind))
    }
    assert kept.keys() == {id for id, (address, _) in objects.items() if address.startswith("iac_")}
    log = lab.events()
    counts = Counter((e.event_type, e.target_id) for e in log)
    assert {type for type, _ in counts} <= {"CREATE", "DELETE"}
    assert set(counts.values()) <= {1}, "an object has two events of one kind"
    created = {id for type, id in counts if type == "CREATE"}
    deleted = {id for type, id in counts if type == "DELETE"}
    assert deleted <= created
    assert created - deleted == objects.keys()
    assert [e.sequence for e in log] == list(range(1, len(log) + 1))
    assert not log or lab.is_log_valid()
    return len(objects)


def converge(folder: Path) -> None:
    """That a second apply ends where one that was never killed would have."""
    lab = Lab(folder).write(CONFIG)
    lab.succeed()
    assert check_after_kill(folder) == OBJECTS
    assert lab.plan().plan.is_empty
    assert len(lab.outputs()["services"]) == SERVICES


def destroy_and_check(folder: Path) -> None:
    """That everything can be destroyed."""
    assert Lab(folder).destroy().result.succeeded
    assert check_after_kill(folder) == 0
