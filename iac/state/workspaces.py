"""Which workspace a directory works in: `IAC_WORKSPACE` or `TF_WORKSPACE`, else the one selected there, else `default`.

The selection is a file of the directory, as in Terraform, so that two checkouts over one database may work in
different workspaces. Owns the selection and the rules for names; the workspaces' rows are left to `store`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from iac.diagnostics import DiagnosticsError, error
from iac.files import write_whole
from iac.state.store import DEFAULT_WORKSPACE

VARIABLES: Final = ("IAC_WORKSPACE", "TF_WORKSPACE")
"""In the order in which they count; the second is Terraform's, for pipelines that were made for it."""
_FILE: Final = Path(".iac") / "workspace"
_NAME: Final = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@]+")


def selected_workspace(directory: Path, environment: Mapping[str, str]) -> str:
    """The name of the workspace to work in. Raises `DiagnosticsError` when it is no valid name."""
    variable = _overriding(environment)
    if variable is not None:
        check_name(environment[variable])
        return environment[variable]
    try:
        name = (directory / _FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return DEFAULT_WORKSPACE
    if not name:
        return DEFAULT_WORKSPACE
    check_name(name)
    return name


def _overriding(environment: Mapping[str, str]) -> str | None:
    return next((name for name in VARIABLES if environment.get(name)), None)


def refuse_overridden(environment: Mapping[str, str]) -> None:
    """Raises `DiagnosticsError` when the environment says which workspace it is: selecting another has no effect."""
    variable = _overriding(environment)
    if variable is not None:
        raise DiagnosticsError(
            error(
                "The workspace is set by the environment",
                f"The selected workspace is currently overridden using the {variable} environment variable. To select "
                "a new workspace, either update this environment variable or unset it.",
            )
        )


def select_workspace(directory: Path, environment: Mapping[str, str], name: str) -> None:
    """Remembers the workspace for the commands to come. Raises `DiagnosticsError`."""
    refuse_overridden(environment)
    path = directory / _FILE
    try:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, [f"{name}\n".encode()], mode=None)
    except OSError as problem:
        raise DiagnosticsError(
            error("Cannot select the workspace", f'The file "{path}" cannot be written: {problem.strerror}.')
        ) from None


def check_name(name: str) -> None:
    """Raises `DiagnosticsError` when a workspace may not be called so."""
    if not _NAME.fullmatch(name) or name in (".", ".."):
        raise DiagnosticsError(
            error(
                "Invalid workspace name",
                f'The workspace name "{name}" is not allowed. The name must contain only URL safe characters, and no '
                "path separators.",
            )
        )
