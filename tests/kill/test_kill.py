"""A process that is killed while it applies leaves a database in which everything agrees (the short form)."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest
from kit import Lab

sys.path.insert(0, str(Path(__file__).parent))

from killing import OBJECTS, check_after_kill, converge, destroy_and_check, kill_while


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_apply_leaves_nothing_apart_and_the_next_one_continues(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    _kill_surely(tmp_path, "apply", chance.random() * 0.8)
    converge(tmp_path)
    _kill_surely(tmp_path, "destroy", chance.random() * 0.8)
    converge(tmp_path)
    destroy_and_check(tmp_path)


def _kill_surely(folder: Path, command: str, seconds: float) -> None:
    """Kills it while it is at work: where it was faster, everything is put back and it has less time."""
    while not kill_while(folder, command, seconds):
        seconds /= 2
        if command == "apply":
            Lab(folder).destroy()
        else:
            Lab(folder).succeed()
    assert 0 <= check_after_kill(folder) <= OBJECTS
