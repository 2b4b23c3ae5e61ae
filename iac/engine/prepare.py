"""Brings a configuration and the providers together: bodies compiled by schema, everything validated, the
graph built. What planning, applying and `validate` all start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from iac.address import DATA, EPHEMERAL, MANAGED, ConfigResource, ModulePath, Resource
from iac.config.body import CompiledBody
from iac.config.compiling import compile_body, compile_resource
from iac.config.model import Config, Module, ProviderReference, ResourceBlock
from iac.config.provider_blocks import LANGUAGE_ARGUMENTS, RESERVED_ARGUMENTS, RESERVED_BLOCKS
from iac.config.provider_passing import check_passing, shown_source
from iac.config.validate import validate_config
from iac.diagnostics import Diagnostics, did_you_mean
from iac.engine.graph import Graph, build_graph
from iac.engine.provider_names import check_required, implied_source, unknown_provider, with_own_names
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
        check_required(module, catalog, diagnostics)
    check_passing(config, implied_source(catalog), diagnostics)
    config = with_own_names(config, catalog)
    for module in config.modules.values():
        for provider in module.providers.values():
            if provider.name in catalog.names():
                provider_bodies[module.path, provider.reference] = compile_body(
                    provider.body,
                    catalog.schema(provider.name).provider,
                    provider.range,
                    diagnostics,
                    meta_arguments=LANGUAGE_ARGUMENTS | RESERVED_ARGUMENTS,
                    meta_blocks=RESERVED_BLOCKS,
                )
            elif provider.name not in module.required_providers:
                diagnostics.error(*unknown_provider(provider.name, catalog), provider.range)
        for resource in module.resources.values():
            body = _compile(resource, module, catalog, diagnostics)
            if body is not None:
                bodies[resource.config_address] = body
                _check_ignored(resource, body, diagnostics)
    validate_config(config, bodies, provider_bodies, diagnostics)
    diagnostics.raise_if_errors()
    return Prepared(config, bodies, provider_bodies, build_graph(config, bodies, provider_bodies), catalog)


_KINDS = {MANAGED: "resource type", DATA: "data source", EPHEMERAL: "ephemeral resource"}


def _compile(
    resource: ResourceBlock, module: Module, catalog: Catalog, diagnostics: Diagnostics
) -> CompiledBody | None:
    name = resource.provider_name
    where = resource.block.label_ranges[0]
    if name not in catalog.names():
        if name not in module.required_providers:
            diagnostics.error(*unknown_provider(name, catalog), where)
        return None
    schema = catalog.schema(name)
    # There are no ephemeral resource types: a provider would have to open and close them.
    types = {MANAGED: schema.resources, DATA: schema.data_sources}.get(resource.address.mode, {})
    if resource.address.type not in types:
        what = _KINDS[resource.address.mode]
        diagnostics.error(
            f"Invalid {what}",
            f'The provider {shown_source(catalog.source(name))} does not support {what} "{resource.address.type}".'
            f"{did_you_mean(resource.address.type, types)}",
            where,
        )
        return None
    return compile_resource(resource.block, types[resource.address.type].block, diagnostics)


def _check_ignored(resource: ResourceBlock, body: CompiledBody, diagnostics: Diagnostics) -> None:
    lifecycle = resource.lifecycle
    for path, where in zip(lifecycle.ignore_changes or (), lifecycle.ignored_at, strict=True):
        name = path[0]
        known = [*body.schema.attributes, *body.schema.blocks]
        if name not in known:
            diagnostics.error(
                "Unsupported attribute",
                f'This object has no argument, nested block, or exported attribute named "{name}".'
                f"{did_you_mean(str(name), known)}",
                where,
            )
