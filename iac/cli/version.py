"""`iac version`."""

from __future__ import annotations

import platform

import click

from iac import __version__
from iac.cli.arguments import Command, json_option
from iac.cli.console import Console
from iac.config.versions import LANGUAGE_VERSION


@click.command(cls=Command)
@json_option
def command(as_json: bool) -> None:
    """Show the version of iac and of the language it speaks."""
    console = Console()
    system = f"{platform.system().lower()}_{platform.machine().lower().replace('x86_64', 'amd64')}"
    if as_json:
        console.json(
            {
                "terraform_version": LANGUAGE_VERSION,
                "iac_version": __version__,
                "platform": system,
                "provider_selections": {},
                "terraform_outdated": False,
            }
        )
    else:
        console.write(f"iac v{__version__}\non {system}\nspeaks the language of Terraform v{LANGUAGE_VERSION}")
