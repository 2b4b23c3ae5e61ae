"""`iac provider serve`."""

from __future__ import annotations

import os
import sys

import click

from iac.cli.arguments import Command

_MISSING = (
    'Error: The provider needs the Python package "{}"\n\nInstall iac with what the provider needs: '
    "pip install 'iac[terraform]'\n"
)


@click.command("serve", cls=Command)
@click.option("--reattach", is_flag=True, help="Serve a Terraform that is started by hand; for development.")
def command(reattach: bool) -> None:
    """Serve the provider to Terraform, which starts this command by itself.

    With -reattach it serves every Terraform that is started with the variable TF_REATTACH_PROVIDERS as printed, until
    Ctrl-C.
    """
    try:
        from iac.plugin.handshake import HandshakeError
        from iac.plugin.server import serve
    except ModuleNotFoundError as problem:
        sys.stderr.write(_MISSING.format(problem.name))
        raise click.exceptions.Exit(1) from None
    try:
        serve(dict(os.environ), attached=reattach)
    except HandshakeError as problem:
        sys.stderr.write(f"{problem}\n")
        raise click.exceptions.Exit(1) from None
