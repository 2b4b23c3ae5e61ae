"""The results of conditions in plan JSON: `checks`.

A checkable object is a block with conditions: a resource, an output, a variable, a `check` block.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from iac.address import AddressError, config_path_text, module_text, parse_instance
from iac.config.model import Config, Module
from iac.plan.model import CheckResult, Mode, Plan

_SEVERITY: Final = ("pass", "unknown", "fail", "error")


def checks_json(checks: Iterable[CheckResult]) -> list[dict[str, Any]]:
    """The results of conditions: for each block its instances, each with the worst result of its conditions, in the
    order of their addresses. A block of which no instance was looked at has only its own status."""
    blocks: dict[tuple[str, str], dict[str, Any]] = {}
    for check in checks:
        address, instance = _check_address(check)
        block = blocks.setdefault((address["to_display"], check.kind), {"address": address, "status": check.status})
        block["status"] = _worst([block["status"], check.status])
        if not check.evaluated:
            continue
        instances = block.setdefault("instances", {})
        result = instances.setdefault(check.address, {"address": instance, "status": check.status})
        result["status"] = _worst([result["status"], check.status])
        if check.problems:
            result.setdefault("problems", []).extend({"message": message} for message in check.problems)
    for block in blocks.values():
        if "instances" in block:
            block["instances"] = [block["instances"][name] for name in sorted(block["instances"])]
    return [blocks[name] for name in sorted(blocks)]


def unmet_checks(plan: Plan, config: Config) -> list[CheckResult]:
    """The checkable objects of a configuration of which a plan has no result: they passed where there are just no
    instances of them, and are unknown where the plan did not look."""
    known = {(check.kind, _check_address(check)[0]["to_display"]) for check in plan.checks}
    status = "pass" if plan.mode is Mode.NORMAL and not plan.targets else "unknown"
    return [
        CheckResult(address, kind, status, evaluated=False)
        for module in config.modules.values()
        for kind, address in _checkable(module)
        if (kind, address) not in known
    ]


def _checkable(module: Module) -> Iterator[tuple[str, str]]:
    prefix = f"{config_path_text(module.path)}." if module.path else ""
    for variable in module.variables.values():
        if variable.validations:
            yield "var", f"{prefix}var.{variable.name}"
    for output in module.outputs.values():
        if output.preconditions:
            yield "output_value", f"{prefix}output.{output.name}"
    for resource in module.resources.values():
        if resource.lifecycle.preconditions or resource.lifecycle.postconditions:
            yield "resource", f"{prefix}{resource.address}"
    for check in module.checks.values():
        yield "check", f"{prefix}check.{check.name}"


def _worst(statuses: Iterable[str]) -> str:
    return max(statuses, key=_SEVERITY.index)


def _check_address(check: CheckResult) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the block and the instance of a check are named."""
    instance: dict[str, Any] = {"to_display": check.address}
    try:
        found = parse_instance(check.address)
    except AddressError:
        return {"kind": check.kind, "to_display": check.address}, instance
    resource = found.resource
    address: dict[str, Any] = {"kind": check.kind, "name": resource.name, "to_display": str(found.config)}
    if check.kind == "resource":
        address |= {"mode": resource.mode, "type": resource.type}
    if found.module:
        address["module"] = ".".join(f"module.{step.name}" for step in found.module)
        instance["module"] = module_text(found.module)
    if found.key is not None:
        instance["instance_key"] = found.key
    return address, instance
