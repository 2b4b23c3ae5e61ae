"""Values in plan and state JSON: what is known, and beside it what is unknown and what is sensitive.

The three forms are Terraform's (`after`, `after_unknown`, `after_sensitive`). In all of them a part of a map
or object about which there is nothing to say is left out, an element of a list never is.
"""

from __future__ import annotations

from typing import Any

from iac.values.codec import to_json
from iac.values.types import Type
from iac.values.value import SENSITIVE, UNKNOWN, Value

OMITTED = object()
"""What an unknown part is, where it can be left out."""


def known_json(value: Value) -> Any:
    """The known parts: unknown attributes and keys are left out, unknown elements are null."""
    if value.is_wholly_known:
        return to_json(value)
    found = _known(value)
    return None if found is OMITTED else found


def _known(value: Value) -> Any:
    raw = value.raw
    kind = raw.__class__
    if raw is UNKNOWN:
        return OMITTED
    if kind is dict:
        return {name: part for name, v in raw.items() if (part := _known(v)) is not OMITTED}
    if kind is tuple:
        return [None if (part := _known(v)) is OMITTED else part for v in raw]
    return to_json(value)


def unknown_json(value: Value) -> Any:
    """True for what is unknown, false for what is not, by part."""
    raw = value.raw
    kind = raw.__class__
    if raw is UNKNOWN:
        return True
    if kind is dict:
        return {name: part for name, v in raw.items() if (part := unknown_json(v)) is not False}
    if kind is tuple:
        return [unknown_json(v) for v in raw]
    return False


def sensitive_json(value: Value) -> Any:
    """True for what is sensitive, false for what is not, by part."""
    if value.marks and SENSITIVE in value.marks:
        return True
    raw = value.raw
    kind = raw.__class__
    if kind is dict:
        return {name: part for name, v in raw.items() if (part := sensitive_json(v)) is not False}
    if kind is tuple:
        return [sensitive_json(v) for v in raw]
    return _unknown_shape(value.type) if raw is UNKNOWN else False


def _unknown_shape(ty: Type) -> Any:
    """Of the parts of something unknown nothing can be said."""
    if ty.kind in ("map", "object"):
        return {}
    return [] if ty.kind in ("list", "set", "tuple") else False
