"""The state file of Terraform, version 4, as a state is written to one.

Owns the format's members and their order; reading one is left to `file_reader`. Values stand in it in clear,
sensitive ones too, as in Terraform: a state file is for whoever may know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, Final

from iac.address import AbsResource, Resource, key_order, module_text
from iac.config.versions import LANGUAGE_VERSION
from iac.schema import ResourceSchema
from iac.state.checks_file import checks_to_file
from iac.state.dependencies import with_ancestors
from iac.state.model import InstanceObject, OutputState, State
from iac.values.codec import to_json, typed_from_json, typed_to_json
from iac.values.paths import Key, Step, path_from_json, path_to_json
from iac.values.types import type_to_json

FORMAT_VERSION: Final = 4
TERRAFORM_VERSION: Final = LANGUAGE_VERSION

SchemaOf = Callable[[str, Resource], ResourceSchema]
"""The schema of a resource type of a provider, by the provider's local name."""

_Key = tuple[str, str, str, str]


def state_to_file(state: State, schema_of: SchemaOf, source_of: Callable[[str], str]) -> dict[str, Any]:
    """The state as the JSON data of a state file. `source_of` gives the source address of a provider."""
    objects = with_ancestors([*state.instances.values(), *state.deposed.values()])
    return {
        "version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "serial": state.serial,
        "lineage": state.lineage,
        # Terraform keeps no outputs that are null.
        "outputs": {n: _output(o) for n, o in sorted(state.outputs.items()) if o.value.raw is not None},
        "resources": list(_resources(objects, schema_of, source_of)),
        "check_results": checks_to_file(state.checks),
    }


def _output(output: OutputState) -> dict[str, Any]:
    written = {"value": to_json(output.value), "type": type_to_json(output.value.type)}
    return {**written, "sensitive": True} if output.sensitive else written


def _resources(
    objects: list[InstanceObject], schema_of: SchemaOf, source_of: Callable[[str], str]
) -> Iterable[dict[str, Any]]:
    objects.sort(key=lambda o: (_key(o.address.abs_resource), o.provider, key_order(o.address.key), o.deposed or ""))
    for (_, provider), group in groupby(objects, key=lambda o: (_key(o.address.abs_resource), o.provider)):
        found = list(group)
        address = found[0].address
        module = {"module": module_text(address.module)} if address.module else {}
        yield {
            **module,
            **address.resource._asdict(),
            "provider": f'provider["{source_of(provider)}"]',
            "instances": [_instance(o, schema_of(provider, o.address.resource)) for o in found],
        }


def _key(resource: AbsResource) -> _Key:
    return (module_text(resource.module), *resource.resource)


def _instance(stored: InstanceObject, schema: ResourceSchema) -> dict[str, Any]:
    ty = schema.block.implied_type
    value = typed_from_json(stored.attributes, ty)
    paths = sorted((path_from_json(p, value.type) for p in stored.sensitive_paths), key=lambda p: str(path_to_json(p)))
    # A computed copy is as sensitive as what it repeats: Terraform does not write that down.
    copies = {(name,) for name, a in schema.block.attributes.items() if a.copies}
    optional: dict[str, Any] = {}
    if stored.address.key is not None:
        optional["index_key"] = stored.address.key
    if stored.is_tainted:
        optional["status"] = stored.status
    if stored.deposed is not None:
        optional["deposed"] = stored.deposed
    written = {
        **optional,
        "schema_version": stored.schema_version,
        "attributes": typed_to_json(value, ty),
        "sensitive_attributes": [[_step(s) for s in path] for path in paths if path[:1] not in copies],
    }
    if stored.dependencies:
        written["dependencies"] = sorted(map(str, stored.dependencies))
    if stored.create_before_destroy:
        written["create_before_destroy"] = True
    return written


def _step(step: Step) -> dict[str, Any]:
    if not isinstance(step, Key):
        return {"type": "get_attr", "value": step}
    (key,) = path_to_json((step,))
    return {"type": "index", "value": {"value": key, "type": "string" if isinstance(key, str) else "number"}}
