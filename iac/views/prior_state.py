"""The state that a plan starts from, as plan JSON has it: what is remembered, with everything that planning found out.

Owns how the two are put together; the form of a state is left to `state_json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from iac.address import MANAGED, ResourceInstance
from iac.plan.model import ActionReason, OutputChange, Plan, ResourceChange
from iac.state.model import OutputState, State
from iac.views.resource_json import module_tree
from iac.views.state_json import STATE_HEADER, SchemaOf, instance_json, object_json, output_json, with_all_dependencies

_Objects: TypeAlias = dict[tuple[ResourceInstance, str | None], dict[str, Any]]
"""Objects in JSON, by address and key of a deposed one."""


def prior_state_json(plan: Plan, state: State | None = None, schema_of: SchemaOf | None = None) -> dict[str, Any]:
    """The state before the plan, refreshed: every object as it was found, and outputs as far as they are known.

    `state` brings the objects that the plan is not about, if it is still the one that was planned on. Empty when
    there was nothing.
    """
    objects: _Objects = {}
    outputs: dict[str, Any] = {}
    if state is not None and schema_of is not None and (state.lineage, state.serial) == (plan.lineage, plan.serial):
        for address, instance in state.instances.items():
            objects[address, None] = instance_json(instance, schema_of(address.resource))
        for (address, key), instance in state.deposed.items():
            objects[address, key] = instance_json(instance, schema_of(address.resource))
        outputs = {name: output_json(output) for name, output in state.outputs.items()}
    _refresh(objects, plan)
    outputs |= {output.name: found for output in plan.outputs if (found := _output(output)) is not None}
    if not objects and not outputs:
        return {}
    values: dict[str, Any] = {"outputs": dict(sorted(outputs.items()))} if outputs else {}
    described = ((address, part) for (address, _), part in objects.items())
    values["root_module"] = module_tree(with_all_dependencies(described))
    return {**STATE_HEADER, "values": values}


def _refresh(objects: _Objects, plan: Plan) -> None:
    """Brings the objects to what planning found."""
    for gone in plan.forgotten_data:
        objects.pop((gone, None), None)
    for read in plan.data:
        _put(objects, read.address, None, object_json(read.address, read.provider, read.schema, read.value))
    for drift in plan.drift:
        if drift.previous_address is not None:
            objects.pop((drift.previous_address, None), None)
        found = object_json(drift.address, drift.provider, drift.schema, drift.change.after)
        _put(objects, drift.address, drift.deposed, None if drift.change.after.is_null else found)
    for change in plan.changes:
        if change.previous_address is not None and change.deposed is None:
            objects.pop((change.previous_address, None), None)
        _put(objects, change.address, change.deposed, None if change.change.before.is_null else _object(change))


def _put(objects: _Objects, address: ResourceInstance, deposed: str | None, found: dict[str, Any] | None) -> None:
    """Replaces what is known of an object, but for what only the state knows of it."""
    known = objects.pop((address, deposed), {})
    if found is not None:
        objects[address, deposed] = {**found, **{n: known[n] for n in _REMEMBERED if n in known and n not in found}}


_REMEMBERED: Final = ("depends_on", "tainted", "deposed_key")


def _object(change: ResourceChange) -> dict[str, Any]:
    result = object_json(change.address, change.provider, change.schema, change.change.before)
    dependencies = {*change.dependencies, *change.prior_dependencies}
    if dependencies and change.address.resource.mode == MANAGED:
        result["depends_on"] = sorted(map(str, dependencies))
    if change.reason is ActionReason.REPLACE_BECAUSE_TAINTED:
        result["tainted"] = True
    if change.deposed:
        result["deposed_key"] = change.deposed
    return result


def _output(output: OutputChange) -> Mapping[str, Any] | None:
    """What a root output was before apply: what it will be, where that is known already."""
    before, after = output.change.before, output.change.after
    value = after if after.is_wholly_known and not after.is_null else before
    return None if value.is_null else output_json(OutputState(value, output.sensitive))
