"""Carries out single operations: one create, update, read or delete, with state and event.

Called inside the transaction of the operation; raises `DiagnosticsError` to have it undone. Values that were
not known while planning are evaluated here, now that what they depend on is real.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence

from iac.address import AbsResource, ConfigResource, InstanceKey, Resource, ResourceInstance
from iac.audit.groups import changed_groups
from iac.audit.log import AuditLog
from iac.audit.record import Operation
from iac.config.model import CheckRule, ProviderReference, ResourceBlock
from iac.diagnostics import Diagnostics, DiagnosticsError, Severity, error
from iac.engine.change import Subject, located, validate_config_value, with_ignored
from iac.engine.conditions import check
from iac.engine.data import read_data
from iac.engine.evaluator import Evaluator
from iac.engine.expansion import COUNT, FOR_EACH, SINGLE, Repetition, expand
from iac.engine.graph import Node
from iac.engine.nodes import ValueNodes
from iac.engine.objects import conceal, decode, encode, sensitive_paths, with_schema_marks
from iac.engine.prepare import Prepared
from iac.engine.providers import Providers
from iac.hcl.scope import Scope
from iac.plan.model import Action, Plan, ResourceChange
from iac.providers.planning import proposed_new
from iac.providers.protocol import ApplyRequest, PlanRequest, Provider
from iac.state.model import State
from iac.state.store import StateWriter
from iac.values.codec import to_json
from iac.values.paths import children, format_path, marks_by_path, path_to_json, with_marks_by_path
from iac.values.value import Value, null, unmark_deep


class Operations:
    """The operations of one plan over its configuration, providers, state and log."""

    def __init__(
        self,
        plan: Plan,
        prepared: Prepared,
        providers: Providers,
        evaluator: Evaluator,
        state: State,
        writer: StateWriter,
        log: AuditLog,
        diagnostics: Diagnostics,
    ) -> None:
        self.plan = plan
        self.prepared = prepared
        self.providers = providers
        self.evaluator = evaluator
        self.state = state
        self.writer = writer
        self.log = log
        self._nodes = ValueNodes(prepared.config, evaluator, plan.variables, diagnostics, [])
        self._settled: set[Node] = set()
        self._repetitions: dict[AbsResource, dict[InstanceKey, Repetition]] = {}
        self._deposed: dict[ResourceInstance, str] = {}
        self._diagnostics = diagnostics
        self._load()

    # --- operations ---

    def apply(self, change: ResourceChange, operation: Operation) -> Value:
        """Creates, updates, reads or (for a no-op) moves; returns the object as it is now, marked."""
        if change.action is Action.NO_OP:
            value = change.change.after
            self._remember(change, value)
            return value
        if change.action is Action.READ:
            value = self._read(change)
            self._remember(change, value)
            return value
        config, planned = self._settle_change(change)
        provider = self._provider(change)
        prior = null(planned.type)
        if change.action is Action.UPDATE:
            prior, _ = unmark_deep(change.change.before)
        plain, _ = unmark_deep(planned)
        new = plain
        if prior != plain:
            new = self._apply_provider(change, provider, prior, plain, config, planned, operation)
        value = with_schema_marks(change.schema.block, with_marks_by_path(new, marks_by_path(planned)))
        if change.action is Action.CREATE_THEN_DELETE:
            self._depose(change)
        self._remember(change, value)
        if not provider.records_events and prior != plain:
            before = None if change.action is not Action.UPDATE else change.change.before
            self._record(change, provider, operation, before, value)
        return value

    def delete(self, change: ResourceChange, operation: Operation) -> Value:
        """Deletes the object; returns it as it was."""
        provider = self._provider(change)
        before = change.change.before
        plain, _ = unmark_deep(before)
        gone = null(change.schema.block.implied_type)
        request = ApplyRequest(change.address.resource.type, plain, gone, gone, sensitive_paths(before), operation)
        provider.apply(request)
        deposed = change.deposed or self._deposed.get(change.address)
        # A superseded object is kept under the new address, whatever its address was before.
        self.writer.remove(change.address if deposed else change.previous_address or change.address, deposed)
        if not provider.records_events:
            self._record(change, provider, operation, before, None)
        return before

    def record_failure(
        self, change: ResourceChange, part: str, operation: Operation, problem: DiagnosticsError
    ) -> None:
        """Logs that an operation failed, with its error."""
        verb = "DELETE" if part == "delete" else "UPDATE" if change.action is Action.UPDATE else "CREATE"
        before = change.change.before
        known = before if not before.is_null else change.change.after
        target_type, target_id, name = self._provider(change).target(change.address.resource.type, known)
        first = problem.diagnostics[0]
        state = None if verb == "CREATE" else to_json(unmark_deep(before)[0])
        self.log.record(
            operation,
            event_type=f"{verb}_FAILED",
            target_type=target_type,
            target_id=target_id,
            target_name=name or str(change.address),
            before=state,
            after=state,
            sensitive=_json_paths(known),
            change=(),
            error=f"{first.summary}: {first.detail}" if first.detail else first.summary,
        )

    def forced_by(self, change: ResourceChange) -> list[str]:
        """The attribute paths that forced a replacement, as text."""
        return [format_path(p).lstrip(".") for p in change.replace_paths]

    def output(self, name: str, diagnostics: Diagnostics) -> Value | None:
        """The value of a root output now; None when it cannot be evaluated."""
        self._settle(Node("output", (), name))
        return self.evaluator.outputs.get(((), name))

    def needs_any(self, name: str, blocks: Collection[ConfigResource]) -> bool:
        """Whether a root output needs one of these blocks, directly or through other values."""
        graph = self.prepared.graph
        pending, seen = [Node("output", (), name)], set[Node]()
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

    # --- before ---

    def _load(self) -> None:
        """Puts what is known before apply into the evaluator: planned values, data, what is not in the plan."""
        config = self.prepared.config
        for abs_resource in {a.abs_resource for a in self._addresses()}:
            resource = config.resource(abs_resource.config)
            if resource is not None:
                self.evaluator.expand_resource(abs_resource, _kind(resource))
        replaced = {c.address for c in self.plan.changes} | {c.previous_address for c in self.plan.changes}
        replaced |= {d.address for d in self.plan.data} | set(self.plan.forgotten_data)
        replaced |= {d.address for d in self.plan.drift if d.change.action is Action.DELETE}
        for address, stored in self.state.instances.items():
            if address not in replaced:
                self._show(address, decode(stored, self.prepared.schema(stored.provider, address.resource)))
        for change in self.plan.changes:
            if change.action is not Action.DELETE and change.deposed is None:
                self._show(change.address, change.change.after)
        for read in self.plan.data:
            self._show(read.address, read.value)

    def _addresses(self) -> list[ResourceInstance]:
        changed = [c.address for c in self.plan.changes]
        return [*self.state.instances, *changed, *(d.address for d in self.plan.data)]

    def _show(self, address: ResourceInstance, value: Value) -> None:
        """Makes a value visible to expressions."""
        resource = self.prepared.config.resource(address.config)
        if resource is not None and address.abs_resource in self.evaluator.resources:
            self.evaluator.set_instance(address.abs_resource, address.key, value)

    def _settle(self, node: Node) -> None:
        """Evaluates the value nodes that a node needs, and itself when it is one; each only once."""
        graph = self.prepared.graph
        stack = [(node, iter(graph.dependencies.get(node, ())))]
        while stack:
            current, needs = stack[-1]
            for need in needs:
                if need.kind != "resource" and need not in self._settled:
                    self._settled.add(need)
                    stack.append((need, iter(graph.dependencies.get(need, ()))))
                    break
            else:
                stack.pop()
                if current.kind == "provider":
                    self.providers.configure(current, self.evaluator, self._diagnostics)
                elif current.kind != "resource":
                    self._nodes.evaluate(current)

    def _repetition(self, resource: ResourceBlock, address: ResourceInstance) -> Repetition:
        found = self._repetitions.get(address.abs_resource)
        if found is None:
            expansion = expand(resource.count, resource.for_each, self.evaluator.scope(address.module))
            found = self._repetitions[address.abs_resource] = {r.key: r for r in expansion.instances}
        return found.get(address.key, Repetition(address.key))

    def _settle_change(self, change: ResourceChange) -> tuple[Value, Value]:
        """Configuration and planned object, both marked; what was unknown in the configuration is known now."""
        if change.config.is_wholly_known:
            self._check_before(change)
            return change.config, change.change.after
        subject, config = self._evaluate(change)
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
        except DiagnosticsError as problem:
            raise DiagnosticsError(located(subject, problem.diagnostics, config)) from None
        _check_consistent(change, unmark_deep(change.change.after)[0], planned, "final plan")
        return config, with_schema_marks(change.schema.block, with_marks_by_path(planned, marks_by_path(config)))

    def _check_before(self, change: ResourceChange) -> None:
        """Raises `DiagnosticsError` when a precondition does not hold, now that all it refers to is known."""
        resource = self.prepared.config.resource(change.address.config)
        if resource is not None and resource.lifecycle.preconditions:
            self._settle(Node("resource", resource.module, resource.address))
            scope = self.evaluator.scope(change.address.module, self._repetition(resource, change.address))
            problems = Diagnostics()
            _conditions(resource.lifecycle.preconditions, "Resource precondition", scope, problems)
            problems.raise_if_errors()

    def _evaluate(self, change: ResourceChange) -> tuple[Subject, Value]:
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
            self._provider(change),
            change.provider,
            change.dependencies,
            change.create_before_destroy,
        )
        problems = Diagnostics()
        _conditions(resource.lifecycle.preconditions, "Resource precondition", scope, problems)
        config = body.evaluate(scope, problems)
        if problems.has_errors:
            raise DiagnosticsError(problems)
        return subject, config

    def _provider(self, change: ResourceChange) -> Provider:
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

    # --- the operation itself ---

    def _apply_provider(
        self,
        change: ResourceChange,
        provider: Provider,
        prior: Value,
        planned: Value,
        config: Value,
        marked: Value,
        operation: Operation,
    ) -> Value:
        request = ApplyRequest(
            change.address.resource.type,
            prior,
            planned,
            unmark_deep(config)[0],
            sensitive_paths(marked),
            operation,
        )
        try:
            new = provider.apply(request)
        except DiagnosticsError as problem:
            body = self.prepared.bodies[change.address.config]
            found = conceal(problem.diagnostics, marked)
            raise DiagnosticsError(d.at(body.locate(d.path or ())) for d in found) from None
        _check_consistent(change, planned, new, "result after apply")
        return new

    def _read(self, change: ResourceChange) -> Value:
        subject, config = self._evaluate(change)
        return read_data(subject, config)

    # --- after ---

    def _depose(self, change: ResourceChange) -> None:
        """Keeps the object that is being superseded under a key of its own until it is deleted."""
        key = self._deposed[change.address] = secrets.token_hex(4)
        previous = self.state.instances[change.previous_address or change.address]
        self.writer.put(
            encode(
                change.address,
                change.provider,
                change.schema,
                change.change.before,
                dependencies=previous.dependencies,
                create_before_destroy=previous.create_before_destroy,
                status=previous.status,
                deposed=key,
            )
        )

    def _remember(self, change: ResourceChange, value: Value) -> None:
        if change.previous_address is not None:
            self.writer.remove(change.previous_address)
        self.writer.put(
            encode(
                change.address,
                change.provider,
                change.schema,
                value,
                dependencies=change.dependencies,
                create_before_destroy=change.create_before_destroy,
            )
        )
        self._show(change.address, value)

    def _record(
        self,
        change: ResourceChange,
        provider: Provider,
        operation: Operation,
        before: Value | None,
        after: Value | None,
    ) -> None:
        """Logs an operation of a provider that does not log its own."""
        known = after if after is not None else before
        assert known is not None
        target_type, target_id, name = provider.target(change.address.resource.type, known)
        old = to_json(unmark_deep(before)[0]) if before is not None else None
        new = to_json(unmark_deep(after)[0]) if after is not None else None
        self.log.record(
            operation,
            event_type="CREATE" if old is None else "DELETE" if new is None else "UPDATE",
            target_type=target_type,
            target_id=target_id,
            target_name=name or str(change.address),
            before=old,
            after=new,
            sensitive=_json_paths(known),
            change=changed_groups(change.schema.block, old, new),
        )

    def holds_after(self, change: ResourceChange, value: Value) -> bool:
        """Whether the postconditions hold for the object as it is now; one that does not is a diagnostic."""
        resource = self.prepared.config.resource(change.address.config)
        if resource is None or not resource.lifecycle.postconditions:
            return True
        self._settle(Node("resource", resource.module, resource.address))
        repetition = self._repetition(resource, change.address)
        scope = self.evaluator.scope(change.address.module, repetition, value)
        errors = len(self._diagnostics.errors)
        _conditions(resource.lifecycle.postconditions, "Resource postcondition", scope, self._diagnostics)
        return len(self._diagnostics.errors) == errors

    def remember_dependencies(self, change: ResourceChange) -> bool:
        """Writes what an unchanged object refers to, where its block came to refer to something else; returns
        whether it did."""
        known = self.state.instances.get(change.address)
        if known is None or change.deposed is not None or change.change.after.is_null:
            return False
        if (known.dependencies, known.create_before_destroy) == (change.dependencies, change.create_before_destroy):
            return False
        self._remember(change, change.change.after)
        return True


def _conditions(rules: Sequence[CheckRule], kind: str, scope: Scope, problems: Diagnostics) -> None:
    for rule in rules:
        check(rule, kind, scope, problems)


def _kind(resource: ResourceBlock) -> str:
    if resource.count is not None:
        return COUNT
    return FOR_EACH if resource.for_each is not None else SINGLE


def _json_paths(value: Value) -> list[tuple[object, ...]]:
    return [tuple(path_to_json(p)) for p in sensitive_paths(value)]


def _check_consistent(change: ResourceChange, planned: Value, new: Value, what: str) -> None:
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
