"""The cases: which faults there are at which places of a scenario."""

from __future__ import annotations

import json
import random
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from typing import Any

from torture.checks import Bench
from torture.faults import FILE_FAULTS, KILL, SQL_FAULTS

KILLS = ("killed at an instant", "killed at a statement", "killed at a file", "killed as SQLite writes")
FAILURES = ("statement fails", "file fails", "SQLite fails to write", "surroundings fail")
KINDS = (*KILLS, *FAILURES)

_MOST_PLACES = 300
"""Of a scenario with more places some are left out, evenly."""


@dataclass(frozen=True)
class Case:
    """One kill or fault: its kind, for the table, and what `Bench.attempt` is to do."""

    kind: str
    fault: Mapping[str, Any] | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def again(cls, text: str) -> Case:
        """The case of a command that `repeat` gave."""
        return cls(**json.loads(text))

    def repeat(self, bench: Bench) -> str:
        """The command that tries it again."""
        words = bench.scenario.name, "--case", json.dumps(asdict(self))
        return "python -m tests.torture " + " ".join(map(shlex.quote, words))


def mixed(bench: Bench, chance: random.Random, instants: int) -> list[Case]:
    """Every case at every place, and so many kills at random instants, in an order that takes turns among kinds."""
    kinds: dict[str, list[Case]] = {kind: [] for kind in KINDS}
    for case in (*at_every_place(bench), *_at_random_instants(bench, chance, instants)):
        kinds[case.kind].append(case)
    for cases in kinds.values():
        chance.shuffle(cases)
    return [case for turn in zip_longest(*kinds.values()) for case in turn if case is not None]


def at_every_place(bench: Bench) -> Iterator[Case]:
    """Every fault at every place where one can happen."""
    for at in _places(bench, "statement"):
        for late in (False, True):
            yield Case("killed at a statement", _fault("statement", KILL, at, late=late))
            for what in SQL_FAULTS:
                yield Case("statement fails", _fault("statement", what, at, late=late))
        yield Case("statement fails", _fault("statement", "disk I/O error", at, lasting=True))
    for where, killed, failed in (("file", KILLS[2], FAILURES[1]), ("sqlite", KILLS[3], FAILURES[2])):
        for at in _places(bench, where):
            yield Case(killed, _fault(where, KILL, at))
            for what in FILE_FAULTS:
                for lasting in (False, True):
                    yield Case(failed, _fault(where, what, at, lasting=lasting))
    yield from _surroundings(bench)


def _surroundings(bench: Bench) -> Iterator[Case]:
    """What is wrong from the beginning: a full disk, a limit, a lock, a disk that can only be read."""
    kind = FAILURES[3]
    yield Case(kind, limits={"stdout": "/dev/full"})
    for kilobytes in (0, 1, 2, 4, 8, 16, 32, 64, 96, 128, 160, 192, 224, 256, 320):
        yield Case(kind, limits={"file_limit": kilobytes << 10})
    if bench.counts["statement"]:
        yield Case(kind, _fault("read-only"))
        yield Case(kind, _fault("locked"))
        for pages in range(24):
            yield Case(kind, _fault("pages", at=pages))


def _at_random_instants(bench: Bench, chance: random.Random, count: int) -> Iterator[Case]:
    for _ in range(count):
        yield Case(KILLS[0], limits={"kill_after": chance.random() * bench.seconds * 1.1})


def _places(bench: Bench, where: str) -> range:
    count = bench.counts[where]
    return range(1, count + 1, 1 + count // _MOST_PLACES)


def _fault(where: str, what: str = "", at: int = 0, **more: Any) -> dict[str, Any]:
    return {"where": where, "what": what, "at": at, **more}
