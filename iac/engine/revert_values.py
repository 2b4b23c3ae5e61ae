"""Objects as plain JSON to values by their schema and back, for plans that are not made from a configuration.

Owns what of an object a user can set, and the ids in it: of an object that is made again, the id that it had is
unknown while planning and another one afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from iac.diagnostics import DiagnosticsError, error
from iac.engine.restoring import ABSENT, Part
from iac.schema import Block
from iac.values.codec import canonical, from_json, implied, to_json
from iac.values.paths import Path, marks_by_path, transform, with_marks_by_path
from iac.values.types import DYNAMIC, STRING, Type
from iac.values.value import Value, null, object_value, string, tuple_value, unknown, unmark_deep


def object_json(value: Value) -> Any:
    """The object as plain JSON, without marks."""
    return to_json(unmark_deep(value)[0])


def is_settable(block: Block, part: Part) -> bool:
    """Whether a user can set the part; what only the provider decides is left to it."""
    if not part or (part[0] not in block.attributes and part[0] not in block.blocks):
        return False
    attribute = block.attribute_at(part)
    return attribute is None or attribute.required or attribute.optional


def is_required(block: Block, part: Part) -> bool:
    """Whether the object cannot be without the part. A key of a map never is."""
    attribute = block.attribute_at(part)
    return attribute is not None and attribute.required and not _is_inside(block, part)


def unset_of(block: Block, part: Part) -> Any:
    """What stands for a part that is not set: a key of a map is left out."""
    if _is_inside(block, part):
        return ABSENT
    nested = block.blocks.get(part[0]) if len(part) == 1 else None
    return None if nested is None or nested.nesting == "single" else {} if nested.nesting == "map" else []


def _is_inside(block: Block, part: Part) -> bool:
    return len(part) > 1 and block.attribute_at(part[:-1]) is not None


def config_of(block: Block, data: Mapping[str, Any], known: Value | None) -> Value:
    """A configuration that asks for the object: what can be set as in `data`, everything else left to the provider.

    What is as in the object `known` is taken from there, with its type and marks. Raises `DiagnosticsError` when the
    data no longer fits the schema.
    """
    parts: dict[str, Value] = {}
    for name, ty in block.implied_type.attributes.items():
        old = None if known is None else known.raw[name]
        if not is_settable(block, (name,)):
            parts[name] = null(ty)
        elif old is not None and canonical(object_json(old)) == canonical(data.get(name)):
            parts[name] = old
        else:
            parts[name] = _part_value(name, data.get(name), ty, old)
    return object_value(parts)


def _part_value(name: str, data: Any, ty: Type, old: Value | None) -> Value:
    try:
        value = _typed(data, old) if ty is DYNAMIC else from_json(data, ty)
    except ValueError as problem:
        raise DiagnosticsError(
            error("The object no longer fits its schema", f"Its {name} cannot be restored: {problem}.")
        ) from None
    return value if old is None else with_marks_by_path(value, marks_by_path(old))


def _typed(data: Any, old: Value | None) -> Value:
    """A value where any type may stand: of the type that is there, part by part, as far as it fits."""
    if old is None or old.is_null:
        return implied(data)
    try:
        return from_json(data, old.type)
    except ValueError:
        pass
    if isinstance(data, Mapping) and old.type.kind == "object":
        return object_value({name: _typed(part, old.raw.get(name)) for name, part in data.items()})
    if isinstance(data, list) and old.type.kind == "tuple":
        others = [*old.raw[: len(data)], *[None] * (len(data) - len(old.raw))]
        return tuple_value(map(_typed, data, others))
    return implied(data)


def with_unknown_ids(config: Value, ids: Collection[str]) -> Value:
    """The configuration with these ids as unknown values."""

    def replaced(path: Path, value: Value) -> Value:
        is_one = value.type is STRING and isinstance(value.raw, str) and value.raw in ids
        return unknown(STRING).with_marks(value.marks) if is_one else value

    return transform(config, replaced) if ids else config


def with_new_ids(config: Value, ids: Mapping[str, str]) -> Value:
    """The configuration with these ids replaced by others."""

    def replaced(path: Path, value: Value) -> Value:
        is_one = value.type is STRING and isinstance(value.raw, str) and value.raw in ids
        return string(ids[value.raw]).with_marks(value.marks) if is_one else value

    return transform(config, replaced) if ids else config
