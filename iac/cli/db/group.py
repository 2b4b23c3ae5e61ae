"""`iac db`: the table of its subcommands."""

from __future__ import annotations

import click

from iac.cli.arguments import LazyGroup

_COMMANDS = {
    "check": ("iac.cli.db.check", "Find out whether the database is in order"),
    "backup": ("iac.cli.db.backup", "Copy the database while others work with it"),
    "info": ("iac.cli.db.info", "Show what is in the database and how large it is"),
}


@click.group(cls=LazyGroup, modules=_COMMANDS)
def command() -> None:
    """Look after the database: check it, copy it, see what is in it."""
