"""Writes the reference of the command line from the commands themselves: `python -m iac.cli.docs docs/cli.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from iac.cli.main import cli

_INTRODUCTION = """# Command line

This page is generated from the commands by `make docs`.

Options are written with one dash or two, their values after `=` or a space: `-out=tfplan`, `--out tfplan`. A
switch can be turned off: `-refresh=false`. Exit codes are Terraform's: 0 good, 1 error; `plan -detailed-exitcode`
exits with 2 when there are changes.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_INTRODUCTION, *_sections(cli, "iac", None)]).rstrip() + "\n"


def _sections(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=path, parent=parent)
    yield f"## {path}\n"
    yield f"{_help(command)}\n"
    arguments = [p for p in command.params if isinstance(p, click.Argument)]
    if arguments:
        yield f"Arguments: {', '.join(f'`{a.make_metavar(context)}`' for a in arguments)}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield "| option | meaning |"
        yield "|---|---|"
        for option in options:
            yield f"| `{_written(option, context)}` | {option.help or ''} |"
        yield ""
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _sections(inner, f"{path} {name}", None)


def _help(command: click.Command) -> str:
    text = command.help or ""
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def _written(option: click.Option, context: click.Context) -> str:
    name = option.opts[0].removeprefix("-")
    if option.is_flag:
        return f"{name}=false" if option.default and option.secondary_opts else name
    return f"{name}={option.make_metavar(context)}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
