"""Settles what was not known while planning: evaluates configuration again, now that what it needs is real.

Shared state of one apply: the evaluator fills up as operations are done, and every value node is evaluated once,
when the first operation that needs it is about to begin.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from iac.address import AbsResource, ConfigResource, InstanceKey, Resource, ResourceInstance, parse_instance
from iac.config.model import CheckRule, ProviderReference, ResourceBlock
from iac.database import SchemaDamaged
from iac.diagnostics import Diagnostics, DiagnosticsError, Severity, error
from iac.engine.change import Subject, located, validate_config_value, with_ignored
from iac.engine.check_results import check_result, results_of_apply
from iac.engine.conditions import check
from iac.engine.ephemerals import refuse_ephemeral
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import Repetition, expand, kind_of
from iac.engine.graph import Node
from iac.engine.infinities import refuse_infinite
from iac.engine.nodes import ValueNodes
from iac.engine.objects import decode, with_schema_marks
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.hcl.scope import Scope
from iac.plan.model import Action, Drift, Mode, Plan, ResourceChange
from iac.providers.planning import proposed_new
from iac.providers.protocol import PlanRequest, Provider
from iac.state.checks import UNKNOWN, CheckResult
from iac.state.model import State
from iac.values.paths import children, format_path, marks_by_path, with_marks_by_path
from iac.values.value import Value, null, unmark_deep


class Settling:
    """The values of one apply. `diagnostics` takes what goes wrong beside the operations themselves."""

    def __init__(
        self,
        plan: Plan,
        prepared: Prepared,
        providers: Providers,
        evaluator: Evaluator,
        state: State,
        diagnostics: Diagnostics,
        outdated: Collection[ResourceInstance] = frozenset(),
    ) -> None:
        self.plan = plan
        self.outdated = outdated
        """The objects of which the plan no longer knows how they are; nothing that it does depends on them."""
        self.prepared = prepared
        self.providers = providers
        self.evaluator = evaluator
        self.state = state
        self.checks: list[CheckResult] = []
        """What came of the conditions that were evaluated so far, one by one."""
        # To remember how things are is possible although they are not as they should be.
        self._severity = Severity.WARNING if plan.mode is Mode.REFRESH_ONLY else Severity.ERROR
        self._nodes = ValueNodes(
            prepared.config, evaluator, plan.variables, diagnostics, self.checks, severity=self._severity
        )
        self._settled: set[Node] = set()
        self._wrong: set[Node] = set()
        """Nodes that could not be evaluated, or stand on such ones."""
        self._repetitions: dict[AbsResource, dict[InstanceKey, Repetition]] = {}
        self.diagnostics = diagnostics
        self._waiting = {c.address for c in plan.checks if c.status == UNKNOWN and c.evaluated}
        self._load()

    def _load(self) -> None:
        """Puts what is known before apply into the evaluator: planned values, data, what is not in the plan."""
        config = self.prepared.config
        for abs_resource in {a.abs_resource for a in self._addresses()}:
            resource = config.resource(abs_resource.config)
            if resource is not None:
                self.evaluator.expand_resource(abs_resource, kind_of(resource))
        replaced = {c.address for c in self.plan.changes} | {c.previous_address for c in self.plan.changes}
        replaced |= {d.address for d in self.plan.data} | set(self.plan.forgotten_data)
        replaced |= {d.address for d in self.plan.drift if d.change.action is Action.DELETE}
        for address, stored in self.state.instances.items():
            if address not in replaced:
                self.show(address, decode(stored, self.prepared.schema(stored.provider, address.resource)))
        for change in self.plan.changes:
            if change.action is not Action.DELETE and change.deposed is None:
                now = self.state.instances.get(change.address) if change.address in self.outdated else None
                self.show(change.address, change.change.after if now is None else decode(now, change.schema))
        for read in self.plan.data:
            self.show(read.address, read.value)

    def _addresses(self) -> list[ResourceInstance]:
        changed = [c.address for c in self.plan.changes]
        return [*self.state.instances, *changed, *(d.address for d in self.plan.data)]

    def show(self, address: ResourceInstance, value: Value) -> None:
        """Makes a value visible to expressions."""
        resource = self.prepared.config.resource(address.config)
        if resource is not None and address.abs_resource in self.evaluator.resources:
            self.evaluator.set_instance(address.abs_resource, address.key, value)

    def _settle(self, node: Node) -> None:
        """Evaluates the value nodes that a node needs, and itself when it is one; each only once.

        Raises `DiagnosticsError` without diagnostics when something that it needs is wrong: that was said already.
        """
        graph = self.prepared.graph
        stack = [(node, iter(graph.dependencies.get(node, ())))]
        while stack:
            current, needs = stack[-1]
            for need in needs:
                if need in self._settled:
                    continue
                if need.kind == "resource":
                    self._expand_empty(need)
                else:
                    self._settled.add(need)
                    stack.append((need, iter(graph.dependencies.get(need, ()))))
                    break
            else:
                stack.pop()
                if not self._evaluate_node(current):
                    self._wrong.add(current)
        if node.kind == "resource" and node in self._wrong:
            self._wrong.discard(node)
            raise DiagnosticsError(())

    def _evaluate_node(self, node: Node) -> bool:
        """Evaluates one node after what it needs; returns whether all is well with it."""
        if any(need in self._wrong for need in self.prepared.graph.dependencies.get(node, ())):
            return False
        if node.kind == "provider":
            return self.providers.configure(node, self.evaluator, self.diagnostics)
        return node.kind == "resource" or self._nodes.evaluate(node)

    def _expand_empty(self, node: Node) -> None:
        """Makes a block that has no instances visible as one that has none, once its module is expanded."""
        assert isinstance(node.name, Resource)
        if node.module not in self.evaluator.module_instances:
            return
        self._settled.add(node)
        kind = kind_of(self.prepared.config.modules[node.module].resources[node.name])
        for module in self.evaluator.module_instances[node.module]:
            address = AbsResource(module, node.name)
            if address not in self.evaluator.resources:
                self.evaluator.expand_resource(address, kind)

    def _repetition(self, resource: ResourceBlock, address: ResourceInstance) -> Repetition:
        found = self._repetitions.get(address.abs_resource)
        if found is None:
            expansion = expand(resource.count, resource.for_each, self.evaluator.scope(address.module))
            found = self._repetitions[address.abs_resource] = {r.key: r for r in expansion.instances}
        return found.get(address.key, Repetition(address.key))

    def settle_change(self, change: ResourceChange) -> tuple[Value, Value]:
        """Configuration and planned object, both marked; what was unknown in the configuration is known now."""
        if change.config.is_wholly_known:
            self._check_before(change.address)
            return change.config, change.change.after
        subject, config = self.evaluate(change)
        before = change.change.before if change.action is Action.UPDATE else null(change.schema.block.implied_type)
        problems = validate_config_value(subject, config)
        if any(d.severity is Severity.ERROR for d in problems):
            raise DiagnosticsError(problems)
        config = with_ignored(subject.resource, change.schema.block, config, before)
        (effective, _), (prior, _) = unmark_deep(config), unmark_deep(before)
        proposed = proposed_new(change.schema.block, prior, effective)
        request = PlanRequest(change.address.resource.type, prior, effective, proposed)
        try:
            planned = subject.provider.plan(request).planned
        except SchemaDamaged:
            raise
        except DiagnosticsError as problem:
            raise DiagnosticsError(located(subject, problem.diagnostics, config)) from None
        check_consistent(change, unmark_deep(change.change.after)[0], planned, "final plan")
        return config, with_schema_marks(change.schema.block, with_marks_by_path(planned, marks_by_path(config)))

    def check_rest(self, undone: Collection[ConfigResource]) -> None:
        """Checks all check blocks again, and the conditions that were not known while planning and belong to no
        operation: those of variables, outputs, unchanged objects and data sources; but not what needs one of the
        `undone` blocks. What does not hold is a diagnostic. Nothing is to hold where all was destroyed."""
        if self.plan.mode is Mode.DESTROY:
            return
        looked_at = {c.block for c in self.plan.checks if c.evaluated and c.kind == "check"}
        for module in self.prepared.config.modules.values():
            for node in (Node("check", module.path, name) for name in module.checks):
                if str(node) in looked_at and not self.needs_any(node, undone):
                    self._settle(node)
        if not self._waiting:
            return
        waiting = {c.block for c in self.plan.checks if c.address in self._waiting}
        for module in self.prepared.config.modules.values():
            nodes = [Node("variable", module.path, v.name) for v in module.variables.values() if v.validations]
            nodes += [Node("output", module.path, o.name) for o in module.outputs.values() if o.preconditions]
            for node in nodes:
                if str(node) in waiting and node not in self._settled and not self.needs_any(node, undone):
                    self._settled.add(node)
                    self._settle(node)
        unchanged = [(c.address, c.change.after) for c in self.plan.changes if c.action is Action.NO_OP]
        for address, value in [*unchanged, *((read.address, read.value) for read in self.plan.data)]:
            if str(address) in self._waiting:
                try:
                    self._check_before(address)
                except DiagnosticsError as problem:
                    self.diagnostics.extend(d.about(str(address)) for d in problem.diagnostics)
                self.holds_after(address, value)

    def is_waiting(self, name: str) -> bool:
        """Whether a precondition of a root output was not known while planning."""
        return f"output.{name}" in self._waiting

    def _check_before(self, address: ResourceInstance) -> None:
        """Raises `DiagnosticsError` when a precondition does not hold, now that all it refers to is known."""
        resource = self.prepared.config.resource(address.config)
        if resource is not None and resource.lifecycle.preconditions:
            self._settle(Node("resource", resource.module, resource.address))
            scope = self.evaluator.scope(address.module, self._repetition(resource, address))
            problems = Diagnostics()
            self._conditions(resource.lifecycle.preconditions, "Resource precondition", address, scope, problems)
            problems.raise_if_errors()

    def evaluate(self, change: ResourceChange) -> tuple[Subject, Value]:
        address = change.address
        resource = self.prepared.config.resource(address.config)
        assert resource is not None
        self._settle(Node("resource", resource.module, resource.address))
        scope = self.evaluator.scope(address.module, self._repetition(resource, address))
        body = self.prepared.bodies[address.config]
        subject = Subject(
            address,
            resource,
            body,
            change.schema,
            self.provider(change),
            change.provider,
            change.dependencies,
            change.create_before_destroy,
        )
        problems = Diagnostics()
        self._conditions(resource.lifecycle.preconditions, "Resource precondition", address, scope, problems)
        config = body.evaluate(scope, problems)
        problems.extend(refuse_ephemeral(body, config))
        problems.extend(refuse_infinite(body, config))
        if problems.has_errors:
            raise DiagnosticsError(problems)
        return subject, config

    def provider(self, change: ResourceChange | Drift) -> Provider:
        """The configured provider of an object."""
        resource = self.prepared.config.resource(change.address.config)
        dependencies = self.prepared.graph.dependencies
        if resource is None:
            self._configure(Node("provider", (), ProviderReference(change.provider)))
            return self.providers.by_name(change.provider)
        for need in dependencies[Node("resource", resource.module, resource.address)]:
            if need.kind == "provider":
                self._configure(need)
        return self.providers.for_resource(resource)

    def _configure(self, node: Node) -> None:
        """Configures the provider of a `provider` block, if there is one, once."""
        if node in self.prepared.graph.dependencies and node not in self._settled:
            self._settled.add(node)
            self._settle(node)

    def output(self, name: str) -> Value | None:
        """The value of a root output now; None when it cannot be evaluated."""
        self._settle(Node("output", (), name))
        return self.evaluator.outputs.get(((), name))

    def needs_any(self, node: Node, blocks: Collection[ConfigResource]) -> bool:
        """Whether something needs one of these blocks, directly or through other values."""
        graph = self.prepared.graph
        pending, seen = [node], set[Node]()
        while pending and blocks:
            for need in graph.dependencies.get(pending.pop(), ()):
                if need.kind == "resource":
                    assert isinstance(need.name, Resource)
                    if ConfigResource(need.module, need.name) in blocks:
                        return True
                elif need not in seen:
                    seen.add(need)
                    pending.append(need)
        return False

    def is_sensitive_output(self, name: str) -> bool:
        """Whether a root output is declared sensitive."""
        declared = self.prepared.config.root.outputs.get(name)
        return declared is not None and declared.sensitive

    def holds_after(self, address: ResourceInstance, value: Value) -> bool:
        """Whether the postconditions hold for the object as it is now; one that does not is a diagnostic."""
        resource = self.prepared.config.resource(address.config)
        if resource is None or not resource.lifecycle.postconditions:
            return True
        self._settle(Node("resource", resource.module, resource.address))
        scope = self.evaluator.scope(address.module, self._repetition(resource, address), value)
        errors = len(self.diagnostics.errors)
        self._conditions(resource.lifecycle.postconditions, "Resource postcondition", address, scope, self.diagnostics)
        return len(self.diagnostics.errors) == errors

    def _conditions(
        self, rules: Sequence[CheckRule], kind: str, address: ResourceInstance, scope: Scope, problems: Diagnostics
    ) -> None:
        for rule in rules:
            outcome = check(rule, kind, scope, problems, severity=self._severity, concerns=str(address))
            self.checks.append(check_result(str(address), "resource", outcome))

    def results(self, undone: Collection[ResourceInstance]) -> Sequence[CheckResult]:
        """What came of all conditions so far, one result for each object; `undone` are the objects that are not as it
        was planned, yet or at all."""
        blocks = {address.config for address in undone}
        open_objects = {str(address) for address in undone}
        is_open: dict[Node, bool] = {}  # many instances have the same
        for result in self.plan.checks if blocks else ():
            node = self._value_node(result)
            if node is not None and node not in is_open:
                is_open[node] = self.needs_any(node, blocks)
            if node is not None and is_open[node]:
                open_objects.add(result.address)
        return results_of_apply(self.plan, self.state.checks, self.checks, open_objects)

    def _value_node(self, result: CheckResult) -> Node | None:
        """The variable or output that a result is about."""
        kind = {"var": "variable", "output_value": "output"}.get(result.kind)
        if kind is None:
            return None
        address = parse_instance(result.address)
        return Node(kind, address.config.module, address.resource.name)


def check_consistent(change: ResourceChange, planned: Value, new: Value, what: str) -> None:
    """Raises `DiagnosticsError` when `new` is not what was planned wherever that was known: a provider's bug."""
    path = _difference(planned, new, "")
    if path is None and what.startswith("result") and not new.is_wholly_known:
        path = "something that is still unknown"
    if path is not None:
        raise DiagnosticsError(
            error(
                f"Provider produced inconsistent {what}",
                f"When applying changes to {change.address}, provider {change.provider} produced an unexpected new "
                f"value at {path}.\n\nThis is a bug in the provider, which should be reported in the provider's own "
                "issue tracker.",
                address=str(change.address),
            )
        )


def _difference(planned: Value, new: Value, path: str) -> str | None:
    """The first place where `new` differs from what was planned and known, or None."""
    if not planned.is_known:
        return None
    if planned == new:
        return None
    if planned.is_wholly_known or planned.raw.__class__ is not new.raw.__class__ or planned.is_null:
        return path or "the object"
    if planned.type.kind == "set":
        return None if len(planned.raw) >= len(new.raw) else path
    old_parts, new_parts = dict(children(planned)), dict(children(new))
    if old_parts.keys() != new_parts.keys():
        return path or "the object"
    for step, part in old_parts.items():
        found = _difference(part, new_parts[step], f"{path}{format_path((step,))}")
        if found is not None:
            return found
    return None
