"""A state as JSON: the format of `terraform show -json`, version 1.0."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from iac.address import MANAGED, Resource, ResourceInstance
from iac.providers.registry import source_address
from iac.schema import ResourceSchema
from iac.state.dependencies import reached
from iac.state.model import InstanceObject, OutputState, State
from iac.values.codec import to_json, typed_from_json
from iac.values.paths import Path, path_from_json, transform, with_marks_by_path
from iac.values.types import type_to_json
from iac.values.value import ONLY_SENSITIVE, Value
from iac.views.checks_json import checks_json
from iac.views.resource_json import address_json, module_tree
from iac.views.value_json import known_json, sensitive_json

FORMAT_VERSION: Final = "1.0"
TERRAFORM_VERSION: Final = "1.11.4"
STATE_HEADER: Final[Mapping[str, Any]] = {"format_version": FORMAT_VERSION, "terraform_version": TERRAFORM_VERSION}
"""What a state that has something in it begins with."""

Described: TypeAlias = tuple[ResourceInstance, dict[str, Any]]
"""An object in JSON, beside its address."""

SchemaOf: TypeAlias = Callable[[Resource], ResourceSchema]
"""The schema of a resource: by its mode and type."""


def state_to_json(state: State | None, schema_of: SchemaOf) -> dict[str, Any]:
    """The state as JSON data; only the format's version when there is none, or nothing in it."""
    if state is None or state.is_empty:
        return {"format_version": FORMAT_VERSION}
    result: dict[str, Any] = dict(STATE_HEADER)
    values: dict[str, Any] = {}
    if state.outputs:
        values["outputs"] = {name: output_json(state.outputs[name]) for name in sorted(state.outputs)}
    values["root_module"] = module_tree(with_all_dependencies(_objects(state, schema_of)))
    result["values"] = values
    if state.checks:
        result["checks"] = checks_json(state.checks)
    return result


def _objects(state: State, schema_of: SchemaOf) -> Iterator[Described]:
    for address, instance in state.instances.items():
        yield address, instance_json(instance, schema_of(address.resource))
    for (address, _), instance in state.deposed.items():
        yield address, instance_json(instance, schema_of(address.resource))


def output_json(output: OutputState) -> dict[str, Any]:
    """One root output with its type; a sensitive one too, for this format is for machines."""
    return {
        "sensitive": output.sensitive,
        "value": to_json(output.value),
        "type": type_to_json(output.value.type),
    }


def object_value_of(instance: InstanceObject, schema: ResourceSchema) -> Value:
    """The object that the state remembers, with its sensitive parts marked: those that configuration marked
    and those that the schema declares so."""
    ty = schema.block.implied_type
    value = typed_from_json(instance.attributes, ty)
    marks = [(path_from_json(path, ty), ONLY_SENSITIVE) for path in instance.sensitive_paths]
    value = with_marks_by_path(value, marks)
    if not schema.block.has_sensitive:
        return value

    def declared(path: Path, part: Value) -> Value:
        found = schema.block.attribute_at(path) if path and isinstance(path[-1], str) else None
        return part.with_marks(ONLY_SENSITIVE) if found is not None and found.sensitive else part

    return transform(value, declared)


def object_json(address: ResourceInstance, provider: str, schema: ResourceSchema, value: Value) -> dict[str, Any]:
    """One object as it is: how it is addressed, its values, and which of them are sensitive."""
    values = known_json(value)
    return {
        **address_json(address),
        "provider_name": source_address(provider),
        "schema_version": schema.version,
        **({"values": values} if values else {}),
        "sensitive_values": sensitive_json(value),
    }


def instance_json(instance: InstanceObject, schema: ResourceSchema) -> dict[str, Any]:
    """One object that the state remembers, with what it depends on directly."""
    result = object_json(instance.address, instance.provider, schema, object_value_of(instance, schema))
    if instance.dependencies and instance.address.resource.mode == MANAGED:
        result["depends_on"] = sorted(map(str, instance.dependencies))
    if instance.is_tainted:
        result["tainted"] = True
    if instance.deposed:
        result["deposed_key"] = instance.deposed
    return result


def with_all_dependencies(objects: Iterable[Described]) -> list[Described]:
    """The objects, each depending also on what its dependencies depend on: so Terraform remembers them."""
    found = list(objects)
    direct: dict[str, set[str]] = {}
    for address, described in found:
        if "depends_on" in described:
            direct.setdefault(str(address.config), set()).update(described["depends_on"])
    whole = {block: sorted(reached(direct[block], direct)) for block in direct}
    return [
        (address, {**described, "depends_on": whole[str(address.config)]} if "depends_on" in described else described)
        for address, described in found
    ]
