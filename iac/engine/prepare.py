"""Brings a configuration and the providers together: bodies compiled by schema, everything validated, the
graph built. What planning, applying and `validate` all start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from iac.address import DATA, ConfigResource, ModulePath, Resource
from iac.config.body import CompiledBody, compile_body, compile_resource
from iac.config.model import Config, Module, ProviderReference, ResourceBlock
from iac.config.validate import validate_config
from iac.diagnostics import Diagnostics, SourceRange, did_you_mean
from iac.engine.graph import Graph, build_graph
from iac.providers.protocol import Provider
from iac.schema import ProviderSchema, ResourceSchema


class Catalog(Protocol):
    """The providers there are."""

    def names(self) -> list[str]:
        """Their local names."""
        ...

    def source(self, name: str) -> str:
        """The source address of a provider by local name."""
        ...

    def schema(self, name: str) -> ProviderSchema:
        """Its schema; needs no database."""
        ...

    def create(self, name: str) -> Provider:
        """A new provider, not yet configured."""
        ...


@dataclass(frozen=True)
class Prepared:
    """A valid configuration, ready to be evaluated."""

    config: Config
    bodies: Mapping[ConfigResource, CompiledBody]
    provider_bodies: Mapping[tuple[ModulePath, ProviderReference], CompiledBody]
    graph: Graph
    catalog: Catalog

    def schema(self, provider: str, resource: Resource) -> ResourceSchema:
        """The schema of a resource type or data source. Raises KeyError when the provider has none."""
        schema = self.catalog.schema(provider)
        return (schema.data_sources if resource.mode == DATA else schema.resources)[resource.type]


def prepare(config: Config, catalog: Catalog, diagnostics: Diagnostics) -> Prepared:
    """Compiles and validates. Raises `DiagnosticsError` with everything that is wrong with the configuration."""
    bodies: dict[ConfigResource, CompiledBody] = {}
    provider_bodies: dict[tuple[ModulePath, ProviderReference], CompiledBody] = {}
    for module in config.modules.values():
        _check_required(module, catalog, diagnostics)
        for provider in module.providers.values():
            if _known(provider.name, catalog):
                provider_bodies[module.path, provider.reference] = compile_body(
                    provider.body,
                    catalog.schema(provider.name).provider,
                    provider.range,
                    diagnostics,
                    meta_arguments=frozenset({"alias", "version"}),
                )
            else:
                _unknown_provider(provider.name, provider.range, catalog, diagnostics)
        for resource in module.resources.values():
            body = _compile(resource, catalog, diagnostics)
            if body is not None:
                bodies[resource.config_address] = body
                _check_ignored(resource, body, diagnostics)
    validate_config(config, bodies, provider_bodies, diagnostics)
    diagnostics.raise_if_errors()
    return Prepared(config, bodies, provider_bodies, build_graph(config, bodies, provider_bodies), catalog)


def _known(name: str, catalog: Catalog) -> bool:
    return name in catalog.names()


def _unknown_provider(name: str, range: SourceRange, catalog: Catalog, diagnostics: Diagnostics) -> None:
    names = sorted(catalog.names())
    listed = " and ".join(f'"{n}"' for n in names)
    diagnostics.error(
        "Unknown provider",
        f'There is no provider "{name}" in iac.{did_you_mean(name, names)} The providers that exist are {listed}; they '
        "come with iac and need no installation.",
        range,
    )


def _check_required(module: Module, catalog: Catalog, diagnostics: Diagnostics) -> None:
    for required in module.required_providers.values():
        if not _known(required.name, catalog):
            _unknown_provider(required.name, required.range, catalog, diagnostics)


def _compile(resource: ResourceBlock, catalog: Catalog, diagnostics: Diagnostics) -> CompiledBody | None:
    name = resource.provider_name
    if not _known(name, catalog):
        _unknown_provider(name, resource.block.label_ranges[0], catalog, diagnostics)
        return None
    schema = catalog.schema(name)
    data = resource.address.mode == DATA
    types = schema.data_sources if data else schema.resources
    if resource.address.type not in types:
        what = "data source" if data else "resource type"
        diagnostics.error(
            f"Invalid {what}",
            f'The provider {name} does not support {what} "{resource.address.type}".'
            f"{did_you_mean(resource.address.type, types)}",
            resource.block.label_ranges[0],
        )
        return None
    return compile_resource(resource.block, types[resource.address.type].block, diagnostics)


def _check_ignored(resource: ResourceBlock, body: CompiledBody, diagnostics: Diagnostics) -> None:
    for path in resource.lifecycle.ignore_changes or ():
        name = path[0]
        known = [*body.schema.attributes, *body.schema.blocks]
        if name not in known:
            diagnostics.error(
                "Unsupported attribute",
                f'This object has no argument, nested block, or exported attribute named "{name}".'
                f"{did_you_mean(str(name), known)}",
                resource.range,
            )
