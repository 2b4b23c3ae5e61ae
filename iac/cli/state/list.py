"""`iac state list`."""

from __future__ import annotations

import click

from iac.address import ResourceInstance
from iac.cli.addresses import target_argument
from iac.cli.arguments import Command, database_option
from iac.cli.session import session


@click.command("list", cls=Command)
@click.argument("address", nargs=-1)
@click.option("--id", "object_id", metavar="ID", help="Only the objects with this id.")
@database_option
def command(address: tuple[str, ...], object_id: str | None, database: str | None) -> None:
    """List the addresses of all objects, or of those in the modules and resources given."""
    with session(database, create=False) as opened:
        state = opened.project.state()
        targets = [target_argument(text) for text in address]
        for instance in sorted(state.instances, key=ResourceInstance.sort_key):
            if targets and not any(t.contains(instance) for t in targets):
                continue
            if object_id is not None and state.instances[instance].attributes.get("id") != object_id:
                continue
            opened.console.write(str(instance))
