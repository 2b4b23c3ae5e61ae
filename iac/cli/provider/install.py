"""`iac provider install`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from iac.cli.arguments import Command, color_option


@click.command("install", cls=Command)
@click.option("--dir", "directory", metavar="DIR", help="A filesystem mirror. Default: Terraform's own, in the home.")
@color_option
def command(directory: str | None, no_color: bool) -> None:
    """Install the provider for Terraform, so that terraform init finds it without a network.

    Writes a launcher into Terraform's plugin directory, or into the filesystem mirror given, and shows what to write
    into the configuration.
    """
    from iac.cli.console import Console
    from iac.diagnostics import DiagnosticsError
    from iac.plugin.install import install, required_providers

    console = Console(no_color=no_color)
    try:
        done = install(os.environ, Path(directory) if directory else None)
    except DiagnosticsError as problem:
        console.diagnostics(list(problem.diagnostics), {})
        raise click.exceptions.Exit(1) from None
    console.write(f"Installed {done.launcher}\n\nUse it so, then run terraform init:\n\n{required_providers()}")
    if not done.is_default:
        console.write(
            "Terraform looks there when its CLI configuration says so:\n\n"
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{done.mirror.resolve()}"\n  }}\n}}\n'
        )
