"""Providers over a database of their own, and the short way through plan and apply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath
from typing import Any

import pytest

from iac.audit.record import Operation, Origin
from iac.database import Database
from iac.diagnostics import Diagnostic
from iac.providers.planning import proposed_new
from iac.providers.protocol import ApplyRequest, PlanRequest, PlanResponse, Provider
from iac.providers.registry import Registry
from iac.schema import Block
from iac.storage import open_storage
from iac.values.codec import from_json
from iac.values.paths import Path
from iac.values.value import Value, null, object_value

OPERATION = Operation(Origin(user="ana"))


@pytest.fixture
def database(tmp_path: FilePath) -> Iterator[Database]:
    with open_storage(str(tmp_path / "iac.db")) as database:
        yield database


def complete(block: Block, given: dict[str, Any]) -> Value:
    """A configuration as the engine hands it over: everything there, null or empty where nothing is set.

    Values stand for themselves, so that unknown ones can be given.
    """
    parts: dict[str, Value] = {}
    for name, attribute in block.attributes.items():
        value = given.get(name)
        parts[name] = value if isinstance(value, Value) else from_json(value, attribute.type)
    for name, nested in block.blocks.items():
        value = given.get(name)
        if isinstance(value, Value):
            parts[name] = value
        elif nested.nesting == "single":
            parts[name] = null(nested.implied_type) if value is None else complete(nested.block, value)
        else:
            elements = tuple(complete(nested.block, v) for v in value or ())
            parts[name] = Value(nested.implied_type, elements)
    return object_value(parts)


class Life:
    """What the engine does with a provider, for one resource type."""

    def __init__(self, provider: Provider, type: str) -> None:
        self.provider = provider
        self.type = type
        self.block = provider.schema().resources[type].block

    def config(self, **given: Any) -> Value:
        return complete(self.block, given)

    def problems(self, **given: Any) -> list[Diagnostic]:
        return list(self.provider.validate("managed", self.type, self.config(**given)))

    def plan(self, prior: Value | None, **given: Any) -> PlanResponse:
        config = self.config(**given)
        prior = prior if prior is not None else null(self.block.implied_type)
        return self.provider.plan(PlanRequest(self.type, prior, config, proposed_new(self.block, prior, config)))

    def apply(self, prior: Value | None, *, sensitive: Sequence[Path] = (), **given: Any) -> Value:
        planned = self.plan(prior, **given).planned
        before = prior if prior is not None else null(self.block.implied_type)
        config = self.config(**given)
        return self.provider.apply(ApplyRequest(self.type, before, planned, config, sensitive, OPERATION))

    def delete(self, prior: Value) -> Value:
        gone = null(self.block.implied_type)
        return self.provider.apply(ApplyRequest(self.type, prior, gone, gone, (), OPERATION))


@pytest.fixture
def registry(database: Database) -> Registry:
    return Registry(lambda: database)


@pytest.fixture
def cluster(registry: Registry) -> Life:
    return Life(registry.create("iac"), "iac_cluster")


@pytest.fixture
def environment(registry: Registry) -> Life:
    return Life(registry.create("iac"), "iac_environment")


@pytest.fixture
def service(registry: Registry) -> Life:
    return Life(registry.create("iac"), "iac_service")


@pytest.fixture
def data(registry: Registry) -> Life:
    return Life(registry.create("terraform"), "terraform_data")
