"""The difference between two values, as a tree that can be drawn.

Owns how values are compared: objects by attribute, maps by key, lists along their longest common
subsequence, sets by element, strings of JSON by what they mean. The rules are those of Terraform's plan
rendering. Leaves the tree's shape to `diff_tree`, drawing to `diff_text`, aligning to `alignment`.

A side is None when there is nothing there (the object does not exist, the key is missing). A null counts as
nothing in attributes of blocks and objects, where leaving out and setting to null are the same; elsewhere
(`explicit`) it is a value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from iac.plan.model import Action
from iac.schema import Block, NestedBlock
from iac.values.codec import implied, loads
from iac.values.paths import Key, Path
from iac.values.types import (
    BOOL,
    DYNAMIC,
    NUMBER,
    STRING,
    CollectionType,
    ObjectType,
    TupleType,
    Type,
)
from iac.values.value import SENSITIVE, UNKNOWN, Value, null
from iac.views.alignment import align_elements, content, contents
from iac.views.diff_tree import (
    CREATE,
    DELETE,
    NO_OP,
    UPDATE,
    BlockDiff,
    Diff,
    ListDiff,
    MapDiff,
    NestedBlocks,
    ObjectDiff,
    PrimitiveDiff,
    SensitiveBlockDiff,
    SensitiveDiff,
    TypeChange,
    UnknownDiff,
)

Paths: TypeAlias = Sequence[Path]
"""The places that force a replacement, as seen from where one stands."""


def diff_block(before: Value | None, after: Value | None, block: Block, replace: Paths = ()) -> Diff:
    """The difference of two objects that follow `block`; a side that does not exist is null or None."""
    if _is_sensitive(before) or _is_sensitive(after):
        inner = _diff_block(_bare(before), _bare(after), block, replace)
        return _hide(SensitiveBlockDiff, inner, before, after, False, replace)
    return _diff_block(before, after, block, replace)


def diff_value(before: Value | None, after: Value | None, ty: Type = DYNAMIC, explicit: bool = False) -> Diff:
    """The difference of two values at a place declared as `ty`.

    Where the type is `any` they are compared as JSON would show them: lists, sets and tuples alike, maps
    and objects alike.
    """
    return _diff(before, after, ty, explicit, ())


def _diff_block(before: Value | None, after: Value | None, block: Block, replace: Paths) -> Diff:
    if after is not None and after.raw is UNKNOWN:
        gone = None if _nothing(before) else _diff_block(before, None, block, replace)
        return UnknownDiff(CREATE if gone is None else UPDATE, () in replace, gone)
    old_parts: Mapping[str, Value] = _raw(before) or {}
    new_parts: Mapping[str, Value] = _raw(after) or {}
    action = _outline(before, after, explicit=False)
    attributes: dict[str, Diff] = {}
    for name in sorted(block.attributes):
        old, new = old_parts.get(name), new_parts.get(name)
        if (old is None or old.raw is None) and (new is None or new.raw is None):
            continue
        ty = block.attributes[name].type
        found = attributes[name] = _diff(old, new, ty, False, _below(replace, name) if replace else ())
        action = _combine(action, found[0])
    blocks: list[NestedBlocks] = []
    for name in sorted(block.blocks):
        old, new = old_parts.get(name), new_parts.get(name)
        if not (_nothing(old) and _nothing(new)):
            here = _below(replace, name)
            nested = _diff_nested(old, new, block.blocks[name], here)
            blocks.append(NestedBlocks(name, nested, () in here))
            action = _combine_all(action, (found for _, found in nested))
    return BlockDiff(action, () in replace, attributes, blocks)


def _diff_nested(
    before: Value | None, after: Value | None, nested: NestedBlock, replace: Paths
) -> list[tuple[str, Diff]]:
    """All blocks of one type, hidden when together they are sensitive."""
    pairs = _nested(before, after, nested, replace)
    return [(label, _guard(found, before, after)) for label, found in pairs]


def _guard(found: Diff, before: Value | None, after: Value | None) -> Diff:
    """Hides one nested block when all blocks of its type together are sensitive."""
    was, will_be = _is_sensitive(before), _is_sensitive(after)
    action = found[0]
    if not (will_be if action is CREATE else was if action is DELETE else was or will_be):
        return found
    if action is NO_OP and was != will_be:
        action = UPDATE
    return SensitiveBlockDiff(action, found[1], found[0], was, will_be)


def _nested(
    before: Value | None, after: Value | None, nested: NestedBlock, replace: Paths
) -> Iterable[tuple[str, Diff]]:
    """The blocks of one type: single alone, lists by index, sets by element, maps by key."""
    if nested.nesting == "single" or (after is not None and after.raw is UNKNOWN):
        if nested.nesting == "single":
            return [("", diff_block(before, after, nested.block, replace))]
        # Which blocks there will be is not known; those that are there now are shown as if they went away.
        unknown = UnknownDiff(CREATE if _nothing(before) else UPDATE, () in replace, None)
        return [("", unknown), *_nested(before, None, nested, replace)]
    old, new = _raw(before), _raw(after)
    if nested.nesting == "map":
        keys = sorted({*(old or ()), *(new or ())})
        return [(key, diff_block(_at(old, key), _at(new, key), nested.block, _below(replace, key))) for key in keys]
    olds, news = tuple(old or ()), tuple(new or ())
    if nested.nesting == "set":
        pairs = _match_elements(olds, news)
    else:
        count = max(len(olds), len(news))
        pairs = [(_nth(olds, i), _nth(news, i)) for i in range(count)]
    return [
        ("", diff_block(b, a, nested.block, _below(replace, i) if nested.nesting == "list" else ()))
        for i, (b, a) in enumerate(pairs)
    ]


def _diff(before: Value | None, after: Value | None, ty: Type, explicit: bool, replace: Paths) -> Diff:
    if ty is STRING:
        # Where a string is declared, an empty one is null to Terraform's text: some providers cannot tell them apart.
        before, after = _text(before), _text(after)
    if (before is not None and before.marks and SENSITIVE in before.marks) or (
        after is not None and after.marks and SENSITIVE in after.marks
    ):
        # In a recorded plan a secret of any type is a digest, which is text.
        as_declared = all(v is None or v.raw is None or v.raw.__class__ is not str for v in (before, after))
        inner = _diff(_bare(before), _bare(after), ty if as_declared or ty.is_primitive else DYNAMIC, explicit, replace)
        return _hide(SensitiveDiff, inner, before, after, explicit, replace)
    if after is not None and after.raw is UNKNOWN:
        gone = before is None or before.raw is None
        old = None if gone else _diff(before, None, ty, explicit, replace)
        return UnknownDiff(CREATE if gone else UPDATE, () in replace, old)
    if ty is STRING or ty is NUMBER or ty is BOOL:
        return _diff_primitive(before, after, explicit, replace)
    if ty is DYNAMIC:
        return _diff_dynamic(before, after, explicit)
    action = _outline(before, after, explicit)
    old, new = _raw(before), _raw(after)
    if isinstance(ty, ObjectType):
        return _diff_object(old or {}, new or {}, ty, action, replace)
    if isinstance(ty, TupleType):
        return _diff_tuple(old or (), new or (), ty, action, replace)
    assert isinstance(ty, CollectionType)
    if ty.kind == "map":
        return _diff_map(old or {}, new or {}, ty.element, action, replace)
    if ty.kind == "set":
        pairs = _match_elements(old or (), new or ())
        parts = [_diff(b, a, ty.element, True, ()) for b, a in pairs]
        return ListDiff(_combine_all(action, parts), () in replace, parts, False)
    return _diff_list(old or (), new or (), ty.element, action, replace)


def _diff_primitive(before: Value | None, after: Value | None, explicit: bool, replace: Paths) -> Diff:
    old_there = before is not None and (explicit or before.raw is not None)
    new_there = after is not None and (explicit or after.raw is not None)
    if not old_there:
        action = CREATE if new_there else NO_OP
    elif not new_there:
        action = DELETE
    else:
        assert before is not None
        assert after is not None
        same = before.raw == after.raw and before.type.kind == after.type.kind
        action = NO_OP if same or (before.raw is None and after.raw is None) else UPDATE
    old = before if before is not None and before.raw is not None else None
    new = after if after is not None and after.raw is not None else None
    return PrimitiveDiff(action, () in replace if replace else False, old, new)


def _json_kind(value: Value | None) -> str:
    """What JSON would call the value."""
    if value is None or value.raw is None:
        return "null"
    kind = value.raw.__class__
    if kind is dict:
        return "object"
    return "array" if kind is tuple else value.type.kind


def _diff_dynamic(before: Value | None, after: Value | None, explicit: bool) -> Diff:
    """Compared as JSON. What forces a replacement is not told at such a place, as in Terraform."""
    old_kind, new_kind = _json_kind(before), _json_kind(after)
    created = old_kind == "null" and (before is None or not explicit)
    deleted = new_kind == "null" and (after is None or not explicit)
    if old_kind != new_kind and not created and not deleted:
        gone = _dynamic_of(old_kind, before, None, explicit)
        come = _dynamic_of(new_kind, None, after, explicit)
        return TypeChange(UPDATE, False, gone, come)
    kind = new_kind if old_kind == "null" else old_kind
    return _dynamic_of(kind, before, after, explicit)


def _dynamic_of(kind: str, before: Value | None, after: Value | None, explicit: bool) -> Diff:
    if kind not in ("object", "array"):
        return _diff_primitive(before, after, explicit, ())
    action = _outline(before, after, explicit)
    old, new = _raw(before), _raw(after)
    if kind == "array":
        return _diff_list(old or (), new or (), DYNAMIC, action, ())
    old, new = old or {}, new or {}
    parts: dict[str, Diff] = {}
    for key in sorted({*old, *new}) if old and new else old or new:
        found = parts[key] = _diff(old.get(key), new.get(key), DYNAMIC, True, ())
        action = _combine(action, found[0])
    return ObjectDiff(action, False, parts)


def _diff_object(
    old: Mapping[str, Value], new: Mapping[str, Value], ty: ObjectType, action: Action, replace: Paths
) -> Diff:
    parts: dict[str, Diff] = {}
    for name, inner in ty.attributes.items():
        before, after = old.get(name), new.get(name)
        if (before is None or before.raw is None) and (after is None or after.raw is None):
            continue
        found = parts[name] = _diff(before, after, inner, False, _below(replace, name))
        action = _combine(action, found[0])
    return ObjectDiff(action, () in replace, parts)


def _diff_map(old: Mapping[str, Value], new: Mapping[str, Value], ty: Type, action: Action, replace: Paths) -> Diff:
    parts: dict[str, Diff] = {}
    for key in sorted({*old, *new}):
        found = parts[key] = _diff(old.get(key), new.get(key), ty, True, _below(replace, key))
        action = _combine(action, found[0])
    return MapDiff(action, () in replace, parts)


def _diff_tuple(old: Sequence[Value], new: Sequence[Value], ty: TupleType, action: Action, replace: Paths) -> Diff:
    parts = [_diff(_nth(old, i), _nth(new, i), inner, True, _below(replace, i)) for i, inner in enumerate(ty.elements)]
    return ListDiff(_combine_all(action, parts), () in replace, parts, True)


def _diff_list(old: Sequence[Value], new: Sequence[Value], ty: Type, action: Action, replace: Paths) -> Diff:
    """Elements aligned along the longest common subsequence; objects in its gaps are paired up."""
    parts: list[Diff] = []
    pairs = align_elements(contents(old), contents(new), lambda k: _is_object(old[k]), lambda k: _is_object(new[k]))
    for i, j in pairs:
        before, after = (None if i is None else old[i]), (None if j is None else new[j])
        below = _below(replace, i if i is not None else j) if replace else ()
        parts.append(_diff(before, after, ty, True, below))
    return ListDiff(_combine_all(action, parts), () in replace, parts, True)


def _is_object(value: Value) -> bool:
    return value.raw.__class__ is dict and value.type.kind != "map"


def _match_elements(old: Sequence[Value], new: Sequence[Value]) -> list[tuple[Value | None, Value | None]]:
    """Pairs the elements of two sets: the same ones, then those that are gone, then those that are new."""
    remaining: dict[Any, list[Value]] = {}
    for element in new:
        remaining.setdefault(_element_key(element), []).append(element)
    pairs: list[tuple[Value | None, Value | None]] = []
    for element in old:
        same = remaining.get(_element_key(element))
        pairs.append((element, same.pop(0) if same else None))
    left = {id(e) for rest in remaining.values() for e in rest}
    pairs.extend((None, e) for e in new if id(e) in left)
    return pairs


def _element_key(value: Value) -> Any:
    return (content(value), value.is_sensitive) if value.is_wholly_known else id(value)


# --- Strings that hold JSON ------------------------------------------------------------------------------


def json_content(text: str) -> Value | None:
    """What the string says when it is JSON of an object or array, else None."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return implied(loads(text))
    except (json.JSONDecodeError, ValueError, RecursionError):
        return None


def _text(value: Value | None) -> Value | None:
    return null(STRING).with_marks(value.marks) if value is not None and value.raw == "" else value


# --- Sides and actions -----------------------------------------------------------------------------------


def _is_sensitive(value: Value | None) -> bool:
    return value is not None and SENSITIVE in value.marks


def _bare(value: Value | None) -> Value | None:
    return None if value is None else value.without_own_marks()


def _nothing(value: Value | None) -> bool:
    return value is None or value.raw is None


def _raw(value: Value | None) -> Any:
    return None if value is None or value.raw is UNKNOWN else value.raw


def _at(parts: Mapping[str, Value] | None, key: str) -> Value | None:
    return None if parts is None else parts.get(key)


def _nth(parts: Sequence[Value], index: int) -> Value | None:
    return parts[index] if index < len(parts) else None


def _below(replace: Paths, step: str | int | None) -> Paths:
    """The paths that go on through `step`, seen from behind it."""
    if not replace:
        return ()
    return [path[1:] for path in replace if path and (path[0].key if isinstance(path[0], Key) else path[0]) == step]


def _outline(before: Value | None, after: Value | None, explicit: bool) -> Action:
    """What happens to a container as far as its existence tells."""
    if _nothing(before):
        return NO_OP if _nothing(after) else CREATE
    return DELETE if _nothing(after) else NO_OP


def _combine(action: Action, part: Action) -> Action:
    """The action of a whole, given that of one more part."""
    return action if part is NO_OP or part is action else UPDATE


def _combine_all(action: Action, parts: Iterable[Diff]) -> Action:
    for part in parts:
        action = _combine(action, part[0])
    return action


def _hide(
    kind: type[SensitiveDiff] | type[SensitiveBlockDiff],
    inner: Diff,
    before: Value | None,
    after: Value | None,
    explicit: bool,
    replace: Paths,
) -> Diff:
    """A difference of which only the action may be seen; gaining or losing the mark is a change too."""
    was, will_be = _is_sensitive(before), _is_sensitive(after)
    action = inner[0]
    nothing_at_all = all(v is None or (v.raw is None and not explicit) for v in (before, after))
    if action is NO_OP and was != will_be and not nothing_at_all:
        action = UPDATE
    return kind(action, () in replace, inner[0], was, will_be)
