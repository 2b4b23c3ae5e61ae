"""Objects as Terraform's state has them: read again by another version, and known by nothing but an id."""

from __future__ import annotations

from typing import Any

from iac.diagnostics import DiagnosticsError, error
from iac.schema import Block, ResourceSchema
from iac.values.codec import loads, typed_from_json
from iac.values.value import Value


def upgraded(type: str, schema: ResourceSchema, version: int, stored: bytes) -> Value:
    """The object that a state file describes, after the schema as it is now.

    What the schema does not have any more is dropped, what it did not have then is null. Raises `DiagnosticsError`
    when the object is from a newer schema, or does not fit.
    """
    if version > schema.version:
        raise DiagnosticsError(
            error(
                "State from a newer version",
                f"The state of this {type} has schema version {version}, and this version of iac knows versions up to "
                f"{schema.version}. Upgrade iac to use it.",
            )
        )
    try:
        return typed_from_json(_fitted(schema.block, loads(stored)), schema.block.implied_type)
    except ValueError as problem:
        raise DiagnosticsError(
            error("Invalid state", f"The state of this {type} does not follow its schema: {problem}.")
        ) from None


def empty_object(block: Block, id: str) -> Value:
    """An object of which nothing is known but its id."""
    return typed_from_json(_fitted(block, {"id": id}), block.implied_type)


def _fitted(block: Block, stored: Any) -> Any:
    """The JSON object with the attributes and blocks that the schema has, and with no others."""
    if not isinstance(stored, dict):
        return stored
    found = {name: stored.get(name) for name in block.attributes}
    for name, nested in block.blocks.items():
        part = stored.get(name)
        if nested.nesting == "single":
            found[name] = _fitted(nested.block, part)
        elif nested.nesting == "map":
            found[name] = {key: _fitted(nested.block, element) for key, element in (part or {}).items()}
        else:
            found[name] = [_fitted(nested.block, element) for element in part or ()]
    return found
