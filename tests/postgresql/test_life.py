"""The main job, and every command, with a database on a PostgreSQL server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kit import CLUSTER, ENVIRONMENT, Lab

from iac.cli.main import main

SERVICES = ENVIRONMENT + textwrap.dedent("""
    resource "iac_service" "each" {
      count          = 40
      environment_id = iac_environment.staging.id
      name           = "s${count.index}"
      secrets        = { KEY = "a secret" }
      container {
        image = "shop/api"
      }
    }
    """)


@pytest.fixture
def here(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """The lab, as what commands in this process work on."""
    monkeypatch.chdir(lab.directory)
    monkeypatch.setenv("IAC_DATABASE", lab.database)
    monkeypatch.setenv("IAC_USER", "ana")
    return lab


def _start(lab: Lab, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "iac", *arguments],
        cwd=lab.directory,
        env={**os.environ, "IAC_DATABASE": lab.database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_objects_are_created_changed_found_drifted_and_destroyed(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.succeed(ENVIRONMENT.replace('"staging"\n', '"staging"\n  mode = "STAGING"\n', 1))
    lab.update_outside("iac_environment.staging", mode="PRODUCTION")
    assert [str(d.address) for d in lab.plan().plan.drift] == ["iac_environment.staging"]
    lab.destroy()
    assert lab.objects() == {}
    assert lab.is_log_valid()
    assert Counter(event.event_type for event in lab.events()) == {"CREATE": 2, "UPDATE": 2, "DELETE": 2}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["plan", "-detailed-exitcode", "-refresh=false"], 0, "No changes"),
        (["drift"], 0, "No changes"),
        (["show"], 0, "iac_cluster.main"),
        (["output"], 0, "No outputs found"),
        (["state", "list"], 0, "iac_environment.staging"),
        (["state", "pull"], 0, '"serial": 1'),
        (["state", "mv", "iac_cluster.main", "iac_cluster.other"], 0, "Successfully moved 1 object(s)."),
        (["state", "rm", "iac_environment.staging"], 0, "Successfully removed 1"),
        (["taint", "iac_cluster.main"], 0, "marked as tainted"),
        (["refresh"], 0, "No changes"),
        (["workspace", "new", "other"], 0, 'Created and switched to workspace "other"!'),
        (["plans"], 0, "applied"),
        (["runs"], 0, "+2 ~0 -0"),
        (["db", "check"], 0, "The database is in order."),
        (["db", "info"], 0, "postgresql"),
        (["db", "backup", "copy.db"], 1, "pg_dump"),
        (["query", "SELECT event_type, target_name FROM events WHERE sequence = 2"], 0, "CREATE      staging"),
        (["query", "SELECT value FROM attributes WHERE path = 'region'"], 0, "eu-west-3"),
        (["query", "SELECT count(*) FROM main.event"], 0, "2"),
        (["query", "DELETE FROM events"], 1, "not allowed"),
        (["events"], 0, "environment:staging"),
        (["events", "--target", "environment:staging", "--json"], 0, '"event_type"'),
        (["events", "--where", 'user == "ana"'], 0, "cluster:main"),
        (["events", "user:an* type:CREATE since:1d"], 0, "cluster:main"),
        (["events", "targets"], 0, "cluster:main"),
        (["events", "show", "1"], 0, "eu-west-3"),
        (["events", "diff", "2"], 0, "The object was created."),
        (["events", "stats"], 0, "2 events by type."),
        (["events", "timeline", "cluster:main"], 0, "created by ana"),
        (["blame", "cluster:main"], 0, "region"),
        (["events", "at", "2999-01-01"], 0, "2 objects"),
        (["events", "check"], 0, "2 objects agree with the log."),
        (["events", "verify"], 0, "Verified 2 events"),
        (["events", "checkpoint", "--output", "point"], 1, "Key required"),
        (["events", "export", "--output", "log.ndjson"], 0, "2 events"),
        (["events", "prune", "--before", "1d"], 0, "Nothing was removed."),
        (["revert", "2", "-auto-approve"], 0, "1 destroyed"),
        (["force-unlock", "-force", "x"], 1, "not locked"),
        (["destroy", "-auto-approve"], 0, "Destroy complete! Resources: 2 destroyed."),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else None,
)
def test_every_command_works(
    here: Lab, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    here.succeed(ENVIRONMENT)
    ended = main(arguments)
    printed = capsys.readouterr()
    assert (ended, words in f"{printed.out}{printed.err}") == (code, True), printed
    assert here.is_log_valid()


def test_a_saved_plan_is_applied_as_it_was_made(here: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    here.write(CLUSTER)
    assert main(["plan", "-out=tfplan"]) == 0
    assert main(["apply", "tfplan"]) == 0
    assert main(["apply", "tfplan"]) == 1
    assert "Saved plan is stale" in capsys.readouterr().err


def test_what_is_left_after_pruning_verifies(here: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    here.succeed(ENVIRONMENT)
    until = datetime.now(UTC).isoformat()
    here.destroy()
    assert main(["events", "prune", "--before", until, "--auto-approve"]) == 0
    assert main(["events", "verify"]) == 0, capsys.readouterr()
    assert "PRUNE" in here.happened()[-1]


def test_two_applies_never_interleave(lab: Lab) -> None:
    lab.write(SERVICES)
    commands = [_start(lab, "apply", "-auto-approve", "-lock-timeout=60s") for _ in range(2)]
    told = [command.communicate(timeout=120)[0] for command in commands]
    assert [command.returncode for command in commands] == [0, 0], told
    assert len({event.run_id for event in lab.events()}) == 1  # the second found nothing to do, or a fresh plan
    assert len(lab.objects()) == 42
    assert lab.is_log_valid()


def test_nothing_is_lost_when_it_is_killed(lab: Lab) -> None:
    lab.write(SERVICES)
    with _start(lab, "apply", "-auto-approve") as command:
        deadline = time.monotonic() + 30
        while not lab.events() and time.monotonic() < deadline:
            time.sleep(0.01)
        command.send_signal(signal.SIGKILL)
        command.communicate()
    created = [event.address for event in lab.events()]
    assert sorted(lab.objects()) == sorted(created)
    assert lab.is_log_valid()
    with _start(lab, "apply", "-auto-approve") as command:  # the lock of the dead process does not hold it up
        told, _ = command.communicate()
    assert command.returncode == 0, told
    assert len(lab.objects()) == len(lab.events()) == 42


def test_the_password_of_the_server_is_never_shown(here: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_DATABASE", "postgresql://postgres:hunter2@127.0.0.1:1/none")
    command = subprocess.run(
        [sys.executable, "-m", "iac", "state", "list"], capture_output=True, text=True, cwd=here.directory, check=False
    )
    assert command.returncode == 1
    assert "Cannot access database" in command.stderr
    assert "hunter2" not in f"{command.stdout}{command.stderr}"


def test_json_of_events_is_that_of_sqlite(here: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    here.succeed(ENVIRONMENT)
    other = Lab(tmp_path)
    other.succeed(ENVIRONMENT)
    told = []
    for database in (here.database, other.database):
        assert main(["events", "--json", "--database", database]) == 0
        told.append([sorted(event) for event in json.loads(capsys.readouterr().out)])
    assert told[0] == told[1]
