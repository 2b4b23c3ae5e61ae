"""Reads the blocks that say what becomes of objects apart from what they are to be: `moved`, `removed`, `import`.

Owns their structure and the addresses in them. What they do to state and plan is left to the engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from iac.address import DATA, EPHEMERAL, MANAGED, ConfigResource, InstanceKey, ModuleStep, Resource, Target
from iac.config.meta import as_traversal, bool_constant, extent_of, unquoted
from iac.config.model import ImportBlock, ImportTarget, Module, MoveBlock, RemovedBlock
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange, error
from iac.hcl.syntax import (
    Attr,
    Block,
    BlockHeader,
    Expression,
    Index,
    IndexExpression,
    Literal,
    RelativeTraversal,
    ScopeTraversal,
    Step,
)

_RESERVED = frozenset({"each", "count", "local", "path", "self", "terraform", "var", "template", "lazy", "arg"})
_STATIC = (
    "A single static variable reference is required: only attribute access and indexing with constant keys. No "
    "calculations, function calls, template expressions, etc are allowed here."
)


def read_moved(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    """Adds a `moved` block to the module."""
    content, problems = block.body.content({"from": True, "to": True}, {})
    diagnostics.extend(problems)
    ends = []
    for name in ("from", "to"):
        if name in content.attributes:
            try:
                ends.append(_endpoint(content.attributes[name].expression))
            except DiagnosticsError as problem:
                diagnostics.extend(problem.diagnostics)
    if len(ends) < 2:
        return
    if (ends[0].resource is None) != (ends[1].resource is None):
        diagnostics.error(
            'Invalid "moved" addresses',
            'The "from" and "to" addresses must either both refer to resources or both refer to modules.',
            block.range,
        )
        return
    module.moves.append(MoveBlock(ends[0], ends[1], block.range))


def read_removed(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    """Adds a `removed` block to the module."""
    content, problems = block.body.content(
        {"from": True}, {"lifecycle": BlockHeader(), "provisioner": BlockHeader("type"), "connection": BlockHeader()}
    )
    diagnostics.extend(problems)
    destroy = True
    for lifecycle in content.of_type("lifecycle"):
        inner, problems = lifecycle.body.content({"destroy": False}, {})
        diagnostics.extend(problems)
        destroy = bool_constant(inner, "destroy", True, diagnostics)
    for unsupported in (*content.of_type("provisioner"), *content.of_type("connection")):
        diagnostics.error(
            f"Unsupported {unsupported.type} block",
            f"iac runs no programs while it applies, so {unsupported.type} blocks are not supported. Remove the block.",
            unsupported.range,
        )
    if "from" not in content.attributes:
        return
    expression = content.attributes["from"].expression
    try:
        source = _endpoint(expression)
        _refuse_instances(source, _key_range(expression))
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return
    module.removals.append(RemovedBlock(source, destroy, block.range))


def _key_range(expression: Expression) -> SourceRange:
    """The place of the first key in an address, or of the whole where it has none."""
    keys = [s for s in expression.steps if isinstance(s, Index)] if isinstance(expression, ScopeTraversal) else []
    return keys[0].range if keys else expression.range


def _refuse_instances(source: Target, range: SourceRange) -> None:
    if source.resource is not None and source.resource.mode == DATA:
        raise DiagnosticsError(
            error(
                "Data source address not allowed",
                "Data sources are never destroyed, so they are not valid targets of removed blocks. To remove the "
                "data source from state, remove the data source block from configuration.",
                range,
            )
        )
    if source.resource is not None and source.exact_key:
        raise DiagnosticsError(
            error(
                "Resource instance keys not allowed",
                'Resource address must be a resource (e.g. "test_instance.foo"), not a resource instance (e.g. '
                '"test_instance.foo[1]").',
                range,
            )
        )
    if any(step.key is not None for step in source.module):
        raise DiagnosticsError(
            error(
                "Module instance keys not allowed",
                'Module address must be a module (e.g. "module.foo"), not a module instance (e.g. "module.foo[1]").',
                range,
            )
        )


# --- addresses with constant keys ------------------------------------------------------------------------


def _endpoint(expression: Expression) -> Target:
    """The address that an expression names. Raises `DiagnosticsError`."""
    expression = unquoted(expression)
    traversal = expression if isinstance(expression, ScopeTraversal) else as_traversal(expression)
    if traversal is None or isinstance(expression, Literal):
        raise DiagnosticsError(error("Invalid expression", _STATIC, expression.range))
    return _Address(traversal).read()


class _Address:
    """Reads an address from a reference, step by step."""

    def __init__(self, traversal: ScopeTraversal) -> None:
        self.range = traversal.range
        self.steps: list[str | Step] = [traversal.root, *traversal.steps]

    def fail(self, detail: str) -> DiagnosticsError:
        return DiagnosticsError(error("Invalid address", detail, self.range))

    def read(self) -> Target:
        modules: list[ModuleStep] = []
        given = False
        while self.peek() == "module":
            self.steps.pop(0)
            name = self.name()
            if name is None:
                raise self.fail('Prefix "module." must be followed by a module name.')
            key, given = self.key()
            modules.append(ModuleStep(name, key))
        if not self.steps:
            return Target(tuple(modules), None, None, given)
        mode = MANAGED
        if self.peek() in (DATA, EPHEMERAL, "resource"):
            word = self.peek()
            mode = MANAGED if word == "resource" else str(word)
            self.steps.pop(0)
        elif not modules and self.peek() in _RESERVED:
            raise self.fail(
                f'The keyword "{self.peek()}" is reserved and cannot be used to target a resource address. If you are '
                'targeting a resource type that uses a reserved keyword, please prefix your address with "resource.".'
            )
        kind, name = self.name(), self.name()
        if kind is None or name is None:
            raise self.fail("Resource specification must include a resource type and name.")
        key, given = self.key()
        if self.steps:
            if not given:
                raise self.fail("Resource instance key must be given in square brackets.")
            raise self.fail("Unexpected extra operators after address.")
        return Target(tuple(modules), Resource(mode, kind, name), key, given)

    def peek(self) -> str | None:
        """The name that comes next, if it is one."""
        step = self.steps[0] if self.steps else None
        return step if isinstance(step, str) else step.name if isinstance(step, Attr) else None

    def name(self) -> str | None:
        found = self.peek()
        if found is not None:
            self.steps.pop(0)
        return found

    def key(self) -> tuple[InstanceKey, bool]:
        if not self.steps or not isinstance(self.steps[0], Index):
            return None, False
        step = self.steps.pop(0)
        assert isinstance(step, Index)
        key = step.key.raw
        if not isinstance(key, (str, int)) or isinstance(key, bool):
            raise self.fail("An instance key must be a string or a whole number.")
        return key, True


# --- import ----------------------------------------------------------------------------------------------


def read_import(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    """Adds an `import` block to the module, which must be the root."""
    content, problems = block.body.content({"id": True, "to": True, "for_each": False, "provider": False}, {})
    diagnostics.extend(problems)
    if module.path:
        diagnostics.error(
            "Invalid import configuration",
            f'An import block was detected in "module.{".".join(module.path)}". Import blocks are only allowed in the '
            "root module.",
            block.range,
        )
        return
    if "to" not in content.attributes or "id" not in content.attributes:
        return
    for_each = content.attributes.get("for_each")
    try:
        target = _import_target(unquoted(content.attributes["to"].expression))
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return
    if "provider" in content.attributes:
        _refuse_provider(target, content.attributes["provider"].range, diagnostics)
    _refuse_duplicate(module, target, diagnostics)
    found = ImportBlock(
        target, content.attributes["id"].expression, for_each.expression if for_each else None, block.range
    )
    module.imports.append(found)


def _refuse_provider(target: ImportTarget, range: SourceRange, diagnostics: Diagnostics) -> None:
    more = (
        "Use the providers argument within the module block to configure providers for all resources within a module, "
        "including imported resources."
        if target.resource.module
        else "Use the provider argument in the target resource block to configure the provider for a resource with "
        "explicit provider configuration."
    )
    diagnostics.error(
        "Invalid import provider argument",
        f"The provider argument can only be specified in import blocks that will generate configuration.\n\n{more}",
        range,
    )


def _refuse_duplicate(module: Module, target: ImportTarget, diagnostics: Diagnostics) -> None:
    if target.key is not None or any(target.module_keys):
        return
    for other in module.imports:
        if other.to.resource == target.resource and other.to.key is None and not any(other.to.module_keys):
            diagnostics.error(
                f'Duplicate import configuration for "{target.resource}"',
                f'An import block for the resource "{target.resource}" was already declared at '
                f"{extent_of(other.range)}. A resource can have only one import block.",
                target.range,
            )
            return


def _import_target(expression: Expression) -> ImportTarget:
    """The resource that an import is for, with the keys still to evaluate. Raises `DiagnosticsError`."""
    steps = list(_steps(expression))
    modules: list[str] = []
    keys: list[Expression | None] = []
    while len(steps) >= 2 and steps[0] == "module" and isinstance(steps[1], str):
        modules.append(steps[1])
        del steps[:2]
        keys.append(_take_key(steps))
    if steps[:1] == ["resource"]:
        del steps[0]
    if steps[:1] == [DATA] or not steps:
        raise DiagnosticsError(
            error("Invalid import address", "Only managed resources can be imported.", expression.range)
        )
    names = [s for s in steps[:2] if isinstance(s, str)]
    if len(names) < 2:
        raise DiagnosticsError(
            error(
                "Invalid address",
                "Resource specification must include a resource type and name.",
                expression.range,
            )
        )
    del steps[:2]
    key = _take_key(steps)
    if steps:
        detail = "Unexpected extra operators after address."
        raise DiagnosticsError(error("Invalid address", detail, expression.range))
    resource = Resource(MANAGED, names[0], names[1])
    return ImportTarget(ConfigResource(tuple(modules), resource), keys, key, expression.range)


def _take_key(steps: list[str | Expression]) -> Expression | None:
    return steps.pop(0) if steps and isinstance(steps[0], Expression) else None  # type: ignore[return-value]  # just seen


def _steps(expression: Expression) -> Iterator[str | Expression]:
    """The names and keys of an address in which keys may be expressions. Raises `DiagnosticsError`."""
    if isinstance(expression, IndexExpression):
        yield from _steps(expression.collection)
        yield expression.key
        return
    if isinstance(expression, RelativeTraversal):
        yield from _steps(expression.source)
        rest = expression.steps
    elif isinstance(expression, ScopeTraversal):
        yield expression.root
        rest = expression.steps
    else:
        raise DiagnosticsError(error("Invalid expression", _STATIC, expression.range))
    for step in rest:
        yield step.name if isinstance(step, Attr) else Literal(step.range, step.key)
