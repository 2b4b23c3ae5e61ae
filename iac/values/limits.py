"""How large values may be: generous for a configuration, and few enough that no expression can use up the machine.

Terraform has no such limits and runs out of memory instead. They are part of the documentation (`docs/language.md`).
"""

from __future__ import annotations

from typing import Final

PARTS: Final = 500_000
"""The largest `size` of a value."""
DEPTH: Final = 500
"""How deep a value may be nested."""
TEXT: Final = 16 << 20
"""How many characters a string may have."""
ROUNDS: Final = 1_000_000
"""How many rounds all `for` of one expression may make together."""
INSTANCES: Final = 100_000
"""How many instances a block may have."""


DIGITS: Final = 1_000_000
"""How many digits a number may need when it is written in full."""


class LimitError(ValueError):
    """A value that would be beyond the limits; `message` says which limit, as part of a sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_text(characters: int) -> None:
    """Raises `LimitError` for a string of so many characters when that is too many."""
    if characters > TEXT:
        raise LimitError(f"the result would have more than {TEXT:,} characters")


def check_parts(parts: int) -> None:
    """Raises `LimitError` for a value of so many parts when that is too many."""
    if parts > PARTS:
        raise LimitError(f"the result would have more than {PARTS:,} elements, counting those within others")
