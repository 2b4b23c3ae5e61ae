"""`iac state replace-provider`."""

from __future__ import annotations

import click

from iac.cli.arguments import Command, switch
from iac.cli.asking import confirmed
from iac.cli.console import Console
from iac.cli.editing import EditOptions, editing_options
from iac.cli.session import session
from iac.engine.provider_replacement import Replacement, carry_out, plan_replacement
from iac.engine.state_edits import StateEditor
from iac.state.model import State


@click.command("replace-provider", cls=Command)
@click.argument("old", metavar="FROM")
@click.argument("new", metavar="TO")
@switch("auto-approve", "Do not ask for approval.")
@editing_options
def command(old: str, new: str, auto_approve: bool, options: EditOptions, database: str | None, no_color: bool) -> None:
    """Give the resources of the provider with the source FROM the provider with the source TO.

    Both are written as in required_providers, such as terraform.io/builtin/terraform or iac/iac. TO must be a provider
    of iac that has the types of these resources.
    """
    with session(database, no_color=no_color, create=False) as opened:
        console, registry = opened.console, opened.project.registry
        replacement = plan_replacement(opened.project.state(), old, new, registry)
        if not replacement.objects:
            console.write("No matching resources found.")
            return

        def edit(editor: StateEditor, state: State) -> None:
            carry_out(plan_replacement(state, old, new, editor.catalog), editor)

        _show(replacement, console)
        if options.dry_run:
            return
        if not auto_approve and not _approved(console):
            console.write("Cancelled replacing providers.")
            return
        options.carry_out(opened, edit)
        console.write(f"\nSuccessfully replaced provider for {len(replacement.resources)} resources.")


def _show(replacement: Replacement, console: Console) -> None:
    bold, red, green, yellow, reset = (
        ("\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[0m") if console.color else [""] * 5
    )
    listed = "".join(f"  {resource}\n" for resource in replacement.resources)
    console.write(
        f"iac will perform the following actions:\n\n  {yellow}~{reset} Updating provider:\n"
        f"    {red}-{reset} {replacement.old}\n    {green}+{reset} {replacement.new}\n\n"
        f"{bold}Changing{reset} {len(replacement.resources)} resources:\n\n{listed}"
    )


def _approved(console: Console) -> bool:
    return confirmed(
        console,
        "Do you want to make these changes?",
        "Only 'yes' will be accepted to continue.",
        "Use -auto-approve to do it without asking.",
    )
