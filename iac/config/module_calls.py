"""Reads `module` blocks. Finding and loading what they call is left to `loader`."""

from __future__ import annotations

import re

from iac.config.meta import depends_on, extent_of, passed_providers, repetition, string_constant
from iac.config.model import Module, ModuleCall
from iac.config.naming import is_valid_name
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange
from iac.hcl.syntax import Attribute, Block, BlockHeader

_MODULE = {
    "source": True,
    "version": False,
    "count": False,
    "for_each": False,
    "depends_on": False,
    "providers": False,
}

_RESERVED_IN_MODULES = {"lifecycle": BlockHeader(), "locals": BlockHeader(), "provider": BlockHeader("type")}


def read_module_call(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    """Adds the call that a `module` block is."""
    name = block.labels[0]
    content, problems = block.body.content(_MODULE, _RESERVED_IN_MODULES, partial=True)
    diagnostics.extend(problems)
    for reserved in content.blocks:
        diagnostics.error(
            "Reserved block type name in module block",
            f'The block type name "{reserved.type}" is reserved for use by Terraform in a future version.',
            reserved.type_range,
        )
    is_valid_name("module instance", name, block.label_ranges[0], diagnostics)
    if name in module.calls:
        diagnostics.error(
            "Duplicate module call",
            f'A module call named "{name}" was already defined at {extent_of(module.calls[name].range)}. Module calls '
            "must have unique names within a module.",
            block.range,
        )
        return
    source = string_constant(content, "source", diagnostics)
    if source is None:
        return
    if source.startswith((".\\", "..\\")):
        source = source.replace("\\", "/")
    if not source.startswith(("./", "../")):
        _refuse_source(source, content.attributes["source"].expression.range, diagnostics)
        return
    if "version" in content.attributes:
        diagnostics.error(
            "Invalid registry module source address",
            f'A module in a local path such as "{source}" has no version: a "version" argument applies only to modules '
            "of a registry. Remove the argument.",
            content.attributes["source"].expression.range,
        )
    arguments, problems = _module_arguments(block)
    diagnostics.extend(problems)
    count, for_each = repetition(content, diagnostics)
    module.calls[name] = ModuleCall(
        name,
        source,
        block.range,
        block.body.missing_range,
        {n: a.expression for n, a in arguments.items()},
        {n: a.name_range for n, a in arguments.items()},
        count,
        for_each,
        depends_on(content, diagnostics),
        passed_providers(content, diagnostics),
    )


def _refuse_source(source: str, range: SourceRange, diagnostics: Diagnostics) -> None:
    last = re.split(r"[/:?]+", source.strip("/"))[-1].removesuffix(".git").strip(".") or "modules"
    diagnostics.error(
        "Invalid module source address",
        f'iac reads modules from local paths only, and "{source}" is none: it reaches for no registry, repository or '
        "archive. Copy the module into this repository, or add it as a git submodule, and name its directory by a path "
        f'relative to this module, such as "./{last}". The "./" prefix indicates that the address is a relative '
        "filesystem path.",
        range,
    )


def _module_arguments(block: Block) -> tuple[dict[str, Attribute], list[Diagnostic]]:
    attributes, _ = block.body.just_attributes()
    _, problems = block.body.content(dict.fromkeys((*_MODULE, *attributes), False), _RESERVED_IN_MODULES)
    return {n: a for n, a in attributes.items() if n not in _MODULE}, problems
