"""Sorting a body by what is expected in it, with Terraform's words for what is not.

Shared by the native and the JSON syntax.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from iac.diagnostics import Diagnostic, SourceRange, did_you_mean, error
from iac.hcl.syntax import Attribute, Block, BlockHeader


def unsupported_argument(name: str, where: SourceRange, attributes: Iterable[str], blocks: Iterable[str]) -> Diagnostic:
    """The diagnostic for an argument that does not belong; `attributes` are those that could be meant."""
    block_names = list(blocks)
    if name in block_names:
        detail = f'An argument named "{name}" is not expected here. Did you mean to define a block of type "{name}"?'
    else:
        detail = f'An argument named "{name}" is not expected here.{did_you_mean(name, attributes)}'
    return error("Unsupported argument", detail, where)


def unsupported_block(name: str, where: SourceRange, attributes: Iterable[str], blocks: Iterable[str]) -> Diagnostic:
    """The diagnostic for a block that does not belong."""
    attribute_names = list(attributes)
    if name in attribute_names:
        detail = (
            f'Blocks of type "{name}" are not expected here. Did you mean to define argument "{name}"? If so, use the '
            "equals sign to assign it a value."
        )
    else:
        detail = f'Blocks of type "{name}" are not expected here.{did_you_mean(name, blocks)}'
    return error("Unsupported block type", detail, where)


def missing_arguments(
    expected: Mapping[str, bool], found: Mapping[str, Attribute], where: SourceRange
) -> list[Diagnostic]:
    """A diagnostic for each required argument that is not there."""
    return [
        error("Missing required argument", f'The argument "{name}" is required, but no definition was found.', where)
        for name, required in expected.items()
        if required and name not in found
    ]


def check_labels(block: Block, header: BlockHeader) -> Diagnostic | None:
    """What is wrong with the number of a block's labels, or None."""
    expected = header.labels
    if len(block.labels) > len(expected):
        where = block.label_ranges[len(expected)]
        if not expected:
            detail = f"No labels are expected for {block.type} blocks."
        else:
            detail = f"Only {len(expected)} labels ({', '.join(expected)}) are expected for {block.type} blocks."
        return error(f"Extraneous label for {block.type}", detail, where, block.range)
    if len(block.labels) < len(expected):
        missing = expected[len(block.labels)]
        return error(
            f"Missing {missing} for {block.type}",
            f"All {block.type} blocks must have {len(expected)} labels ({', '.join(expected)}).",
            _after(block),
            block.range,
        )
    return None


def _after(block: Block) -> SourceRange:
    """The place of the opening brace, where the next label should have stood."""
    start = block.body.range.start
    return SourceRange(block.range.filename, start, start._replace(column=start.column + 1, byte=start.byte + 1))


def attributes_only(
    attributes: Mapping[str, Attribute], blocks: Sequence[Block]
) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
    """All arguments where blocks are not allowed."""
    return attributes, [
        error("Unexpected " + f'"{block.type}" block', "Blocks are not allowed here.", block.type_range)
        for block in blocks[:1]
    ]
