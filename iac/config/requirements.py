"""Reads `terraform` blocks: which language version and which providers a module requires.

Owns the structure of `required_providers` and the merging of these settings with those of override files. Whether
the providers exist is left to whoever knows the providers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from iac.config.meta import extent_of, static_references
from iac.config.model import Module, ProviderReference, RequiredProvider
from iac.config.versions import VersionError, check_required_version, parse_constraints
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange
from iac.hcl.evaluate import evaluate
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import Attr, Attribute, Block, BlockHeader, Content, Expression, ObjectCons
from iac.values.convert import ConversionError, convert
from iac.values.types import STRING
from iac.values.value import Value

_TERRAFORM = {"required_version": False, "experiments": False}
_BLOCKS = {
    "required_providers": BlockHeader(),
    "backend": BlockHeader("type"),
    "cloud": BlockHeader(),
    "provider_meta": BlockHeader("provider"),
}
_PART = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]*[0-9A-Za-z])?\Z")
_BAD_PART = "must contain only letters, digits, and dashes, and may not use leading or trailing dashes"
REGISTRY = "registry.terraform.io"
DEFAULT_NAMESPACE = "hashicorp"


def read_terraform(
    module: Module, blocks: Sequence[Block], overrides: Sequence[Block], who: str, diagnostics: Diagnostics
) -> bool:
    """Adds what the module's `terraform` blocks, those of override files apart, require.

    `who` is the module in messages about `required_version`. Returns whether the language version suits: what else
    is wrong with a module for another one says nothing.
    """
    primary = [_content(block, diagnostics) for block in blocks]
    over = [_content(block, diagnostics) for block in overrides]
    before = len(diagnostics.errors)
    # A required_version in an override file replaces all others.
    versions = [c for c in over if "required_version" in c.attributes] or primary
    for content in versions:
        if "required_version" in content.attributes:
            _check_version(content.attributes["required_version"], who, diagnostics)
    if len(diagnostics.errors) > before:
        return False
    _refuse_experiments([*primary, *over], diagnostics)
    _check_backends(primary, over, diagnostics)
    required = [b for c in primary for b in c.of_type("required_providers")]
    for extra in required[1:]:
        diagnostics.error(
            "Duplicate required providers configuration",
            "A module may have only one required providers configuration. The required providers were previously "
            f"configured at {extent_of(required[0].range)}.",
            extra.range,
        )
    for block in (*required[:1], *(b for c in over for b in c.of_type("required_providers"))):
        _read_required_providers(module, block, diagnostics)
    return True


def _content(block: Block, diagnostics: Diagnostics) -> Content:
    content, problems = block.body.content(_TERRAFORM, _BLOCKS)
    diagnostics.extend(problems)
    return content


def _check_version(attribute: Attribute, who: str, diagnostics: Diagnostics) -> None:
    try:
        value = convert(evaluate(attribute.expression, EMPTY_SCOPE), STRING)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return
    except ConversionError:
        diagnostics.error("Invalid version constraint", "A string value is required for version.", attribute.range)
        return
    if value.raw is not None:
        check_required_version(value.raw, who, attribute.expression.range, attribute.range, diagnostics)


def _refuse_experiments(contents: Iterable[Content], diagnostics: Diagnostics) -> None:
    for content in contents:
        attribute = content.attributes.get("experiments")
        if attribute is not None:
            diagnostics.error(
                "Module uses experimental features",
                "Experimental features are intended only for gathering early feedback on new language designs, and so "
                "are available only in alpha releases of Terraform.",
                attribute.name_range,
            )


def _check_backends(primary: Sequence[Content], over: Sequence[Content], diagnostics: Diagnostics) -> None:
    """Refuses several of them, and says that what is left has no effect."""
    for kind in ("backend", "cloud"):
        found = [b for c in primary for b in c.of_type(kind)]
        for extra in found[1:]:
            diagnostics.error(
                f"Duplicate {kind} configuration",
                f"A module may have only one {kind} configuration. The {kind} was previously configured at "
                f"{extent_of(found[0].range)}.",
                extra.range,
            )
        for ignored in [*found[:1], *(b for c in over for b in c.of_type(kind))][-1:]:
            diagnostics.warning(
                f"The {kind} block is not used",
                "iac keeps state in its own database (see --database and IAC_DATABASE), so this block has no effect.",
                ignored.range,
            )


# --- required_providers ----------------------------------------------------------------------------------


def _read_required_providers(module: Module, block: Block, diagnostics: Diagnostics) -> None:
    attributes, problems = block.body.just_attributes()
    diagnostics.extend(problems)
    for attribute in attributes.values():
        where = attribute.expression.range
        if not is_local_name(attribute.name, where, diagnostics):
            continue
        if isinstance(attribute.expression, ObjectCons):
            found = _read_object(attribute.name, attribute.expression, diagnostics)
        else:
            version = _text(attribute.expression, convertible=True)
            if version is None:
                diagnostics.error(
                    "Invalid required_providers object",
                    "required_providers entries must be strings or objects.",
                    where,
                )
                continue
            _check_constraint(version, where, diagnostics)
            found = RequiredProvider(attribute.name, None, version, where)
        module.required_providers[attribute.name] = found


def is_local_name(name: str, range: SourceRange, diagnostics: Diagnostics) -> bool:
    """Whether a text can name a provider; if not, a diagnostic says so."""
    if not _PART.match(name):
        detail = f"{name} is an invalid provider local name: {_BAD_PART}"
    elif name != name.lower():
        detail = f'Provider names must be normalized. Replace "{name}" with "{name.lower()}" to fix this error.'
    else:
        return True
    diagnostics.error("Invalid provider local name", detail, range)
    return False


def _read_object(name: str, expression: ObjectCons, diagnostics: Diagnostics) -> RequiredProvider:
    source = version = None
    aliases: Sequence[ProviderReference] = ()
    for key, value in expression.items:
        match _text(key):
            case "source":
                source = _text(value)
                if source is None:
                    diagnostics.error("Invalid source", "Source must be specified as a string.", value.range)
                else:
                    source = full_source(source, value.range, diagnostics)
            case "version":
                version = _text(value)
                if version is None:
                    diagnostics.error(
                        "Invalid version constraint", "Version must be specified as a string.", value.range
                    )
                else:
                    _check_constraint(version, value.range, diagnostics)
            case "configuration_aliases":
                aliases = _configuration_aliases(name, value, diagnostics)
            case _:
                diagnostics.error(
                    "Invalid required_providers object",
                    'required_providers objects can only contain "version", "source" and "configuration_aliases" '
                    'attributes. To configure a provider, use a "provider" block.',
                    key.range,
                )
    return RequiredProvider(name, source, version, expression.range, aliases)


def _text(expression: Expression, *, convertible: bool = False) -> str | None:
    """The text of a constant string, None for anything else; `convertible` allows what becomes one."""
    try:
        value: Value = evaluate(expression, EMPTY_SCOPE)
        if convertible:
            value = convert(value, STRING)
    except (DiagnosticsError, ConversionError):
        return None
    return value.raw if value.type is STRING and isinstance(value.raw, str) else None


def _check_constraint(text: str, range: SourceRange, diagnostics: Diagnostics) -> None:
    try:
        list(parse_constraints(text))
    except VersionError:
        diagnostics.error(
            "Invalid version constraint", "This string does not use correct version constraint syntax.", range
        )


def full_source(source: str, range: SourceRange, diagnostics: Diagnostics) -> str | None:
    """The source address of a provider in full: `hostname/namespace/name`; None, and a diagnostic, when it is none."""
    parts = source.split("/")
    if len(parts) > 3 or not all(parts):
        diagnostics.error(
            "Invalid provider source string",
            'The "source" attribute must be in the format "[hostname/][namespace/]name"',
            range,
        )
        return None
    host, namespace, kind = [*(REGISTRY, DEFAULT_NAMESPACE)[: 3 - len(parts)], *parts]
    for what, part in (("namespace", namespace), ("type", kind)):
        if not _PART.match(part):
            diagnostics.error(
                f"Invalid provider {what}",
                f'Invalid provider {what} "{part}" in source "{source}": {_BAD_PART}"',
                range,
            )
            return None
    return f"{host}/{namespace}/{kind}".lower()


def _configuration_aliases(name: str, expression: Expression, diagnostics: Diagnostics) -> list[ProviderReference]:
    found = []
    for traversal in static_references(expression, diagnostics, quoted=False):
        steps = [s.name for s in traversal.steps if isinstance(s, Attr)]
        if traversal.root != name:
            diagnostics.error(
                "Invalid configuration_aliases value",
                f'Configuration aliases must be prefixed with the provider name. Expected "{name}", but found '
                f'"{traversal.root}".',
                expression.range,
            )
        elif len(steps) == 1 and len(traversal.steps) == 1:
            found.append(ProviderReference(name, steps[0]))
        elif traversal.steps:
            diagnostics.error(
                "Invalid provider configuration reference",
                "The provider argument requires a provider type name, optionally followed by a period and then a "
                "configuration alias.",
                traversal.range,
            )
    return found
