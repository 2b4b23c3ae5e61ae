"""What a name in the language may be."""

from __future__ import annotations

import re

from iac.diagnostics import Diagnostics, SourceRange

_NAME = re.compile(r"[^\W\d][\w-]*\Z")
NAME_RULE = (
    "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes."
)


def is_name(text: str) -> bool:
    """Whether a text can name something in the language."""
    return _NAME.match(text) is not None


def is_valid_name(kind: str, name: str, range: SourceRange, diagnostics: Diagnostics) -> bool:
    """As `is_name`, for the name of a block or the like of some kind; what is wrong with it is reported."""
    if is_name(name):
        return True
    diagnostics.error(f"Invalid {kind} name", NAME_RULE, range)
    return False
