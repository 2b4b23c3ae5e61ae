"""`iac state list`, `iac state show`."""

from __future__ import annotations

import shlex

import click

from iac.address import AddressError, ResourceInstance, parse_instance, parse_target
from iac.cli.arguments import Group, color_option, database_option
from iac.cli.session import Session, session
from iac.diagnostics import DiagnosticsError, did_you_mean, error
from iac.state.model import InstanceObject, State


@click.group(cls=Group)
def command() -> None:
    """Look into the state: which objects iac manages, and what it knows of them."""


@command.command("list")
@click.argument("address", nargs=-1)
@click.option("--id", "object_id", metavar="ID", help="Only the objects with this id.")
@database_option
def list_(address: tuple[str, ...], object_id: str | None, database: str | None) -> None:
    """List the addresses of all objects, or of those in the modules and resources given."""
    with session(database, create=False) as opened:
        state = opened.project.state()
        targets = [_parse(text, parse_target) for text in address]
        for instance in sorted(state.instances, key=ResourceInstance.sort_key):
            if targets and not any(t.contains(instance) for t in targets):
                continue
            if object_id is not None and state.instances[instance].attributes.get("id") != object_id:
                continue
            opened.console.write(str(instance))


@command.command("show")
@click.argument("address")
@database_option
@color_option
def show(address: str, database: str | None, no_color: bool) -> None:
    """Show one object as it is in the state, and how to see its events."""
    from iac.views.state_text import render_instance

    with session(database, no_color=no_color, create=False) as opened:
        instance = _find(opened.project.state(), _parse(address, parse_instance))
        schema = opened.project.schema_of(instance.provider, instance.address.resource)
        opened.console.write(render_instance(instance, schema, color=opened.console.color))
        _hint(opened, instance)


def _hint(opened: Session, instance: InstanceObject) -> None:
    if opened.console.is_terminal:
        opened.console.write(f"\nIts events: iac events --target {shlex.quote(str(instance.address))}")


def _find(state: State, address: ResourceInstance) -> InstanceObject:
    found = state.instances.get(address)
    if found is None:
        hint = did_you_mean(str(address), map(str, state.instances))
        raise DiagnosticsError(
            error(
                "No instance found for the given address",
                f'There is no object "{address}" in the state.{hint} This command requires that the address '
                'references one specific instance. To view the available instances, use "iac state list".',
            )
        )
    return found


def _parse(text: str, parser):  # type: ignore[no-untyped-def]  # parse_target or parse_instance
    try:
        return parser(text)
    except AddressError as problem:
        raise DiagnosticsError(error("Error parsing instance address", f'"{text}" is no address: {problem}.')) from None
