"""`iac init`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, color_option, database_option
from iac.cli.session import session


@click.command(cls=Command)
@database_option
@color_option
@click.option("--input", "input_", default="true", hidden=True, expose_value=False)
def command(database: str | None, no_color: bool) -> None:
    """Prepare a directory: check its configuration and create the database.

    Nothing is downloaded: the providers come with iac. Running it again does no harm.
    """
    with session(database, no_color=no_color) as opened:
        project, console = opened.project, opened.console
        project.tell = lambda diagnostic: None  # to make the database is what it is for
        console.write("Checking the configuration...")
        prepared, diagnostics = project.load()
        opened.report(list(diagnostics))
        for path, module in prepared.config.modules.items():
            if path:
                console.write(f"- module {'.'.join(path)} in {module.directory}")
        used = sorted({r.provider_name for r in prepared.config.resources()})
        console.write("\nChecking the providers...")
        for name in used:
            console.write(f"- {project.registry.source(name)} comes with iac")
        console.write("\nOpening the database...")
        known = len(project.state().instances)
        console.write(f"- {project.location}: {known} object{'' if known == 1 else 's'} in the state")
        console.write(
            "\niac has been successfully initialized!\n\n"
            'Next, run "iac plan" to see what would be created or changed, "iac apply" to do it, and "iac events" to '
            "see what was done."
        )
