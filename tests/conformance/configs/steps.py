"""What a case is made of: steps, each a configuration that is planned and applied on what the last one left.

Owns the form of a case and the shorthands for the blocks that most of them have. The cases are in the modules
beside this one, one a theme; `cases.py` gathers them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Step:
    """One plan and apply of `main.tf` (none if empty) and more files; `options` are those of the command line.

    A step may fail, when planning or when applying: the next one goes on with what there is then.
    """

    main: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()


Steps: TypeAlias = Sequence[Step | str]
"""A step that is a text is that of `main.tf`."""

NOTHING = "locals {}\n"


def block(name: str, body: str = "") -> str:
    """A `terraform_data` with a name."""
    return f'resource "terraform_data" "{name}" {{\n{body}\n}}\n'


def lifecycle(body: str) -> str:
    """A `lifecycle` block."""
    return f"lifecycle {{\n{body}\n}}"


def condition(kind: str, test: str, message: str = '"No."') -> str:
    """A `precondition`, `postcondition`, `validation` or `assert`."""
    return f"{kind} {{\n  condition = {test}\n  error_message = {message}\n}}\n"


def variable(name: str, body: str = "") -> str:
    """An input variable."""
    return f'variable "{name}" {{\n{body}\n}}\n'


def output(name: str, value: str, more: str = "") -> str:
    """An output value."""
    return f'output "{name}" {{\n  value = {value}\n{more}}}\n'


def module(name: str, body: str = "", source: str = "./m") -> str:
    """A call of a module in a directory."""
    return f'module "{name}" {{\n  source = "{source}"\n{body}\n}}\n'


def in_module(text: str, directory: str = "m") -> dict[str, str]:
    """The files of a module that has one only."""
    return {f"{directory}/main.tf": text}
