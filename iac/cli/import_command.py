"""`iac import`."""

from __future__ import annotations

import click

from iac.cli.addresses import instance_argument
from iac.cli.arguments import Command, color_option, database_option, switch, variable_options
from iac.cli.planning import ask_variables, progress, seconds
from iac.cli.session import session
from iac.config.variables import VariableOption


@click.command("import", cls=Command)
@click.argument("address")
@click.argument("id", metavar="ID")
@variable_options
@switch("input", "Ask for the values of variables that are not set.", default=True)
@switch("dry-run", "Only say what would be imported.")
@click.option("--message", metavar="TEXT", help="The reason, kept with the event.")
@switch("lock", "Hold the lock of the state meanwhile.", default=True)
@click.option("--lock-timeout", default="0s", metavar="DURATION", help="How long to wait for the lock, such as 30s.")
@database_option
@color_option
def command(
    address: str,
    id: str,
    variables: list[VariableOption],
    input: bool,
    dry_run: bool,
    message: str | None,
    lock: bool,
    lock_timeout: str,
    database: str | None,
    no_color: bool,
) -> None:
    """Take over the existing object ID at ADDRESS, for which the configuration must have a block.

    Nothing else is done: the next plan shows how the object differs from its block. To import with review, write an
    import block instead.
    """
    from iac.cli.applying import apply_plan

    with session(database, no_color=no_color) as opened:
        project = opened.project
        wanted = instance_argument(address)
        with project.lock("OperationTypeImport", seconds(lock_timeout), enabled=lock and not dry_run):
            prepared = project.load()
            answers = ask_variables(project, prepared[0].config, variables) if input else {}
            run = project.plan_import(
                wanted, id, variables, answers=answers, progress=progress(opened), prepared=prepared
            )
            opened.report(list(run.diagnostics))
            if dry_run:
                opened.console.write(f"Would import {wanted} [id={id}]")
            else:
                apply_plan(opened, run, message)
