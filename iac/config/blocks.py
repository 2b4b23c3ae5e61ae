"""Reads the top-level blocks of one module's files into a `Module`.

Owns the structure of every block type of the language. Leaves expressions unevaluated, the inside of
resource and provider blocks to `compiling` (it takes a schema), finding files and child modules to
`loader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from iac.address import MANAGED, Resource
from iac.config.checks import read_check
from iac.config.meta import (
    bool_constant,
    check_rules,
    depends_on,
    extent_of,
    provider_reference,
    read_lifecycle,
    repetition,
    string_constant,
)
from iac.config.model import (
    Local,
    Module,
    Output,
    ResourceBlock,
    Variable,
)
from iac.config.module_calls import read_module_call
from iac.config.naming import is_valid_name
from iac.config.overriding import OverriddenBody, override_blocks
from iac.config.provider_blocks import read_provider
from iac.config.refactoring import read_import, read_moved, read_removed
from iac.config.requirements import read_terraform
from iac.config.wholeness import is_declared
from iac.diagnostics import Diagnostics, SourceRange
from iac.hcl.defaults import Defaults
from iac.hcl.references import references
from iac.hcl.syntax import Block, BlockHeader, Content, Expression, File
from iac.hcl.typeexpr import parse_type
from iac.values.types import DYNAMIC, Type

_RESERVED_VARIABLES = frozenset(
    {"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
)

_FILE_BLOCKS: Mapping[str, BlockHeader] = {
    "terraform": BlockHeader(),
    "provider": BlockHeader("name"),
    "variable": BlockHeader("name"),
    "locals": BlockHeader(),
    "output": BlockHeader("name"),
    "module": BlockHeader("name"),
    "resource": BlockHeader("type", "name"),
    "data": BlockHeader("type", "name"),
    "moved": BlockHeader(),
    "import": BlockHeader(),
    "removed": BlockHeader(),
    "check": BlockHeader("name"),
    "ephemeral": BlockHeader("type", "name"),
}

_RULE = {"condition": True, "error_message": True}
_VARIABLE = {
    "description": False,
    "type": False,
    "default": False,
    "sensitive": False,
    "nullable": False,
    "ephemeral": False,
}
_OUTPUT = {"description": False, "value": True, "sensitive": False, "depends_on": False, "ephemeral": False}
_RESOURCE = {"count": False, "for_each": False, "provider": False, "depends_on": False}
META_ARGUMENTS = frozenset(_RESOURCE)
META_BLOCKS = frozenset({"lifecycle", "connection", "provisioner"})
"""What the language itself reads in a resource block; everything else is the provider's."""


def read_module(
    module: Module, files: Iterable[File], overrides: Iterable[File], who: str, diagnostics: Diagnostics
) -> bool:
    """Adds everything that the files declare to the module, and what is wrong with it to the diagnostics.

    `overrides` are laid over the other files. `who` is the module in messages about the version it requires; when
    that does not suit, nothing else is said of the module, and the result is False. A module is not whole when a block
    of it could not be read.
    """
    problems = Diagnostics()
    primary, over = _blocks(files, problems), _blocks(overrides, problems)
    settings, over_settings = _take_settings(primary), _take_settings(over)
    if not read_terraform(module, settings, over_settings, who, diagnostics):
        module.is_whole = False
        return False
    module.is_whole &= not problems.has_errors
    diagnostics.extend(problems)
    for block in override_blocks(primary, over, diagnostics):
        before = len(diagnostics.errors)
        _READERS[block.type](module, block, diagnostics)
        if len(diagnostics.errors) > before:
            module.is_whole &= is_declared(module, block)
    return True


def _blocks(files: Iterable[File], diagnostics: Diagnostics) -> list[Block]:
    found: list[Block] = []
    for file in files:
        content, problems = file.body.content({}, _FILE_BLOCKS)
        diagnostics.extend(problems)
        found += content.blocks
    return found


def _take_settings(blocks: list[Block]) -> list[Block]:
    """The `terraform` blocks, which are taken out of the others."""
    taken = [b for b in blocks if b.type == "terraform"]
    blocks[:] = [b for b in blocks if b.type != "terraform"]
    return taken


def _expression(content: Content, name: str) -> Expression | None:
    attribute = content.attributes.get(name)
    return attribute.expression if attribute else None


# --- variable, locals, output ----------------------------------------------------------------------------


def _read_variable(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    content, problems = block.body.content(_VARIABLE, {"validation": BlockHeader()})
    diagnostics.extend(problems)
    is_valid_name("variable", name, block.label_ranges[0], diagnostics)
    if name in _RESERVED_VARIABLES:
        diagnostics.error(
            "Invalid variable name",
            f'The variable name "{name}" is reserved due to its special meaning inside module blocks.',
            block.label_ranges[0],
        )
        return
    if name in module.variables:
        _duplicate("variable", name, "Variable", block, module.variables[name].range, diagnostics)
        return
    ty, defaults = _variable_type(content, diagnostics)
    rules = check_rules(content.of_type("validation"), "validation", _RULE, diagnostics)
    for rule in rules:
        if not any(
            r.root == "var" and r.steps and getattr(r.steps[0], "name", "") == name for r in references(rule.condition)
        ):
            diagnostics.error(
                "Invalid variable validation condition",
                f'The condition for variable "{name}" must refer to var.{name} in order to test incoming values.',
                rule.condition.range,
            )
    module.variables[name] = Variable(
        name,
        block.range,
        ty,
        defaults,
        _expression(content, "default"),
        string_constant(content, "description", diagnostics) or "",
        bool_constant(content, "sensitive", False, diagnostics),
        bool_constant(content, "nullable", True, diagnostics),
        rules,
        "type" in content.attributes,
        bool_constant(content, "ephemeral", False, diagnostics),
        block.body.over_range if isinstance(block.body, OverriddenBody) else None,
    )


def _variable_type(content: Content, diagnostics: Diagnostics) -> tuple[Type, Defaults | None]:
    expression = _expression(content, "type")
    if expression is None:
        return DYNAMIC, None
    ty, defaults, problems = parse_type(expression)
    diagnostics.extend(problems)
    return ty, defaults


def _read_locals(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    attributes, problems = block.body.just_attributes()
    diagnostics.extend(problems)
    for attribute in attributes.values():
        if not is_valid_name("local value", attribute.name, attribute.name_range, diagnostics):
            continue
        if attribute.name in module.locals:
            first = module.locals[attribute.name].range
            diagnostics.error(
                "Duplicate local value definition",
                f'A local value named "{attribute.name}" was already defined at {extent_of(first)}. Local value '
                "names must be unique within a module.",
                attribute.range,
            )
            continue
        module.locals[attribute.name] = Local(attribute.name, attribute.expression, attribute.range)


def _read_output(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    content, problems = block.body.content(_OUTPUT, {"precondition": BlockHeader(), "postcondition": BlockHeader()})
    diagnostics.extend(problems)
    for after in content.of_type("postcondition"):
        detail = "Output values can only have preconditions, not postconditions."
        diagnostics.error("Postconditions are not allowed", detail, after.type_range)
    is_valid_name("output", name, block.label_ranges[0], diagnostics)
    if name in module.outputs:
        _duplicate("output", name, "Output", block, module.outputs[name].range, diagnostics)
        return
    ephemeral = bool_constant(content, "ephemeral", False, diagnostics)
    if ephemeral and not module.path:
        diagnostics.error(
            "Ephemeral output not allowed", "Ephemeral outputs are not allowed in context of a root module", block.range
        )
    value = _expression(content, "value")
    rules = check_rules(content.of_type("precondition"), "precondition", _RULE, diagnostics)
    if value is not None:
        module.outputs[name] = Output(
            name,
            value,
            block.range,
            string_constant(content, "description", diagnostics) or "",
            bool_constant(content, "sensitive", False, diagnostics),
            depends_on(content, diagnostics),
            rules,
            ephemeral,
        )


def _duplicate(kind: str, name: str, title: str, block: Block, first: SourceRange, diagnostics: Diagnostics) -> None:
    article, done = ("An", "defined") if kind == "output" else ("A", "declared")
    detail = (
        f'{article} {kind} named "{name}" was already {done} at {extent_of(first)}. {title} names must be unique '
        "within a module."
    )
    summary = "Duplicate output definition" if kind == "output" else f"Duplicate {kind} declaration"
    diagnostics.error(summary, detail, block.range)


# --- resource, data --------------------------------------------------------------------------------------


_KINDS = {
    "resource": ("resource type", "resource"),
    "data": ("data source", "data resource"),
    "ephemeral": ("ephemeral resource type", "ephemeral resource"),
}
"""What messages call the two labels of a block, by its type."""


def _read_resource(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    _add_resource(module, block, None, diagnostics)


def _add_resource(module: Module, block: Block, check: str | None, diagnostics: Diagnostics) -> ResourceBlock | None:
    mode = MANAGED if block.type == "resource" else block.type
    address = Resource(mode, block.labels[0], block.labels[1])
    content, problems = block.body.content(
        _RESOURCE,
        {"lifecycle": BlockHeader(), "provisioner": BlockHeader("type"), "connection": BlockHeader()},
        partial=True,
    )
    diagnostics.extend(problems)
    kind, named = _KINDS[block.type]
    if not all(
        [
            is_valid_name(kind, address.type, block.label_ranges[0], diagnostics),
            is_valid_name(named, address.name, block.label_ranges[1], diagnostics),
        ]
    ):
        return None
    if address in module.resources:
        noun = f"{address.type} resource" if mode == MANAGED else f"{address.type} {mode} resource"
        diagnostics.error(
            f'Duplicate {block.type} "{address.type}" configuration',
            f'A {noun} named "{address.name}" was already declared at '
            f"{extent_of(module.resources[address].range)}. Resource names must be unique per type in each module.",
            block.range,
        )
        return None
    for unsupported in (*content.of_type("provisioner"), *content.of_type("connection")):
        diagnostics.error(
            f"Unsupported {unsupported.type} block",
            f"iac runs no programs while it applies, so {unsupported.type} blocks are not supported. Remove the "
            "block, and run what it did as a step of its own after iac apply.",
            unsupported.range,
        )
    count, for_each = repetition(content, diagnostics)
    resource = module.resources[address] = ResourceBlock(
        address,
        module.path,
        block,
        count,
        for_each,
        provider_reference(content, diagnostics),
        depends_on(content, diagnostics),
        read_lifecycle(list(content.of_type("lifecycle")), mode, _RULE, diagnostics),
        check,
    )
    return resource


# --- check ---------------------------------------------------------------------------------------------------


def _read_check(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    read_check(module, block, lambda data, check: _add_resource(module, data, check, diagnostics), diagnostics)


_READERS: Mapping[str, Callable[[Module, Block, Diagnostics], None]] = {
    "provider": read_provider,
    "variable": _read_variable,
    "locals": _read_locals,
    "output": _read_output,
    "module": read_module_call,
    "resource": _read_resource,
    "data": _read_resource,
    "moved": read_moved,
    "import": read_import,
    "removed": read_removed,
    "check": _read_check,
    "ephemeral": _read_resource,
}
