"""The providers that come with iac, by local name.

Schemas are made once a process and need no database; a provider opens it when an operation first needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from iac.database import Database
from iac.providers.iac.provider import SOURCE as IAC_SOURCE
from iac.providers.iac.provider import IacProvider, iac_schema
from iac.providers.protocol import Provider
from iac.providers.terraform import SOURCE as TERRAFORM_SOURCE
from iac.providers.terraform import TerraformProvider, terraform_schema
from iac.schema import ProviderSchema

_SOURCES: Final = {"iac": IAC_SOURCE, "terraform": TERRAFORM_SOURCE}
_SCHEMAS: Final[dict[str, Callable[[], ProviderSchema]]] = {
    "iac": cache(iac_schema),
    "terraform": cache(terraform_schema),
}


def source_address(name: str) -> str:
    """The source address of a provider by local name; the name of one that does not come with iac is its address."""
    return _SOURCES.get(name, name)


class Registry:
    """The providers there are. `database` opens the database; it is called when an operation needs one. `location` is
    where it is, when the provider block of iac has to agree with that."""

    def __init__(self, database: Callable[[], Database], location: str | None = None) -> None:
        self._database = database
        self._location = location

    def names(self) -> list[str]:
        """Their local names."""
        return list(_SOURCES)

    def source(self, name: str) -> str:
        """The source address of a provider by local name."""
        return _SOURCES[name]

    def schema(self, name: str) -> ProviderSchema:
        """Its schema; needs no database."""
        return _SCHEMAS[name]()

    def create(self, name: str) -> Provider:
        """A new provider, not yet configured."""
        schema = self.schema(name)
        return IacProvider(self._database, schema, self._location) if name == "iac" else TerraformProvider(schema)
