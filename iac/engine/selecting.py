"""What `-target` and `-exclude` name: an address as `iac.address` has it, or a pattern with `*` and `?`.

Owns saying whether an instance is meant, and whether a block may have one that is. What follows for what depends on
them is left to `options`.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import Final

from iac.address import ConfigResource, ResourceInstance, Target, parse_target

_KEY: Final = re.compile(r"\[(?:\"(?:[^\"\\]|\\.)*\"|[^\]\"]*)\]")


class Pattern:
    """An address with `*` (any text) and `?` (any one character), everything inside what it matches included."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pattern) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @cached_property
    def _instances(self) -> re.Pattern[str]:
        return re.compile(rf"{_regex(self.text)}(\[.*\])?(\..*)?", re.DOTALL)

    @cached_property
    def _blocks(self) -> re.Pattern[str]:
        return re.compile(rf"{_regex(_KEY.sub('', self.text))}(\..*)?", re.DOTALL)

    @cached_property
    def _before_keys(self) -> re.Pattern[str]:
        """What may stand before a key that a wildcard of the pattern, or a bracket it leaves open, reaches into."""
        ends = [match.start() + (match[0] == "*") for match in re.finditer(r"[*?\[]", self.text)]
        starts = {_regex(_KEY.sub("", self.text[:end])) for end in ends}
        return re.compile(rf"(?:{'|'.join(sorted(starts))})(\..*)?", re.DOTALL)

    def contains(self, address: ResourceInstance) -> bool:
        """Whether the instance is meant."""
        return self._instances.fullmatch(str(address)) is not None

    def may_contain(self, block: ConfigResource) -> bool:
        """Whether the block may have an instance that is meant."""
        return self._blocks.fullmatch(str(block)) is not None

    def may_reach(self, block: ConfigResource) -> bool:
        """Whether a block whose instances, or those of a module around it, have keys may have one that is meant: more
        than `may_contain` says, for nobody knows the keys before it is expanded."""
        if self.may_contain(block):
            return True
        ends_in_key = self.text[-1] in "*?]" or self.text.rfind("[") > self.text.rfind("]")
        return ends_in_key and self._before_keys.fullmatch(str(block)) is not None


Selector = Target | Pattern


def parse_selector(text: str) -> Selector:
    """Reads an address or a pattern. Raises `AddressError`."""
    return Pattern(text.strip()) if "*" in text or "?" in text else parse_target(text)


def may_contain(selector: Selector, block: ConfigResource) -> bool:
    """Whether a block may have an instance that a selector means."""
    if isinstance(selector, Pattern):
        return selector.may_contain(block)
    path = tuple(step.name for step in selector.module)
    if block.module[: len(path)] != path:
        return False
    return selector.resource is None or (len(path) == len(block.module) and selector.resource == block.resource)


@lru_cache(maxsize=1024)
def _regex(text: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in text)
