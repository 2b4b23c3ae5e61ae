"""Arguments that stand in the environment: `TF_CLI_ARGS` and `TF_CLI_ARGS_name`, as Terraform takes them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Final

import click

_ALL: Final = "TF_CLI_ARGS"
_GROUPS: Final = frozenset({"state", "workspace", "providers"})
_COMMANDS: Final = _GROUPS | {
    "apply",
    "console",
    "destroy",
    "fmt",
    "force-unlock",
    "graph",
    "import",
    "init",
    "output",
    "plan",
    "refresh",
    "show",
    "taint",
    "untaint",
    "validate",
    "version",
}
"""Those that Terraform has. The others are called by programs that Terraform starts, such as the provider."""
_WITH_VALUE: Final = ("-chdir", "--chdir", "-database", "--database")


def with_environment(arguments: Sequence[str], environment: Mapping[str, str]) -> list[str]:
    """The arguments with those of the environment directly after the command: those for the command by its name
    first, then those for all. Raises `click.UsageError` when they cannot be divided into words."""
    words = list(arguments)
    start = _command_at(words)
    if start is None or words[start] not in _COMMANDS:
        return words
    end = start + 1
    if words[start] in _GROUPS and end < len(words) and not words[end].startswith("-"):
        end += 1
    name = "_".join(words[start:end]).replace("-", "_")
    extra = [word for variable in (f"{_ALL}_{name}", _ALL) for word in _words(variable, environment.get(variable))]
    return [*words[:end], *extra, *words[end:]]


def _command_at(words: Sequence[str]) -> int | None:
    at = 0
    while at < len(words):
        if not words[at].startswith("-"):
            return at
        at += 2 if words[at] in _WITH_VALUE else 1
    return None


def _words(variable: str, text: str | None) -> list[str]:
    try:
        return shlex.split(text or "")
    except ValueError:
        raise click.UsageError(f"Cannot read the arguments in {variable}: a quotation mark is not closed.") from None
