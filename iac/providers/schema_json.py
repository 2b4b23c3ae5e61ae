"""Provider schemas as JSON: the format of `terraform providers schema -json`.

https://developer.hashicorp.com/terraform/cli/commands/providers/schema
"""

from __future__ import annotations

from typing import Any

from iac.providers.registry import Registry
from iac.schema import Attribute, Block, NestedBlock, ResourceSchema
from iac.values.types import type_to_json


def schemas_to_json(registry: Registry) -> dict[str, Any]:
    """The schemas of all providers, by source address."""
    providers: dict[str, Any] = {}
    for name in registry.names():
        schema = registry.schema(name)
        found: dict[str, Any] = {"provider": _schema(ResourceSchema(schema.provider))}
        if schema.resources:
            found["resource_schemas"] = {n: _schema(s) for n, s in schema.resources.items()}
        if schema.data_sources:
            found["data_source_schemas"] = {n: _schema(s) for n, s in schema.data_sources.items()}
        providers[registry.source(name)] = found
    return {"format_version": "1.0", "provider_schemas": providers}


def _schema(schema: ResourceSchema) -> dict[str, Any]:
    return {"version": schema.version, "block": _block(schema.block)}


def _block(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if block.attributes:
        found["attributes"] = {n: _attribute(a) for n, a in sorted(block.attributes.items())}
    if block.blocks:
        found["block_types"] = {n: _nested(b) for n, b in sorted(block.blocks.items())}
    if block.description:
        found["description"] = block.description
    found["description_kind"] = "plain"
    return found


def _attribute(attribute: Attribute) -> dict[str, Any]:
    found: dict[str, Any] = {"type": type_to_json(attribute.type)}
    if attribute.description:
        found["description"] = attribute.description
    found["description_kind"] = "plain"
    if attribute.deprecated:
        found["deprecated"] = True
    # To Terraform, an argument that has a default is one that the provider may decide.
    computed = attribute.computed or attribute.default is not None
    flags = {"required": attribute.required, "optional": attribute.optional, "computed": computed}
    found.update((name, True) for name, holds in (*flags.items(), ("sensitive", attribute.sensitive)) if holds)
    return found


def _nested(nested: NestedBlock) -> dict[str, Any]:
    found: dict[str, Any] = {"nesting_mode": nested.nesting, "block": _block(nested.block)}
    if nested.min_items:
        found["min_items"] = nested.min_items
    if nested.max_items:
        found["max_items"] = nested.max_items
    return found
