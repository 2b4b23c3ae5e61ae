"""`iac state`: the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import LazyGroup

_COMMANDS = {
    "list": ("iac.cli.state.list", "List the addresses of all objects"),
    "show": ("iac.cli.state.show", "Show one object"),
    "mv": ("iac.cli.state.mv", "Give objects other addresses"),
    "rm": ("iac.cli.state.rm", "Forget objects without destroying them"),
}


@click.group(cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Look into the state, and change it by hand: which objects iac manages, and what it knows of them."""
