"""What a difference of two values consists of: a tree with one kind of node for each way of drawing.

Frozen shapes only: `diffs` builds them, `diff_text` draws them. Every node begins with its action, and with
whether it forces the replacement of the object that it is part of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from iac.plan.model import Action
from iac.values.value import Value

NO_OP: Final = Action.NO_OP
CREATE: Final = Action.CREATE
UPDATE: Final = Action.UPDATE
DELETE: Final = Action.DELETE


class PrimitiveDiff(NamedTuple):
    """A string, number, bool or null; each side None for null or nothing."""

    action: Action
    replace: bool
    before: Value | None
    after: Value | None


class ListDiff(NamedTuple):
    """A list or tuple (`context`: neighbours of a change are shown too) or a set."""

    action: Action
    replace: bool
    elements: Sequence[Diff]
    context: bool


class MapDiff(NamedTuple):
    """A map: elements by key."""

    action: Action
    replace: bool
    elements: Mapping[str, Diff]


class ObjectDiff(NamedTuple):
    """An object: attributes by name."""

    action: Action
    replace: bool
    attributes: Mapping[str, Diff]


class UnknownDiff(NamedTuple):
    """Something that is known after apply; `before` is what was there, as if it were deleted."""

    action: Action
    replace: bool
    before: Diff | None


class SensitiveDiff(NamedTuple):
    """Something that is not shown; `inner` is what happens to the content, `was` and `will_be` whether it
    is sensitive on either side."""

    action: Action
    replace: bool
    inner: Action
    was: bool
    will_be: bool


class SensitiveBlockDiff(NamedTuple):
    """A nested block that is not shown."""

    action: Action
    replace: bool
    inner: Action
    was: bool
    will_be: bool


class TypeChange(NamedTuple):
    """One kind of value becomes another."""

    action: Action
    replace: bool
    before: Diff
    after: Diff


class NestedBlocks(NamedTuple):
    """All blocks of one type: their labels (map keys, else empty) and differences."""

    name: str
    items: Sequence[tuple[str, Diff]]
    replace: bool


class BlockDiff(NamedTuple):
    """An object that follows a schema: attributes by name, then nested blocks by type."""

    action: Action
    replace: bool
    attributes: Mapping[str, Diff]
    blocks: Sequence[NestedBlocks]


Diff: TypeAlias = (
    PrimitiveDiff
    | ListDiff
    | MapDiff
    | ObjectDiff
    | UnknownDiff
    | SensitiveDiff
    | SensitiveBlockDiff
    | TypeChange
    | BlockDiff
)
