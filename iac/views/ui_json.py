"""The machine-readable UI of `-json`: one JSON object a line, with the types and fields of Terraform's.

Each function gives one message as data; the time stamp is an argument. The message of each is the line that
people would see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from iac.address import MANAGED, ResourceInstance, module_text
from iac.diagnostics import Diagnostic, Severity
from iac.plan.model import Action, ActionReason, Drift, OutputChange, Plan, ResourceChange
from iac.state.model import OutputState
from iac.values.codec import to_json
from iac.values.types import type_to_json
from iac.views.diagnostics import diagnostic_to_json
from iac.views.plan_json import TERRAFORM_VERSION
from iac.views.style import PRODUCT
from iac.views.ui import VERBS, Identity, Verbs, duration, summary_sentence

if TYPE_CHECKING:  # reading the audit log is only for `iac drift`
    from iac.engine.drift_causes import DriftCause

UI_VERSION: Final = "1.2"
MODULE: Final = "terraform.ui"
"""The module that Terraform's own messages name; parsers select by it."""

Message = dict[str, Any]

_ACTIONS: Final = {
    Action.NO_OP: "noop",
    Action.CREATE: "create",
    Action.READ: "read",
    Action.UPDATE: "update",
    Action.DELETE: "delete",
    Action.DELETE_THEN_CREATE: "replace",
    Action.CREATE_THEN_DELETE: "replace",
    Action.FORGET: "remove",
}
_REASONS: Final = {
    ActionReason.REPLACE_BECAUSE_TAINTED: "tainted",
    ActionReason.REPLACE_BY_REQUEST: "requested",
    ActionReason.REPLACE_BY_TRIGGERS: "replace_triggered_by",
    ActionReason.REPLACE_BECAUSE_CANNOT_UPDATE: "cannot_update",
}
_VERBS: Final = {**VERBS, Action.READ: Verbs("Refreshing", "refreshing", "Refresh")}
"""Here, and not for people, Terraform speaks of refreshing when it reads a data source."""


def message(type: str, text: str, timestamp: str, *, level: str = "info", **fields: Any) -> Message:
    """A message of any type with the fields that all have."""
    return {
        "@level": level,
        "@message": text,
        "@module": MODULE,
        "@timestamp": timestamp,
        **fields,
        "type": type,
    }


def version_message(version: str, timestamp: str) -> Message:
    """The first message: which program and which version of this format."""
    return message(
        "version", f"{PRODUCT} {version}", timestamp, terraform=TERRAFORM_VERSION, iac=version, ui=UI_VERSION
    )


def resource_json(address: ResourceInstance) -> dict[str, Any]:
    """How a resource instance is named in every message."""
    resource = address.resource
    local = str(address._replace(module=()))
    return {
        "addr": str(address),
        "module": module_text(address.module),
        "resource": local,
        "implied_provider": resource.type.partition("_")[0],
        "resource_type": resource.type,
        "resource_name": resource.name,
        "resource_key": address.key,
    }


# --- Planning --------------------------------------------------------------------------------------------


def plan_messages(
    plan: Plan,
    timestamp: str,
    causes: Mapping[ResourceInstance, DriftCause] | None = None,
    *,
    recorded: bool = False,
) -> list[Message]:
    """Everything that is said of a plan: drift, with its causes where they are given, planned changes, the summary,
    with the id when the plan is `recorded`, and the outputs."""
    known = causes or {}
    messages = [drift_message(drift, timestamp, known.get(drift.address)) for drift in plan.drift]
    messages += [planned_change_message(change, timestamp) for change in plan.changes if _is_announced(change)]
    imported, added, changed, destroyed = plan.counts
    summary = change_summary_message(
        "plan", timestamp, added=added, changed=changed, destroyed=destroyed, imported=imported
    )
    messages.append(summary | {"iac_plan_id": plan.id} if recorded else summary)
    if plan.outputs:
        messages.append(output_changes_message(plan.outputs, timestamp))
    return messages


def planned_messages(plan: Plan, timestamp: str) -> list[Message]:
    """What is said of a saved plan when it is applied: what it changes, without what only moves or is imported."""
    return [planned_change_message(c, timestamp) for c in plan.changes if c.action is not Action.NO_OP]


def _is_announced(change: ResourceChange) -> bool:
    if change.action is Action.NO_OP:
        return change.import_id is not None or _moved(change)
    return change.action is not Action.DELETE or change.address.resource.mode == MANAGED


def _moved(change: ResourceChange) -> bool:
    return change.previous_address is not None and change.previous_address != change.address


def planned_change_message(change: ResourceChange, timestamp: str) -> Message:
    """What is planned for one resource instance."""
    action = _ACTIONS[change.action]
    if change.action is Action.NO_OP:
        action = "move" if _moved(change) else "import" if change.import_id is not None else action
    fields: dict[str, Any] = {"resource": resource_json(change.address)}
    if change.previous_address is not None and _moved(change):
        fields["previous_resource"] = resource_json(change.previous_address)
    fields["action"] = action
    if change.reason is not None:
        fields["reason"] = _REASONS.get(change.reason, change.reason.value)
    if change.import_id is not None:
        fields["importing"] = {"id": change.import_id}
    if change.generated_config is not None:
        fields["generated_config"] = change.generated_config
    return message("planned_change", f"{change.address}: Plan to {action}", timestamp, change=fields)


def drift_message(drift: Drift, timestamp: str, cause: DriftCause | None = None) -> Message:
    """A change that was made outside; why, where that is given, is what Terraform does not have."""
    action = _ACTIONS[drift.change.action]
    fields: dict[str, Any] = {"resource": resource_json(drift.address)}
    if drift.previous_address is not None:
        fields["previous_resource"] = resource_json(drift.previous_address)
        action = "move" if drift.change.action is Action.NO_OP else action
    fields["action"] = action
    if cause is not None:
        from iac.views.drift_causes import cause_json

        fields |= cause_json(cause)
    return message("resource_drift", f"{drift.address}: Drift detected ({action})", timestamp, change=fields)


def change_summary_message(
    operation: str, timestamp: str, *, added: int, changed: int, destroyed: int, imported: int = 0
) -> Message:
    """How many objects a plan, an apply or a destroy (`operation`) adds, changes and destroys."""
    text = summary_sentence(operation, added=added, changed=changed, destroyed=destroyed, imported=imported)
    changes = {"add": added, "change": changed, "import": imported, "remove": destroyed}
    return message("change_summary", text, timestamp, changes={**changes, "operation": operation})


def output_changes_message(outputs: Sequence[OutputChange], timestamp: str) -> Message:
    """What a plan does to the root outputs; values are not in it."""
    described = {
        o.name: {"sensitive": o.sensitive, "action": _ACTIONS[o.change.action]}
        for o in sorted(outputs, key=lambda o: o.name)
    }
    return message("outputs", f"Outputs: {len(described)}", timestamp, outputs=described)


def outputs_message(outputs: Mapping[str, OutputState], timestamp: str) -> Message:
    """The root outputs after apply; of a sensitive one the value is left out."""
    described: dict[str, dict[str, Any]] = {}
    for name in sorted(outputs):
        output = outputs[name]
        described[name] = {"sensitive": output.sensitive, "type": type_to_json(output.value.type)}
        if not output.sensitive:
            described[name]["value"] = to_json(output.value)
    return message("outputs", f"Outputs: {len(described)}", timestamp, outputs=described)


# --- Applying --------------------------------------------------------------------------------------------


def _identified(fields: dict[str, Any], identity: Identity | None) -> dict[str, Any]:
    if identity:
        fields["id_key"], fields["id_value"] = identity
    return fields


def _suffix(identity: Identity | None) -> str:
    return f" [{identity.key}={identity.value}]" if identity else ""


def apply_start_message(
    address: ResourceInstance, action: Action, timestamp: str, identity: Identity | None = None
) -> Message:
    """An operation begins."""
    hook = _identified({"resource": resource_json(address), "action": _ACTIONS[action]}, identity)
    text = f"{address}: {_VERBS[action].start}...{_suffix(identity)}"
    return message("apply_start", text, timestamp, hook=hook)


def apply_progress_message(address: ResourceInstance, action: Action, elapsed: float, timestamp: str) -> Message:
    """An operation goes on."""
    hook = _timed(address, action, elapsed)
    text = f"{address}: Still {_VERBS[action].progress}... [{duration(elapsed)} elapsed]"
    return message("apply_progress", text, timestamp, hook=hook)


def apply_complete_message(
    address: ResourceInstance,
    action: Action,
    elapsed: float,
    timestamp: str,
    identity: Identity | None = None,
) -> Message:
    """An operation is done, and durable."""
    hook = _identified({"resource": resource_json(address), "action": _ACTIONS[action]}, identity)
    hook["elapsed_seconds"] = round(elapsed)
    text = f"{address}: {_VERBS[action].noun} complete after {duration(elapsed)}{_suffix(identity)}"
    return message("apply_complete", text, timestamp, hook=hook)


def apply_errored_message(address: ResourceInstance, action: Action, elapsed: float, timestamp: str) -> Message:
    """An operation failed; the diagnostics follow at the end."""
    text = f"{address}: {_VERBS[action].noun} errored after {duration(elapsed)}"
    return message("apply_errored", text, timestamp, hook=_timed(address, action, elapsed))


def _timed(address: ResourceInstance, action: Action, elapsed: float) -> dict[str, Any]:
    return {
        "resource": resource_json(address),
        "action": _ACTIONS[action],
        "elapsed_seconds": round(elapsed),
    }


def refresh_start_message(address: ResourceInstance, timestamp: str, identity: Identity | None = None) -> Message:
    """Reading an object begins."""
    hook = _identified({"resource": resource_json(address)}, identity)
    text = f"{address}: Refreshing state...{_suffix(identity)}"
    return message("refresh_start", text, timestamp, hook=hook)


def refresh_complete_message(address: ResourceInstance, timestamp: str, identity: Identity | None = None) -> Message:
    """An object was read."""
    hook = _identified({"resource": resource_json(address)}, identity)
    text = f"{address}: Refresh complete{_suffix(identity)}"
    return message("refresh_complete", text, timestamp, hook=hook)


def diagnostic_message(diagnostic: Diagnostic, sources: Mapping[str, bytes], timestamp: str) -> Message:
    """A mistake or warning."""
    is_error = diagnostic.severity is Severity.ERROR
    return message(
        "diagnostic",
        f"{'Error' if is_error else 'Warning'}: {diagnostic.summary}",
        timestamp,
        level="error" if is_error else "warn",
        diagnostic=diagnostic_to_json(diagnostic, sources),
    )
