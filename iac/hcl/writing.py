"""Values as HCL source, for configuration that is generated.

Owns how a known value is written; layout is left to `formatting`. The forms are those that Terraform generates.
"""

from __future__ import annotations

import json
import re
from typing import Final

from iac.hcl.functions.encoding import json_text
from iac.values.codec import implied, loads, quote
from iac.values.numbers import format_number
from iac.values.types import BOOL, NUMBER, STRING
from iac.values.value import Value

_NAME: Final = re.compile(r"[^\W\d][\w-]*")
_KEYWORDS: Final = frozenset({"for", "null", "true", "false"})


def expression(value: Value) -> str:
    """The expression that gives a wholly known value; its marks do not matter."""
    raw, ty = value.raw, value.type
    if raw is None:
        return "null"
    if ty is STRING:
        return quote(raw)
    if ty is NUMBER:
        return format_number(raw)
    if ty is BOOL:
        return "true" if raw else "false"
    if raw.__class__ is dict:
        lines = "".join(f"{_key(name)} = {expression(part)}\n" for name, part in raw.items())
        return f"{{\n{lines}}}" if lines else "{}"
    return f"[{', '.join(map(expression, raw))}]"


def argument(value: Value) -> str:
    """The expression for an argument: a string that is JSON of an object or array is a call of `jsonencode`, where
    that gives the very same string."""
    text = value.raw
    if value.type is STRING and text is not None and text[:1] in ("{", "["):
        try:
            meant = implied(loads(text))
            if json_text(meant) == text:
                return f"jsonencode({expression(meant)})"
        except (json.JSONDecodeError, ValueError, RecursionError):
            pass
    return expression(value)


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) and name not in _KEYWORDS else quote(name)
