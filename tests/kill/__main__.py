"""The kill test at length: `python -m tests.kill [kills] [seed]` (`make kill`). Stops at the first broken promise."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `kit`
sys.path.insert(0, str(Path(__file__).parent))

from killing import OBJECTS, check_after_kill, converge, destroy_and_check, kill_while

LONGEST = 1.1
"""Up to how many seconds after the start of an apply it is killed: about as long as one takes."""


def main(kills: int, seed: int) -> None:
    """Kills applies and destroys at random moments, so many times, each followed by all checks."""
    chance = random.Random(seed)
    sys.stdout.write(f"seed {seed}\n")
    killed = 0
    while killed < kills:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            done = 0
            for _ in range(8):
                command = (
                    "apply" if done == 0 else "destroy" if done == OBJECTS else chance.choice(("apply", "destroy"))
                )
                hit = kill_while(folder, command, chance.random() * LONGEST)
                killed += hit
                done = check_after_kill(folder)
                sys.stdout.write(f"{command}: {'killed' if hit else 'ended'} with {done} objects; all agrees\n")
                sys.stdout.flush()
            converge(folder)
            destroy_and_check(folder)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(given[0] if given else 100, given[1] if len(given) > 1 else random.randrange(1 << 32))
