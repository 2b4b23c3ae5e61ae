"""Which of the providers that exist a configuration means: by source address, whatever a module calls them.

Owns the check of `required_providers` against the providers that come with iac, and the translation of a module's
local names into theirs, so that nothing after it knows of other names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import iac
from iac.config.model import Config, Module, PassedProvider, ProviderReference, RequiredProvider
from iac.config.provider_passing import Implied, shown_source, source_of
from iac.config.requirements import DEFAULT_NAMESPACE, REGISTRY
from iac.config.versions import VersionError, satisfies
from iac.diagnostics import Diagnostics, did_you_mean

_BUILT_IN = "terraform.io/builtin/"


class Sources(Protocol):
    """The providers that exist."""

    def names(self) -> list[str]:
        """Their own names."""
        ...

    def source(self, name: str) -> str:
        """The source in full of one."""
        ...


def implied_source(sources: Sources) -> Implied:
    """The source that a name means where none is declared: that of the provider of this name, if there is one."""
    known = {name: sources.source(name) for name in sources.names()}

    def implied(name: str) -> str:
        return known.get(name) or f"{REGISTRY}/{DEFAULT_NAMESPACE}/{name}"

    return implied


def check_required(module: Module, sources: Sources, diagnostics: Diagnostics) -> None:
    """Adds what is wrong with the module's `required_providers`: providers and versions that do not exist."""
    implied = implied_source(sources)
    existing = {sources.source(name): name for name in sources.names()}
    by_source: dict[str, list[RequiredProvider]] = {}
    for required in module.required_providers.values():
        source = source_of(module, required.name, implied)
        by_source.setdefault(source, []).append(required)
        if source.startswith(_BUILT_IN):
            _check_built_in(required, source, existing, diagnostics)
        elif source not in existing:
            _refuse_unknown(required, source, sources, diagnostics)
        elif required.version is not None:
            _check_version(required, source, diagnostics)
    for source, entries in by_source.items():
        for entry in entries if len(entries) > 1 else ():
            other = next(e.name for e in entries if e is not entry)
            diagnostics.warning(
                "Duplicate required provider",
                f'Provider {shown_source(source)} with the local name "{entry.name}" was previously required as '
                f'"{other}". A provider can only be required once within required_providers.',
                entry.range,
            )
    _warn_of_implied(module, implied, by_source, diagnostics)


def _check_built_in(
    required: RequiredProvider, source: str, existing: Mapping[str, str], diagnostics: Diagnostics
) -> None:
    problem = ""
    if source not in existing:
        problem = f'this iac release has no built-in provider named "{source.removeprefix(_BUILT_IN)}"'
    elif required.version is not None:
        problem = "built-in providers do not support explicit version constraints"
    if problem:
        diagnostics.error("Invalid dependency on built-in provider", f"Cannot use {source}: {problem}.", required.range)


def _refuse_unknown(required: RequiredProvider, source: str, sources: Sources, diagnostics: Diagnostics) -> None:
    diagnostics.error("Unknown provider", _unknown(shown_source(source), sources), required.range)


def _unknown(name: str, sources: Sources) -> str:
    names = sorted(sources.names())
    listed = " and ".join(f'"{n}" ({shown_source(sources.source(n))})' for n in names)
    return (
        f'There is no provider "{name}" in iac.{did_you_mean(name, names)} The providers that exist are {listed}; they '
        "come with iac and need no installation."
    )


def unknown_provider(name: str, sources: Sources) -> tuple[str, str]:
    """The summary and detail for a provider that does not exist, by the name that is used for it."""
    return "Unknown provider", _unknown(name, sources)


def _check_version(required: RequiredProvider, source: str, diagnostics: Diagnostics) -> None:
    assert required.version is not None
    try:
        if satisfies(iac.__version__, required.version):
            return
    except VersionError:
        return  # reported where it was read
    diagnostics.error(
        "Failed to query available provider packages",
        f"Could not retrieve the list of available versions for provider {shown_source(source)}: no available releases "
        f"match the given constraints {required.version}. It comes with iac, in version {iac.__version__}: change the "
        "constraint, or install another version of iac.",
        required.range,
    )


def _warn_of_implied(
    module: Module, implied: Implied, by_source: Mapping[str, Sequence[RequiredProvider]], diagnostics: Diagnostics
) -> None:
    """Warns where a resource means a provider by its type that the module knows by another name."""
    for resource in module.resources.values():
        name = resource.provider_name
        others = by_source.get(implied(name), ())
        if resource.provider is None and name not in module.required_providers and others:
            other = others[0].name
            diagnostics.warning(
                "Duplicate required provider",
                f'Provider "{shown_source(implied(name))}" was implicitly required via resource '
                f'"{resource.address}", but listed in required_providers as "{other}". Either the local name in '
                f'required_providers must match the resource name, or the "{other}" provider must be assigned within '
                "the resource block.",
                resource.range,
            )


# --- translating -----------------------------------------------------------------------------------------


def with_own_names(config: Config, sources: Sources) -> Config:
    """The configuration with every provider under its own name instead of the modules' local ones.

    Names of providers that do not exist stay as they are.
    """
    existing = {sources.source(name): name for name in sources.names()}
    implied = implied_source(sources)
    names = {path: dict(_renamed(module, existing, implied)) for path, module in config.modules.items()}
    if not any(names.values()):
        return config
    modules = {}
    for path, module in config.modules.items():
        own = names[path]
        blocks = [replace(b, name=own.get(b.name, b.name)) for b in module.providers.values()]
        modules[path] = replace(
            module,
            resources={
                address: replace(r, provider=_translated(r.provider or _by_type(r.provider_name, own), own))
                for address, r in module.resources.items()
            },
            providers={b.reference: b for b in blocks},
            calls={
                name: replace(call, providers=[_passed(p, own, names.get((*path, name), {})) for p in call.providers])
                for name, call in module.calls.items()
            },
        )
    return replace(config, modules=modules)


def _renamed(module: Module, existing: Mapping[str, str], implied: Implied) -> Iterator[tuple[str, str]]:
    for local in module.required_providers:
        name = existing.get(source_of(module, local, implied))
        if name is not None and name != local:
            yield local, name


def _by_type(name: str, own: Mapping[str, str]) -> ProviderReference | None:
    """The provider that a resource means by its type, where that is to be translated."""
    return ProviderReference(name) if name in own else None


def _translated(reference: ProviderReference | None, own: Mapping[str, str]) -> ProviderReference | None:
    return None if reference is None else ProviderReference(own.get(reference.name, reference.name), reference.alias)


def _passed(passed: PassedProvider, own: Mapping[str, str], child: Mapping[str, str]) -> PassedProvider:
    inner, outer = _translated(passed.child, child), _translated(passed.parent, own)
    assert inner is not None
    assert outer is not None
    return replace(passed, child=inner, parent=outer)
