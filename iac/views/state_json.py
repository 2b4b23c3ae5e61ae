"""A state as JSON: the format of `terraform show -json`, version 1.0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

from iac.address import Resource, ResourceInstance
from iac.schema import ResourceSchema
from iac.state.model import InstanceObject, OutputState, State
from iac.values.codec import to_json, typed_from_json
from iac.values.paths import Path, path_from_json, transform, with_marks_by_path
from iac.values.types import type_to_json
from iac.values.value import ONLY_SENSITIVE, Value
from iac.views.resource_json import address_json, module_tree
from iac.views.value_json import sensitive_json

FORMAT_VERSION: Final = "1.0"
TERRAFORM_VERSION: Final = "1.11.4"

SchemaOf: TypeAlias = Callable[[Resource], ResourceSchema]
"""The schema of a resource: by its mode and type."""


def state_to_json(state: State | None, schema_of: SchemaOf) -> dict[str, Any]:
    """The state as JSON data; only the format's version when there is none, or nothing in it."""
    result: dict[str, Any] = {"format_version": FORMAT_VERSION}
    if state is None or state.is_empty:
        return result
    result["terraform_version"] = TERRAFORM_VERSION
    values: dict[str, Any] = {}
    if state.outputs:
        values["outputs"] = {name: output_json(state.outputs[name]) for name in sorted(state.outputs)}
    values["root_module"] = module_tree(
        (address, _resource(instance, schema_of(address.resource))) for address, instance in _objects(state)
    )
    result["values"] = values
    return result


def output_json(output: OutputState) -> dict[str, Any]:
    """One root output with its type; a sensitive one too, for this format is for machines."""
    return {
        "sensitive": output.sensitive,
        "value": to_json(output.value),
        "type": type_to_json(output.value.type),
    }


def _objects(state: State) -> Iterator[tuple[ResourceInstance, InstanceObject]]:
    yield from state.instances.items()
    for (address, _), instance in state.deposed.items():
        yield address, instance


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


def _resource(instance: InstanceObject, schema: ResourceSchema) -> dict[str, Any]:
    value = object_value_of(instance, schema)
    result = {
        **address_json(instance.address),
        "provider_name": instance.provider,
        "schema_version": instance.schema_version,
        "values": to_json(value),
        "sensitive_values": sensitive_json(value),
    }
    if instance.dependencies:
        result["depends_on"] = sorted(map(str, instance.dependencies))
    if instance.is_tainted:
        result["tainted"] = True
    if instance.deposed:
        result["deposed_key"] = instance.deposed
    return result
