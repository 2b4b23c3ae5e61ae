"""Looking at an evaluated configuration: expressions over its values and the objects in the state.

Nothing is planned, read from a platform or changed. Values are evaluated when an expression first needs them, each
after what it depends on, so that a mistake in one of them does not hide the others. What was not applied yet is
unknown. Parsing expressions and showing values is left to whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from iac.address import AbsResource, InstanceKey, Resource
from iac.config.model import ModuleCall, ResourceBlock
from iac.config.validate import check_references
from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, SINGLE, Expansion, expand, kind_of
from iac.engine.graph import Node, nodes_referred_to
from iac.engine.nodes import ValueNodes
from iac.engine.objects import decode
from iac.engine.prepare import Prepared
from iac.hcl.evaluate import evaluate
from iac.hcl.scope import Scope
from iac.hcl.syntax import Expression
from iac.state.model import State
from iac.values.value import Value, unknown

_PLACES = ("path.cwd", "path.module", "path.root", "terraform.applying", "terraform.workspace")


class Inspection:
    """A configuration with a state, to be asked. `inputs` are the root's variables that have a value; the others
    are unknown."""

    def __init__(self, prepared: Prepared, evaluator: Evaluator, inputs: Mapping[str, Value], state: State) -> None:
        self._prepared = prepared
        self._config = prepared.config
        self._evaluator = evaluator
        self._inputs = inputs
        self._state = state
        self._position = {node: index for index, node in enumerate(prepared.graph.order)}
        self._done: dict[Node, list[Diagnostic]] = {}
        """What was evaluated, each with the mistakes in itself."""
        self._failed: set[Node] = set()

    def evaluate(self, expression: Expression) -> Value:
        """The value of an expression in the root module.

        Raises `DiagnosticsError`, also for mistakes in the values that it refers to.
        """
        problems = Diagnostics()
        check_references(self._config, (), expression, problems)
        problems.raise_if_errors()
        for node in self._needed(nodes_referred_to(self._config, (), expression)):
            if node not in self._done:
                self._done[node] = self._settle(node)
            problems.extend(self._done[node])
        problems.raise_if_errors()
        return evaluate(expression, self._evaluator.scope(()))

    # --- names, for completion ---

    def names(self) -> Iterator[str]:
        """What an expression can begin with: functions as `name(`, and everything that can be referred to."""
        root = self._config.root
        for function in self._evaluator.functions:
            yield f"{function}("
        for variable in root.variables:
            yield f"var.{variable}"
        for local in root.locals:
            yield f"local.{local}"
        for resource in root.resources:
            yield str(resource)
        for call in root.calls.values():
            yield f"module.{call.name}"
            if call.count is None and call.for_each is None:
                for output in self._config.modules[(call.name,)].outputs:
                    yield f"module.{call.name}.{output}"
        yield from _PLACES

    def attributes(self) -> Iterator[str]:
        """The attributes of the root's resources that do not repeat, with the resource before them."""
        for address, resource in self._config.root.resources.items():
            if kind_of(resource) == SINGLE:
                block = self._prepared.schema(resource.provider_name, address).block
                for name in (*block.attributes, *block.blocks):
                    yield f"{address}.{name}"

    # --- evaluating what is referred to ---

    def _needed(self, nodes: Iterable[Node]) -> list[Node]:
        """These nodes and everything they depend on, in an order in which they can be evaluated."""
        found: set[Node] = set()
        pending = list(nodes)
        while pending:
            node = pending.pop()
            if node not in found:
                found.add(node)
                pending.extend(self._needs(node))
        return sorted(found, key=self._position.__getitem__)

    def _needs(self, node: Node) -> Iterable[Node]:
        if node.kind != "resource":
            return self._prepared.graph.dependencies[node]
        # Its objects come from the state as they are, in the instances of its module.
        return (Node("module", node.module, ""),) if node.module else ()

    def _settle(self, node: Node) -> list[Diagnostic]:
        """Evaluates one node after those it needs, if these went well; returns what is wrong with it."""
        problems = Diagnostics()
        if any(need in self._failed for need in self._needs(node)):
            self._failed.add(node)
            return []
        if node.kind == "resource":
            self._recall(node)
        elif node.kind == "module":
            self._expand(node, problems)
        else:
            ValueNodes(self._config, self._evaluator, self._inputs, problems, []).evaluate(node)
        if problems.has_errors:
            self._failed.add(node)
        return problems.errors

    def _expand(self, node: Node, problems: Diagnostics) -> None:
        path = node.module
        call = self._config.modules[path[:-1]].calls[path[-1]]
        for parent in self._evaluator.module_instances.get(path[:-1], ()):
            try:
                expansion = _expansion(call, self._evaluator.scope(parent))
            except DiagnosticsError as problem:
                problems.extend(problem.diagnostics)
                continue
            if expansion is not None:
                self._evaluator.expand_module(path, parent, expansion)

    def _recall(self, node: Node) -> None:
        """Makes the objects of a block visible to expressions as the state has them."""
        assert isinstance(node.name, Resource)
        resource = self._config.modules[node.module].resources[node.name]
        for module in self._evaluator.module_instances.get(node.module, ()):
            address = AbsResource(module, node.name)
            stored = self._state.of_resource(address)
            if stored:
                self._evaluator.expand_resource(address, kind_of(resource))
                for key, instance in stored.items():
                    if _fits(key, kind_of(resource)):
                        schema = self._prepared.schema(instance.provider, node.name)
                        self._evaluator.set_instance(address, key, decode(instance, schema))
            elif kind_of(resource) == SINGLE:
                self._evaluator.expand_resource(address, SINGLE)
                self._evaluator.set_instance(address, None, self._not_applied(resource))

    def _not_applied(self, resource: ResourceBlock) -> Value:
        return unknown(self._prepared.schema(resource.provider_name, resource.address).block.implied_type)


def _expansion(call: ModuleCall, scope: Scope) -> Expansion | None:
    """The instances of a module call; None when how many there are is not known before an apply."""
    repeats = call.count if call.count is not None else call.for_each
    try:
        return expand(call.count, call.for_each, scope)
    except DiagnosticsError:
        if repeats is not None and not evaluate(repeats, scope).is_wholly_known:
            return None
        raise


def _fits(key: InstanceKey, kind: str) -> bool:
    """Whether a block that repeats in this way has instances with such keys; others are left from before."""
    if kind == SINGLE:
        return key is None
    return isinstance(key, int if kind == COUNT else str)
