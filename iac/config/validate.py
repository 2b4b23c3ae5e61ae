"""What is wrong with a configuration that can be seen without evaluating it or asking a provider.

Every reference must name something that is declared; every module call must fit its module's variables;
`each`, `count` and `self` must stand where they mean something. Wording is Terraform's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from iac.address import MANAGED, ConfigResource, ModulePath, module_path
from iac.config.body import CompiledBody
from iac.config.meta import trigger_parts
from iac.config.model import CheckRule, Config, Module, ModuleCall, ProviderReference, ResourceBlock
from iac.config.references import Reference, parse_reference
from iac.config.variables import default_value
from iac.diagnostics import Diagnostics, DiagnosticsError, did_you_mean
from iac.hcl.references import references
from iac.hcl.syntax import Attr, Expression, ScopeTraversal

_PATHS = ("cwd", "module", "root")
_TERRAFORM = ("workspace", "applying")
_ROOTS = ("var", "local", "module", "data", "path", "terraform", "each", "count", "self")


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
    checker = _Checker(config, config.modules[module], {}, {}, diagnostics)
    checker.check(references(expression), _NOWHERE)


def _check_arguments(call: ModuleCall, child: Module, diagnostics: Diagnostics) -> None:
    for name, variable in child.variables.items():
        if variable.default is None and name not in call.arguments:
            diagnostics.error(
                "Missing required argument",
                f'The argument "{name}" is required, but no definition was found.',
                call.missing_range,
            )
    for name in call.arguments:
        if name not in child.variables:
            diagnostics.error(
                "Unsupported argument",
                f'An argument named "{name}" is not expected here.{did_you_mean(name, child.variables)}',
                call.argument_ranges[name],
            )


class _Place:
    """Which of `each`, `count` and `self` mean something where an expression stands."""

    def __init__(self, *, each: bool = False, count: bool = False, self_: bool = False) -> None:
        self.each, self.count, self.self_ = each, count, self_


_NOWHERE = _Place()


class _Checker:
    """Checks the references of one module."""

    def __init__(
        self,
        config: Config,
        module: Module,
        bodies: Bodies,
        provider_bodies: ProviderBodies,
        diagnostics: Diagnostics,
    ) -> None:
        self.config = config
        self.bodies = bodies
        self.provider_bodies = provider_bodies
        self.module = module
        self.check_name: str | None = None
        """The check block in which the references stand, if they do."""
        self.diagnostics = diagnostics
        self.where = "the root module" if not module.path else f"module.{'.'.join(module.path)}"

    def check_all(self) -> None:
        module = self.module
        for variable in module.variables.values():
            self.check_rules(variable.validations, _NOWHERE)
            if variable.default is not None:
                default_value(variable, self.diagnostics)
        for local in module.locals.values():
            self.check(references(local.expression), _NOWHERE)
        for output in module.outputs.values():
            self.check(references(output.expression), _NOWHERE)
            self.check(output.depends_on, _NOWHERE)
            self.check_rules(output.preconditions, _NOWHERE)
        for call in module.calls.values():
            place = _Place(each=call.for_each is not None, count=call.count is not None)
            for expression in call.arguments.values():
                self.check(references(expression), place)
            self.check(_of(call.count, call.for_each), _NOWHERE)
            self.check(call.depends_on, _NOWHERE)
        for resource in module.resources.values():
            self.check_resource(resource)
        for check in module.checks.values():
            self.check_name = check.name
            self.check_rules(check.assertions, _NOWHERE)
            self.check_name = None
        for imported in module.imports:
            self.check(_of(imported.for_each), _NOWHERE)
            inside = _Place(each=imported.for_each is not None)
            self.check(_of(imported.id, imported.to.key, *imported.to.module_keys), inside)
        for provider in module.providers.values():
            body = self.provider_bodies.get((module.path, provider.reference))
            if body is not None:
                self.check(body.references(), _NOWHERE)

    def check_resource(self, resource: ResourceBlock) -> None:
        place = _Place(each=resource.for_each is not None, count=resource.count is not None)
        after = _Place(each=place.each, count=place.count, self_=True)
        lifecycle = resource.lifecycle
        body = self.bodies.get(resource.config_address)
        if body is not None:
            self.check(body.references(), place)
            self.refuse_self(resource, body.references(), "Self-referential block")
        self.check(_of(resource.count, resource.for_each), _NOWHERE)
        self.refuse_self(resource, _of(resource.count, resource.for_each), "Self-referential block")
        self.check(resource.depends_on, _NOWHERE)
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

    def check_rules(self, rules: Iterable[CheckRule], place: _Place) -> None:
        for rule in rules:
            self.check(references(rule.condition), place)
            self.check(references(rule.error_message), place)

    def check(self, traversals: Iterable[ScopeTraversal], place: _Place, *, keys: bool = True) -> None:
        for traversal in traversals:
            try:
                reference = parse_reference(traversal)
            except DiagnosticsError as problem:
                self.diagnostics.extend(problem.diagnostics)
                continue
            getattr(self, f"on_{reference.kind}")(traversal, reference, place, keys)

    def fail(self, summary: str, detail: str, traversal: ScopeTraversal) -> None:
        self.diagnostics.error(summary, detail, traversal.range)

    def on_variable(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name not in self.module.variables:
            hint = did_you_mean(ref.name, self.module.variables) or (
                f' This variable can be declared with a variable "{ref.name}" {{}} block.'
            )
            self.fail(
                "Reference to undeclared input variable",
                f'An input variable with the name "{ref.name}" has not been declared.{hint}',
                traversal,
            )

    def on_local(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name not in self.module.locals:
            hint = did_you_mean(ref.name, self.module.locals)
            self.fail(
                "Reference to undeclared local value",
                f'A local value with the name "{ref.name}" has not been declared.{hint}',
                traversal,
            )

    def on_path(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name not in _PATHS:
            self.fail(
                'Invalid "path" attribute',
                f'The "path" object does not have an attribute named "{ref.name}".',
                traversal,
            )

    def on_terraform(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name not in _TERRAFORM:
            self.fail(
                'Invalid "terraform" attribute',
                f'The "terraform" object does not have an attribute named "{ref.name}". The supported attributes are '
                "terraform.workspace, the name of the currently-selected workspace, and terraform.applying, a "
                "boolean which is true only during apply.",
                traversal,
            )

    def on_each(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name not in ("key", "value"):
            self.fail(
                'Invalid "each" attribute',
                f'The "each" object does not have an attribute named "{ref.name}". The supported attributes are '
                'each.key and each.value, the current key and value pair of the "for_each" attribute set.',
                traversal,
            )
        elif not place.each:
            self.fail(
                'Reference to "each" in context without for_each',
                'The "each" object can be used only in "module" or "resource" blocks, and only when the "for_each" '
                "argument is set.",
                traversal,
            )

    def on_count(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if ref.name != "index":
            self.fail(
                'Invalid "count" attribute',
                f'The "count" object does not have an attribute named "{ref.name}". The only supported attribute is '
                'count.index, which is the index of each instance of a resource block that has the "count" argument '
                "set.",
                traversal,
            )
        elif not place.count:
            self.fail(
                'Reference to "count" in non-counted context',
                'The "count" object can only be used in "module", "resource", and "data" blocks, and only when the '
                '"count" argument is set.',
                traversal,
            )

    def on_self(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        if not place.self_:
            self.fail(
                'Invalid "self" reference',
                'The "self" object is not available in this context. This object can be used only in resource '
                "provisioner, connection, and postcondition blocks.",
                traversal,
            )

    def on_module(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        call = self.module.calls.get(ref.name)
        if call is None:
            hint = did_you_mean(ref.name, self.module.calls)
            self.fail(
                "Reference to undeclared module",
                f'No module call named "{ref.name}" is declared in {self.where}.{hint}',
                traversal,
            )
            return
        child = self.config.modules.get((*self.module.path, call.name))
        if ref.output is None or child is None:
            return
        if ref.key is None and (call.count is not None or call.for_each is not None):
            self.missing_key("Missing module instance key", f"module.{ref.name}", call.count is not None, traversal)
        elif ref.output not in child.outputs:
            hint = did_you_mean(ref.output, child.outputs)
            step = traversal.steps[ref.steps - 1]
            self.diagnostics.error(
                "Unsupported attribute",
                f'This object does not have an attribute named "{ref.output}".{hint}',
                step.range,
            )

    def on_resource(self, traversal: ScopeTraversal, ref: Reference, place: _Place, keys: bool) -> None:
        assert ref.resource is not None
        resource = self.module.resources.get(ref.resource)
        if resource is None:
            self.undeclared(traversal, ref)
            return
        if resource.check is not None and resource.check != self.check_name:
            self.fail(
                "Reference to scoped resource",
                f'The referenced data resource "{ref.resource.type}" "{ref.resource.name}" is not available from this '
                "context.",
                traversal,
            )
            return
        used = ref.steps
        next_is_attribute = len(traversal.steps) > used and isinstance(traversal.steps[used], Attr)
        if keys and ref.key is None and next_is_attribute and (resource.count or resource.for_each):
            self.missing_key("Missing resource instance key", str(ref.resource), resource.count is not None, traversal)

    def missing_key(self, summary: str, address: str, counted: bool, traversal: ScopeTraversal) -> None:
        argument, example = ("count", "count.index") if counted else ("for_each", "each.key")
        self.fail(
            summary,
            f'Because {address} has "{argument}" set, its attributes must be accessed on specific instances.\n\nFor '
            f"example, to correlate with indices of a referring resource, use:\n    {address}[{example}]",
            traversal,
        )

    def undeclared(self, traversal: ScopeTraversal, ref: Reference) -> None:
        assert ref.resource is not None
        mode, type, name = ref.resource
        others = [str(r) for r in self.module.resources]
        if mode == MANAGED and not any(r.type == type for r in self.module.resources) and "_" not in type:
            self.fail(
                "Invalid reference",
                "A reference to a resource type must be followed by at least one attribute access, specifying the "
                f"resource name.{did_you_mean(type, _ROOTS)}",
                traversal,
            )
            return
        kind = "managed" if mode == MANAGED else mode
        self.fail(
            "Reference to undeclared resource",
            f'A {kind} resource "{type}" "{name}" has not been declared in {self.where}.'
            f"{did_you_mean(str(ref.resource), others)}",
            traversal,
        )


def _of(*expressions: Expression | None) -> Iterator[ScopeTraversal]:
    for expression in expressions:
        if expression is not None:
            yield from references(expression)
