"""`iac events export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iac.cli.arguments import color_option, database_option, file_name, switch
from iac.cli.events.filtering import Asked, FilterCommand, filter_options, words_argument
from iac.cli.events.opening import audit_session

_FORMATS = ("ndjson", "csv", "ocsf", "cloudevents", "markdown", "json")


@click.command("export", cls=FilterCommand)
@words_argument
@click.option(
    "--output",
    required=True,
    callback=file_name,
    metavar="FILE",
    help="The file to write, for its owner alone; -: to stdout.",
)
@switch("force", "Replace the file when there is one already.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="ndjson",
    metavar="|".join(_FORMATS),
    help="How to write. Default: ndjson, which loses nothing and verifies on its own.",
)
@filter_options()
@database_option
@color_option
def command(asked: Asked, output: str, force: bool, form: str, database: str | None, no_color: bool) -> None:
    """Write events to a file, oldest first, with a manifest that says what must be there.

    The manifest is the last line of ndjson, and FILE.manifest.json beside a file of another format. To check an
    export: iac events verify --file FILE

    For example: iac events export --output 2026.ndjson --since 2026-01-01
    """
    from iac.audit.export import Export, write_export

    with audit_session(database, no_color=no_color) as opened:
        wanted = asked.filter(opened)
        export = Export(opened.database, wanted, form)
        if output == "-":
            for piece in export:
                sys.stdout.write(piece)
            sys.stdout.flush()
            return
        write_export(Path(output), export, form, replace=force)
        events = "1 event" if export.count == 1 else f"{export.count} events"
        opened.console.write(f"Exported {events} to {output}.")
