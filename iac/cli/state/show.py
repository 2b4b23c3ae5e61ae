"""`iac state show`."""

from __future__ import annotations

import shlex

import click

from iac.address import ResourceInstance, Target
from iac.cli.addresses import instance_argument
from iac.cli.arguments import Command, color_option, database_option
from iac.cli.session import Session, session
from iac.diagnostics import DiagnosticsError, error
from iac.engine.near_addresses import meant_instead
from iac.state.model import InstanceObject, State


@click.command("show", cls=Command)
@click.argument("address")
@database_option
@color_option
def command(address: str, database: str | None, no_color: bool) -> None:
    """Show one object as it is in the state, and how to see its events."""
    from iac.views.state_text import render_instance

    with session(database, no_color=no_color, create=False) as opened:
        instance = _find(opened.project.state(), instance_argument(address))
        schema = opened.project.schema_of(instance.provider, instance.address.resource)
        opened.console.write(render_instance(instance, schema, color=opened.console.color))
        _hint(opened, instance)


def _hint(opened: Session, instance: InstanceObject) -> None:
    command = f"iac events --target {shlex.quote(str(instance.address))}"
    # What is read by a program is the object; for people there is more.
    click.echo(f"\nIts events: {command}", err=not opened.console.is_terminal)


def _find(state: State, address: ResourceInstance) -> InstanceObject:
    found = state.instances.get(address)
    if found is None:
        hint = meant_instead(Target(*address, exact_key=True), state)
        raise DiagnosticsError(
            error(
                "No instance found for the given address",
                f'There is no object "{address}" in the state.{hint} This command requires that the address '
                'references one specific instance. To view the available instances, use "iac state list".',
            )
        )
    return found
