"""A command that never ends: what a hang looks like to the fuzzer."""

from __future__ import annotations

import time
from collections.abc import Sequence


def forever(arguments: Sequence[str]) -> int:
    """Sleeps."""
    while True:
        time.sleep(60)
