"""An expression as a tree of source text, so that one that tells two programs apart can be made smaller."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Node:
    """A part of an expression that is an expression itself: pieces of text and parts in between."""

    parts: tuple[str | Node, ...]

    @cached_property
    def text(self) -> str:
        """The source."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def inner(self) -> Iterator[Node]:
        """Every part at any depth, without the node itself."""
        for part in self.parts:
            if isinstance(part, Node):
                yield part
                yield from part.inner()

    def smaller(self) -> Iterator[Node]:
        """Variants with one part replaced by a part of itself or by something plain; the smallest first."""
        found = {variant.text: variant for variant in (*self.inner(), *self._variants())}
        yield from sorted((v for t, v in found.items() if len(t) < len(self.text)), key=lambda v: len(v.text))

    def _variants(self) -> Iterator[Node]:
        for index, part in enumerate(self.parts):
            if isinstance(part, Node):
                replacements = (*part.inner(), *map(leaf, PLAIN), *part._variants())
                for new in replacements:
                    if len(new.text) < len(part.text):
                        yield Node((*self.parts[:index], new, *self.parts[index + 1 :]))


PLAIN = ("1", "null", '""', "[]", "{}", "true")
"""What a part may be replaced by."""


def leaf(text: str) -> Node:
    """An expression that has no parts."""
    return Node((text,))
