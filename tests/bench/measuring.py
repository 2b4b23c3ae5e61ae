"""What the cases share: running one process and measuring it, where its caches are, and printing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = ("plan", "-input=false", "-no-color")
TERRAFORM_INIT = ("init", "-input=false")


@dataclass(frozen=True)
class Measured:
    """One process: seconds by the wall clock, those that it computed, and its peak memory in KiB."""

    seconds: float
    computed: float
    memory: int


@dataclass(frozen=True)
class Bench:
    """What the cases are run with: see the options of `python -m tests.bench`. `terraform` is the path of Terraform
    or None, `terraform_limit` how many objects it is given at most, `events` how many the audit log has."""

    environment: Mapping[str, str]
    terraform: str | None
    terraform_limit: int
    sizes: Sequence[int]
    count: int
    events: int

    def terraform_for(self, objects: int) -> str | None:
        """Terraform, when it is to be measured with so many objects."""
        return self.terraform if objects <= self.terraform_limit else None


def iac(*arguments: str) -> list[str]:
    """The command line of iac."""
    return [sys.executable, "-m", "iac", *arguments]


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str], given: str = "") -> Measured:
    """Runs one process, with a text to read, to its end. Exits when it fails."""
    with tempfile.TemporaryFile() as text, tempfile.TemporaryFile() as problems:
        text.write(given.encode())
        text.seek(0)
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=text, stdout=subprocess.DEVNULL, stderr=problems
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            problems.seek(0)
            raise SystemExit(f"{' '.join(command)}\n{problems.read().decode()}")
    return Measured(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


@contextmanager
def directory(files: Mapping[str, str]) -> Iterator[Path]:
    """A directory with these files, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as place:
        for name, text in files.items():
            (Path(place) / name).write_text(text)
        yield Path(place)


def computed(action: Callable[[], object], rounds: int) -> float:
    """The seconds that this process computes for an action, the least of several rounds: what else the machine does
    does not count."""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        action()
        times.append(time.process_time() - started)
    return min(times)


def environment_of_runs(folder: Path) -> dict[str, str]:
    """The environment of the measured processes: caches of their own, no settings of whoever measures.

    Python keeps what it compiles, as it does where iac is installed.
    """
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("TF_", "IAC_", "PYTHONDONTWRITE"))}
    (folder / "empty.tfrc").touch()
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    return {
        **kept,
        "PYTHONPATH": path,
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "IAC_CACHE_DIR": str(folder / "cache"),
        "TF_CLI_CONFIG_FILE": str(folder / "empty.tfrc"),
    }


def show(text: str = "") -> None:
    """One line of a table, at once."""
    sys.stdout.write(text.rstrip() + "\n")
    sys.stdout.flush()


def heading(title: str, columns: Sequence[str]) -> None:
    """The heading of a table whose rows `row` prints."""
    show(f"\n{title:40}" + "".join(f"{column:>11}" for column in columns))


def row(name: str, cells: Sequence[float | str | None], unit: str = " s") -> None:
    """A row of a table: numbers with two digits behind the point and a unit, None as a dash."""

    def cell(content: float | str | None) -> str:
        if isinstance(content, float):
            return f"{content:.2f}{unit}"
        return "-" if content is None else content

    show(f"{name:40}" + "".join(f"{cell(content):>11}" for content in cells))
