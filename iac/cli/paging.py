"""Long text on a terminal: through a pager, when it does not fit on the screen."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from itertools import chain

import click

from iac.cli.console import Console


def show(lines: Iterable[str], console: Console, *, pager: bool = True) -> None:
    """Writes lines (each ended), through `PAGER` (less where it is not set) when they are more than the screen has.

    An empty PAGER, or `cat`, switches that off.
    """
    rest = iter(lines)
    first: list[str] = []
    if pager and console.is_terminal and sys.stdin.isatty() and os.environ.get("PAGER", "less") not in ("", "cat"):
        room = shutil.get_terminal_size((80, 24)).lines - 1
        for line in rest:
            first.append(line)
            if len(first) >= room:
                # less by itself would show the sequences of colours instead of obeying them.
                os.environ.setdefault("LESS", "-R")
                click.echo_via_pager(chain(first, rest), color=console.color)
                return
    for line in chain(first, rest):
        sys.stdout.write(line)
    sys.stdout.flush()
