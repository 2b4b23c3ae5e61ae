"""`validate`: evaluates a configuration with every input unknown, to find the mistakes that do not depend on
values. No state, no platform."""

from __future__ import annotations

from iac.address import AbsResource, ModuleInstance, Resource
from iac.config.model import ResourceBlock
from iac.diagnostics import Diagnostics, DiagnosticsError
from iac.engine.conditions import validate_rule
from iac.engine.ephemerals import refuse_ephemeral
from iac.engine.evaluator import NO_REPETITION, Evaluator
from iac.engine.expansion import COUNT, FOR_EACH, ONE, SINGLE, Expansion, expand
from iac.engine.graph import Node
from iac.engine.nodes import ValueNodes
from iac.engine.prepare import Prepared
from iac.hcl.syntax import Expression
from iac.values.types import Type, without_optional
from iac.values.value import UNKNOWN_DYNAMIC, Value, unknown, unmark_deep


def validate_prepared(prepared: Prepared, evaluator: Evaluator, diagnostics: Diagnostics) -> None:
    """Adds what is wrong to the diagnostics."""
    root = prepared.config.root
    inputs: dict[str, Value] = {}
    for name, variable in root.variables.items():
        inputs[name] = unknown(without_optional(variable.type)).with_marks(variable.marks)
    nodes = ValueNodes(prepared.config, evaluator, inputs, diagnostics, [], validating=True)
    failed: set[Node] = set()
    for node in prepared.graph.order:
        if any(need in failed for need in prepared.graph.dependencies[node]):
            failed.add(node)
        elif node.kind == "resource":
            if not _validate_resource(prepared, evaluator, node, diagnostics):
                failed.add(node)
        elif node.kind == "module":
            _expand_module(prepared, evaluator, node, diagnostics)
        elif node.kind != "provider" and not nodes.evaluate(node):
            failed.add(node)


def _expand_module(prepared: Prepared, evaluator: Evaluator, node: Node, diagnostics: Diagnostics) -> None:
    call = prepared.config.modules[node.module[:-1]].calls[node.module[-1]]
    for parent in evaluator.module_instances.get(node.module[:-1], ()):
        expansion = _expansion(call.count, call.for_each, evaluator, parent, diagnostics)
        evaluator.expand_module(node.module, parent, expansion)


def _expansion(
    count: Expression | None,
    for_each: Expression | None,
    evaluator: Evaluator,
    module: ModuleInstance,
    diagnostics: Diagnostics,
) -> Expansion:
    """The expansion, or one instance (its key unknown) that stands for all where how many there are depends on
    values."""
    if count is None and for_each is None:
        return ONE
    kind = COUNT if count is not None else FOR_EACH
    try:
        return expand(count, for_each, evaluator.scope(module))
    except DiagnosticsError as problem:
        if not all("cannot be determined until apply" in d.detail for d in problem.diagnostics):
            diagnostics.extend(problem.diagnostics)
    return Expansion(kind, (NO_REPETITION,))


def _validate_resource(prepared: Prepared, evaluator: Evaluator, node: Node, diagnostics: Diagnostics) -> bool:
    assert isinstance(node.name, Resource)
    resource = prepared.config.modules[node.module].resources[node.name]
    body = prepared.bodies[resource.config_address]
    provider = prepared.catalog.create(resource.provider_name)
    before = len(diagnostics.errors)
    for module in evaluator.module_instances.get(node.module, ()):
        address = AbsResource(module, node.name)
        expansion = _expansion(resource.count, resource.for_each, evaluator, module, diagnostics)
        for repetition in expansion.instances[:1]:
            config = body.evaluate(evaluator.scope(module, repetition), diagnostics)
            diagnostics.extend(refuse_ephemeral(body, config))
            plain, _ = unmark_deep(config)
            for problem in provider.validate(resource.address.mode, resource.address.type, plain):
                diagnostics.add(problem.at(body.locate(problem.path or ())))
        _validate_conditions(resource, evaluator, module, body.schema.implied_type, diagnostics)
        # References to it see an object that is not known, of known type where it is a single one.
        evaluator.expand_resource(address, SINGLE)
        unseen = unknown(body.schema.implied_type) if expansion is ONE else UNKNOWN_DYNAMIC
        evaluator.set_instance(address, None, unseen)
    return len(diagnostics.errors) == before


def _validate_conditions(
    resource: ResourceBlock,
    evaluator: Evaluator,
    module: ModuleInstance,
    itself: Type,
    diagnostics: Diagnostics,
) -> None:
    """Looks for mistakes in the conditions of a resource, of whichever instance; whether they hold is for the plan."""
    for rule in resource.lifecycle.preconditions:
        validate_rule(rule, evaluator.scope(module), diagnostics)
    for rule in resource.lifecycle.postconditions:
        validate_rule(rule, evaluator.scope(module, self_value=unknown(itself)), diagnostics)
