"""`iac state rm`."""

from __future__ import annotations

import click

from iac.cli.addresses import target_argument
from iac.cli.arguments import Command
from iac.cli.editing import EditOptions, editing_options
from iac.cli.session import session
from iac.engine.state_edits import StateEditor, plan_forget
from iac.state.model import State


@click.command("rm", cls=Command)
@click.argument("address", nargs=-1, required=True)
@editing_options
def command(address: tuple[str, ...], options: EditOptions, database: str | None, no_color: bool) -> None:
    """Forget the objects at every ADDRESS (a module, resource or instance). They are not destroyed.

    In a configuration that others apply too, a removed block does the same for all.
    """
    with session(database, no_color=no_color, create=False) as opened:
        targets = [target_argument(text) for text in address]

        def edit(editor: StateEditor, state: State) -> None:
            editor.forget(plan_forget(state, targets))

        found = plan_forget(opened.project.state(), targets)
        options.carry_out(opened, edit)
        for instance in found:
            opened.console.write(f"{'Would remove' if options.dry_run else 'Removed'} {instance}")
        if not options.dry_run:
            opened.console.write(f"Successfully removed {len(found)} resource instance(s).")
