"""`iac state pull`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, database_option
from iac.cli.session import session


@click.command("pull", cls=Command)
@database_option
def command(database: str | None) -> None:
    """Write the state as a state file of Terraform (version 4) to standard output.

    Sensitive values are in it in clear, as in Terraform: keep the output away from logs, and its file from others.
    Nothing is written where there is no state yet.
    """
    from iac.state.file import state_to_file
    from iac.values.codec import pretty

    with session(database, no_color=True, create=False) as opened:
        project = opened.project
        state = project.state()
        if not state.lineage:
            return
        opened.console.write(pretty(state_to_file(state, project.schema_of, project.registry.source)))
