"""`iac provider`: the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import LazyGroup

_COMMANDS = {
    "install": ("iac.cli.provider.install", "Install the provider for Terraform"),
    "serve": ("iac.cli.provider.serve", "Serve the provider: for Terraform to start"),
}


@click.group(cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Use iac's resources from the real Terraform: the same platform and the same audit log."""
