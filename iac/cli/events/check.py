"""`iac events check`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("check", cls=Command)
@database_option
@color_option
@json_option
def command(database: str | None, no_color: bool, as_json: bool) -> None:
    """Rebuild the present from the log and compare it with what there is: every difference is named.

    Objects of the platform are compared with the platform, all others with the state of every workspace; sensitive
    values by their digests.

    Exit codes: 0 when all agree, 1 when anything differs.
    """
    from iac.values.codec import pretty
    from iac.views.inventory import check_to_json, render_check

    with session(database, no_color=no_color, create=False) as opened:
        check = opened.project.check_log()
        if as_json:
            opened.console.write(pretty(check_to_json(check)))
        else:
            opened.console.write(render_check(check, color=opened.console.color))
        if check.problems:
            raise click.exceptions.Exit(1)
