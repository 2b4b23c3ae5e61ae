"""Objects between their three forms: as stored in state, as values with marks, as a provider wants them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from iac.address import ConfigResource, ResourceInstance
from iac.audit.sensitive import scrub, secrets_at
from iac.diagnostics import Diagnostic
from iac.schema import Block, ResourceSchema
from iac.state.model import InstanceObject
from iac.values.codec import to_json, typed_from_json, typed_to_json
from iac.values.paths import Path, children, marks_by_path, path_from_json, path_to_json, with_marks_by_path
from iac.values.value import ONLY_SENSITIVE, SENSITIVE, Value, object_value, rebuild, unmark_deep


def with_schema_marks(block: Block, value: Value) -> Value:
    """The object with every attribute that the schema calls sensitive marked so, and every computed copy of
    something sensitive marked like the original."""
    if value.is_null or not value.is_known:
        return value
    raw: dict[str, Value] = {}
    changed = False
    for name, part in value.raw.items():
        new = part
        attribute = block.attributes.get(name)
        if attribute is not None:
            if attribute.sensitive:
                new = part.with_marks(ONLY_SENSITIVE)
            elif attribute.copies and value.raw[attribute.copies].has_marks:
                new = part.with_marks(unmark_deep(value.raw[attribute.copies])[1])
        elif block.blocks[name].block.has_sensitive:
            new = _nested_marks(block.blocks[name].block, part)
        changed = changed or new is not part
        raw[name] = new
    return object_value(raw).with_marks(value.marks) if changed else value


def settable(block: Block, value: Value) -> Any:
    """What of a known object its owners decide, as plain data: without what the provider computes by itself."""
    if not isinstance(value.raw, dict):
        return None
    found: dict[str, Any] = {n: value.raw[n] for n, a in block.attributes.items() if a.required or a.optional}
    for name, nested in block.blocks.items():
        parts = [value.raw[name]] if nested.nesting == "single" else [part for _, part in children(value.raw[name])]
        found[name] = [settable(nested.block, part) for part in parts]
    return found


def _nested_marks(block: Block, value: Value) -> Value:
    if value.is_null or not value.is_known:
        return value
    if value.type.kind == "object":
        return with_schema_marks(block, value)
    return rebuild(value, [with_schema_marks(block, v) for v in value.elements()])


def decode(stored: InstanceObject, schema: ResourceSchema) -> Value:
    """The value of a stored object, marked. Raises ValueError when it does not fit the schema."""
    ty = schema.block.implied_type
    value = typed_from_json(stored.attributes, ty)
    if stored.sensitive_paths:
        paths = [(path_from_json(p, value.type), ONLY_SENSITIVE) for p in stored.sensitive_paths]
        value = with_marks_by_path(value, paths)
    return with_schema_marks(schema.block, value)


def encode(
    address: ResourceInstance,
    provider: str,
    schema: ResourceSchema,
    value: Value,
    *,
    dependencies: Sequence[ConfigResource] = (),
    create_before_destroy: bool = False,
    status: str = "ready",
    deposed: str | None = None,
) -> InstanceObject:
    """The stored form of an object; the reverse of `decode`."""
    plain, _ = unmark_deep(value)
    return InstanceObject(
        address,
        provider,
        schema.version,
        typed_to_json(plain, schema.block.implied_type),
        tuple(tuple(path_to_json(p)) for p in sensitive_paths(value)),
        tuple(sorted(dependencies)),
        create_before_destroy,
        status,
        deposed,
    )


def conceal(diagnostics: Iterable[Diagnostic], marked: Value) -> list[Diagnostic]:
    """The diagnostics with everything that is sensitive in an object taken out of their texts.

    A provider sees no marks, so what it quotes may be something that the configuration keeps secret.
    """
    found = list(diagnostics)
    if not found or not marked.has_marks:
        return found
    plain, _ = unmark_deep(marked)
    paths = [tuple(path_to_json(p)) for p in sensitive_paths(marked)]
    secrets = secrets_at(to_json(plain, lambda _: None), paths)
    return [replace(d, summary=scrub(d.summary, secrets), detail=scrub(d.detail, secrets)) for d in found]


def sensitive_paths(value: Value) -> list[Path]:
    """The places in a value that are marked sensitive."""
    return [path for path, marks in marks_by_path(value) if SENSITIVE in marks]
