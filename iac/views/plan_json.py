"""A plan as JSON: the format of `terraform show -json`, version 1.2.

Owns what is in it and where. How values are written is left to `value_json`, the tree of modules to
`resource_json`, the configuration to `config_json`, the state before to `prior_state`, conditions to `checks_json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from iac.address import ResourceInstance, module_text
from iac.plan.model import Action, Change, Drift, Mode, OutputChange, Plan, ResourceChange
from iac.providers.registry import source_address
from iac.values.codec import to_json
from iac.values.paths import path_to_json
from iac.values.types import type_to_json
from iac.values.value import EPHEMERAL, Value
from iac.views.checks_json import checks_json
from iac.views.prior_state import prior_state_json
from iac.views.resource_json import address_json, module_tree
from iac.views.state_json import SchemaOf, object_json
from iac.views.value_json import known_json, sensitive_json, unknown_json

if TYPE_CHECKING:
    from iac.project import PlannedRun

FORMAT_VERSION: Final = "1.2"
TERRAFORM_VERSION: Final = "1.11.4"
"""The version of Terraform whose formats these are."""


def plan_to_json(
    plan: Plan,
    *,
    iac_version: str,
    configuration: Mapping[str, Any] | None = None,
    prior_state: Mapping[str, Any] | None = None,
    relevant: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The plan as JSON data, with the version of iac and the id of the plan beside Terraform's members.

    `prior_state` is the state's JSON form as refreshed; without it, it is made of what the plan starts from.
    `relevant` are the `relevant_attributes`; without them, those that the plan knows itself.
    """
    result: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "terraform_version": TERRAFORM_VERSION,
        "iac_version": iac_version,
        "iac_plan_id": plan.id,
    }
    variables = {n: v for n, v in sorted(plan.variables.items()) if EPHEMERAL not in v.marks}
    if variables:
        result["variables"] = {name: _variable(value) for name, value in variables.items()}
    result["planned_values"] = planned_values(plan)
    if plan.drift:
        result["resource_drift"] = [_drift(drift) for drift in sorted(plan.drift, key=_position)]
    if plan.changes:
        result["resource_changes"] = [resource_change_json(c) for c in sorted(_shown(plan), key=_position)]
    if plan.outputs:
        result["output_changes"] = {o.name: output_change_json(o) for o in _by_name(plan.outputs)}
    prior = prior_state if prior_state is not None else prior_state_json(plan)
    if prior:
        result["prior_state"] = prior
    if configuration is not None:
        result["configuration"] = configuration
    if relevant is None:
        relevant = plan.extra.get("relevant_attributes")
    if relevant:
        result["relevant_attributes"] = relevant
    if found := checks_json(plan.checks):
        result["checks"] = found
    result["timestamp"] = plan.timestamp
    result["applyable"] = not plan.errored and (not plan.is_empty or _only_refreshes(plan))
    result["complete"] = not plan.errored and not plan.targets
    result["errored"] = plan.errored
    return result


def run_to_json(run: PlannedRun, schema_of: SchemaOf, *, iac_version: str) -> dict[str, Any]:
    """A plan with the configuration that it was made of, as JSON data: everything that the format has."""
    from iac.engine.relevance import relevant_attributes
    from iac.views.config_json import configuration_json

    return plan_to_json(
        run.plan,
        iac_version=iac_version,
        configuration=configuration_json(run.prepared),
        prior_state=prior_state_json(run.plan, run.state, schema_of),
        relevant=relevant_attributes(run.plan, run.prepared),
    )


def _shown(plan: Plan) -> Iterable[ResourceChange]:
    """The changes; where everything is destroyed it does not matter what moved before."""
    if plan.mode is not Mode.DESTROY:
        return plan.changes
    return (replace(change, previous_address=None) for change in plan.changes)


def _position(item: ResourceChange | Drift) -> tuple[int, tuple[object, ...], str]:
    """Modules come in the order of their depth."""
    return len(item.address.module), item.address.sort_key(), item.deposed or ""


def _only_refreshes(plan: Plan) -> bool:
    return plan.mode is Mode.REFRESH_ONLY and any(d.change.action is not Action.NO_OP for d in plan.drift)


def _by_name(outputs: Sequence[OutputChange]) -> list[OutputChange]:
    return sorted(outputs, key=lambda output: output.name)


def _variable(value: Value) -> dict[str, Any]:
    return {"value": to_json(value)} if value.is_wholly_known else {}


def change_json(change: Change) -> dict[str, Any]:
    """`actions`, `before`, `after` and what is unknown and sensitive of them."""
    before, after = change.before, change.after
    return {
        "actions": change.action.json_actions,
        "before": known_json(before),
        "after": known_json(after),
        "after_unknown": {} if after.is_wholly_known else unknown_json(after),
        "before_sensitive": False if before.is_null else sensitive_json(before),
        "after_sensitive": False if after.is_null else sensitive_json(after),
    }


def _described(address: ResourceInstance, provider: str) -> dict[str, Any]:
    described = address_json(address)
    result = {"address": described.pop("address")}
    if address.module:
        result["module_address"] = module_text(address.module)
    return {**result, **described, "provider_name": source_address(provider)}


def resource_change_json(change: ResourceChange) -> dict[str, Any]:
    """One of `resource_changes`."""
    result = _described(change.address, change.provider)
    if change.previous_address is not None and change.previous_address != change.address:
        result["previous_address"] = str(change.previous_address)
    if change.deposed:
        result["deposed"] = change.deposed
    result["change"] = change_json(change.change)
    if change.replace_paths:
        result["change"]["replace_paths"] = [path_to_json(path) for path in change.replace_paths]
    if change.import_id is not None:
        result["change"]["importing"] = {"id": change.import_id}
    if change.generated_config is not None:
        result["change"]["generated_config"] = change.generated_config
    if change.reason is not None:
        result["action_reason"] = change.reason.value
    return result


def _drift(drift: Drift) -> dict[str, Any]:
    result = _described(drift.address, drift.provider)
    if drift.previous_address is not None:
        result["previous_address"] = str(drift.previous_address)
    if drift.deposed:
        result["deposed"] = drift.deposed
    result["change"] = change_json(drift.change)
    return result


def output_change_json(output: OutputChange) -> dict[str, Any]:
    """One of `output_changes`. A sensitive output is so as a whole, and its value is there all the same."""
    result = change_json(output.change)
    after = output.change.after
    result["after_unknown"] = False if after.is_wholly_known else unknown_json(after)
    if not after.is_known:
        del result["after"]
    result["before_sensitive"] = output.sensitive or output.change.before.is_sensitive
    result["after_sensitive"] = output.sensitive or after.is_sensitive
    return result


def planned_values(plan: Plan) -> dict[str, Any]:
    """What there will be after apply, as far as it is known."""
    result: dict[str, Any] = {}
    outputs = {o.name: _planned_output(o) for o in _by_name(plan.outputs) if o.change.action is not Action.DELETE}
    if outputs:
        result["outputs"] = outputs
    result["root_module"] = module_tree(
        (
            (c.address, object_json(c.address, c.provider, c.schema, c.change.after))
            for c in plan.changes
            if c.deposed is None and not c.change.after.is_null
        ),
        order=str,
    )
    return result


def _planned_output(output: OutputChange) -> dict[str, Any]:
    value = output.change.after
    result: dict[str, Any] = {"sensitive": output.sensitive}
    if value.is_wholly_known:
        result["type"] = type_to_json(value.type)
        result["value"] = to_json(value)
    return result
