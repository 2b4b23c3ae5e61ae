"""The kinds of objects the platform has, each with its schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from iac.platform.schemas.cluster import CLUSTER
from iac.platform.schemas.environment import ENVIRONMENT
from iac.platform.schemas.service import SERVICE
from iac.schema import Block


@dataclass(frozen=True)
class Kind:
    """A kind of object: its name (also that of its table), its schema, and the kind that objects of it live in.

    Names are unique within the parent, or within the platform where there is none.
    """

    name: str
    block: Block
    parent: str = ""

    @property
    def parent_attribute(self) -> str:
        """The attribute that holds the parent's id; empty when there is no parent."""
        return f"{self.parent}_id" if self.parent else ""

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Its attributes and blocks: the columns of its table that hold them."""
        return (*self.block.attributes, *self.block.blocks)

    @cached_property
    def json_columns(self) -> frozenset[str]:
        """Those that are stored as canonical JSON text."""
        nested = {n for n, a in self.block.attributes.items() if not a.type.is_primitive}
        return frozenset(nested | self.block.blocks.keys())


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("cluster", CLUSTER),
        Kind("environment", ENVIRONMENT, "cluster"),
        Kind("service", SERVICE, "environment"),
    )
}
