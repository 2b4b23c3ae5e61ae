"""Measures iac, and Terraform on the same files where it is installed: `python -m tests.bench`, `make bench`.

Each case is a directory of `terraform_data` blocks; measured are the whole processes of plan, apply, plan with
nothing to do and destroy, by wall clock, and the peak memory of planning. `quickstart` is the plan of one small
directory, best of several, with what is cached in place: the time that a user waits for every plan.

    --sizes 1000,5000     blocks in one directory
    --count 10000         instances of one block with count (0: leave out)
    --no-terraform        iac alone
    --terraform-limit N   Terraform only up to N objects (default 1000; it takes minutes for 5000)
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
QUICKSTART_ROUNDS = 7

QUICKSTART = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}

resource "iac_environment" "staging" {
  cluster_id = iac_cluster.main.id
  name       = "staging"
}

resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api"
  }
  port {
    internal_port       = 8080
    publicly_accessible = true
  }
}
"""


@dataclass(frozen=True)
class Case:
    """A configuration and how many objects it has."""

    name: str
    objects: int
    text: str


@dataclass(frozen=True)
class Measured:
    """One process: seconds by the wall clock, and its peak memory in KiB."""

    seconds: float
    memory: int


STEPS: Mapping[str, Sequence[str]] = {
    "plan": ("plan", "-input=false", "-no-color"),
    "apply": ("apply", "-input=false", "-no-color", "-auto-approve"),
    "no-op plan": ("plan", "-input=false", "-no-color"),
    "destroy": ("destroy", "-no-color", "-auto-approve"),
}


def cases(sizes: Sequence[int], count: int) -> Iterator[Case]:
    """The configurations that are measured."""
    for size in sizes:
        blocks = (f'resource "terraform_data" "r{i}" {{\n  input = "value {i}"\n}}\n' for i in range(size))
        yield Case(f"{size:,} blocks", size, "\n".join(blocks))
    if count:
        text = f'resource "terraform_data" "r" {{\n  count = {count}\n  input = "value ${{count.index}}"\n}}\n'
        yield Case(f"count = {count:,}", count, text)


def iac(*arguments: str) -> list[str]:
    """The command line of iac."""
    return [sys.executable, "-m", "iac", *arguments]


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Measured:
    """Runs one process to its end. Exits when it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{errors.decode()}")
    return Measured(seconds, usage.ru_maxrss)


def measure(
    case: Case, command: Sequence[str], environment: Mapping[str, str], prepare: Sequence[str] = ()
) -> dict[str, Measured]:
    """Every step of one case with one tool."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "main.tf").write_text(case.text)
        if prepare:
            run([*command, *prepare], folder, environment)
        return {name: run([*command, *step], folder, environment) for name, step in STEPS.items()}


def quickstart(environment: Mapping[str, str]) -> tuple[float, float]:
    """The best time of planning a small directory before and after it was applied."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "main.tf").write_text(QUICKSTART)

        def best() -> float:
            return min(run(iac(*STEPS["plan"]), folder, environment).seconds for _ in range(QUICKSTART_ROUNDS))

        before = best()
        run(iac(*STEPS["apply"]), folder, environment)
        return before, best()


def environment_of_runs(folder: Path) -> dict[str, str]:
    """The environment of the measured processes: caches of their own, no settings of whoever measures."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("TF_", "IAC_"))}
    (folder / "empty.tfrc").touch()
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    return {
        **kept,
        "PYTHONPATH": path,
        "IAC_CACHE_DIR": str(folder / "cache"),
        "TF_CLI_CONFIG_FILE": str(folder / "empty.tfrc"),
    }


def show(text: str) -> None:
    """One line of the table, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Measures what the arguments ask for and prints a table."""
    parser = argparse.ArgumentParser(description="Measures iac, and Terraform on the same files.")
    parser.add_argument("--sizes", default="1000", help="numbers of blocks, with commas between")
    parser.add_argument("--count", type=int, default=10_000, help="instances of one block with count; 0: none")
    parser.add_argument("--no-terraform", action="store_true", help="measure iac alone")
    parser.add_argument("--terraform-limit", type=int, default=1000, help="Terraform only up to so many objects")
    given = parser.parse_args()
    terraform = None if given.no_terraform else shutil.which("terraform")
    with tempfile.TemporaryDirectory() as place:
        environment = environment_of_runs(Path(place))
        before, after = quickstart(environment)
        show(f"quickstart: plan {before:.2f} s, plan with nothing to do {after:.2f} s\n")
        header = "".join(f"{name:>12}" for name in STEPS)
        show(f"{'':28}{header}{'KiB/object':>12}")
        idle = _idle_memory(Path(place), environment)
        sizes = [int(s) for s in given.sizes.split(",") if s]
        for case in cases(sizes, given.count):
            _show_case(case, "iac", measure(case, iac(), environment), idle)
            if terraform and case.objects <= given.terraform_limit:
                _show_case(case, "terraform", measure(case, [terraform], environment, ["init", "-input=false"]), None)


def _show_case(case: Case, tool: str, measured: Mapping[str, Measured], idle: int | None) -> None:
    times = "".join(f"{m.seconds:10.2f} s" for m in measured.values())
    memory = "" if idle is None else f"{(measured['plan'].memory - idle) / case.objects:12.1f}"
    show(f"{case.name:16}{tool:12}{times}{memory}")


def _idle_memory(folder: Path, environment: Mapping[str, str]) -> int:
    """The peak memory of planning next to nothing."""
    empty = folder / "empty"
    empty.mkdir()
    (empty / "main.tf").write_text('resource "terraform_data" "r" {\n}\n')
    return run(iac(*STEPS["plan"]), empty, environment).memory


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
