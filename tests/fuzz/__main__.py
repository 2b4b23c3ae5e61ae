"""Fuzzing at length: `python -m tests.fuzz [--minutes N] [--seed S] [--keep DIR] [TARGET]...` (`make fuzz`).

Takes the targets in turn, changes what `corpus` has at random, and runs the commands of users on it. What breaks a
promise is made smaller, kept in a directory of its own with what tells how to see it again, and printed. Exits with 1
when something was found. With `--coverage TARGET` atheris chooses the changes by what they reach (see `coverage`).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1]))  # for `bounds` and `forked`
sys.path.insert(0, str(Path(__file__).parent))

from forked import Forks
from targets import Found, Target, Trial, applied_world, smaller, targets


def main() -> int:
    """Tries inputs; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--keep", type=Path, default=Path(".fuzz"), help="where what is found is kept")
    parser.add_argument("--coverage", metavar="TARGET", help="let atheris choose: tf, tf.json, fmt, console or where")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them by default")
    given = parser.parse_args()
    if given.coverage:
        from coverage import fuzz

        return fuzz(given.coverage, given.minutes)
    sys.stdout.write(f"seed {given.seed}\n")
    with tempfile.TemporaryDirectory() as place, Forks() as forks:
        return _fuzz(Path(place), forks, given)


def _fuzz(place: Path, forks: Forks, given: argparse.Namespace) -> int:
    environment = {"IAC_CACHE_DIR": str(place / "cache"), "PYTHONPATH": ""}
    world = applied_world(place / "world", forks, environment)
    known = targets(world)
    trials = {n: Trial(known[n], place / "case", world, forks, environment) for n in given.targets or known}
    started, tried, found = time.monotonic(), Counter[str](), Counter[str]()
    spent: Counter[str] = Counter()
    number = 0
    while time.monotonic() - started < given.minutes * 60:
        for name, trial in trials.items():
            number += 1
            began = time.monotonic()
            text = known[name].make(random.Random(f"{given.seed} {number}"))
            tried[name] += 1
            broken = trial.find(text)
            spent[name] += int((time.monotonic() - began) * 1000)
            if broken is not None:
                found[name] += 1
                _keep(given.keep / f"{name}-{given.seed}-{number}", trial, text, broken)
    for name, trial in trials.items():
        rate = tried[name] / max(spent[name] / 1000, 0.001)
        numbers = f"{tried[name]:7} inputs {trial.runs:7} commands {rate:6.1f} inputs a second"
        sys.stdout.write(f"{name:10} {numbers} {found[name]:4} found\n")
    return 1 if found else 0


def _keep(folder: Path, trial: Trial, text: bytes, broken: Found) -> None:
    """Writes an input, made smaller, with what it breaks."""

    def is_same(shorter: bytes) -> bool:
        again = trial.find(shorter)
        return again is not None and _kind(again) == _kind(broken)

    small = text if "hangs" in broken.broken else smaller(text, is_same)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _name(trial.target)).write_bytes(small)
    command = " ".join(["iac", *broken.arguments]).encode("utf-8", "backslashreplace").decode()
    told = f"{command}\n{broken.broken}\n\n{broken.ended}\n"
    (folder / "why.txt").write_text(told[:20_000], encoding="utf-8", errors="backslashreplace")
    sys.stdout.write(f"{folder}: {command[:200]!r}: {broken.broken}\n    {small[:200]!r}\n")
    sys.stdout.flush()


def _kind(found: Found) -> str:
    """What tells one finding from another: what is broken, and for a bug its place in the program."""
    place = found.ended.err.partition("failed unexpectedly (")[2].partition(")")[0]
    return place or found.broken.partition(" MB")[0].rstrip("0123456789")


def _name(target: Target) -> str:
    return target.file if target.file != "input" else "input.txt"


if __name__ == "__main__":
    sys.exit(main())
