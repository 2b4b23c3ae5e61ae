"""Installing the provider: a launcher in a filesystem mirror, where `terraform init` finds it without a network.

The launcher is the same file on every machine, so that its hash in Terraform's lock file is, too. Where this
installation of iac is, it learns from a file of the user's own.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from iac import __version__
from iac.diagnostics import DiagnosticsError, error
from iac.files import write_whole
from iac.providers.iac.provider import SOURCE

PROGRAM_VARIABLE: Final = "IAC_PROGRAM"
_PACKAGES: Final = ("grpclib", "msgpack")
"""Of the packages of the extra, those that come with nothing else."""
_PROGRAM_FILE: Final = Path("iac") / "program"

LAUNCHER: Final = f"""#!/bin/sh
# The provider iac for Terraform. Starts the iac that {PROGRAM_VARIABLE} names, else that of the last
# "iac provider install" on this machine, else that of the PATH.
program="${{{PROGRAM_VARIABLE}:-}}"
recorded="${{XDG_CONFIG_HOME:-$HOME/.config}}/iac/program"
if [ -z "$program" ] && [ -r "$recorded" ]; then
  read -r program < "$recorded"
  [ -x "$program" ] || program=""
fi
program="${{program:-iac}}"
if ! command -v "$program" >/dev/null 2>&1; then
  # Terraform shows what stands where the handshake should be.
  echo "Error: there is no program $program: install iac, run: iac provider install, or set {PROGRAM_VARIABLE}"
  exit 1
fi
exec "$program" provider serve
"""

_ARCHITECTURES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64", "i686": "386"}


@dataclass(frozen=True, slots=True)
class Installed:
    """What was installed: the launcher, and the directory of the mirror that it is in."""

    launcher: Path
    mirror: Path
    is_default: bool


def default_mirror(environment: Mapping[str, str]) -> Path:
    """The directory in which Terraform looks for providers without being told."""
    return Path(environment.get("HOME") or Path.home()) / ".terraform.d" / "plugins"


def install(environment: Mapping[str, str], mirror: Path | None) -> Installed:
    """Writes the launcher into a mirror, and where this iac is into the user's configuration.

    Raises `DiagnosticsError` when that cannot be written, or would not run.
    """
    _check_packages()
    chosen = mirror or default_mirror(environment)
    package = chosen / SOURCE / __version__ / platform_name()
    launcher = package / f"terraform-provider-iac_v{__version__}"
    try:
        package.mkdir(parents=True, exist_ok=True)
        write_whole(launcher, [LAUNCHER.encode()], mode=0o755)  # it may be running
        _record_program(environment)
    except OSError as problem:
        raise DiagnosticsError(
            error(
                "Cannot install the provider",
                f'"{problem.filename}" cannot be written: {(problem.strerror or str(problem)).lower()}.',
            )
        ) from problem
    return Installed(launcher, chosen, mirror is None)


def _check_packages() -> None:
    # Terraform would only say that the plugin does not start.
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise DiagnosticsError(
            error(
                "Packages of the provider not installed",
                f"The provider needs the Python packages {', '.join(missing)}, which iac alone does without. Install "
                "iac with them: pip install 'iac[terraform]'",
            )
        )


def platform_name() -> str:
    """The operating system and architecture as Terraform names them."""
    machine = platform.machine().lower()
    return f"{platform.system().lower()}_{_ARCHITECTURES.get(machine, machine)}"


def required_providers() -> str:
    """What a configuration has to say to use the provider."""
    return f"""terraform {{
  required_providers {{
    iac = {{
      source  = "{SOURCE.removeprefix("registry.terraform.io/")}"
      version = "{__version__}"
    }}
  }}
}}
"""


def _record_program(environment: Mapping[str, str]) -> None:
    """Notes which iac this is, for the launcher: the command beside the interpreter that runs now."""
    program = Path(sys.executable).parent / "iac"
    if not os.access(program, os.X_OK):
        return
    home = environment.get("HOME") or str(Path.home())
    file = Path(environment.get("XDG_CONFIG_HOME") or Path(home) / ".config") / _PROGRAM_FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, [f"{program}\n".encode()], mode=0o644)
