"""What is wrong with a configuration that can be seen without evaluating it or asking a provider.

Every reference must name something that is declared; every module call must fit its module's variables;
`each`, `count` and `self` must stand where they mean something. Wording is Terraform's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from iac.address import DATA, MANAGED, ConfigResource, ModulePath, Resource, module_path
from iac.config.body import CompiledBody
from iac.config.meta import trigger_parts
from iac.config.model import CheckRule, Config, Local, Module, ModuleCall, ProviderReference, ResourceBlock
from iac.config.references import Reference, parse_reference
from iac.config.variables import default_value
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange, did_you_mean, nearest
from iac.hcl.references import references
from iac.hcl.syntax import Attr, Expression, ScopeTraversal

_PATHS = ("cwd", "module", "root")
_TERRAFORM = ("workspace", "applying")


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
            self.check_local(local)
        for output in module.outputs.values():
            self.check(references(output.expression), _NOWHERE)
            self.check_depends_on(output.depends_on)
            self.check_rules(output.preconditions, _NOWHERE)
        for call in module.calls.values():
            place = _Place(each=call.for_each is not None, count=call.count is not None)
            for expression in call.arguments.values():
                self.check(references(expression), place)
            self.check(_of(call.count, call.for_each), _NOWHERE)
            self.check_depends_on(call.depends_on)
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

    def check_local(self, local: Local) -> None:
        found = list(references(local.expression))
        self.check(found, _NOWHERE)
        for traversal in found:
            if traversal.root == "local" and _first_name(traversal) == local.name:
                self.fail(
                    "Self-referencing local value",
                    f"Local value local.{local.name} cannot use its own result as part of its expression.",
                    traversal,
                )

    def check_depends_on(self, traversals: Iterable[ScopeTraversal]) -> None:
        for traversal in traversals:
            self.check([traversal], _NOWHERE, keys=False)
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
        place = _Place(each=resource.for_each is not None, count=resource.count is not None)
        after = _Place(each=place.each, count=place.count, self_=True)
        lifecycle = resource.lifecycle
        body = self.bodies.get(resource.config_address)
        if body is not None:
            self.check(body.references(), place)
            self.refuse_self(resource, body.references(), "Self-referential block")
        self.check(_of(resource.count, resource.for_each), _NOWHERE)
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
                f'The "terraform" object does not have an attribute named "{ref.name}". The only supported attributes are '
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
        elif not place.each and ref.name == "value":
            self.fail(
                "each.value cannot be used in this context",
                'A reference to "each.value" has been used in a context in which it is unavailable, such as when the '
                'configuration no longer contains the value in its "for_each" expression. Remove this reference to '
                "each.value in your configuration to work around this error.",
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
            where = traversal.steps[ref.steps - 1].range
            self.missing_key("Unsupported attribute", f"module.{ref.name}", call.count is not None, where)
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
        if keys:
            self.check_steps(traversal, ref, resource)

    def check_steps(self, traversal: ScopeTraversal, ref: Reference, resource: ResourceBlock) -> None:
        """Checks the instance key and the attribute that follow the name of a resource."""
        following = traversal.steps[ref.steps] if len(traversal.steps) > ref.steps else None
        repeated = resource.count is not None or resource.for_each is not None
        if ref.key is not None and not repeated:
            self.fail(
                "Unexpected resource instance key",
                f'Because {resource.address} does not have "count" or "for_each" set, references to it must not '
                "include an index key. Remove the bracketed index to refer to the single instance of this resource.",
                traversal,
            )
        elif isinstance(following, Attr):
            if ref.key is None and repeated:
                counted = resource.count is not None
                self.missing_key("Missing resource instance key", str(resource.address), counted, traversal.range)
            else:
                self.check_attribute(resource, following)

    def check_attribute(self, resource: ResourceBlock, step: Attr) -> None:
        body = self.bodies.get(resource.config_address)
        if body is not None and step.name not in (known := [*body.schema.attributes, *body.schema.blocks]):
            self.diagnostics.error(
                "Unsupported attribute",
                f'This object has no argument, nested block, or exported attribute named "{step.name}".'
                f"{did_you_mean(step.name, known)}",
                step.range,
            )

    def missing_key(self, summary: str, address: str, counted: bool, where: SourceRange) -> None:
        argument, example = ("count", "count.index") if counted else ("for_each", "each.key")
        self.diagnostics.error(
            summary,
            f'Because {address} has "{argument}" set, its attributes must be accessed on specific instances.\n\nFor '
            f"example, to correlate with indices of a referring resource, use:\n    {address}[{example}]",
            where,
        )

    def undeclared(self, traversal: ScopeTraversal, ref: Reference) -> None:
        assert ref.resource is not None
        mode, type, name = ref.resource
        kind = {MANAGED: "A managed", DATA: "A data"}.get(mode, "An ephemeral")
        self.fail(
            "Reference to undeclared resource",
            f'{kind} resource "{type}" "{name}" has not been declared in {self.where}.'
            f"{self.similar(ref.resource)}",
            traversal,
        )

    def similar(self, missing: Resource) -> str:
        """The resource that was probably meant: of the same type, or else of the same name."""
        declared = self.module.resources
        close = nearest(missing.name, (r.name for r in declared if r[:2] == missing[:2]))
        if close is not None:
            return f' Did you mean "{Resource(missing.mode, missing.type, close)}"?'
        return did_you_mean(str(missing), (str(r) for r in declared if r.name == missing.name))


def _first_name(traversal: ScopeTraversal) -> str | None:
    first = traversal.steps[0] if traversal.steps else None
    return first.name if isinstance(first, Attr) else None


def _of(*expressions: Expression | None) -> Iterator[ScopeTraversal]:
    for expression in expressions:
        if expression is not None:
            yield from references(expression)
