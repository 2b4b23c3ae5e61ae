"""What a `provider` block says that can be read before the configuration is: which database there is to open.

Owns the search for constants in the root module's files; leaves the block as a whole, and all that is wrong with it,
to `provider_blocks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from iac.config.meta import constant
from iac.config.overriding import is_override_file
from iac.diagnostics import Diagnostics
from iac.hcl.load import parse_source
from iac.hcl.syntax import Attribute, BlockHeader
from iac.values.types import STRING

_HEADER = {"provider": BlockHeader("name")}


def provider_constants(sources: Mapping[str, bytes], name: str) -> dict[str, str]:
    """The arguments of a provider's block without alias that are texts and refer to nothing, by name.

    `sources` are the files of the root module. What cannot be read is left out: it is said when the configuration is
    loaded.
    """
    found: dict[str, str] = {}
    for arguments in _blocks(sources, name):
        if "alias" in arguments:
            continue
        for argument, attribute in arguments.items():
            text = _constant(attribute)
            if text is None:
                found.pop(argument, None)  # an override file may compute what was constant
            else:
                found[argument] = text
    return found


def _blocks(sources: Mapping[str, bytes], name: str) -> Iterable[Mapping[str, Attribute]]:
    """The arguments of the blocks of a provider, those of override files last."""
    for path in sorted(sources, key=lambda path: (is_override_file(path), path)):
        file, _ = parse_source(sources[path], path)
        for block in file.body.content({}, _HEADER, partial=True)[0].blocks:
            if block.labels[0] == name:
                yield block.body.just_attributes()[0]


def _constant(attribute: Attribute) -> str | None:
    value = constant(attribute.expression, STRING, Diagnostics())
    return value.raw if value is not None and isinstance(value.raw, str) else None
