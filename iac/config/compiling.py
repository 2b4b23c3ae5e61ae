"""Sorts a body by a schema, once per block: what `body` then evaluates for each instance.

Owns what is said of arguments and blocks that do not belong or are missing. Leaves values, and the blocks that
`dynamic` makes, to `body`.
"""

from __future__ import annotations

from dataclasses import replace

from iac.config.blocks import META_ARGUMENTS, META_BLOCKS
from iac.config.body import CompiledBody, Dynamic, Static
from iac.config.meta import as_traversal
from iac.diagnostics import Diagnostic, Diagnostics, SourceRange, did_you_mean
from iac.hcl.syntax import Block as SyntaxBlock
from iac.hcl.syntax import BlockHeader, Body, Content
from iac.schema import Block

_DYNAMIC = {"for_each": True, "iterator": False, "labels": False}


def compile_body(
    body: Body,
    schema: Block,
    range: SourceRange,
    diagnostics: Diagnostics,
    *,
    meta_arguments: frozenset[str] = frozenset(),
    meta_blocks: frozenset[str] = frozenset(),
) -> CompiledBody:
    """Sorts a body by a schema; whatever does not belong or is missing goes to the diagnostics.

    `range` is the block's header; `meta_*` are names that the language reads itself.
    """
    names = {n: a.required for n, a in schema.attributes.items() if a.required or a.optional}
    allowed = {**dict.fromkeys(meta_arguments, False), **names}
    headers = {n: BlockHeader("key") if b.nesting == "map" else BlockHeader() for n, b in schema.blocks.items()}
    headers.update((n, BlockHeader("type") if n == "provisioner" else BlockHeader()) for n in meta_blocks)
    headers["dynamic"] = BlockHeader("type")
    content, problems = body.content(allowed, headers)
    for problem in problems:
        diagnostics.add(_explain_computed(problem, schema))
    attributes = {n: a.expression for n, a in content.attributes.items() if n in names}
    blocks: dict[str, list[Static | Dynamic]] = {}
    for block in content.blocks:
        if block.type == "dynamic":
            _compile_dynamic(block, schema, blocks, diagnostics)
        elif block.type in schema.blocks:
            inner = compile_body(block.body, schema.blocks[block.type].block, block.range, diagnostics)
            label = block.labels[0] if block.labels else None
            blocks.setdefault(block.type, []).append(Static(inner, label, block.range))
    for name, spec in schema.blocks.items():
        if spec.min_items and name not in blocks:
            diagnostics.error(
                f"Insufficient {name} blocks",
                f'At least {spec.min_items} "{name}" blocks are required.',
                content.missing_range,
            )
    return CompiledBody(schema, attributes, blocks, range)


def _explain_computed(problem: Diagnostic, schema: Block) -> Diagnostic:
    """The diagnostic for an argument that exists but only the provider may set."""
    for name, attribute in schema.attributes.items():
        computed = attribute.computed and not attribute.optional
        if computed and problem.summary == "Unsupported argument" and f'"{name}" is not expected' in problem.detail:
            return replace(
                problem,
                summary="Invalid or unknown key",
                detail=f'The attribute "{name}" is decided by the provider and cannot be set. Remove the argument.',
            )
    return problem


def _compile_dynamic(
    block: SyntaxBlock, schema: Block, blocks: dict[str, list[Static | Dynamic]], diagnostics: Diagnostics
) -> None:
    name = block.labels[0]
    spec = schema.blocks.get(name)
    if spec is None:
        diagnostics.error(
            "Unsupported block type",
            f'Blocks of type "{name}" are not expected here.{did_you_mean(name, schema.blocks)}',
            block.label_ranges[0],
        )
        return
    content, problems = block.body.content(_DYNAMIC, {"content": BlockHeader()})
    diagnostics.extend(problems)
    inner = list(content.of_type("content"))
    if len(inner) != 1:
        diagnostics.error(
            "Missing dynamic content block" if not inner else "Extraneous dynamic content block",
            'A dynamic block must have exactly one nested block of type "content" to describe the blocks to be '
            "generated.",
            content.missing_range if not inner else inner[1].range,
        )
        return
    if "for_each" not in content.attributes:
        return
    body = compile_body(inner[0].body, spec.block, inner[0].range, diagnostics)
    iterator = _iterator_name(content, name, diagnostics)
    blocks.setdefault(name, []).append(Dynamic(body, iterator, content.attributes["for_each"].expression, block.range))


def _iterator_name(content: Content, default: str, diagnostics: Diagnostics) -> str:
    attribute = content.attributes.get("iterator")
    if attribute is None:
        return default
    traversal = as_traversal(attribute.expression)
    if traversal is None or traversal.steps:
        diagnostics.error(
            "Invalid expression",
            "A single static variable reference is required: only a name.",
            attribute.range,
        )
        return default
    return traversal.root


def compile_resource(block: SyntaxBlock, schema: Block, diagnostics: Diagnostics) -> CompiledBody:
    """A resource or data block's body, its meta-arguments left aside."""
    return compile_body(
        block.body, schema, block.range, diagnostics, meta_arguments=META_ARGUMENTS, meta_blocks=META_BLOCKS
    )
