"""Which attributes of which objects matter to a plan.

Relevant is what a planned change or an output refers to, directly or through variables, local values, outputs of
modules and arguments of other resources; what a provider computes leads no further. A plan keeps them in
`extra[RELEVANT]`, in the form of plan JSON, and so does one that another tool made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from iac.address import ConfigResource, ModuleInstance, ModuleStep, Resource, ResourceInstance, module_path
from iac.config.model import ResourceBlock
from iac.config.references import Reference, parse_reference
from iac.diagnostics import DiagnosticsError
from iac.engine.prepare import Prepared
from iac.hcl.references import references
from iac.hcl.syntax import Attr, Expression, ScopeTraversal, Step
from iac.plan.model import Action, Plan
from iac.values.codec import to_json

RELEVANT: Final = "relevant_attributes"


def relevant_attributes(plan: Plan, prepared: Prepared) -> list[dict[str, Any]]:
    """The attributes that contribute to a plan, in the form of plan JSON, in the order of their addresses.

    As in Terraform, outputs of modules count whether they change or not, those of the root only when they do.
    """
    search = _Search(prepared)
    for change in plan.changes:
        if change.action is not Action.NO_OP:
            search.resource(change.address)
    for output in plan.outputs:
        if output.change.action is not Action.NO_OP:
            search.output((), output.name)
    for module in _module_instances(plan, prepared):
        search.outputs(module)
    return [{"resource": resource, "attribute": list(path)} for resource, path in sorted(search.found, key=_order)]


def _order(found: tuple[str, tuple[str | int, ...]]) -> tuple[str, list[str]]:
    return found[0], [str(step) for step in found[1]]


def _module_instances(plan: Plan, prepared: Prepared) -> set[ModuleInstance]:
    """The module instances with objects in the plan, and those of which there is always just one."""
    used = {change.address.module for change in plan.changes} | {read.address.module for read in plan.data}
    found = {module[:depth] for module in used for depth in range(1, len(module) + 1)}
    modules = prepared.config.modules
    for path in modules:
        calls = [modules[path[:depth]].calls[name] for depth, name in enumerate(path)]
        if path and all(call.count is None and call.for_each is None for call in calls):
            found.add(tuple(map(ModuleStep, path)))
    return found


class _Search:
    """Walks back from what changes; `found` are the resources met, with the path into them."""

    def __init__(self, prepared: Prepared) -> None:
        self.modules = prepared.config.modules
        self.bodies = prepared.bodies
        self.found: set[tuple[str, tuple[str | int, ...]]] = set()
        self._seen: set[tuple[ModuleInstance, str, str | Resource]] = set()

    def _is_new(self, module: ModuleInstance, kind: str, name: str | Resource) -> bool:
        known = (module, kind, name) in self._seen
        self._seen.add((module, kind, name))
        return not known and module_path(module) in self.modules

    def resource(self, address: ResourceInstance) -> None:
        """What a block refers to, if there still is one."""
        self._behind(address.module, address.resource, None)

    def _behind(self, module: ModuleInstance, resource: Resource, attribute: str | None) -> None:
        """What a block refers to: in all that it sets, or in one argument or type of blocks."""
        body = self.bodies.get(ConfigResource(module_path(module), resource))
        if body is None or not self._is_new(module, f"resource {attribute or ''}", resource):
            return
        if attribute is None:
            found = list(body.references())
        elif attribute in body.attributes:
            found = list(references(body.attributes[attribute]))
        else:
            found = [traversal for block in body.blocks.get(attribute, ()) for traversal in block.references()]
        block = self.modules[module_path(module)].resources[resource]
        for traversal in found:
            self._follow(module, traversal, block)

    def outputs(self, module: ModuleInstance) -> None:
        """What all outputs of a module instance refer to."""
        declared = self.modules.get(module_path(module))
        for name in declared.outputs if declared is not None else ():
            self.output(module, name)

    def output(self, module: ModuleInstance, name: str) -> None:
        """What an output refers to, if it is still declared."""
        if self._is_new(module, "output", name):
            output = self.modules[module_path(module)].outputs.get(name)
            self._expression(module, output.expression if output is not None else None)

    def _expression(self, module: ModuleInstance, expression: Expression | None) -> None:
        for traversal in references(expression) if expression is not None else ():
            self._follow(module, traversal)

    def _follow(self, module: ModuleInstance, traversal: ScopeTraversal, block: ResourceBlock | None = None) -> None:
        try:
            reference = parse_reference(traversal)
        except DiagnosticsError:
            return
        if reference.resource is not None:
            self._found(module, reference, traversal)
        elif reference.kind == "module":
            below = (*module, ModuleStep(reference.name, _key(reference)))
            if reference.output is None:
                self.outputs(below)
            else:
                self.output(below, reference.output)
        elif reference.kind in ("each", "count") and block is not None:
            self._expression(module, block.for_each if reference.kind == "each" else block.count)
        elif self._is_new(module, reference.kind, reference.name):
            self._named_value(module, reference)

    def _named_value(self, module: ModuleInstance, reference: Reference) -> None:
        if reference.kind == "local":
            local = self.modules[module_path(module)].locals.get(reference.name)
            self._expression(module, local.expression if local is not None else None)
        elif reference.kind == "variable" and module:
            caller = module[:-1]
            call = self.modules[module_path(caller)].calls[module[-1].name]
            self._expression(caller, call.arguments.get(reference.name))

    def _found(self, module: ModuleInstance, reference: Reference, traversal: ScopeTraversal) -> None:
        assert reference.resource is not None
        address = ResourceInstance(module, reference.resource, _key(reference))
        path = tuple(_path(traversal.steps[reference.steps :]))
        self.found.add((str(address), path))
        self._behind(module, reference.resource, str(path[0]) if path else None)


def _key(reference: Reference) -> str | int | None:
    return None if reference.key is None else to_json(reference.key)


def _path(steps: Sequence[Step]) -> Iterator[str | int]:
    for step in steps:
        yield step.name if isinstance(step, Attr) else to_json(step.key)
