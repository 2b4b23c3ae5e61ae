"""Schemas: what attributes and nested blocks an object has, and what holds for each.

The one source of truth for validation, planning, rendering, documentation and `providers schema -json`.
Owns the description and the type it implies; leaves reading configuration by it to `iac.config.decode`,
planning by it to the providers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from iac.values.paths import Key, Path
from iac.values.types import ObjectType, Type, list_of, map_of, object_of, set_of


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute.

    `required`, `optional`, `computed` are Terraform's: the user must set it, may set it, the provider may
    decide it. `default` is plain JSON data that the provider fills in when an optional attribute is not
    set. `group` says, at a high level, what a change of it is a change of (the event's `change`):
    config, variables, secrets, ports, scaling, ... `one_of`, `minimum`, `maximum` and `check` bound its
    value; `check` gets the plain Python form of a wholly known value and returns what is wrong, or None.
    `copies` names an attribute of the same object whose value a computed one repeats, so that it is as
    sensitive. `example` is a literal for the documentation, in HCL.
    """

    type: Type
    description: str = ""
    required: bool = False
    optional: bool = False
    computed: bool = False
    sensitive: bool = False
    forces_replacement: bool = False
    default: Any = None
    group: str = "config"
    one_of: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    check: Callable[[Any], str | None] | None = None
    deprecated: str = ""
    copies: str = ""
    example: str = ""


@dataclass(frozen=True)
class Block:
    """Attributes and nested blocks, each by name."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, NestedBlock] = field(default_factory=dict)
    description: str = ""

    @cached_property
    def implied_type(self) -> ObjectType:
        """The object type of values that follow the schema."""
        types: dict[str, Type] = {n: a.type for n, a in self.attributes.items()}
        types.update((n, b.implied_type) for n, b in self.blocks.items())
        return object_of(types)

    def attribute_at(self, path: Path) -> Attribute | None:
        """The attribute at, or around, a path into a value of the schema; None for a block as a whole."""
        block: Block = self
        for step in path:
            if isinstance(step, Key):
                continue
            if step in block.attributes:
                return block.attributes[step]
            if step not in block.blocks:
                return None
            block = block.blocks[step].block
        return None

    @cached_property
    def has_sensitive(self) -> bool:
        """Whether any attribute in it is sensitive."""
        return any(a.sensitive for a in self.attributes.values()) or any(
            b.block.has_sensitive for b in self.blocks.values()
        )


@dataclass(frozen=True)
class NestedBlock:
    """A kind of block inside another. `nesting` is one of single, list, set, map.

    `group` and `forces_replacement` hold for everything inside, unless an attribute says otherwise.
    """

    nesting: str
    block: Block
    min_items: int = 0
    max_items: int = 0
    group: str = ""
    forces_replacement: bool = False

    @cached_property
    def implied_type(self) -> Type:
        """The type of the attribute that the blocks together become."""
        inner = self.block.implied_type
        if self.nesting == "single":
            return inner
        return {"list": list_of, "set": set_of, "map": map_of}[self.nesting](inner)


@dataclass(frozen=True)
class ResourceSchema:
    """The schema of a resource type or data source. `version` counts its incompatible changes."""

    block: Block
    version: int = 0


@dataclass(frozen=True)
class ProviderSchema:
    """Everything a provider offers: its own configuration, resource types and data sources, each by name."""

    provider: Block
    resources: Mapping[str, ResourceSchema]
    data_sources: Mapping[str, ResourceSchema]
