"""Whether what a reference names is declared, and means something where the reference stands.

Owns the checks that take a module's declarations and its resources' schemas; which expressions there are to check is
left to `validate`, taking a reference apart to `references`. Wording is Terraform's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from iac.address import DATA, MANAGED, ConfigResource, Resource
from iac.config.body import CompiledBody
from iac.config.model import Config, Module, ResourceBlock
from iac.config.references import Reference, parse_reference
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange, did_you_mean, nearest
from iac.hcl.syntax import Attr, ScopeTraversal

_PATHS = ("cwd", "module", "root")
_TERRAFORM = ("workspace", "applying")


class Place:
    """Which of `each`, `count` and `self` mean something where an expression stands; `self` is an object of a block."""

    def __init__(self, *, each: bool = False, count: bool = False, self_: ResourceBlock | None = None) -> None:
        self.each, self.count, self.self_ = each, count, self_


NOWHERE = Place()
"""Where none of them does."""


class ReferenceChecker:
    """Checks references that stand in one module. `check_name` is the check block in which they stand, if they do."""

    def __init__(
        self,
        config: Config,
        module: Module,
        bodies: Mapping[ConfigResource, CompiledBody],
        diagnostics: Diagnostics,
    ) -> None:
        self.config = config
        self.module = module
        self.bodies = bodies
        self.diagnostics = diagnostics
        self.check_name: str | None = None
        self.where = "the root module" if not module.path else f"module.{'.'.join(module.path)}"

    def check(self, traversals: Iterable[ScopeTraversal], place: Place, *, keys: bool = True) -> None:
        """Adds what is wrong with references at a place; `keys` is whether what follows a resource's name counts."""
        for traversal in traversals:
            try:
                reference = parse_reference(traversal)
            except DiagnosticsError as problem:
                self.diagnostics.extend(problem.diagnostics)
                continue
            getattr(self, f"on_{reference.kind}")(traversal, reference, place, keys)

    def fail(self, summary: str, detail: str, traversal: ScopeTraversal) -> None:
        self.diagnostics.error(summary, detail, traversal.range)

    def on_variable(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
        if ref.name not in self.module.variables:
            hint = did_you_mean(ref.name, self.module.variables) or (
                f' This variable can be declared with a variable "{ref.name}" {{}} block.'
            )
            self.fail(
                "Reference to undeclared input variable",
                f'An input variable with the name "{ref.name}" has not been declared.{hint}',
                traversal,
            )

    def on_local(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
        if ref.name not in self.module.locals:
            hint = did_you_mean(ref.name, self.module.locals)
            self.fail(
                "Reference to undeclared local value",
                f'A local value with the name "{ref.name}" has not been declared.{hint}',
                traversal,
            )

    def on_path(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
        if ref.name not in _PATHS:
            self.fail(
                'Invalid "path" attribute',
                f'The "path" object does not have an attribute named "{ref.name}".{did_you_mean(ref.name, _PATHS)}',
                traversal,
            )

    def on_terraform(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
        if ref.name not in _TERRAFORM:
            self.fail(
                'Invalid "terraform" attribute',
                f'The "terraform" object does not have an attribute named "{ref.name}". The only supported '
                "attributes are terraform.workspace, the name of the currently-selected workspace, and "
                "terraform.applying, a boolean which is true only during apply.",
                traversal,
            )

    def on_each(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
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

    def on_count(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
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

    def on_self(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
        if place.self_ is not None:
            if traversal.steps and isinstance(traversal.steps[0], Attr):
                self.check_attribute(place.self_, traversal.steps[0])
        else:
            self.fail(
                'Invalid "self" reference',
                'The "self" object is not available in this context. This object can be used only in resource '
                "provisioner, connection, and postcondition blocks.",
                traversal,
            )

    def on_module(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
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

    def on_resource(self, traversal: ScopeTraversal, ref: Reference, place: Place, keys: bool) -> None:
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
            f'{kind} resource "{type}" "{name}" has not been declared in {self.where}.{self.similar(ref.resource)}',
            traversal,
        )

    def similar(self, missing: Resource) -> str:
        """The resource that was probably meant: of the same type, or else of the same name."""
        declared = self.module.resources
        close = nearest(missing.name, (r.name for r in declared if r[:2] == missing[:2]))
        if close is not None:
            return f' Did you mean "{Resource(missing.mode, missing.type, close)}"?'
        return did_you_mean(str(missing), (str(r) for r in declared if r.name == missing.name))
