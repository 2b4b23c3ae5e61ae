"""What a cell of a table may hold: text that cannot move the cursor, break its line or become a formula."""

from __future__ import annotations

import re
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FORMULA: Final = re.compile(r"\s*[=+\-@|%＝＋－＠]")


def printable(text: str) -> str:
    """The text with control characters, line ends, terminal sequences and direction marks as escapes."""
    return _CONTROL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _NAMED.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 0x100 else f"\\u{ord(char):04x}")


def without_formula(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: with an apostrophe before what begins like one
    (OWASP, CSV Injection)."""
    return f"'{text}" if _FORMULA.match(text) else text
