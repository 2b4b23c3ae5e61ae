"""Kills and faults at length: `python -m tests.torture [--minutes N] [--seed S] [--all] [SCENARIO]...`.

Takes cases at random until the time is over, or with `--all` every one of them; prints what was lost, if anything,
with the command that tries it again, and at the end a table of what was tried. Exits with 1 when something was lost.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))  # for `kit`, `forked` and `torture`

from forked import Forks
from torture.cases import KINDS, Case, mixed
from torture.checks import Bench, place_in_memory
from torture.scenarios import SCENARIOS, by_name

_INSTANTS = 300
"""How many random kills go with the faults of one scenario."""


def main() -> int:
    """Tries cases; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--all", action="store_true", help="every case once, however long it takes")
    parser.add_argument("--case", help="only this one, as it was printed")
    parser.add_argument("scenarios", nargs="*", help="by name; all of them by default")
    given = parser.parse_args()
    chosen = [by_name(name) for name in given.scenarios] or list(SCENARIOS)
    tried: Counter[tuple[str, str]] = Counter()
    lost = 0
    with place_in_memory() as place, Forks() as forks:
        benches = [Bench(scenario, place / scenario.name, forks) for scenario in chosen]
        if given.case:
            cases: Iterator[tuple[Bench, Case]] = iter([(benches[0], Case.again(given.case))])
        else:
            sys.stdout.write(f"seed {given.seed}\n")
            cases = _cases(benches, random.Random(given.seed), None if given.all else given.minutes * 60)
        for bench, case in cases:
            attempt = bench.attempt(case.fault, **case.limits)
            tried[bench.scenario.name, case.kind] += attempt.happened
            if attempt.problems or given.case:
                lost += bool(attempt.problems)
                told = "\n  ".join(("LOST" if attempt.problems else "Nothing was lost", *attempt.problems))
                sys.stdout.write(f"{told}\n  {case.repeat(bench)}\n{attempt.ended}\n")
                sys.stdout.flush()
    _table(tried, lost)
    return 1 if lost else 0


def _cases(benches: list[Bench], chance: random.Random, seconds: float | None) -> Iterator[tuple[Bench, Case]]:
    """Cases until the time is over; all of them when there is no end."""
    waiting = [(bench, mixed(bench, chance, _INSTANTS)[::-1]) for bench in benches]
    deadline = None if seconds is None else time.monotonic() + seconds
    while any(cases for _, cases in waiting):
        for bench, cases in waiting:
            if deadline is not None and time.monotonic() > deadline:
                return
            if cases:
                yield bench, cases.pop()


def _table(tried: Counter[tuple[str, str]], lost: int) -> None:
    rows = list(dict.fromkeys(name for name, _ in tried))
    lines = ["| | " + " | ".join(KINDS) + " |", "|---" * (len(KINDS) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(str(tried[name, kind]) for kind in KINDS) + " |" for name in rows]
    sums = [sum(count for (_, k), count in tried.items() if k == kind) for kind in KINDS]
    lines.append("| **all** | " + " | ".join(map(str, sums)) + " |")
    sys.stdout.write("\n".join(lines) + f"\n{sum(sums)} kills and faults, {lost} with a loss\n")


if __name__ == "__main__":
    sys.exit(main())
