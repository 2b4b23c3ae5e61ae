"""`iac taint`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, switch
from iac.cli.editing import EditOptions, editing_options, mark
from iac.engine.state_edits import TAINTED


@click.command(cls=Command)
@click.argument("address")
@switch("allow-missing", "Succeed, with a warning, when there is no such object.")
@editing_options
def command(address: str, allow_missing: bool, options: EditOptions, database: str | None, no_color: bool) -> None:
    """Mark the object at ADDRESS as tainted: the next apply replaces it."""
    mark(address, TAINTED, allow_missing, options, database)
