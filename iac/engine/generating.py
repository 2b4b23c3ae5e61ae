"""Configuration for objects that an `import` block asks for and that no resource block is there for.

Owns which blocks those are, finding the objects, and the text of their resource blocks. Planning the import, once
the text is a part of the configuration, is left to the planner. Layout, comments and wording are Terraform's.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from iac.address import ResourceInstance
from iac.config.model import Config, ImportBlock
from iac.diagnostics import Diagnostics, DiagnosticsError, did_you_mean, error
from iac.engine.imports import ImportRequest, Imports, import_object
from iac.engine.planner import Planner
from iac.files import write_whole
from iac.hcl.render import go_quote
from iac.providers.protocol import Provider
from iac.schema import Block, NestedBlock, ResourceSchema
from iac.values.value import SENSITIVE, Value, null

_HEADER: Final = (
    "# __generated__ by iac\n# Please review these resources and move them into your main configuration files.\n"
)


@dataclass(frozen=True, slots=True)
class GeneratedBlock:
    """A resource block as text, for the object with an id, which is as it may be shown."""

    address: ResourceInstance
    id: str
    text: str


def take_without_block(config: Config) -> list[ImportBlock]:
    """Takes the `import` blocks for resources that the configuration does not have out of it, and returns them."""
    imports = config.root.imports
    taken = [block for block in imports if config.resource(block.to.resource) is None]
    imports[:] = [block for block in imports if config.resource(block.to.resource) is not None]
    return taken


def generate(planner: Planner, blocks: Sequence[ImportBlock]) -> list[GeneratedBlock]:
    """The resource blocks for the objects of `import` blocks, in the order of their addresses; `planner` has run over
    the rest of the configuration. What its targets leave out is left out.

    Raises `DiagnosticsError` with everything that cannot be generated.
    """
    problems = Diagnostics()
    found = []
    for block in blocks:
        try:
            for address, request in _requests(planner, block).items():
                if planner.selection.includes(address):
                    found.append(_generated(planner, address, request))
        except DiagnosticsError as problem:
            problems.extend(problem.diagnostics)
    problems.raise_if_errors()
    return sorted(found, key=lambda block: block.address.sort_key())


def write_generated(path: Path, blocks: Sequence[GeneratedBlock]) -> bytes:
    """Writes a new file with the blocks and returns what is in it. Raises `DiagnosticsError`."""
    parts = [f"\n# __generated__ by iac from {go_quote(block.id)}\n{block.text}\n" for block in blocks]
    content = "".join([_HEADER, *parts]).encode()
    try:
        write_whole(path, [content], mode=None, replace=False)
    except FileExistsError:
        refuse_existing(path)
    except OSError as problem:
        raise DiagnosticsError(
            error(
                "Failed to create target generated file",
                f"iac could not create the generated file ({path}): {(problem.strerror or str(problem)).lower()}.",
            )
        ) from None
    return content


def refuse_existing(path: Path) -> None:
    """Raises `DiagnosticsError` when there is something at the path already."""
    if os.path.lexists(path):
        raise DiagnosticsError(
            error(
                "Target generated file already exists",
                "iac can only write generated config into a new file. Either choose a different target location or "
                "move all existing configuration out of the target file, delete it and try again.",
            )
        )


# --- the object ------------------------------------------------------------------------------------------


def _requests(planner: Planner, block: ImportBlock) -> Mapping[ResourceInstance, ImportRequest]:
    """What one block asks for. Raises `DiagnosticsError` when nothing can be generated for it."""
    resource = block.to.resource
    if resource.module or block.to.key is not None or block.for_each is not None:
        advice = (
            "All target instances must have an associated configuration to be imported."
            if resource.module
            else "The -generate-config-out option cannot be used with import blocks which use for_each, or resources "
            "which use for_each or count."
        )
        what = (
            f"The configuration for the given import target {resource} does not exist."
            if resource.module
            else "The given import block is not compatible with config generation."
        )
        summary = "Configuration for import target does not exist"
        raise DiagnosticsError(error(summary, f"{what} {advice}", block.to.range))
    return Imports(planner.config, planner.evaluator, [block]).of(resource)


def _generated(planner: Planner, address: ResourceInstance, request: ImportRequest) -> GeneratedBlock:
    from iac.hcl.formatting import format_text  # not needed for most plans

    provider, schema = _provider(planner, address, request)
    value = import_object(address, provider, schema, request, planner.progress)
    resource = address.resource
    head = f'resource "{resource.type}" "{resource.name}"'
    body = "".join(f"{line}\n" for line in _body(schema.block, value, top=True))
    return GeneratedBlock(address, request.shown_id, format_text(f"{head} {{\n{body}}}\n").rstrip("\n"))


def _provider(planner: Planner, address: ResourceInstance, request: ImportRequest) -> tuple[Provider, ResourceSchema]:
    type = address.resource.type
    name = type.partition("_")[0]
    catalog = planner.prepared.catalog
    types = catalog.schema(name).resources if name in catalog.names() else {}
    if type not in types:
        raise DiagnosticsError(
            error(
                "Invalid resource type",
                f'There is no provider that supports resource type "{type}".{did_you_mean(type, types)}',
                request.range,
            )
        )
    return planner.providers.by_name(name), types[type]


# --- its text --------------------------------------------------------------------------------------------


def _body(schema: Block, value: Value, *, top: bool = False) -> Iterator[str]:
    """The lines of a block: the arguments by name, then the nested blocks by name."""
    from iac.hcl.writing import argument

    for name, attribute in sorted(schema.attributes.items()):
        if not (attribute.required or attribute.optional) or (top and name == "id" and attribute.computed):
            continue
        part = value.raw[name]
        if attribute.deprecated and part.raw is None:
            continue
        if part.raw == "" and attribute.default == "":
            part = null(part.type)  # Terraform takes it for unset, and here it means the same
        if attribute.sensitive or SENSITIVE in part.marks:
            yield f"{name} = null # sensitive"
        else:
            yield f"{name} = {argument(part)}"
    for name, nested in sorted(schema.blocks.items()):
        for label, block in _nested(nested, value.raw[name]):
            yield f"{name} {label}{{"
            yield from _body(nested.block, block)
            yield "}"


def _nested(nested: NestedBlock, value: Value) -> Iterator[tuple[str, Value]]:
    """The blocks of one kind, each with its label and a space where it has one."""
    if value.raw is None:
        return
    if nested.nesting == "single":
        yield "", value
    elif nested.nesting == "map":
        yield from ((f"{go_quote(key)} ", part) for key, part in value.raw.items())
    else:
        yield from (("", part) for part in value.raw)
