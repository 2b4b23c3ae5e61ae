"""The body of the native syntax: arguments and blocks as they were written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iac.diagnostics import Diagnostic, SourceRange
from iac.hcl.bodies import (
    attributes_only,
    check_labels,
    missing_arguments,
    unsupported_argument,
    unsupported_block,
)
from iac.hcl.syntax import Attribute, Block, BlockHeader, Content, Node


class NativeBody(Node):
    """A body in native syntax: implements `iac.hcl.syntax.Body`."""

    __slots__ = ("attributes", "blocks", "missing_range")
    attributes: Mapping[str, Attribute]
    blocks: Sequence[Block]
    missing_range: SourceRange

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """See `Body.content`."""
        problems: list[Diagnostic] = []
        found = {}
        absent = [name for name in attributes if name not in self.attributes]
        for name, attribute in self.attributes.items():
            if name in attributes:
                found[name] = attribute
            elif not partial:
                problems.append(unsupported_argument(name, attribute.name_range, absent, blocks))
        sorted_blocks = []
        for block in self.blocks:
            header = blocks.get(block.type)
            if header is None:
                if not partial:
                    problems.append(unsupported_block(block.type, block.type_range, attributes, blocks))
                continue
            problem = check_labels(block, header)
            if problem is not None:
                problems.append(problem)
            else:
                sorted_blocks.append(block)
        problems += missing_arguments(attributes, found, self.missing_range)
        return Content(found, sorted_blocks, self.missing_range), problems

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """See `Body.just_attributes`."""
        return attributes_only(self.attributes, self.blocks)
