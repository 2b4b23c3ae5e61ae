"""`iac state push`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, switch
from iac.cli.editing import EditOptions, editing_options
from iac.cli.reading import read_file
from iac.cli.session import session
from iac.database import DatabaseNotFound
from iac.engine.state_edits import StateEditor
from iac.engine.state_push import Push, carry_out, missing_objects, plan_push
from iac.state.model import State


@click.command("push", cls=Command)
@click.argument("file", metavar="FILE|-")
@switch("force", "Push it even when its lineage is another or its serial is older.")
@editing_options
def command(file: str, force: bool, options: EditOptions, database: str | None, no_color: bool) -> None:
    """Put the state of a state file of Terraform (version 4) in the place of the workspace's state.

    Resources of the providers that iac has can be pushed: terraform_data and iac_*. Objects are not touched. A file of
    another lineage or with an older serial is refused. Every object that comes or goes is an event.
    """
    from iac.state.file_reader import read_state_file

    with session(database, no_color=no_color, create=not options.dry_run) as opened:
        project = opened.project
        pushed = read_state_file(read_file(file), project.registry, project.workspace)

        done: list[Push] = []

        def edit(editor: StateEditor, state: State) -> None:
            done.append(plan_push(state, pushed, editor.catalog, force=force))
            if not done[0].is_empty or done[0].serial != state.serial:
                carry_out(done[0], editor)

        try:
            push = plan_push(project.state(), pushed, project.registry, force=force)
            opened.report(missing_objects(push, project.registry))
        except DatabaseNotFound:  # a dry run makes none
            push = plan_push(State(project.workspace), pushed, project.registry, force=force)
        options.carry_out(opened, edit)
        for line in _told(done[0] if done else push, options.dry_run):
            opened.console.write(line)


def _told(push: Push, dry_run: bool) -> list[str]:
    would = "Would " if dry_run else ""
    lines = []
    for verb, objects in (
        ("forget", push.gone),
        ("take over", push.new),
        ("update", [after for _, after in push.changed]),
    ):
        for stored in objects:
            deposed = f" (deposed object {stored.deposed})" if stored.deposed else ""
            lines.append(f"{would}{verb if would else verb.capitalize()} {stored.address}{deposed}")
    if push.is_empty:
        lines.append("The state has all of it already: no object changed.")
    elif not dry_run:
        counts = f"{len(push.new)} taken over, {len(push.changed)} updated, {len(push.gone)} forgotten"
        lines.append(f"Successfully pushed the state, serial {push.serial}: {counts}.")
    return lines
