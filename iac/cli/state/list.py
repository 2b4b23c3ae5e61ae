"""`iac state list`."""

from __future__ import annotations

import click

from iac.address import ResourceInstance, Target
from iac.cli.addresses import target_argument
from iac.cli.arguments import Command, database_option
from iac.cli.session import session
from iac.diagnostics import Diagnostic, DiagnosticsError, error


@click.command("list", cls=Command)
@click.argument("address", nargs=-1)
@click.option("--id", "object_id", metavar="ID", help="Only the objects with this id.")
@database_option
def command(address: tuple[str, ...], object_id: str | None, database: str | None) -> None:
    """List the addresses of all objects, or of those in the modules and resources given."""
    with session(database, create=False) as opened:
        state = opened.project.state()
        targets = [target_argument(text) for text in address]
        for target in targets:
            if not any(target.contains(instance) for instance in state.instances):
                raise DiagnosticsError(_unknown(target))
        for instance in sorted(state.instances, key=ResourceInstance.sort_key):
            if targets and not any(t.contains(instance) for t in targets):
                continue
            if object_id is not None and state.instances[instance].attributes.get("id") != object_id:
                continue
            opened.console.write(str(instance))


def _unknown(target: Target) -> Diagnostic:
    """What is said of an address at which the state has nothing."""
    what, named, added = "resource instance", str(target), "its resource to the configuration or have changed the count"
    if target.resource is None:
        what, named, added = "module", f"at {target}", "this module to the configuration"
    elif not target.exact_key:
        what, added = "resource", "this resource to the configuration"
    else:
        added += " or for_each arguments"
    done = "to update the resource's entry" if what == "resource instance" else f"to create the {what}'s entry"
    return error(
        f"Unknown {what}",
        f'The current state contains no {what} {named}. If you\'ve just added {added}, you must run "iac apply" first '
        f"{done} in the state.",
    )
