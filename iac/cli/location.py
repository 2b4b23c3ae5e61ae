"""Where the database of a command is: --database, else what the provider block says, else IAC_DATABASE, else iac.db.

The block counts for every command, those that need no configuration included; so its files are read here, and
parsed only when they may have one.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import click

from iac.reading import read_file
from iac.storage import location_from

_PROVIDER = "iac"
_SIGNS = (b"provider", b'"%s"' % _PROVIDER.encode())


def given_location(ctx: click.Context, option: str | None = None) -> str | None:
    """What --database says, before or behind the name of the command; None when it is not there."""
    return option or ctx.find_root().params.get("database") or None


def location_of(given: str | None, constants: Mapping[str, str]) -> str:
    """Where the database is: as it is given, else after the constants of the provider block and the environment."""
    return location_from(os.environ, given or constants.get("database"))


def block_constants(directory: str = ".") -> dict[str, str]:
    """What the provider block of a directory says, as far as that can be known without variables and all else."""
    sources = {}
    try:
        with os.scandir(directory) as entries:
            names = [e.name for e in entries if e.name.endswith((".tf", ".tf.json")) and not e.name.startswith(".")]
    except OSError:
        return {}
    for name in names:
        try:
            source = read_file(Path(directory, name))
        except OSError:
            continue
        if all(sign in source for sign in _SIGNS):
            sources[name] = source
    if not sources:
        return {}
    from iac.config.provider_constants import provider_constants

    return provider_constants(sources, _PROVIDER)
