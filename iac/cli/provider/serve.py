"""`iac provider serve`."""

from __future__ import annotations

import os
from typing import NoReturn

import click

from iac.cli.arguments import Command

_MISSING = (
    'Error: The provider needs the Python package "{}".\n\nInstall iac with what the provider needs: '
    "pip install 'iac[terraform]'"
)


@click.command("serve", cls=Command)
@click.option("--reattach", is_flag=True, help="Serve a Terraform that is started by hand; for development.")
def command(reattach: bool) -> None:
    """Serve the provider to Terraform, which starts this command by itself.

    With -reattach it serves every Terraform that is started with the variable TF_REATTACH_PROVIDERS as printed, until
    Ctrl-C.
    """
    from iac.plugin.handshake import HandshakeError

    try:
        from iac.plugin.server import serve
    except ModuleNotFoundError as problem:
        _fail(_MISSING.format((problem.name or "").partition(".")[0]))
    try:
        serve(dict(os.environ), attached=reattach)
    except HandshakeError as problem:
        _fail(str(problem))


def _fail(text: str) -> NoReturn:
    """Says why there is no provider: to a person, and to a Terraform that waits for the handshake.

    Of a plugin that does not start, Terraform shows nothing but what stands where the handshake should be.
    """
    from iac.plugin.handshake import COOKIE

    name, value = COOKIE
    if os.environ.get(name) == value:
        click.echo(" ".join(text.split()))
    click.echo(text, err=True)
    raise click.exceptions.Exit(1)
