"""`iac state`: the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import LazyGroup

_COMMANDS = {
    "list": ("iac.cli.state.list", "List the addresses of all objects"),
    "show": ("iac.cli.state.show", "Show one object"),
    "mv": ("iac.cli.state.mv", "Give objects other addresses"),
    "rm": ("iac.cli.state.rm", "Forget objects without destroying them"),
    "pull": ("iac.cli.state.pull", "Write the state as a state file of Terraform"),
    "push": ("iac.cli.state.push", "Take the state from a state file of Terraform"),
    "replace-provider": ("iac.cli.state.replace_provider", "Replace the provider of resources"),
}


@click.group(cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Look into the state, and change it by hand: which objects iac manages, and what it knows of them."""
