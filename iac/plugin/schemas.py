"""Schemas in the protocol's form."""

from __future__ import annotations

import json
from typing import Any

from iac.plugin.fields import NESTINGS
from iac.plugin.messages import message
from iac.schema import Attribute, Block, NestedBlock, ResourceSchema
from iac.values.types import type_to_json


def schema_message(schema: ResourceSchema) -> Any:
    """The message `Schema` of a resource type, a data source or the provider's own configuration."""
    return message("Schema", version=schema.version, block=_block(schema.block))


def _block(block: Block) -> Any:
    return message(
        "Block",
        attributes=[_attribute(name, attribute) for name, attribute in sorted(block.attributes.items())],
        block_types=[_nested(name, nested) for name, nested in sorted(block.blocks.items())],
        description=block.description,
    )


def _attribute(name: str, attribute: Attribute) -> Any:
    return message(
        "Attribute",
        name=name,
        type=json.dumps(type_to_json(attribute.type)).encode(),
        description=attribute.description,
        required=attribute.required,
        optional=attribute.optional,
        # To Terraform, an argument that has a default is one that the provider may decide.
        computed=attribute.computed or attribute.default is not None,
        sensitive=attribute.sensitive,
        deprecated=bool(attribute.deprecated),
    )


def _nested(name: str, nested: NestedBlock) -> Any:
    return message(
        "NestedBlock",
        type_name=name,
        block=_block(nested.block),
        nesting=NESTINGS[nested.nesting],
        min_items=nested.min_items,
        max_items=nested.max_items,
    )
