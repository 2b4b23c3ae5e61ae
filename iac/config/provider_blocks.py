"""Reads `provider` blocks. Their arguments are left to `body`, which takes the provider's schema, and which
configuration a module gets to `provider_passing`."""

from __future__ import annotations

from iac.config.meta import constant, extent_of
from iac.config.model import Module, ProviderBlock
from iac.config.naming import NAME_RULE, is_name
from iac.config.requirements import is_local_name
from iac.diagnostics import Diagnostics
from iac.hcl.syntax import Block, BlockHeader, Content
from iac.values.types import STRING

LANGUAGE_ARGUMENTS = frozenset({"alias", "version"})
RESERVED_ARGUMENTS = frozenset({"count", "depends_on", "for_each", "source"})
RESERVED_BLOCKS = frozenset({"lifecycle", "locals"})
"""What the language itself reads in a provider block, or refuses; everything else is the provider's."""


def read_provider(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    """Adds a `provider` block to the module."""
    content, problems = block.body.content(
        dict.fromkeys(LANGUAGE_ARGUMENTS | RESERVED_ARGUMENTS, False),
        dict.fromkeys(RESERVED_BLOCKS, BlockHeader()),
        partial=True,
    )
    diagnostics.extend(problems)
    if not is_local_name(block.labels[0], block.range, diagnostics):
        return
    alias = _alias(content, block, diagnostics)
    _refuse_reserved(content, diagnostics)
    if "version" in content.attributes:
        diagnostics.warning(
            "Version constraints inside provider configuration blocks are deprecated",
            "Terraform 0.13 and earlier allowed provider version constraints inside the provider configuration block, "
            "but that is now deprecated and will be removed in a future version of Terraform. To silence this warning, "
            "move the provider version constraint into the required_providers block.",
            content.attributes["version"].expression.range,
        )
    arguments, blocks = block.body.just_attributes()
    is_empty = not blocks and not arguments.keys() - LANGUAGE_ARGUMENTS
    provider = ProviderBlock(block.labels[0], alias, block.body, block.range, is_empty)
    if provider.reference not in module.providers:
        module.providers[provider.reference] = provider
        return
    first = extent_of(module.providers[provider.reference].range)
    if alias is None:
        detail = (
            f'A default (non-aliased) provider configuration for "{provider.name}" was already given at {first}. If '
            'multiple configurations are required, set the "alias" argument for alternative configurations.'
        )
    else:
        detail = (
            f'A provider configuration for "{provider.name}" with alias "{alias}" was already given at {first}. Each '
            "configuration for the same provider must have a distinct alias."
        )
    diagnostics.error("Duplicate provider configuration", detail, block.range)


def _alias(content: Content, block: Block, diagnostics: Diagnostics) -> str | None:
    attribute = content.attributes.get("alias")
    if attribute is None:
        return None
    value = constant(attribute.expression, STRING, diagnostics)
    if value is None:
        return None
    if not is_name(value.raw):
        diagnostics.error(
            "Invalid provider configuration alias",
            f"An alias must be a valid name. {NAME_RULE}",
            attribute.expression.range,
        )
    return str(value.raw)


def _refuse_reserved(content: Content, diagnostics: Diagnostics) -> None:
    for name, attribute in content.attributes.items():
        if name in RESERVED_ARGUMENTS:
            diagnostics.error(
                "Reserved argument name in provider block",
                f'The provider argument name "{name}" is reserved for use by Terraform in a future version.',
                attribute.name_range,
            )
    for block in content.blocks:
        diagnostics.error(
            "Reserved block type name in provider block",
            f'The block type name "{block.type}" is reserved for use by Terraform in a future version.',
            block.range,
        )
