"""Replacing the provider of objects in the state: `iac state replace-provider`.

Owns reading the two sources, with Terraform's messages, and which objects it concerns. A provider of the state must
be one that exists and has the type, so there is less to do with it than in Terraform.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from iac.address import AbsResource, ResourceInstance
from iac.config.requirements import full_source
from iac.diagnostics import Diagnostics, DiagnosticsError, Pos, SourceRange, error
from iac.engine.prepare import Catalog
from iac.engine.provider_names import unknown_provider
from iac.engine.state_edits import StateEditor
from iac.state.model import InstanceObject, State

_NOWHERE = SourceRange("<command line>", Pos(1, 1, 0), Pos(1, 1, 0))


@dataclass(frozen=True, slots=True)
class Replacement:
    """Which objects get which provider. `old` and `new` are sources in full, `provider` is the new one's name."""

    old: str
    new: str
    provider: str
    objects: tuple[InstanceObject, ...]

    @property
    def resources(self) -> Sequence[AbsResource]:
        """The resources that it concerns, in order."""
        addresses = {o.address.abs_resource: o.address for o in self.objects}
        return sorted(addresses, key=lambda r: addresses[r].sort_key())


def plan_replacement(state: State, old: str, new: str, catalog: Catalog) -> Replacement:
    """What replacing one provider by another concerns. Raises `DiagnosticsError` when an argument is no source of a
    provider, or the new one cannot manage what the old one does."""
    problems = Diagnostics()
    sources = [_source(end, text, problems) for end, text in (("from", old), ("to", new))]
    problems.raise_if_errors()
    names = {catalog.source(name): name for name in catalog.names()}
    objects = sorted(
        (o for o in (*state.instances.values(), *state.deposed.values()) if names.get(sources[0]) == o.provider),
        key=lambda o: ResourceInstance.sort_key(o.address),
    )
    provider = names.get(sources[1], "")
    if objects:
        _check(objects, provider, sources[1], catalog)
    return Replacement(sources[0], sources[1], provider, tuple(objects))


def _source(end: str, text: str, problems: Diagnostics) -> str:
    found = Diagnostics()
    source = full_source(text, _NOWHERE, found)
    for problem in found:
        problems.add(error(f'Invalid "{end}" provider "{text}"', f"{problem.summary}: {problem.detail}"))
    return source or ""


def _check(objects: Sequence[InstanceObject], provider: str, source: str, catalog: Catalog) -> None:
    if not provider:
        raise DiagnosticsError(error(*unknown_provider(source, catalog)))
    schema = catalog.schema(provider)
    for stored in objects:
        resource = stored.address.resource
        types = schema.resources if resource.mode == "managed" else schema.data_sources
        if resource.type not in types:
            text = f'The provider {source} has no "{resource.type}", so it cannot manage {stored.address}.'
            raise DiagnosticsError(error("Unsupported resource type", text))


def carry_out(replacement: Replacement, editor: StateEditor) -> None:
    """Writes the new provider, with an event for each object, inside the transaction of the edit."""
    told = {"provider": {"from": replacement.old, "to": replacement.new}}
    origin = replace(editor.origin, context={**editor.origin.context, **told})
    for stored in replacement.objects:
        renamed = replace(stored, provider=replacement.provider)
        editor.writer.put(renamed)
        editor.record("REPLACE_PROVIDER", renamed, renamed.address, origin)
    editor.writer.bump()
