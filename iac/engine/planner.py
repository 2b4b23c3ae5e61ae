"""The planner: walks the configuration in dependency order and makes a `Plan`.

It reads state and platform and changes neither. Owns the walk, refreshing, orphans and outputs; one
instance's change is left to `change`, carrying anything out to the applier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from iac.address import DATA, AbsResource, ConfigResource, InstanceKey, Resource, ResourceInstance
from iac.config.meta import trigger_parts
from iac.config.model import CheckRule, Config, ResourceBlock
from iac.diagnostics import Diagnostics, DiagnosticsError
from iac.engine.change import Subject, plan_change
from iac.engine.conditions import check
from iac.engine.data import plan_data
from iac.engine.evaluator import Evaluator, ModuleScope
from iac.engine.expansion import COUNT, SINGLE, Expansion, Repetition, expand, kind_of
from iac.engine.graph import Node
from iac.engine.nodes import ValueNodes
from iac.engine.objects import decode
from iac.engine.options import PlanOptions, Selection
from iac.engine.outputs import output_changes
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.refresh import Progress, Refresher, silent
from iac.engine.removals import Removals
from iac.hcl.evaluate import evaluate
from iac.hcl.syntax import Attr, Expression, Index, Step
from iac.plan.model import (
    Action,
    CheckResult,
    DataRead,
    Mode,
    OutputChange,
    ResourceChange,
)
from iac.state.model import InstanceObject, State
from iac.values.paths import get
from iac.values.value import Value, null, unknown


class Planner:
    """Makes one plan. After `run`, its fields hold what the plan consists of."""

    def __init__(
        self,
        prepared: Prepared,
        state: State,
        providers: Providers,
        evaluator: Evaluator,
        inputs: Mapping[str, Value],
        options: PlanOptions,
        progress: Progress = silent,
    ) -> None:
        self.prepared = prepared
        self.config: Config = prepared.config
        self.state = state
        self.providers = providers
        self.evaluator = evaluator
        self.options = options
        self.progress = progress
        self.refresher = Refresher(prepared, providers, progress, enabled=options.refresh)
        self._removals = Removals(prepared, evaluator, self.refresher)
        self.selection = Selection(options, prepared.graph, state)
        self.diagnostics = Diagnostics()
        self.checks: list[CheckResult] = []
        self.changes: list[ResourceChange] = []
        self.data: list[DataRead] = []
        self.forgotten_data: list[ResourceInstance] = []
        self.outputs: list[OutputChange] = []
        self.changed: dict[ConfigResource, bool] = {}
        self.by_resource: dict[AbsResource, list[ResourceChange]] = {}
        self._nodes = ValueNodes(self.config, evaluator, inputs, self.diagnostics, self.checks)
        self._met: set[ResourceInstance] = set()

    def run(self) -> None:
        """Plans everything; mistakes are in `diagnostics` afterwards."""
        if self.options.mode is Mode.DESTROY:
            self._walk_to_destroy()
            self._orphans(destroy=True)
        else:
            self._walk()
            # What was not reached because of a mistake is no orphan.
            if self.diagnostics.has_errors:
                return
            self._orphans(destroy=False)
        self._deposed()
        if not self.diagnostics.has_errors:
            self.outputs = self._outputs()

    # --- the walk ---

    def _walk(self) -> None:
        failed: set[Node] = set()
        graph = self.prepared.graph
        for node in graph.order:
            if failed and any(need in failed for need in graph.dependencies[node]):
                failed.add(node)
            elif node.kind == "resource":
                if not self._resource(node):
                    failed.add(node)
            elif node.kind == "provider":
                if not self.providers.configure(node, self.evaluator, self.diagnostics):
                    failed.add(node)
            elif not self._nodes.evaluate(node):
                failed.add(node)

    def _walk_to_destroy(self) -> None:
        """Evaluates what providers may need, with the objects as the state has them.

        Only mistakes in providers and the root's variables are reported: what there is can go, whatever else
        the configuration says.
        """
        quiet = ValueNodes(self.config, self.evaluator, self._nodes.inputs, Diagnostics(), [])
        for node in self.prepared.graph.order:
            if node.kind == "resource":
                self._recall(node)
            elif node.kind == "provider":
                self.providers.configure(node, self.evaluator, self.diagnostics)
            elif node.kind == "variable" and not node.module:
                self._nodes.evaluate(node)
            else:
                quiet.evaluate(node)

    def _recall(self, node: Node) -> None:
        """Makes the objects of a block visible to expressions as the state has them."""
        assert isinstance(node.name, Resource)
        resource = self.config.modules[node.module].resources[node.name]
        for module in self.evaluator.module_instances.get(node.module, ()):
            address = AbsResource(module, node.name)
            self.evaluator.expand_resource(address, kind_of(resource))
            for key, stored in self.state.of_resource(address).items():
                schema = self.prepared.schema(stored.provider, node.name)
                self.evaluator.set_instance(address, key, decode(stored, schema))

    def _resource(self, node: Node) -> bool:
        assert isinstance(node.name, Resource)
        resource = self.config.modules[node.module].resources[node.name]
        errors = len(self.diagnostics.errors)
        for module in self.evaluator.module_instances.get(node.module, ()):
            address = AbsResource(module, node.name)
            try:
                expansion = expand(resource.count, resource.for_each, self.evaluator.scope(module))
            except DiagnosticsError as problem:
                self.diagnostics.extend(d.about(str(address)) for d in problem.diagnostics)
                continue
            self.evaluator.expand_resource(address, expansion.kind)
            moved = self._implied_move(address, expansion)
            for repetition in expansion.instances:
                self._met.add(address.instance(repetition.key))
                try:
                    self._instance(resource, address, repetition, moved)
                except DiagnosticsError as problem:
                    instance = address.instance(repetition.key)
                    self.diagnostics.extend(d.about(str(instance)) for d in problem.diagnostics)
        return len(self.diagnostics.errors) == errors

    def _implied_move(self, address: AbsResource, expansion: Expansion) -> ResourceInstance | None:
        """The instance without a key that becomes `[0]` when count is added, or the reverse (Terraform)."""
        have = self.state.of_resource(address)
        if expansion.kind == COUNT and expansion.instances and None in have and 0 not in have:
            return address.instance(None)
        if expansion.kind == SINGLE and 0 in have and None not in have:
            return address.instance(0)
        return None

    # --- one instance ---

    def _instance(
        self,
        resource: ResourceBlock,
        resource_address: AbsResource,
        repetition: Repetition,
        moved: ResourceInstance | None,
    ) -> None:
        address = resource_address.instance(repetition.key)
        scope = self.evaluator.scope(address.module, repetition)
        previous = moved if moved is not None and repetition.key in (None, 0) else address
        stored = self.state.instances.get(previous)
        if previous != address:
            self._met.add(previous)
        subject = self._subject(resource, address, stored, previous)
        if not self.selection.includes(address) or self.options.mode is Mode.REFRESH_ONLY:
            self._keep(subject, stored, resource_address)
            return
        self._preconditions(resource, address, scope)
        problems = Diagnostics()
        config = subject.body.evaluate(scope, problems)
        if problems.has_errors:
            raise DiagnosticsError(problems)
        if address.resource.mode == DATA:
            value = self._data(subject, config)
        else:
            value = self._managed(subject, config, stored, scope)
        self.evaluator.set_instance(resource_address, address.key, value)
        self._postconditions(resource, address, repetition, value)

    def _subject(
        self,
        resource: ResourceBlock,
        address: ResourceInstance,
        stored: InstanceObject | None,
        previous: ResourceInstance,
    ) -> Subject:
        graph = self.prepared.graph
        config_address = resource.config_address
        name = resource.provider_name
        return Subject(
            address,
            resource,
            self.prepared.bodies[config_address],
            self.prepared.schema(name, address.resource),
            self.providers.for_resource(resource),
            name,
            tuple(sorted(graph.resource_dependencies.get(config_address, ()))),
            config_address in graph.create_before_destroy,
            prior_dependencies=stored.dependencies if stored is not None else (),
            tainted=stored is not None and stored.is_tainted,
            requested=self.options.is_replaced(address),
            previous_address=previous if previous != address else None,
            prior_version=stored.version if stored is not None else None,
        )

    def _managed(self, subject: Subject, config: Value, stored: InstanceObject | None, scope: ModuleScope) -> Value:
        prior = self._refreshed(subject, stored)
        if subject.resource.lifecycle.replace_triggered_by:
            subject = replace(subject, triggered=self._is_triggered(subject, scope))
        change = plan_change(subject, config, prior, self.diagnostics)
        self.record(change)
        return change.change.after

    def _data(self, subject: Subject, config: Value) -> Value:
        self.progress("read", subject.address, config)
        planned = plan_data(subject, config, pending=self._is_pending(subject.resource), diagnostics=self.diagnostics)
        if isinstance(planned, DataRead):
            self.data.append(planned)
            return planned.value
        self.record(planned)
        return planned.change.after

    def _is_pending(self, resource: ResourceBlock) -> bool:
        """Whether something that the data source names in `depends_on`, or its module, is still to change."""
        graph = self.prepared.graph
        explicit = [*resource.depends_on]
        for depth in range(1, len(resource.module) + 1):
            parent = self.config.modules[resource.module[: depth - 1]]
            explicit += parent.calls[resource.module[depth - 1]].depends_on
        if not explicit:
            return False
        return any(self.changed.get(need) for need in graph.resource_dependencies[resource.config_address])

    def record(self, change: ResourceChange) -> None:
        """Adds a change to the plan."""
        self.changes.append(change)
        if change.action is not Action.NO_OP:
            self.changed[change.address.config] = True
        self.by_resource.setdefault(change.address.abs_resource, []).append(change)

    def _keep(self, subject: Subject, stored: InstanceObject | None, address: AbsResource) -> None:
        """An instance that is not planned: it stays as it is, refreshed where the plan is for that. One that
        does not exist is unknown to whatever refers to it."""
        value = null(subject.schema.block.implied_type)
        if stored is not None:
            refreshing = self.options.mode is Mode.REFRESH_ONLY and subject.address.resource.mode != DATA
            value = self._refreshed(subject, stored) if refreshing else decode(stored, subject.schema)
        if value.is_null:
            value = unknown(value.type)
        self.evaluator.set_instance(address, subject.address.key, value)

    def _refreshed(self, subject: Subject, stored: InstanceObject | None) -> Value:
        """The object as it is now; null when there is none."""
        if stored is None:
            return null(subject.schema.block.implied_type)
        return self.refresher.read(subject.address, stored, subject.provider_name)

    def _outputs(self) -> list[OutputChange]:
        root = self.config.root
        if self.options.mode is Mode.DESTROY:
            return output_changes(root, {}, self.state.outputs, self.state.outputs if self.options.targets else ())
        values = {n: v for (module, n), v in self.evaluator.outputs.items() if not module}
        refresh_only = self.options.mode is Mode.REFRESH_ONLY
        keep = {
            name
            for name in root.outputs
            if not self._is_selected(Node("output", (), name)) or (refresh_only and not values[name].is_wholly_known)
        }
        return output_changes(root, values, self.state.outputs, keep)

    def _is_selected(self, node: Node) -> bool:
        """Whether everything that an output needs is in the plan."""
        if not self.options.targets:
            return True
        pending, seen = [node], {node}
        while pending:
            for need in self.prepared.graph.dependencies[pending.pop()]:
                if need.kind == "resource":
                    assert isinstance(need.name, Resource)
                    if not self.selection.includes_resource(ConfigResource(need.module, need.name)):
                        return False
                elif need not in seen:
                    seen.add(need)
                    pending.append(need)
        return True

    # --- conditions and triggers ---

    def _preconditions(self, resource: ResourceBlock, address: ResourceInstance, scope: ModuleScope) -> None:
        self._conditions(resource.lifecycle.preconditions, "Resource precondition", address, scope)

    def _postconditions(
        self, resource: ResourceBlock, address: ResourceInstance, repetition: Repetition, value: Value
    ) -> None:
        if resource.lifecycle.postconditions:
            scope = self.evaluator.scope(address.module, repetition, value)
            self._conditions(resource.lifecycle.postconditions, "Resource postcondition", address, scope)

    def _conditions(self, rules: Sequence[CheckRule], kind: str, address: ResourceInstance, scope: ModuleScope) -> None:
        problems = Diagnostics()
        for rule in rules:
            status = check(rule, kind, scope, problems)
            self.checks.append(CheckResult(str(address), "resource", status))
        if problems.has_errors:
            raise DiagnosticsError(problems)

    def _is_triggered(self, subject: Subject, scope: ModuleScope) -> bool:
        for expression in subject.resource.lifecycle.replace_triggered_by:
            parts = trigger_parts(expression)
            assert parts is not None
            traversal, key_expression, rest = parts
            reference = self.evaluator.reference(traversal)
            assert reference.resource is not None
            resource = AbsResource(subject.address.module, reference.resource)
            changes = self.by_resource.get(resource, [])
            key = _trigger_key(scope, key_expression, rest)
            if key is not None:
                changes = [c for c in changes if c.address.key == key]
            path = tuple(s.name for s in rest if isinstance(s, Attr))
            for change in changes:
                if change.action in (Action.NO_OP, Action.READ, Action.CREATE):
                    continue
                if change.action.is_replace or not path:
                    return True
                before, after = get(change.change.before, path), get(change.change.after, path)
                if before != after or (after is not None and not after.is_wholly_known):
                    return True
        return False

    # --- what the configuration no longer has ---

    def _orphans(self, *, destroy: bool) -> None:
        remaining = [a for a in self.state.instances if destroy or a not in self._met]
        for address in sorted(remaining, key=ResourceInstance.sort_key):
            if not self.selection.includes(address):
                continue
            if address.resource.mode == DATA:
                self.forgotten_data.append(address)
                continue
            stored = self.state.instances[address]
            try:
                if self.options.mode is Mode.REFRESH_ONLY:
                    self.refresher.read(address, stored)
                    continue
                change = self._removals.delete(address, stored, destroy=destroy)
            except DiagnosticsError as problem:
                self.diagnostics.extend(d.about(str(address)) for d in problem.diagnostics)
                continue
            if change is not None:
                self.record(change)

    def _deposed(self) -> None:
        if self.options.mode is Mode.REFRESH_ONLY:
            return
        deposed = sorted(self.state.deposed.items(), key=lambda item: (item[0][0].sort_key(), item[0][1]))
        for (address, key), stored in deposed:
            self.changes.append(self._removals.delete_deposed(address, key, stored))


def _trigger_key(scope: ModuleScope, key: Expression | None, rest: Sequence[Step]) -> InstanceKey:
    """The instance key that an expression of replace_triggered_by names, or None for all instances."""
    value = None
    if key is not None:
        value = evaluate(key, scope).raw
    elif rest and isinstance(rest[0], Index):
        value = rest[0].key.raw
    return value if isinstance(value, (str, int)) else None
