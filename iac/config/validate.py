"""What is wrong with a configuration that can be seen without evaluating it or asking a provider.

Every module call must fit its module's variables, every default its variable's type; a resource may not refer to
itself. Knows where references stand; whether what they name is there is left to `declared`. Wording is Terraform's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from iac.address import ConfigResource, ModulePath, module_path
from iac.config.body import CompiledBody
from iac.config.declared import NOWHERE, Place, ReferenceChecker
from iac.config.meta import trigger_parts
from iac.config.model import CheckRule, Config, Local, Module, ModuleCall, ProviderReference, ResourceBlock
from iac.config.references import parse_reference
from iac.config.variables import default_value
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange, did_you_mean
from iac.hcl.references import references
from iac.hcl.syntax import Attr, Expression, ScopeTraversal

Bodies = Mapping[ConfigResource, CompiledBody]
ProviderBodies = Mapping[tuple[ModulePath, ProviderReference], CompiledBody]


def validate_config(config: Config, bodies: Bodies, provider_bodies: ProviderBodies, diagnostics: Diagnostics) -> None:
    """Adds everything that is wrong to the diagnostics. Bodies that could not be compiled may be missing."""
    for module in config.modules.values():
        for call in module.calls.values():
            child = config.modules.get((*module.path, call.name))
            if child is not None:
                _check_arguments(call, child, diagnostics)
        checker = _Checker(config, module, bodies, provider_bodies, diagnostics)
        checker.check_all()
        _check_removed(config, module, diagnostics)


def _check_removed(config: Config, module: Module, diagnostics: Diagnostics) -> None:
    """Refuses `removed` blocks for what is still there."""
    for block in module.removals:
        source = block.source
        path = (*module.path, *module_path(source.module))
        declared = None
        if source.resource is not None:
            resource = config.resource(ConfigResource(path, source.resource))
            declared, kind, name = resource.range if resource else None, "resource", str(source)
        else:
            parent = config.modules.get(path[:-1])
            call = parent.calls.get(path[-1]) if parent else None
            declared, kind, name = call.range if call else None, "module", str(source)
        if declared is not None:
            prefix = "".join(f"module.{step}." for step in module.path)
            diagnostics.error(
                f"Removed {kind} still exists",
                f"This statement declares that {prefix}{name} was removed, but it is still declared in configuration.",
                declared,
            )


def check_references(config: Config, module: ModulePath, expression: Expression, diagnostics: Diagnostics) -> None:
    """Adds what is wrong with the references of an expression that stands by itself in a module."""
    ReferenceChecker(config, config.modules[module], {}, diagnostics).check(references(expression), NOWHERE)


def _check_arguments(call: ModuleCall, child: Module, diagnostics: Diagnostics) -> None:
    for name, variable in child.variables.items():
        if variable.default is None and name not in call.arguments:
            diagnostics.error(
                "Missing required argument",
                f'The argument "{name}" is required, but no definition was found.',
                call.missing_range,
            )
    absent = [name for name in child.variables if name not in call.arguments]
    for name in call.arguments:
        if name not in child.variables:
            diagnostics.error(
                "Unsupported argument",
                f'An argument named "{name}" is not expected here.{did_you_mean(name, absent)}',
                call.argument_ranges[name],
            )


class _Checker:
    """Finds the expressions of one module, and what is to be checked of each."""

    def __init__(
        self,
        config: Config,
        module: Module,
        bodies: Bodies,
        provider_bodies: ProviderBodies,
        diagnostics: Diagnostics,
    ) -> None:
        self.bodies = bodies
        self.provider_bodies = provider_bodies
        self.module = module
        self.diagnostics = diagnostics
        self.references = ReferenceChecker(config, module, bodies, diagnostics)
        self.check = self.references.check
        self.fail = self.references.fail

    def check_all(self) -> None:
        module = self.module
        for variable in module.variables.values():
            self.check_rules(variable.validations, NOWHERE)
            if variable.default is not None:
                default_value(variable, self.diagnostics)
        for local in module.locals.values():
            self.check_local(local)
        for output in module.outputs.values():
            self.check(references(output.expression), NOWHERE)
            self.check_depends_on(output.depends_on)
            self.check_rules(output.preconditions, NOWHERE)
        for call in module.calls.values():
            place = Place(each=call.for_each is not None, count=call.count is not None)
            for expression in call.arguments.values():
                self.check(references(expression), place)
            self.check(_of(call.count, call.for_each), NOWHERE)
            self.check_depends_on(call.depends_on)
        for resource in module.resources.values():
            self.check_resource(resource)
        for check in module.checks.values():
            self.references.check_name = check.name
            self.check_rules(check.assertions, NOWHERE)
            self.references.check_name = None
        for imported in module.imports:
            self.check(_of(imported.for_each), NOWHERE)
            inside = Place(each=imported.for_each is not None)
            self.check(_of(imported.id, imported.to.key, *imported.to.module_keys), inside)
        for provider in module.providers.values():
            body = self.provider_bodies.get((module.path, provider.reference))
            if body is not None:
                self.check(body.references(), NOWHERE)

    def check_local(self, local: Local) -> None:
        found = list(references(local.expression))
        self.check(found, NOWHERE)
        for traversal in found:
            if traversal.root == "local" and _first_name(traversal) == local.name:
                self.fail(
                    "Self-referencing local value",
                    f"Local value local.{local.name} cannot use its own result as part of its expression.",
                    traversal,
                )

    def check_depends_on(self, traversals: Iterable[ScopeTraversal]) -> None:
        for traversal in traversals:
            self.check([traversal], NOWHERE, keys=False)
            with suppress(DiagnosticsError):  # reported by check
                more = traversal.steps[parse_reference(traversal).steps :]
                if more:
                    self.diagnostics.error(
                        "Invalid depends_on reference",
                        "References in depends_on must be to a whole object (resource, etc), not to an attribute of an "
                        "object.",
                        SourceRange(traversal.range.filename, more[0].range.start, more[-1].range.end),
                    )

    def check_resource(self, resource: ResourceBlock) -> None:
        place = Place(each=resource.for_each is not None, count=resource.count is not None)
        after = Place(each=place.each, count=place.count, self_=resource)
        lifecycle = resource.lifecycle
        body = self.bodies.get(resource.config_address)
        if body is not None:
            self.check(body.references(), place)
            self.refuse_self(resource, body.references(), "Self-referential block")
        self.check(_of(resource.count, resource.for_each), NOWHERE)
        self.refuse_self(resource, _of(resource.count, resource.for_each), "Self-referential block")
        self.check_depends_on(resource.depends_on)
        for rule in lifecycle.preconditions:
            found = _of(rule.condition, rule.error_message)
            self.refuse_self(resource, found, "Invalid reference in precondition")
        self.check_rules(lifecycle.preconditions, place)
        self.check_rules(lifecycle.postconditions, after)
        for trigger in lifecycle.replace_triggered_by:
            parts = trigger_parts(trigger)
            if parts is not None:
                self.check([parts[0]], place, keys=False)

    def refuse_self(self, resource: ResourceBlock, traversals: Iterable[ScopeTraversal], summary: str) -> None:
        """Refuses references to the resource that they stand in: it does not exist when they are evaluated."""
        for traversal in traversals:
            with suppress(DiagnosticsError):  # reported where references are checked
                if parse_reference(traversal).resource == resource.address:
                    self.fail(summary, f"Configuration for {resource.address} may not refer to itself.", traversal)

    def check_rules(self, rules: Iterable[CheckRule], place: Place) -> None:
        for rule in rules:
            self.check(references(rule.condition), place)
            self.check(references(rule.error_message), place)


def _first_name(traversal: ScopeTraversal) -> str | None:
    first = traversal.steps[0] if traversal.steps else None
    return first.name if isinstance(first, Attr) else None


def _of(*expressions: Expression | None) -> Iterator[ScopeTraversal]:
    for expression in expressions:
        if expression is not None:
            yield from references(expression)
