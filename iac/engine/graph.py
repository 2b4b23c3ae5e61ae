"""What depends on what: the objects of a configuration in an order in which each comes after what it needs.

Nodes are blocks as written (not instances), so the graph's size is that of the configuration. Owns the
dependencies, the order and the report of a cycle; leaves evaluating to whoever walks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from iac.address import ConfigResource, ModulePath, Resource
from iac.config.body import CompiledBody
from iac.config.meta import trigger_parts
from iac.config.model import CheckRule, Config, ImportBlock, Module, ProviderReference, ResourceBlock
from iac.config.provider_passing import resolve_provider
from iac.config.references import parse_reference
from iac.config.validate import Bodies, ProviderBodies
from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.engine.ordering import Circular, sorted_by_need
from iac.hcl.references import references
from iac.hcl.syntax import Expression, ScopeTraversal


class Node(NamedTuple):
    """One object of the configuration. `kind` is variable, local, output, resource, provider, check or module
    (the expansion of a module call; everything inside depends on it)."""

    kind: str
    module: ModulePath
    name: str | Resource | ProviderReference

    def __str__(self) -> str:
        prefix = "".join(f"module.{name}." for name in self.module)
        if self.kind == "module":
            return prefix.rstrip(".")
        word = {"variable": "var.", "local": "local.", "output": "output.", "provider": "provider.", "check": "check."}
        return f"{prefix}{word.get(self.kind, '')}{self.name}"


Dependencies: TypeAlias = Mapping[Node, Sequence[Node]]


@dataclass(frozen=True)
class Graph:
    """The nodes in dependency order, and for each what it needs directly.

    `resource_dependencies` leads from a resource to the resources it needs, through whatever values stand
    between. `create_before_destroy` are the resources for which that order is asked for or forced by a
    dependent that asks for it.
    """

    order: Sequence[Node]
    dependencies: Dependencies
    resource_dependencies: Mapping[ConfigResource, frozenset[ConfigResource]]
    create_before_destroy: frozenset[ConfigResource]


def build_graph(config: Config, bodies: Bodies, provider_bodies: ProviderBodies) -> Graph:
    """The graph of a valid configuration. Raises `DiagnosticsError` that shows the cycle when there is one."""
    dependencies = _Builder(config, bodies, provider_bodies).build()
    try:
        order = sorted_by_need(dependencies)
    except Circular as circle:
        raise DiagnosticsError(_cycle(circle.members)) from None
    through = _resource_dependencies(order, dependencies)
    return Graph(order, dependencies, through, _forced(config, through))


def nodes_referred_to(config: Config, module: ModulePath, expression: Expression) -> list[Node]:
    """The nodes that an expression, standing in a module, refers to directly."""
    return _Builder(config, {}, {}).of(config.modules[module], expression)


class _Builder:
    """Collects the direct dependencies of every node."""

    def __init__(self, config: Config, bodies: Bodies, provider_bodies: ProviderBodies) -> None:
        self.config = config
        self.bodies = bodies
        self.provider_bodies = provider_bodies
        self.dependencies: dict[Node, tuple[Node, ...]] = {}
        self.imports: dict[ConfigResource, list[ImportBlock]] = {}
        for block in config.root.imports:
            self.imports.setdefault(block.to.resource, []).append(block)

    def build(self) -> Dependencies:
        for module in self.config.modules.values():
            self.add_module(module)
        return self.dependencies

    def add(self, node: Node, needs: Iterable[Node]) -> None:
        inherited = [Node("module", node.module, "")] if node.module and node.kind != "module" else []
        self.dependencies[node] = tuple(dict.fromkeys([*inherited, *needs]))

    def add_module(self, module: Module) -> None:
        path = module.path
        if path:
            parent = self.config.modules[path[:-1]]
            call = parent.calls[path[-1]]
            needs = [*self.of(parent, call.count), *self.of(parent, call.for_each)]
            if parent.path:
                needs.append(Node("module", parent.path, ""))
            self.add(Node("module", path, ""), needs)
        for variable in module.variables.values():
            node = Node("variable", path, variable.name)
            needs = self.rules(module, variable.validations, but=node)
            if path and variable.name in call.arguments:
                needs += self.of(parent, call.arguments[variable.name])
            self.add(node, needs)
        for local in module.locals.values():
            self.add(Node("local", path, local.name), self.of(module, local.expression))
        for output in module.outputs.values():
            needs = self.of(module, output.expression) + self.rules(module, output.preconditions)
            self.add(Node("output", path, output.name), [*needs, *self.targets(module, output.depends_on)])
        for provider in module.providers.values():
            body = self.provider_bodies.get((path, provider.reference))
            self.add(Node("provider", path, provider.reference), self.of_body(module, body))
        for resource in module.resources.values():
            self.add(Node("resource", path, resource.address), self.resource(module, resource))
        for check in module.checks.values():
            data = [Node("resource", path, check.data)] if check.data is not None else []
            self.add(Node("check", path, check.name), [*self.rules(module, check.assertions), *data])

    def resource(self, module: Module, resource: ResourceBlock) -> list[Node]:
        own = Node("resource", module.path, resource.address)
        lifecycle = resource.lifecycle
        needs = self.of_body(module, self.bodies.get(resource.config_address))
        needs += self.of(module, resource.count) + self.of(module, resource.for_each)
        needs += self.targets(module, resource.depends_on)
        needs += self.rules(module, [*lifecycle.preconditions, *lifecycle.postconditions])
        for trigger in lifecycle.replace_triggered_by:
            parts = trigger_parts(trigger)
            if parts is not None:
                needs += self.targets(module, [parts[0]])
        reference = resource.provider or ProviderReference(resource.provider_name)
        where, reference = resolve_provider(self.config, module.path, reference)
        provider = Node("provider", where, reference)
        if reference in self.config.modules[where].providers:
            needs.append(provider)
        for block in self.imports.get(resource.config_address, ()):
            for expression in (block.id, block.for_each, block.to.key, *block.to.module_keys):
                needs += self.of(self.config.root, expression)
        for path in _prefixes(module.path):
            parent = self.config.modules[path[:-1]]
            needs += self.targets(parent, parent.calls[path[-1]].depends_on)
        return [n for n in needs if n != own]

    def rules(self, module: Module, rules: Iterable[CheckRule], but: Node | None = None) -> list[Node]:
        found = []
        for rule in rules:
            found += self.of(module, rule.condition) + self.of(module, rule.error_message)
        return [n for n in found if n != but]

    def of(self, module: Module, expression: Expression | None) -> list[Node]:
        return self.targets(module, references(expression)) if expression is not None else []

    def of_body(self, module: Module, body: CompiledBody | None) -> list[Node]:
        return self.targets(module, body.references()) if body is not None else []

    def targets(self, module: Module, traversals: Iterable[ScopeTraversal]) -> list[Node]:
        found: list[Node] = []
        for traversal in traversals:
            try:
                reference = parse_reference(traversal)
            except DiagnosticsError:
                continue  # validation has reported it
            if reference.kind in ("variable", "local"):
                found.append(Node(reference.kind, module.path, reference.name))
            elif reference.resource is not None:
                found.append(Node("resource", module.path, reference.resource))
            elif reference.kind == "module":
                found.extend(self.module_targets((*module.path, reference.name), reference.output))
        return found

    def module_targets(self, path: ModulePath, output: str | None) -> Iterator[Node]:
        child = self.config.modules.get(path)
        if child is None:
            return
        yield Node("module", path, "")
        if output is not None:
            yield Node("output", path, output)
            return
        for name in child.outputs:
            yield Node("output", path, name)
        for below in self.config.modules.values():
            if below.path[: len(path)] == path:
                for resource in below.resources:
                    yield Node("resource", below.path, resource)


def _prefixes(path: ModulePath) -> Iterator[ModulePath]:
    for depth in range(1, len(path) + 1):
        yield path[:depth]


def _cycle(members: Sequence[Node]) -> Diagnostic:
    shown = ", ".join(str(n) for n in members if n.kind != "module") or str(members[0])
    return error(
        f"Cycle: {shown}",
        "Each of these refers to the next, and the last to the first, so none can be evaluated before the others. "
        "Remove one of the references.",
    )


def _resource_dependencies(
    order: Sequence[Node], dependencies: Dependencies
) -> dict[ConfigResource, frozenset[ConfigResource]]:
    reached: dict[Node, frozenset[ConfigResource]] = {}
    result = {}
    empty: frozenset[ConfigResource] = frozenset()
    for node in order:
        parts: list[frozenset[ConfigResource]] = []
        for need in dependencies[node]:
            if need.kind == "resource":
                assert isinstance(need.name, Resource)
                parts.append(frozenset((ConfigResource(need.module, need.name),)))
            elif reached.get(need):
                parts.append(reached[need])
        distinct = list(dict.fromkeys(parts))
        own = distinct[0] if len(distinct) == 1 else empty.union(*distinct)
        if node.kind == "resource":
            assert isinstance(node.name, Resource)
            result[ConfigResource(node.module, node.name)] = own
        else:
            reached[node] = own
    return result


def _forced(config: Config, through: Mapping[ConfigResource, frozenset[ConfigResource]]) -> frozenset[ConfigResource]:
    found: set[ConfigResource] = set()
    pending = [r.config_address for r in config.resources() if r.lifecycle.create_before_destroy]
    while pending:
        address = pending.pop()
        if address not in found:
            found.add(address)
            pending.extend(through.get(address, ()))
    return frozenset(found)
