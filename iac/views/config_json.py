"""A configuration as JSON: the `configuration` of `terraform show -json` of a plan.

Owns what is told of modules, resources, providers and expressions, which are not evaluated: of each it is said what
it refers to, or what it is where it refers to nothing. https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from iac.address import MANAGED, ModulePath, config_path_text, key_text
from iac.config.body import CompiledBody
from iac.config.model import Config, Module, ModuleCall, Output, ProviderReference, ResourceBlock, Variable
from iac.config.provider_passing import resolve_provider
from iac.config.references import parse_reference
from iac.config.versions import Constraint, parse_constraints
from iac.diagnostics import DiagnosticsError
from iac.engine.prepare import Prepared
from iac.hcl.defaults import apply_defaults
from iac.hcl.evaluate import evaluate
from iac.hcl.references import references
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import Attr, Expression, ScopeTraversal, Step
from iac.values.codec import to_json
from iac.values.convert import convert
from iac.values.numbers import format_number
from iac.values.value import Value


def configuration_json(prepared: Prepared) -> dict[str, Any]:
    """The configuration as JSON data: `provider_config` by key, and the tree of modules.

    As in Terraform, everything about which there is nothing to say is left out.
    """
    return {**_filled(provider_config=_providers(prepared)), "root_module": _module(prepared, prepared.config.root)}


# --- modules ---------------------------------------------------------------------------------------------------


def _module(prepared: Prepared, module: Module) -> dict[str, Any]:
    resources = sorted(module.resources.values(), key=lambda r: (r.address.mode != MANAGED, str(r.address)))
    calls = {name: _call(prepared, module, module.calls[name]) for name in sorted(module.calls)}
    return _filled(
        outputs={name: _output(module.outputs[name]) for name in sorted(module.outputs)},
        resources=[_resource(prepared, resource) for resource in resources],
        module_calls=calls,
        variables={name: _variable(module.variables[name]) for name in sorted(module.variables)},
    )


def _call(prepared: Prepared, caller: Module, call: ModuleCall) -> dict[str, Any]:
    return {
        "source": call.source,
        **_filled(expressions={name: expression_json(call.arguments[name]) for name in sorted(call.arguments)}),
        **_repetition(call),
        "module": _module(prepared, prepared.config.modules[(*caller.path, call.name)]),
        **_depends_on(call.depends_on),
    }


def _output(output: Output) -> dict[str, Any]:
    return {
        **_filled(sensitive=output.sensitive),
        "expression": expression_json(output.expression),
        **_depends_on(output.depends_on),
        **_filled(description=output.description),
    }


def _variable(variable: Variable) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if variable.default is not None:
        default = evaluate(variable.default, EMPTY_SCOPE)
        if variable.defaults is not None:
            default = apply_defaults(default, variable.defaults)
        found["default"] = to_json(convert(default, variable.type))
    return {**found, **_filled(description=variable.description, sensitive=variable.sensitive)}


def _filled(**parts: Any) -> dict[str, Any]:
    """The parts about which there is something to say."""
    return {name: part for name, part in parts.items() if part}


# --- resources -------------------------------------------------------------------------------------------------


def _resource(prepared: Prepared, resource: ResourceBlock) -> dict[str, Any]:
    address = resource.address
    reference = resource.provider or ProviderReference(resource.provider_name)
    where, reference = _owner(prepared.config, resource.module, reference)
    return {
        "address": str(address),
        "mode": address.mode,
        "type": address.type,
        "name": address.name,
        "provider_config_key": _provider_key(where, reference),
        **_filled(expressions=_expressions(prepared.bodies[resource.config_address])),
        "schema_version": prepared.schema(resource.provider_name, address).version,
        **_repetition(resource),
        **_depends_on(resource.depends_on),
    }


def _repetition(block: ResourceBlock | ModuleCall) -> dict[str, Any]:
    found = {"count_expression": block.count, "for_each_expression": block.for_each}
    return _filled(**{name: expression_json(e) for name, e in found.items() if e is not None})


def _depends_on(traversals: Iterable[ScopeTraversal]) -> dict[str, Any]:
    return _filled(depends_on=[_text(t, len(t.steps)) for t in traversals])


def _expressions(body: CompiledBody) -> dict[str, Any]:
    """The arguments and nested blocks of a body; what `dynamic` blocks will make of it is not known yet."""
    found: dict[str, Any] = {name: expression_json(body.attributes[name]) for name in sorted(body.attributes)}
    for name in sorted(body.blocks):
        nesting = body.schema.blocks[name].nesting
        for label, block in body.written_blocks(name):
            inside = _expressions(block)
            if nesting == "single":
                found[name] = inside
            elif nesting == "map":
                found.setdefault(name, {})[label] = inside
            else:
                found.setdefault(name, []).append(inside)
    return found


# --- providers -------------------------------------------------------------------------------------------------


def _provider_key(module: ModulePath, reference: ProviderReference) -> str:
    """How resources name a provider configuration: by itself in the root, after its module elsewhere."""
    return f"{config_path_text(module)}:{reference}" if module else str(reference)


def _owner(config: Config, module: ModulePath, reference: ProviderReference) -> tuple[ModulePath, ProviderReference]:
    """Which provider configuration is meant. One that no module passes on belongs to the outermost of those that need
    it one inside the other."""
    where, meant = resolve_provider(config, module, reference)
    if meant != reference:  # passed on under another name
        while where != module and meant not in _needed(config.modules[where]):
            where = module[: len(where) + 1]
        return where, meant
    owner = module
    while len(owner) > len(where) and meant in _needed(config.modules[owner[:-1]]):
        owner = owner[:-1]
    return owner, meant


def _needed(module: Module) -> set[ProviderReference]:
    """The provider configurations that a module declares, requires, passes on or just uses."""
    found = {*module.providers, *map(ProviderReference, module.required_providers)}
    found |= {passed.parent for call in module.calls.values() for passed in call.providers}
    return found | {r.provider or ProviderReference(r.provider_name) for r in module.resources.values()}


def _providers(prepared: Prepared) -> dict[str, Any]:
    config = prepared.config
    found = {
        _provider_key(module.path, reference): _provider(prepared, module, reference)
        for module in config.modules.values()
        for reference in _needed(module)
        if _owner(config, module.path, reference) == (module.path, reference)
    }
    return dict(sorted(found.items()))


def _provider(prepared: Prepared, module: Module, reference: ProviderReference) -> dict[str, Any]:
    source = prepared.catalog.source(reference.name)
    constraints = [r.version for r in module.required_providers.values() if r.version and r.source == source]
    body = prepared.provider_bodies.get((module.path, reference))
    return {
        "name": reference.name,
        "full_name": source,
        **_filled(
            alias=reference.alias,
            module_address=config_path_text(module.path),
            expressions=_expressions(body) if body is not None else {},
            version_constraint=_constraints(constraints),
        ),
    }


# --- expressions -----------------------------------------------------------------------------------------------


def expression_json(expression: Expression) -> dict[str, Any]:
    """What an expression refers to, and its value where that needs nothing.

    Terraform lists each reference from the whole to its subject, with its parts cut off one by one, and again for
    every time that it occurs.
    """
    found: dict[str, Any] = {}
    value = _constant(expression)
    if value is not None:
        found["constant_value"] = to_json(value)
    texts = [text for traversal in references(expression) for text in _reference(traversal)]
    if texts:
        found["references"] = texts
    return found


def _constant(expression: Expression) -> Value | None:
    try:
        value = evaluate(expression, EMPTY_SCOPE)
    except DiagnosticsError:
        return None
    return value if value.is_wholly_known else None


def _reference(traversal: ScopeTraversal) -> Iterator[str]:
    """A reference, ever shorter: with what follows its subject, the subject, and the block without a key."""
    try:
        reference = parse_reference(traversal)
    except DiagnosticsError:
        return
    for length in range(len(traversal.steps), reference.steps - 1, -1):
        yield _text(traversal, length)
    if reference.output is not None or reference.key is not None:
        yield _text(traversal, reference.steps - 1)


def _text(traversal: ScopeTraversal, length: int) -> str:
    # The long form resource.TYPE.NAME means TYPE.NAME.
    return (traversal.root + "".join(map(_step, traversal.steps[:length]))).removeprefix("resource.")


def _step(step: Step) -> str:
    if isinstance(step, Attr):
        return f".{step.name}"
    raw = step.key.raw
    return key_text(raw) if isinstance(raw, str) else f"[{format_number(raw)}]"


def _constraints(texts: Sequence[str]) -> str:
    """Version constraints as Terraform writes them: versions in full, but for `~>`, and no operator for equality."""
    return ", ".join(map(_constraint, parse_constraints(",".join(texts)))) if texts else ""


def _constraint(constraint: Constraint) -> str:
    segments = constraint.segments
    if constraint.operator != "~>":
        segments = (*segments, 0, 0)[: max(len(segments), 3)]
    operator = "" if constraint.operator == "=" else f"{constraint.operator} "
    return f"{operator}{'.'.join(map(str, segments))}{constraint.prerelease}"
