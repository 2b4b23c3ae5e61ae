"""The results of conditions in the JSON of plans and states: `checks`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iac.address import AddressError, module_text, parse_instance
from iac.state.checks import CheckResult, worst


def checks_json(checks: Iterable[CheckResult]) -> list[dict[str, Any]]:
    """The results of conditions: for each block its instances, each with the worst result of its conditions, in the
    order of their addresses. A block of which no instance was looked at has only its own status."""
    blocks: dict[tuple[str, str], dict[str, Any]] = {}
    for check in checks:
        address, instance = _check_address(check)
        block = blocks.setdefault((address["to_display"], check.kind), {"address": address, "status": check.status})
        block["status"] = worst(block["status"], check.status)
        if not check.evaluated:
            continue
        instances = block.setdefault("instances", {})
        result = instances.setdefault(check.address, {"address": instance, "status": check.status})
        result["status"] = worst(result["status"], check.status)
        if check.problems:
            result.setdefault("problems", []).extend({"message": message} for message in check.problems)
    for block in blocks.values():
        if "instances" in block:
            block["instances"] = [block["instances"][name] for name in sorted(block["instances"])]
    return [blocks[name] for name in sorted(blocks)]


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
