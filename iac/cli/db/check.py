"""`iac db check`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option, json_option
from iac.cli.session import session


@click.command("check", cls=Command)
@database_option
@color_option
@json_option
def command(database: str | None, no_color: bool, as_json: bool) -> None:
    """Find out whether the database is in order: the file, its references, the audit log, the objects, the states.

    Changes nothing. What is worth knowing and not wrong is told as well, such as a lock whose process is gone.

    Exit codes: 0 all is well, 1 something is broken.
    """
    from iac.values.codec import pretty
    from iac.views.database import findings_to_json, render_findings

    with session(database, no_color=no_color, create=False) as opened:
        findings = opened.project.check_database()
        if as_json:
            opened.console.write(pretty(findings_to_json(findings)))
        else:
            opened.console.write(render_findings(findings, color=opened.console.color))
        if not all(finding.is_good for finding in findings):
            raise click.exceptions.Exit(1)
