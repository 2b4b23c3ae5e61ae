"""Resources in JSON: how one is described, and the tree of modules that plan and state arrange them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from iac.address import ModuleInstance, ResourceInstance, key_order, module_text


def address_json(address: ResourceInstance) -> dict[str, Any]:
    """Address, mode, type, name and, where there is one, index."""
    resource = address.resource
    described: dict[str, Any] = {
        "address": str(address),
        "mode": resource.mode,
        "type": resource.type,
        "name": resource.name,
    }
    if address.key is not None:
        described["index"] = address.key
    return described


def module_tree(
    resources: Iterable[tuple[ResourceInstance, Mapping[str, Any]]],
    order: Callable[[ResourceInstance], Any] = ResourceInstance.sort_key,
) -> dict[str, Any]:
    """The root module with `resources` and `child_modules`, each where it has any.

    `order` is by what resources are sorted: as numbers count, or (in planned values) by the text of addresses.
    """
    by_module: dict[ModuleInstance, list[tuple[ResourceInstance, Mapping[str, Any]]]] = {(): []}
    for address, described in resources:
        module = address.module
        for depth in range(len(module)):
            by_module.setdefault(module[: depth + 1], [])
        by_module[module].append((address, described))
    children: dict[ModuleInstance, list[ModuleInstance]] = {}
    for module in by_module:
        if module:
            children.setdefault(module[:-1], []).append(module)

    def build(module: ModuleInstance) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        own = sorted(by_module[module], key=lambda item: order(item[0]))
        if own:
            tree["resources"] = [described for _, described in own]
        if module:
            tree["address"] = module_text(module)
        below = sorted(children.get(module, ()), key=lambda m: (m[-1].name, key_order(m[-1].key)))
        if below:
            tree["child_modules"] = [build(child) for child in below]
        return tree

    return build(())
