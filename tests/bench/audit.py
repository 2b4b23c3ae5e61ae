"""Measures the audit log: `python -m tests.bench --only audit [--events N]`.

A log of N events over 2,000 objects is made through a bulk path that gives a valid chain. Measured on it: listings by
target, time and user as whole processes and as queries alone, verifying, exporting, with the peak memory of export;
and, on a log of its own, appending through the path that `iac apply` takes.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from iac.audit.chain import FIELDS, GENESIS, INSERT, Head, row_hash, write_head
from iac.audit.export import Export
from iac.audit.filters import EventFilter, format_time
from iac.audit.ids import next_id
from iac.audit.log import AuditLog
from iac.audit.query import events
from iac.audit.record import Operation, Origin
from iac.audit.verify import verify
from iac.database import Database
from iac.storage import open_storage
from iac.values.codec import canonical

ROOT = Path(__file__).resolve().parents[2]
EVENTS, TARGETS = 1_000_000, 2_000
APPENDED, GROUP = 20_000, 100
ROUNDS = 5
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=365)
USERS = tuple(f"{name}@example.com" for name in ("ana", "bob", "chloe", "dan", "eva", "finn", "gia", "hugo"))


@dataclass(frozen=True, slots=True)
class Measurement:
    """One number with its unit, and the bound that it must keep, as text."""

    name: str
    value: float
    unit: str
    bound: str = ""


# --- A log -------------------------------------------------------------------------------------------------


def service(number: int, cpu: int, replicas: int) -> dict[str, Any]:
    """An object such as a service is."""
    return {
        "id": f"service-{number}",
        "name": f"service-{number}",
        "environment_id": f"environment-{number % 50}",
        "cpu": cpu,
        "memory": 512,
        "instances": {"min": replicas, "max": 10},
        "ports": [{"internal_port": 8080, "name": "http", "protocol": "HTTP", "publicly_accessible": True}],
        "environment_variables": [{"key": "LOG_LEVEL", "value": "info", "description": ""}],
    }


def rows(count: int, targets: int) -> Iterator[list[Any]]:
    """Rows of a valid chain: objects are created, then updated at random, evenly over a year."""
    chance = random.Random(7)
    context = canonical({"host": "runner", "version": "0.1.0", "git": {"branch": "main", "commit": "c" * 40}})
    kinds = ("environment",) * (targets // 20) + ("service",) * (targets - targets // 20)
    state = [(500, 1)] * targets
    previous, id = GENESIS, ""
    step = SPAN / count
    for sequence in range(1, count + 1):
        created = sequence <= targets
        number = sequence - 1 if created else chance.randrange(targets)
        cpu, replicas = state[number]
        new = state[number] if created else (500 + chance.randrange(8) * 100, replicas)
        state[number] = new
        id = next_id(id)
        patch = f'[{{"old":{cpu},"op":"replace","path":"/cpu","value":{new[0]}}}]'
        row: list[Any] = [
            id,
            sequence,
            format_time(BEGIN + step * sequence),
            "CREATE" if created else "UPDATE",
            kinds[number],
            f"{kinds[number]}-{number}",
            "staging" if number == 0 else f"{kinds[number]}-{number}",
            f"iac_{kinds[number]}.all[{number}]",
            '["config"]' if created else '["scaling"]',
            chance.choice(USERS),
            "terraform" if chance.random() < 0.9 else "console",
            "default",
            f"run-{sequence // 50:08}",
            f"plan-{sequence // 50:08}",
            None,
            "main.tf:3",
            "[]",
            None,
            context,
            canonical(service(number, *new)),
            None if created else patch,
            previous,
        ]
        previous = row_hash(row)
        row.append(previous)
        yield row


def make_log(database: Database, count: int, targets: int) -> None:
    """Fills an empty database by the bulk path."""
    last: list[Any] = []

    def remembered() -> Iterator[list[Any]]:
        for row in rows(count, targets):
            last[:] = row
            yield row

    with database.transaction():
        database.execute_many(INSERT, remembered())
        field = dict(zip(FIELDS, last, strict=True))
        write_head(database, Head(field["sequence"], field["hash"], field["id"], field["timestamp"]))


# --- Measuring ---------------------------------------------------------------------------------------------


def append_rate(path: str, count: int = APPENDED) -> float:
    """Events a second through `AuditLog.record`, committed in groups as `iac apply` does."""
    operation = Operation(Origin("ana", run_id="run", plan_id="plan", context={"host": "runner"}), "iac_service.a")
    with open_storage(path) as database:
        log = AuditLog(database)
        started = time.perf_counter()
        for begin in range(0, count, GROUP):
            with database.transaction():
                for number in range(begin, min(begin + GROUP, count)):
                    log.record(
                        operation,
                        event_type="UPDATE",
                        target_type="service",
                        target_id=f"service-{number}",
                        target_name=f"service-{number}",
                        before=service(number, 500, 1),
                        after=service(number, 1000, 1),
                        change=("scaling",),
                    )
        return count / (time.perf_counter() - started)


def best(action: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The shortest of several runs, in seconds."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return min(times)


def process(path: str, *arguments: str) -> Callable[[], object]:
    """A whole process of `iac events`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IAC_DATABASE": path}
    command = [sys.executable, "-m", "iac", "events", *arguments]
    # Standard error names the next page; it is shown only when something fails.
    return lambda: subprocess.run(command, env=environment, capture_output=True, check=True)


def export_memory(path: str, *arguments: str) -> float:
    """The peak memory, in MiB, of a process that exports what the arguments choose."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "IAC_DATABASE": path}
    command = [sys.executable, "-m", "iac", "events", "export", "--output", os.devnull, *arguments]
    started = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != 0:
        raise SystemExit("the export failed")
    return usage.ru_maxrss / 1024


def listings() -> Mapping[str, tuple[EventFilter, Sequence[str]]]:
    """The questions that are measured, as filters and as arguments."""
    middle, later = BEGIN + SPAN / 2, BEGIN + SPAN / 2 + timedelta(hours=6)
    return {
        "target": (EventFilter(targets=("environment:staging",)), ("--target", "environment:staging")),
        "time range": (
            EventFilter(since=middle, until=later),
            ("--since", format_time(middle), "--until", format_time(later)),
        ),
        "user": (EventFilter(users=(USERS[0],)), ("--user", USERS[0])),
    }


def measure(count: int = EVENTS, targets: int = TARGETS) -> Iterator[Measurement]:
    """Everything, each as it is known."""
    from dataclasses import replace

    with tempfile.TemporaryDirectory() as place:
        yield Measurement("append", append_rate(f"{place}/append.db"), "events/s", ">= 5,000")
        path = f"{place}/log.db"
        with open_storage(path) as database:
            started = time.perf_counter()
            make_log(database, count, targets)
            yield Measurement("make the log", count / (time.perf_counter() - started), "events/s")
            for name, (wanted, arguments) in listings().items():
                limited = replace(wanted, limit=50)
                query = best(lambda limited=limited: list(events(database, limited)))  # type: ignore[misc]
                yield Measurement(f"{name}: query", query * 1000, "ms", "< 10")
                yield Measurement(f"{name}: process", best(process(path, *arguments, "--limit", "50")), "s", "< 0.3")
            seconds = best(lambda: verify(database), 1)
            yield Measurement("verify", count / seconds, "events/s", ">= 50,000")
            for form in ("ndjson", "csv", "cloudevents", "ocsf"):
                sample = EventFilter() if form == "ndjson" else EventFilter(until=BEGIN + SPAN / 20)
                export = Export(database, sample, form)
                seconds = best(lambda export=export: sum(map(len, export)), 1)  # type: ignore[misc]
                bound = ">= 50,000" if form == "ndjson" else ""
                yield Measurement(f"export {form}", export.count / seconds, "events/s", bound)
            half = format_time(BEGIN + SPAN / 2)
            yield Measurement("export half: memory", export_memory(path, "--until", half), "MiB")
            yield Measurement("export all: memory", export_memory(path), "MiB", "flat")


def report(count: int = EVENTS, targets: int = TARGETS) -> None:
    """Prints each measurement as it is known."""
    sys.stdout.write(f"audit log of {count:,} events over {targets:,} objects\n")
    for one in measure(count, targets):
        sys.stdout.write(f"{one.name:24}{one.value:14,.2f} {one.unit:10} {one.bound}\n")
        sys.stdout.flush()
