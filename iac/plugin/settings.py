"""What one run of Terraform is configured with: the provider block, and what is known of where it runs.

Owns the merge of the provider block with the environment, and the origin of the run's events.
"""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from iac.audit.origin import MESSAGE_VARIABLE, USER_VARIABLE, collect_origin
from iac.audit.record import Origin
from iac.diagnostics import DiagnosticsError, error
from iac.storage import location_from
from iac.values.value import UNKNOWN, Value

RUN_VARIABLE: Final = "IAC_RUN_ID"
_WORKSPACE_VARIABLE: Final = "TF_WORKSPACE"
_WORKSPACE_FILE: Final = "environment"
_DEFAULT_WORKSPACE: Final = "default"


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of one run. `location` is None while the configuration names a database that is not known
    yet."""

    location: str | None
    user: str
    message: str | None
    workspace: str
    run_id: str
    terraform_version: str

    def database(self) -> str:
        """Where the database is. Raises `DiagnosticsError` when that is not known yet."""
        if self.location is None:
            raise DiagnosticsError(
                error(
                    "Database not known yet",
                    'The "database" of the provider depends on what will only be known after apply, so the objects '
                    "that exist cannot be read. Set it to a value that is known, or apply what it depends on first, "
                    "with -target.",
                )
            )
        return self.location

    def origin(self, directory: Path, environment: Mapping[str, str]) -> Origin:
        """Where the run's events come from."""
        if self.user:
            environment = {**environment, USER_VARIABLE: self.user}
        found = collect_origin(directory, environment, self.workspace, self.message)
        context = {**found.context, "terraform": {"version": self.terraform_version}}
        return replace(found, run_id=self.run_id, context=context)


def settings_from(config: Value, terraform_version: str, environment: Mapping[str, str], run_id: str) -> Settings:
    """The settings that a provider block and the environment together give."""
    given = config.raw if config.raw.__class__ is dict else {}

    def text(name: str) -> str | None:
        return given[name].raw if name in given and isinstance(given[name].raw, str) else None

    unknown_database = "database" in given and given["database"].raw is UNKNOWN
    return Settings(
        None if unknown_database else location_from(environment, text("database")),
        text("user") or "",
        text("message") or environment.get(MESSAGE_VARIABLE) or None,
        workspace_of(environment),
        environment.get(RUN_VARIABLE) or run_id,
        terraform_version,
    )


def workspace_of(environment: Mapping[str, str]) -> str:
    """Terraform's workspace, as far as a provider can know it: by `TF_WORKSPACE`, or by the file in which Terraform
    keeps the one that was selected in the current directory."""
    if chosen := environment.get(_WORKSPACE_VARIABLE):
        return chosen
    try:
        file = Path(environment.get("TF_DATA_DIR") or ".terraform", _WORKSPACE_FILE)
        return file.read_text(encoding="utf-8").strip() or _DEFAULT_WORKSPACE
    except (OSError, UnicodeDecodeError):
        return _DEFAULT_WORKSPACE


def run_of_parent() -> str:
    """An id for the run of Terraform that started this process.

    Several provider blocks are several processes of one run: where the system tells when the parent began, the id
    follows from that, and is the same for all of them.
    """
    parent = os.getppid()
    try:
        began = (
            Path(f"/proc/{parent}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        )
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except (OSError, IndexError):
        return new_run()
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{platform.node()} {boot} {parent} {began}"))


def new_run() -> str:
    """A fresh id of a run."""
    return str(uuid.uuid4())
