"""The planner: walks the configuration in dependency order and makes a `Plan`.

It reads state and platform and changes neither. Owns the walk, refreshing, orphans and outputs; one
instance's change is left to `change`, carrying anything out to the applier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from iac.address import DATA, AbsResource, ConfigResource, Resource, ResourceInstance
from iac.config.model import CheckRule, Config, ResourceBlock
from iac.database import SchemaDamaged
from iac.diagnostics import Diagnostics, DiagnosticsError, Severity
from iac.engine.change import Subject, plan_change
from iac.engine.check_results import check_result, checks_of_destroyed, unmet_checks
from iac.engine.conditions import check
from iac.engine.data import is_pending, plan_data
from iac.engine.ephemerals import refuse_ephemeral
from iac.engine.evaluator import Evaluator, ModuleScope
from iac.engine.expansion import Repetition, expand, kind_of
from iac.engine.graph import Node
from iac.engine.imports import ImportRequest, Imports, import_object, refuse_missing
from iac.engine.infinities import refuse_infinite, refuse_infinite_value
from iac.engine.moves import blocked_warning, follow_moves, refuse_unmoved
from iac.engine.nodes import ValueNodes
from iac.engine.objects import decode
from iac.engine.options import PlanOptions, Selection
from iac.engine.outputs import output_changes
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.engine.refresh import Progress, Refresher, silent
from iac.engine.removals import Removals, forgotten_warning
from iac.engine.triggers import is_triggered
from iac.plan.model import (
    Action,
    DataRead,
    Mode,
    OutputChange,
    ResourceChange,
)
from iac.state.checks import PASS, UNKNOWN, CheckResult
from iac.state.model import InstanceObject, State
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
        self.diagnostics = Diagnostics()
        self.moves = follow_moves(self.config, state, self.diagnostics)
        self.state = self.moves.state
        self.providers = providers
        self.evaluator = evaluator
        self.options = options
        self.progress = progress
        self.refresher = Refresher(
            prepared,
            providers,
            progress,
            enabled=options.refresh,
            previous=self.moves.previous,
            shows_moves=options.mode is Mode.REFRESH_ONLY,
        )
        self._removals = Removals(prepared, evaluator, self.refresher, self.moves)
        self._imports = Imports(self.config, evaluator)
        self.selection = Selection(options, prepared.graph, self.state, self.config)
        self.checks: list[CheckResult] = []
        self.changes: list[ResourceChange] = []
        self.data: list[DataRead] = []
        self.forgotten_data: list[ResourceInstance] = []
        self.outputs: list[OutputChange] = []
        self.changed: dict[ConfigResource, bool] = {}
        self.by_resource: dict[AbsResource, list[ResourceChange]] = {}
        # To remember how things are is possible although they are not as they should be.
        self._severity = Severity.WARNING if options.mode is Mode.REFRESH_ONLY else Severity.ERROR
        self._nodes = ValueNodes(self.config, evaluator, inputs, self.diagnostics, self.checks, severity=self._severity)
        self._met: set[ResourceInstance] = set()
        self._evaluated: frozenset[Node] = frozenset()

    def run(self) -> None:
        """Plans everything; mistakes are in `diagnostics` afterwards."""
        self._begin()
        if not self.diagnostics.has_errors:
            self._plan()
        self._results()

    def _plan(self) -> None:
        if self.options.mode is Mode.DESTROY:
            self._walk_to_destroy()
            self._orphans(destroy=True)
        else:
            self._walk()
            refuse_unmoved(self.moves, self.config, self.evaluator, self.diagnostics)
            # What was not reached because of a mistake is no orphan.
            if self.diagnostics.has_errors:
                return
            self._orphans(destroy=False)
        self._deposed()
        if not self.diagnostics.has_errors:
            self.outputs = self._outputs()
            self._warn()

    def _results(self) -> None:
        """Says of every block with conditions what came of them: those without instances passed."""
        if self.options.mode is Mode.DESTROY:
            self.checks[:] = [] if self.options.is_partial else checks_of_destroyed(self.config)
        looked_everywhere = self.options.mode is not Mode.DESTROY and not self.options.is_partial
        self.checks += unmet_checks(self.checks, self.config, PASS if looked_everywhere else UNKNOWN)

    def _begin(self) -> None:
        """Refuses what cannot be planned at all."""
        self.selection.refuse_partial_moves(self.moves, self.diagnostics)
        for name, value in self._nodes.inputs.items():
            where = self.config.root.variables[name].range
            self.diagnostics.extend(refuse_infinite_value(f"var.{name}", value, where))
        if self.options.mode is Mode.NORMAL:
            for problem in self._imports.without_target():
                self.diagnostics.extend(problem.diagnostics)

    def _warn(self) -> None:
        forgotten = [str(c.address) for c in self.changes if c.action is Action.FORGET]
        for warning in (blocked_warning(self.moves), forgotten_warning(forgotten)):
            if warning is not None:
                self.diagnostics.add(warning)

    # --- the walk ---

    def _walk(self) -> None:
        failed: set[Node] = set()
        graph = self.prepared.graph
        self._evaluated = self.selection.evaluated()
        for node in graph.order:
            if node not in self._evaluated:
                continue
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
            elif node.kind != "check":
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
        imports = self._requested_imports(resource)
        known: set[ResourceInstance] = set()
        for module in self.evaluator.module_instances.get(node.module, ()):
            address = AbsResource(module, node.name)
            try:
                expansion = expand(resource.count, resource.for_each, self.evaluator.scope(module))
            except DiagnosticsError as problem:
                self.diagnostics.extend(d.about(str(address)) for d in problem.diagnostics)
                continue
            self.evaluator.expand_resource(address, expansion.kind)
            instances = [address.instance(r.key) for r in expansion.instances]
            self._met.update(instances)
            known.update(instances)
            for instance, repetition in zip(instances, expansion.instances, strict=True):
                try:
                    self._instance(resource, address, repetition, imports.get(instance))
                except SchemaDamaged:
                    raise
                except DiagnosticsError as problem:
                    self.diagnostics.extend(d.about(str(instance)) for d in problem.diagnostics)
        for missing in refuse_missing(imports, known):
            self.diagnostics.extend(missing.diagnostics)
        return len(self.diagnostics.errors) == errors

    def _requested_imports(self, resource: ResourceBlock) -> Mapping[ResourceInstance, ImportRequest]:
        if self.options.mode is not Mode.NORMAL:
            return {}
        try:
            return self._imports.of(resource.config_address)
        except DiagnosticsError as problem:
            self.diagnostics.extend(problem.diagnostics)
            return {}

    # --- one instance ---

    def _instance(
        self,
        resource: ResourceBlock,
        resource_address: AbsResource,
        repetition: Repetition,
        requested: ImportRequest | None,
    ) -> None:
        address = resource_address.instance(repetition.key)
        scope = self.evaluator.scope(address.module, repetition)
        stored = self.state.instances.get(address)
        subject = self._subject(resource, address, stored)
        is_included = self.selection.includes(address)
        if is_included:
            self._preconditions(resource, address, scope)
        elif resource.lifecycle.preconditions or resource.lifecycle.postconditions:
            self.checks.append(CheckResult(str(address), "resource", UNKNOWN))
        if not is_included or self.options.mode is Mode.REFRESH_ONLY:
            value = self._keep(subject, stored, resource_address)
            if is_included and not value.is_null:
                self._postconditions(resource, address, repetition, value)
            return
        problems = Diagnostics()
        config = subject.body.evaluate(scope, problems)
        problems.extend(refuse_ephemeral(subject.body, config))
        problems.extend(refuse_infinite(subject.body, config))
        if problems.has_errors:
            raise DiagnosticsError(problems)
        if address.resource.mode == DATA:
            value = self._data(subject, config)
        else:
            value = self._managed(subject, config, stored, scope, requested)
        self.evaluator.set_instance(resource_address, address.key, value)
        self._postconditions(resource, address, repetition, value)

    def _subject(
        self,
        resource: ResourceBlock,
        address: ResourceInstance,
        stored: InstanceObject | None,
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
            previous_address=self.moves.previous.get(address),
            prior_version=stored.version if stored is not None else None,
        )

    def _managed(
        self,
        subject: Subject,
        config: Value,
        stored: InstanceObject | None,
        scope: ModuleScope,
        requested: ImportRequest | None,
    ) -> Value:
        prior = self._refreshed(subject, stored)
        if requested is not None and stored is None:
            prior = import_object(subject.address, subject.provider, subject.schema, requested, self.progress)
            subject = replace(subject, import_id=requested.shown_id)
        if subject.resource.lifecycle.replace_triggered_by:
            triggered = is_triggered(subject, self.evaluator, scope, self.by_resource)
            subject = replace(subject, triggered=triggered)
        change = plan_change(subject, config, prior, self.diagnostics)
        self.record(change)
        return change.change.after

    def _data(self, subject: Subject, config: Value) -> Value:
        pending = is_pending(subject.resource, self.prepared, self.changed)
        planned = plan_data(subject, config, pending=pending, diagnostics=self.diagnostics)
        if isinstance(planned, DataRead):
            self.progress("read", subject.address, planned.value)
            self.data.append(planned)
            return planned.value
        self.record(planned)
        return planned.change.after

    def record(self, change: ResourceChange) -> None:
        """Adds a change to the plan."""
        self.changes.append(change)
        if change.action is not Action.NO_OP:
            self.changed[change.address.config] = True
        self.by_resource.setdefault(change.address.abs_resource, []).append(change)

    def _keep(self, subject: Subject, stored: InstanceObject | None, address: AbsResource) -> Value:
        """An instance that is not planned: it stays as it is, refreshed where the plan is for that. One that
        does not exist is unknown to whatever refers to it. Returns the object, null when there is none."""
        value = null(subject.schema.block.implied_type)
        if stored is not None:
            refreshing = self.options.mode is Mode.REFRESH_ONLY and self.selection.includes(subject.address)
            refreshing &= subject.address.resource.mode != DATA
            value = self._refreshed(subject, stored) if refreshing else decode(stored, subject.schema)
        self.evaluator.set_instance(address, subject.address.key, unknown(value.type) if value.is_null else value)
        return value

    def _refreshed(self, subject: Subject, stored: InstanceObject | None) -> Value:
        """The object as it is now; null when there is none."""
        if stored is None:
            return null(subject.schema.block.implied_type)
        return self.refresher.read(subject.address, stored, subject.provider_name)

    def _outputs(self) -> list[OutputChange]:
        root = self.config.root
        if self.options.mode is Mode.DESTROY:
            return output_changes(root, {}, self.state.outputs, self.state.outputs if self.options.is_partial else ())
        values = {n: v for (module, n), v in self.evaluator.outputs.items() if not module}
        refresh_only = self.options.mode is Mode.REFRESH_ONLY
        keep = {
            name
            for name in root.outputs
            if not self.selection.includes_node(Node("output", (), name))
            or (refresh_only and not values[name].is_wholly_known)
        }
        return output_changes(root, values, self.state.outputs, keep)

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
            outcome = check(rule, kind, scope, problems, severity=self._severity, concerns=str(address))
            self.checks.append(check_result(str(address), "resource", outcome))
        problems.raise_if_errors()
        self.diagnostics.extend(problems)

    # --- what the configuration no longer has ---

    def _orphans(self, *, destroy: bool) -> None:
        remaining = [a for a in self.state.instances if destroy or a not in self._met]
        for address in sorted(remaining, key=ResourceInstance.sort_key):
            if not self.selection.includes(address) or not (destroy or self._was_looked_at(address.config)):
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

    def _was_looked_at(self, block: ConfigResource) -> bool:
        """Whether what the configuration has of a block is known: only then something else is an orphan."""
        node = Node("resource", block.module, block.resource)
        return node in self._evaluated or node not in self.prepared.graph.dependencies

    def _deposed(self) -> None:
        if self.options.mode is Mode.REFRESH_ONLY:
            return
        deposed = sorted(self.state.deposed.items(), key=lambda item: (item[0][0].sort_key(), item[0][1]))
        for (address, key), stored in deposed:
            if not self.selection.includes(address):
                continue
            self.changes.append(self._removals.delete_deposed(address, key, stored))
