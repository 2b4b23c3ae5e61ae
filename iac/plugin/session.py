"""The provider at work for one run of Terraform: providers by thread, the origin of events, and stopping.

A database is used by one thread only, so every thread of the server has a provider of its own. Owns opening and
closing; what the calls do is left to `calls`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from pathlib import Path

from iac.audit.record import Origin
from iac.database import Database, DatabaseNotFound
from iac.diagnostics import Diagnostic, DiagnosticsError, error
from iac.plugin.settings import Settings, new_run, run_of_parent, settings_from
from iac.providers.iac.configuration import PROVIDER_BLOCK, shown_location
from iac.providers.protocol import Provider
from iac.providers.registry import Registry
from iac.schema import ProviderSchema
from iac.storage import open_storage
from iac.values.types import ObjectType
from iac.values.value import Value, null

NAME = "iac"


class _Opened(threading.local):
    """What one thread has opened: the database at `location`, and the provider over it."""

    location: str | None = None
    database: Database | None = None
    provider: Provider | None = None


class Session:
    """What all calls share. `attached` says that the process was not started by Terraform and serves one run after
    the other."""

    def __init__(self, environment: Mapping[str, str], *, attached: bool = False) -> None:
        self.environment = environment
        self.attached = attached
        self.stopping = False
        self._run = new_run() if attached else run_of_parent()
        self.settings: Settings = settings_from(null(PROVIDER_BLOCK.implied_type), "", environment, self._run)
        self._origin: Origin | None = None
        self._opened = _Opened()
        self._registry = Registry(self.database)
        self.schema: ProviderSchema = self._registry.schema(NAME)

    def configure(self, config: Value, terraform_version: str) -> None:
        """Begins a run. Under reattach every configuration is taken for another one."""
        if self.attached:
            self._run = new_run()
        self.settings = settings_from(config, terraform_version, self.environment, self._run)
        self._origin = None
        self.stopping = False

    def type_of(self, mode: str, type: str) -> ObjectType:
        """The type of the values of a resource type or data source."""
        schemas = self.schema.resources if mode == "managed" else self.schema.data_sources
        return schemas[type].block.implied_type

    # --- the objects ---

    @property
    def provider(self) -> Provider:
        """The provider over the database of the current thread."""
        opened = self._opened
        if opened.provider is None or opened.location != self.settings.location:
            opened.provider = self._registry.create(NAME)
        return opened.provider

    @property
    def writable(self) -> Database:
        """The database of the current thread; made when there is none yet."""
        return self._open(create=True)

    def database(self) -> Database:
        """The database of the current thread. Raises `DiagnosticsError` when there is none: what should be there
        must not look as if it had been deleted."""
        try:
            return self._open(create=False)
        except DatabaseNotFound:
            raise DiagnosticsError(_not_found(self.settings.database())) from None

    def _open(self, *, create: bool) -> Database:
        location = self.settings.database()
        opened = self._opened
        if opened.database is not None and opened.location != location:
            opened.database.close()
            opened.database = None
        if opened.database is None:
            opened.database, opened.location = open_storage(location, create=create), location
            opened.provider = None
        return opened.database

    def origin(self) -> Origin:
        """Where the events of the run come from; found out by the first operation."""
        if self._origin is None:
            self._origin = self.settings.origin(Path.cwd(), self.environment)
        return self._origin


def _not_found(location: str) -> Diagnostic:
    where = shown_location(location) if "://" in location else os.path.abspath(location)
    return error(
        "Database not found",
        f'There is no database at "{where}" to look for objects in. Name the right one with the '
        'argument "database" of the provider or with IAC_DATABASE. If it is really gone, so are its objects: remove '
        "them from the state with terraform state rm.",
    )
