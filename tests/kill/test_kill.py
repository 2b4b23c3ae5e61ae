"""A process that is killed while it applies leaves a database in which everything agrees (the short form)."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from killing import OBJECTS, check_after_kill, converge, destroy_and_check, kill_while


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_apply_leaves_nothing_apart_and_the_next_one_continues(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for command in ("apply", "destroy"):
        kill_while(tmp_path, command, chance.random() * 0.5)
        assert 0 <= check_after_kill(tmp_path) <= OBJECTS
    converge(tmp_path)
    destroy_and_check(tmp_path)
