"""`iac state mv`."""

from __future__ import annotations

import click

from iac.cli.addresses import target_argument
from iac.cli.arguments import Command
from iac.cli.editing import EditOptions, editing_options
from iac.cli.session import session
from iac.engine.state_edits import StateEditor, plan_move
from iac.state.model import State


@click.command("mv", cls=Command)
@click.argument("source")
@click.argument("destination")
@editing_options
def command(source: str, destination: str, options: EditOptions, database: str | None, no_color: bool) -> None:
    """Move the objects at the address SOURCE (a module, resource or instance) to the address DESTINATION.

    The objects stay as they are. In a configuration that others apply too, a moved block does the same for all.
    """
    with session(database, no_color=no_color, create=False) as opened:
        old, new = target_argument(source), target_argument(destination)

        def edit(editor: StateEditor, state: State) -> None:
            editor.move(plan_move(state, old, new))

        moves = plan_move(opened.project.state(), old, new)
        for move in moves:
            verb = "Would move" if options.dry_run else "Move"
            opened.console.write(f'{verb} "{move.source}" to "{move.destination}"')
        if not options.dry_run:
            options.carry_out(opened, edit)
            opened.console.write(f"Successfully moved {len(moves)} object(s).")
