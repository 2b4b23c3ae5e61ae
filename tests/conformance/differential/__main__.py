"""Compares iac with the real `terraform` on generated expressions, at length.

    python -m tests.conformance.differential [--count 20000] [--seed 1] [--batch 400]

Every difference is reduced to the smallest expression that shows it, and printed with both answers. The exit code is
1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # for `conformance` and `kit`

from conformance.differential.answers import Answer, ask
from conformance.differential.compare import difference, is_accepted, reduce
from conformance.differential.generate import generate
from conformance.differential.library import Library
from conformance.differential.terraform import Terraform


class Comparison:
    """Asks both programs, counts, and prints what differs; each way of differing once in full."""

    def __init__(self, folder: Path) -> None:
        for name in ("ours", "theirs"):
            (folder / name).mkdir()
        self._ours, self._theirs = Library(folder / "ours"), Terraform(folder / "theirs")
        self.compared = self.failing = self.accepted = self.crashes = 0
        self.seen: dict[str, int] = {}

    def both(self, expressions: Mapping[int, str]) -> tuple[dict[int, Answer], dict[int, Answer]]:
        """The answers of iac and of terraform."""
        with ThreadPoolExecutor(1) as pool:
            theirs = pool.submit(ask, self._theirs, expressions)
            return ask(self._ours, expressions), theirs.result()

    def batch(self, count: int, start: int) -> None:
        """Compares so many expressions."""
        nodes = dict(enumerate(generate(count, start)))
        ours, theirs = self.both({number: node.text for number, node in nodes.items()})
        for number, node in nodes.items():
            self.compared += 1
            self.failing += "errors" in theirs[number]
            self.crashes += "crash" in theirs[number]
            kind = difference(ours[number], theirs[number])
            if kind is None:
                continue
            if is_accepted(node.text, ours[number], theirs[number]):
                self.accepted += 1
                continue
            self.seen[kind] = self.seen.get(kind, 0) + 1
            if self.seen[kind] <= 2:
                small = reduce(node, kind, self.both).text
                mine, other = self.both({0: small})
                say(f"--- {kind} (seed {start})\n{small}\n  ours:   {shown(mine[0])}\n  theirs: {shown(other[0])}")
            else:
                say(f"--- {kind} (seed {start}), again\n{node.text}")


def say(text: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def shown(answer: Answer) -> str:
    """An answer on one line."""
    return json.dumps(answer, ensure_ascii=False, default=str)


def main() -> int:
    """Compares; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000, help="how many expressions")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--batch", type=int, default=400, help="how many at once")
    options = parser.parse_args()
    if shutil.which("terraform") is None:
        raise SystemExit("terraform is not on the PATH")
    with tempfile.TemporaryDirectory() as name:
        os.environ["IAC_CACHE_DIR"] = str(Path(name) / "cache")
        comparison = Comparison(Path(name))
        for position in range(0, options.count, options.batch):
            comparison.batch(min(options.batch, options.count - position), options.seed * 1_000_000 + position)
    say(
        f"{comparison.compared} compared, {comparison.failing} of them errors; {sum(comparison.seen.values())} differ, "
        f"{comparison.accepted} as documented; terraform crashed on {comparison.crashes}."
    )
    return 1 if comparison.seen else 0


if __name__ == "__main__":
    raise SystemExit(main())
