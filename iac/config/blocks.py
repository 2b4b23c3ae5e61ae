"""Reads the top-level blocks of one module's files into a `Module`.

Owns the structure of every block type of the language. Leaves expressions unevaluated, the inside of
resource and provider blocks to `body` (it takes a provider schema), finding files and child modules to
`loader`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from iac.address import DATA, MANAGED, Resource
from iac.config.checks import read_check
from iac.config.meta import (
    bool_constant,
    check_rules,
    depends_on,
    extent_of,
    provider_map,
    provider_reference,
    read_lifecycle,
    string_constant,
)
from iac.config.model import (
    Local,
    Module,
    ModuleCall,
    Output,
    ProviderBlock,
    RequiredProvider,
    ResourceBlock,
    Variable,
)
from iac.config.refactoring import read_import, read_moved, read_removed
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange
from iac.hcl.defaults import Defaults
from iac.hcl.references import references
from iac.hcl.syntax import Attribute, Block, BlockHeader, Content, Expression, File, ObjectCons
from iac.hcl.typeexpr import parse_type
from iac.values.types import DYNAMIC, Type

_NAME = re.compile(r"[^\W\d][\w-]*\Z")
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
_VARIABLE = {"description": False, "type": False, "default": False, "sensitive": False, "nullable": False}
_OUTPUT = {"description": False, "value": True, "sensitive": False, "depends_on": False}
_RESOURCE = {"count": False, "for_each": False, "provider": False, "depends_on": False}
_MODULE = {
    "source": True,
    "version": False,
    "count": False,
    "for_each": False,
    "depends_on": False,
    "providers": False,
}

META_ARGUMENTS = frozenset(_RESOURCE)
META_BLOCKS = frozenset({"lifecycle", "connection", "provisioner"})
"""What the language itself reads in a resource block; everything else is the provider's."""


def read_module(module: Module, files: Iterable[File], diagnostics: Diagnostics) -> None:
    """Adds everything that the files declare to the module, and what is wrong with it to the diagnostics."""
    for file in files:
        content, problems = file.body.content({}, _FILE_BLOCKS)
        diagnostics.extend(problems)
        for block in content.blocks:
            _READERS[block.type](module, block, diagnostics)


def _valid_name(kind: str, name: str, range: SourceRange, diagnostics: Diagnostics) -> bool:
    if _NAME.match(name):
        return True
    diagnostics.error(
        f"Invalid {kind} name",
        "A name must start with a letter or underscore and may contain only letters, digits, underscores, and dashes.",
        range,
    )
    return False


def _expression(content: Content, name: str) -> Expression | None:
    attribute = content.attributes.get(name)
    return attribute.expression if attribute else None


# --- variable, locals, output ----------------------------------------------------------------------------


def _read_variable(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    content, problems = block.body.content(_VARIABLE, {"validation": BlockHeader()})
    diagnostics.extend(problems)
    _valid_name("variable", name, block.label_ranges[0], diagnostics)
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
        if not _valid_name("local value", attribute.name, attribute.name_range, diagnostics):
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
    content, problems = block.body.content(_OUTPUT, {"precondition": BlockHeader()})
    diagnostics.extend(problems)
    _valid_name("output", name, block.label_ranges[0], diagnostics)
    if name in module.outputs:
        _duplicate("output", name, "Output", block, module.outputs[name].range, diagnostics)
        return
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
        )


def _duplicate(kind: str, name: str, title: str, block: Block, first: SourceRange, diagnostics: Diagnostics) -> None:
    article = "An" if kind[0] in "aeiou" else "A"
    detail = (
        f'{article} {kind} named "{name}" was already declared at {extent_of(first)}. {title} names must be unique '
        "within a module."
    )
    if kind == "module":
        detail = (
            f'A module call named "{name}" was already defined at {extent_of(first)}. Module calls must have unique '
            "names within a module."
        )
    summary = {"module": "Duplicate module call", "output": "Duplicate output definition"}
    diagnostics.error(summary.get(kind, f"Duplicate {kind} declaration"), detail, block.range)


# --- resource, data --------------------------------------------------------------------------------------


def _read_resource(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    _add_resource(module, block, None, diagnostics)


def _add_resource(module: Module, block: Block, check: str | None, diagnostics: Diagnostics) -> ResourceBlock | None:
    mode = MANAGED if block.type == "resource" else DATA
    address = Resource(mode, block.labels[0], block.labels[1])
    content, problems = block.body.content(
        _RESOURCE,
        {"lifecycle": BlockHeader(), "provisioner": BlockHeader("type"), "connection": BlockHeader()},
        partial=True,
    )
    diagnostics.extend(problems)
    kind = "resource" if mode == MANAGED else "data source"
    if not _valid_name(kind, address.name, block.label_ranges[1], diagnostics):
        return None
    if address in module.resources:
        noun = f"{address.type} resource" if mode == MANAGED else f"{address.type} data resource"
        diagnostics.error(
            f'Duplicate {"resource" if mode == MANAGED else "data"} "{address.type}" configuration',
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
    count, for_each = _repetition(content, "resources", diagnostics)
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


def _repetition(content: Content, things: str, diagnostics: Diagnostics) -> tuple[Expression | None, Expression | None]:
    count, for_each = content.attributes.get("count"), content.attributes.get("for_each")
    if count and for_each:
        diagnostics.error(
            'Invalid combination of "count" and "for_each"',
            f'The "count" and "for_each" meta-arguments are mutually-exclusive, only one should be used to be '
            f"explicit about the number of {things} to be created.",
            for_each.name_range,
        )
        return count.expression, None
    return (count.expression if count else None), (for_each.expression if for_each else None)


# --- module, provider, terraform -------------------------------------------------------------------------


def _read_module_call(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    name = block.labels[0]
    content, problems = block.body.content(_MODULE, {}, partial=True)
    diagnostics.extend(problems)
    _valid_name("module instance", name, block.label_ranges[0], diagnostics)
    if name in module.calls:
        _duplicate("module", name, "Module", block, module.calls[name].range, diagnostics)
        return
    source = string_constant(content, "source", diagnostics)
    if source is None:
        return
    if not source.startswith(("./", "../")):
        diagnostics.error(
            "Invalid module source address",
            f'iac reads modules from local paths only, and "{source}" is none. Copy the module into the '
            f'repository and name it by a path relative to this module, such as "./{source.strip("/") or "modules"}". '
            'The "./" prefix indicates that the address is a relative filesystem path.',
            content.attributes["source"].expression.range,
        )
        return
    arguments, problems = _module_arguments(block)
    diagnostics.extend(problems)
    count, for_each = _repetition(content, "modules", diagnostics)
    module.calls[name] = ModuleCall(
        name,
        source,
        block.range,
        block.body.missing_range,
        {n: a.expression for n, a in arguments.items()},
        {n: a.range for n, a in arguments.items()},
        count,
        for_each,
        depends_on(content, diagnostics),
        provider_map(content, diagnostics),
    )


def _module_arguments(block: Block) -> tuple[dict[str, Attribute], list[Diagnostic]]:
    attributes, problems = block.body.just_attributes()
    return {n: a for n, a in attributes.items() if n not in _MODULE}, problems


def _read_provider(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    content, problems = block.body.content({"alias": False, "version": False}, {}, partial=True)
    diagnostics.extend(problems)
    alias = string_constant(content, "alias", diagnostics)
    provider = ProviderBlock(block.labels[0], alias, block.body, block.range)
    if provider.reference in module.providers:
        first = module.providers[provider.reference].range
        default = "default (non-aliased) " if alias is None else ""
        named = "" if alias is None else f' with alias "{alias}"'
        diagnostics.error(
            "Duplicate provider configuration",
            f'A {default}provider configuration for "{provider.name}"{named} was already given at {extent_of(first)}. '
            'If multiple configurations are required, set the "alias" argument for alternative configurations.',
            block.range,
        )
        return
    module.providers[provider.reference] = provider


def _read_terraform(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    content, problems = block.body.content(
        {"required_version": False, "experiments": False},
        {
            "required_providers": BlockHeader(),
            "backend": BlockHeader("type"),
            "cloud": BlockHeader(),
            "provider_meta": BlockHeader("provider"),
        },
    )
    diagnostics.extend(problems)
    constraint = string_constant(content, "required_version", diagnostics)
    if constraint is not None:
        from iac.config.versions import check_required_version

        check_required_version(constraint, content.attributes["required_version"].expression.range, diagnostics)
    for ignored in (*content.of_type("backend"), *content.of_type("cloud")):
        diagnostics.warning(
            f"The {ignored.type} block is not used",
            "iac keeps state in its own database (see --database and IAC_DATABASE), so this block has no effect.",
            ignored.range,
        )
    for required in content.of_type("required_providers"):
        _read_required_providers(module, required, diagnostics)


def _read_required_providers(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    attributes, problems = block.body.just_attributes()
    diagnostics.extend(problems)
    for attribute in attributes.values():
        source = version = None
        if isinstance(attribute.expression, ObjectCons):
            entries = {getattr(getattr(k, "value", None), "raw", None): v for k, v in attribute.expression.items}
            source = _literal_text(entries.get("source"))
            version = _literal_text(entries.get("version"))
        else:
            version = _literal_text(attribute.expression)
        module.required_providers[attribute.name] = RequiredProvider(attribute.name, source, version, attribute.range)


def _literal_text(expression: Expression | None) -> str | None:
    raw = getattr(getattr(expression, "value", None), "raw", None)
    return raw if isinstance(raw, str) else None


def _read_check(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    read_check(module, block, lambda data, check: _add_resource(module, data, check, diagnostics), diagnostics)


def _not_supported(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    diagnostics.error(
        f"{block.type} blocks are not supported yet",
        f"Terraform has {block.type} blocks, but iac does not know them yet. Remove the block.",
        block.type_range,
    )


_READERS: Mapping[str, Callable[[Module, Block, Diagnostics], None]] = {
    "terraform": _read_terraform,
    "provider": _read_provider,
    "variable": _read_variable,
    "locals": _read_locals,
    "output": _read_output,
    "module": _read_module_call,
    "resource": _read_resource,
    "data": _read_resource,
    "moved": read_moved,
    "import": read_import,
    "removed": read_removed,
    "check": _read_check,
    "ephemeral": _not_supported,
}
