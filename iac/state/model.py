"""State as frozen data: resource instances, outputs, the snapshot of a workspace.

Owns the shapes. Reading and writing them is left to `store`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from iac.address import AbsResource, ConfigResource, InstanceKey, ResourceInstance
from iac.state.checks import CheckResult
from iac.values.value import Value


@dataclass(frozen=True, slots=True)
class InstanceObject:
    """What is remembered of one object.

    `attributes` is the JSON form by the resource type's schema (`typed_to_json`); `sensitive_paths` are the
    places that were marked sensitive by configuration, in the form of `path_to_json`. `dependencies` are the
    blocks that its own referred to when it was last applied: deletes go in their reverse order. `status` is
    `ready` or `tainted`; `deposed` names an object that its replacement has superseded but that still exists.
    """

    address: ResourceInstance
    provider: str
    schema_version: int
    attributes: Mapping[str, Any]
    sensitive_paths: tuple[tuple[Any, ...], ...] = ()
    dependencies: tuple[ConfigResource, ...] = ()
    create_before_destroy: bool = False
    status: str = "ready"
    deposed: str | None = None
    version: int = 0
    """Counts the writes of this object: what tells a saved plan that it is stale."""

    @property
    def is_tainted(self) -> bool:
        """Whether it must be replaced because its creation did not complete or the user said so."""
        return self.status == "tainted"


@dataclass(frozen=True, slots=True)
class OutputState:
    """A root output as last applied."""

    value: Value
    sensitive: bool


@dataclass(frozen=True)
class State:
    """The state of one workspace at one moment."""

    workspace: str = "default"
    lineage: str = ""
    serial: int = 0
    instances: Mapping[ResourceInstance, InstanceObject] = field(default_factory=dict)
    deposed: Mapping[tuple[ResourceInstance, str], InstanceObject] = field(default_factory=dict)
    outputs: Mapping[str, OutputState] = field(default_factory=dict)
    checks: Sequence[CheckResult] = ()
    """What came of the conditions when it was last applied: one of each object that has some, by address."""

    def __post_init__(self) -> None:
        index: dict[AbsResource, dict[InstanceKey, InstanceObject]] = {}
        for address, instance in self.instances.items():
            index.setdefault(address.abs_resource, {})[address.key] = instance
        object.__setattr__(self, "_by_resource", index)

    def of_resource(self, resource: AbsResource) -> Mapping[InstanceKey, InstanceObject]:
        """The instances of one resource, by key."""
        index: dict[AbsResource, dict[InstanceKey, InstanceObject]] = self.__dict__["_by_resource"]
        return index.get(resource, {})

    def resources(self) -> Iterator[AbsResource]:
        """Every resource that has an instance."""
        return iter(self.__dict__["_by_resource"])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.instances or self.deposed or self.outputs)
