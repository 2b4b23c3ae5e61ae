"""Measures iac, and Terraform on the same files where it is installed: `python -m tests.bench`, `make bench`.

    --only NAME           one case, see `CASES`; may be repeated
    --sizes 1000,5000     blocks in one directory
    --count 10000         instances of one block with count (0: leave out)
    --no-terraform        iac alone
    --terraform-limit N   Terraform only up to N objects (default 1000; it takes minutes for 5000)

    --events 1000000      events of the audit log

A case is a function that prints its table; the first case starts when everything is cached that only the first run of
all has to make.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import audit, language, processes
from tests.bench.measuring import PLAN, Bench, directory, environment_of_runs, iac, run

CASES: Mapping[str, Callable[[Bench], None]] = {
    "quickstart": processes.quickstart,
    "blocks": processes.blocks,
    "count": processes.count,
    "parse": language.parse,
    "evaluation": language.evaluation,
    "for_each": language.for_each,
    "functions": language.functions,
    "audit": lambda bench: audit.report(bench.events),
}


def main() -> None:
    """Measures what the arguments ask for and prints a table for each case."""
    parser = argparse.ArgumentParser(description="Measures iac, and Terraform on the same files.")
    parser.add_argument("--only", action="append", choices=CASES, metavar="NAME", help=f"one of {', '.join(CASES)}")
    parser.add_argument("--sizes", default="1000", help="numbers of blocks, with commas between")
    parser.add_argument("--count", type=int, default=10_000, help="instances of one block with count; 0: none")
    parser.add_argument("--events", type=int, default=audit.EVENTS, help="events of the audit log")
    parser.add_argument("--no-terraform", action="store_true", help="measure iac alone")
    parser.add_argument("--terraform-limit", type=int, default=1000, help="Terraform only up to so many objects")
    given = parser.parse_args()
    terraform = None if given.no_terraform else shutil.which("terraform")
    sizes = [int(size) for size in given.sizes.split(",") if size]
    with tempfile.TemporaryDirectory() as place:
        environment = environment_of_runs(Path(place))
        # What runs in this process uses the same caches as those it starts.
        os.environ["IAC_CACHE_DIR"] = environment["IAC_CACHE_DIR"]
        _warm_up(environment)
        bench = Bench(environment, terraform, given.terraform_limit, sizes, given.count, given.events)
        for name in given.only or CASES:
            CASES[name](bench)


def _warm_up(environment: Mapping[str, str]) -> None:
    """What only the first run of all pays for: Python compiles the modules, and the grammar is made into tables."""
    with directory({"main.tf": 'resource "terraform_data" "r" {\n  input = <<A\n${upper("x")}\nA\n}\n'}) as folder:
        run(iac(*PLAN), folder, environment)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
