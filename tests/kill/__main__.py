"""The kill test at length: `python -m tests.kill [rounds]` (`make kill`). Stops at the first broken promise."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from killing import check_after_kill, converge, destroy_and_check, kill_while


def main(rounds: int) -> None:
    """Kills applies and destroys at random moments, so many times, each followed by all checks."""
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    killed = 0
    while killed < rounds:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            for _ in range(4):
                command = chance.choice(("apply", "apply", "destroy"))
                hit = kill_while(folder, command, chance.random() * 1.2)
                killed += hit
                done = check_after_kill(folder)
                sys.stdout.write(f"{command}: {'killed' if hit else 'ended'} with {done} objects; all agrees\n")
            converge(folder)
            destroy_and_check(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
