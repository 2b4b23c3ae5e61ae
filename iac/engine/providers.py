"""The configured providers of one run: made when first needed, each with its `provider` block's arguments."""

from __future__ import annotations

from iac.address import ModulePath
from iac.config.model import ProviderReference, ResourceBlock
from iac.config.provider_passing import resolve_provider
from iac.diagnostics import Diagnostics, Severity
from iac.engine.evaluator import Evaluator
from iac.engine.graph import Node
from iac.engine.prepare import Prepared
from iac.providers.protocol import Provider


class Providers:
    """The providers of one plan or apply."""

    def __init__(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self._configured: dict[tuple[ModulePath, ProviderReference], Provider] = {}
        self._plain: dict[str, Provider] = {}

    def configure(self, node: Node, evaluator: Evaluator, diagnostics: Diagnostics) -> bool:
        """Configures the provider of a `provider` block. Returns whether that went well."""
        assert isinstance(node.name, ProviderReference)
        body = self._prepared.provider_bodies[node.module, node.name]
        problems = Diagnostics()
        provider = self._prepared.catalog.create(node.name.name)
        for instance in evaluator.module_instances.get(node.module, ())[:1]:
            config = body.evaluate(evaluator.scope(instance), problems)
            if not problems.has_errors:
                for problem in provider.configure(config):
                    problems.add(problem.at(body.locate(problem.path or ())))
        diagnostics.extend(problems)
        self._configured[node.module, node.name] = provider
        return not any(d.severity is Severity.ERROR for d in problems)

    def for_resource(self, resource: ResourceBlock) -> Provider:
        """The provider that manages a resource."""
        reference = resource.provider or ProviderReference(resource.provider_name)
        found = self._configured.get(resolve_provider(self._prepared.config, resource.module, reference))
        return found if found is not None else self.by_name(reference.name)

    def by_name(self, name: str) -> Provider:
        """The default provider of a name: that of the root's block, else one that needs no configuration."""
        found = self._configured.get(((), ProviderReference(name))) or self._plain.get(name)
        if found is None:
            found = self._plain[name] = self._prepared.catalog.create(name)
        return found
