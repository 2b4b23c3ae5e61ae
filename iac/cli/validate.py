"""`iac validate`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session
from iac.diagnostics import Diagnostics


@click.command(cls=Command)
@database_option
@color_option
@json_option
def command(database: str | None, no_color: bool, as_json: bool) -> None:
    """Check whether the configuration is valid, without looking at state or variables' values."""
    with session(database, no_color=no_color) as opened:
        # What check blocks find depends on values, of which nothing is known here.
        diagnostics = Diagnostics([d for d in opened.project.validate() if not d.from_check])
        if as_json:
            from iac.values.codec import pretty
            from iac.views.diagnostics import validate_to_json

            opened.console.write(pretty(validate_to_json(diagnostics.items, opened.project.sources)))
        else:
            opened.report(list(diagnostics))
            if not diagnostics.has_errors:
                more = ", but there were some validation warnings as shown above" if len(diagnostics) else ""
                opened.console.write(f"Success! The configuration is valid{more}.\n")
        if diagnostics.has_errors:
            raise click.exceptions.Exit(1)
