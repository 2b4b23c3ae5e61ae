"""Kills and faults, a few of each command (the short form of `python -m tests.torture`).

Which ones is chosen by the name of the scenario: always the same, until the program does something else.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Forks
from torture.cases import KINDS, mixed
from torture.checks import Bench, place_in_memory
from torture.scenarios import SCENARIOS, Scenario

_CASES = 2
"""How many of each command."""


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    with Forks() as forks:
        yield forks


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with place_in_memory() as place:
        yield place


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_nothing_is_lost_and_nothing_is_half_done(scenario: Scenario, forks: Forks, place: Path) -> None:
    bench = Bench(scenario, place / scenario.name, forks)
    chance = random.Random(scenario.name)
    for case in chance.sample(mixed(bench, chance, instants=2)[: 2 * len(KINDS)], _CASES):
        attempt = bench.attempt(case.fault, **case.limits)
        assert not attempt.problems, f"{case.repeat(bench)}\n{attempt.ended}"
