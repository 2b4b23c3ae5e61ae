"""Event ids: UUID version 7 (RFC 9562), each greater than the one before it."""

from __future__ import annotations

import secrets
import time
from typing import Final

_RANDOM_BITS: Final = 74
_STEP_BITS: Final = 32


def next_id(previous: str) -> str:
    """An id that sorts, as text, after `previous` (an id made here, or an empty string), even when the clock
    has not moved or was set back."""
    now = time.time_ns() // 1_000_000
    last, last_random = _split(previous) if previous else (0, 0)
    if now > last:
        return _join(now, secrets.randbits(_RANDOM_BITS - 1))
    random = last_random + 1 + secrets.randbits(_STEP_BITS)
    carry, random = random >> _RANDOM_BITS, random & ((1 << _RANDOM_BITS) - 1)
    return _join(last + carry, random)


def _join(milliseconds: int, random: int) -> str:
    number = (
        milliseconds << 80
        | 0x7 << 76  # version
        | (random >> 62) << 64
        | 0b10 << 62  # variant
        | random & ((1 << 62) - 1)
    )
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _split(text: str) -> tuple[int, int]:
    number = int(text.replace("-", ""), 16)
    return number >> 80, (number >> 64 & 0xFFF) << 62 | number & ((1 << 62) - 1)
