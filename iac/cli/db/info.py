"""`iac db info`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("info", cls=Command)
@database_option
@color_option
@json_option
def command(database: str | None, no_color: bool, as_json: bool) -> None:
    """Show what is in the database and how large it is: schema version, sizes, counts, workspaces and their locks."""
    from iac.values.codec import pretty
    from iac.views.database import facts_lines, facts_to_json

    with session(database, no_color=no_color, create=False) as opened:
        facts = opened.project.database_facts()
        if as_json:
            opened.console.write(pretty(facts_to_json(facts)))
            return
        for line in facts_lines(facts, color=opened.console.color):
            opened.console.write(line)
