"""Reads `check` blocks: assertions about the whole, and the data source that belongs to them."""

from __future__ import annotations

from collections.abc import Callable

from iac.config.meta import check_rules, extent_of
from iac.config.model import CheckBlock, Module, ResourceBlock
from iac.diagnostics import Diagnostics
from iac.hcl.syntax import Block, BlockHeader, Content

_RULE = {"condition": True, "error_message": True}

ReadData = Callable[[Block, str], ResourceBlock | None]
"""Reads a data block that stands in the check of a name, and adds it to the module; None when it is wrong."""


def read_check(module: Module, block: Block, read_data: ReadData, diagnostics: Diagnostics) -> None:
    """Adds a `check` block, and the data source in it, to the module."""
    name = block.labels[0]
    content, problems = block.body.content({}, {"data": BlockHeader("type", "name"), "assert": BlockHeader()})
    asserts = list(content.of_type("assert"))
    if not asserts:
        diagnostics.error("Zero assert blocks", "Check blocks must have at least one assert block.", block.range)
    if name in module.checks:
        diagnostics.error(
            f'Duplicate check "{name}" configuration',
            f'A check block named "{name}" was already declared at {extent_of(module.checks[name].range)}. Check '
            "blocks must be unique within each module.",
            block.range,
        )
    rules = check_rules(asserts, "assert", _RULE, diagnostics)
    data = _scoped_data(content, name, read_data, diagnostics)
    diagnostics.extend(problems)
    module.checks.setdefault(name, CheckBlock(name, rules, data.address if data else None, block.range))


def _scoped_data(content: Content, check: str, read_data: ReadData, diagnostics: Diagnostics) -> ResourceBlock | None:
    blocks = list(content.of_type("data"))
    for extra in blocks[1:]:
        diagnostics.error(
            "Multiple data resource blocks",
            f"This check block already has a data resource defined at {extent_of(blocks[0].range)}.",
            extra.range,
        )
    if not blocks:
        return None
    inner, _ = blocks[0].body.content({"count": False, "for_each": False}, {"lifecycle": BlockHeader()}, partial=True)
    for lifecycle in inner.of_type("lifecycle"):
        diagnostics.error(
            "Invalid lifecycle block",
            'Nested data blocks do not support "lifecycle" blocks as the lifecycle is managed by the containing block.',
            lifecycle.range,
        )
    for argument in inner.attributes.values():
        diagnostics.error(
            f'Invalid "{argument.name}" attribute',
            'The "count" and "for_each" meta-arguments are not supported within nested data blocks.',
            argument.name_range,
        )
    if inner.attributes or any(inner.of_type("lifecycle")):
        return None
    return read_data(blocks[0], check)
