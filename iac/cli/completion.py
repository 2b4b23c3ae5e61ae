"""Completion in shells: click's mechanism, for options that may be written with one dash.

    eval "$(_IAC_COMPLETE=bash_source iac)"     or zsh_source, fish_source

Owns what the shells pass and take; what is offered for a value is left to the options. Bash divides words at
colons, so its function passes the line as it is and gets back what stands behind the last colon.
"""

from __future__ import annotations

import os
import re
import shlex

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    split_arg_string,
)

_ONE_DASH = re.compile(r"-[a-z][\w-]+(=.*)?\Z", re.DOTALL)
_BARE = re.compile(r"[\w@%+=:,./*-]*\Z")

_BASH = r"""
%(complete_func)s() {
    local IFS=$'\n' line
    COMPREPLY=()
    for line in $(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \
            %(complete_var)s=bash_complete "$1"); do
        case "$line" in
            dir,*) compopt -o dirnames ;;
            file,*) compopt -o default ;;
            open,*) compopt -o nospace; COMPREPLY+=("${line#*,}") ;;
            plain,*) COMPREPLY+=("${line#*,}") ;;
        esac
    done
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


def _two_dashes(text: str) -> str:
    return f"-{text}" if _ONE_DASH.match(text) else text


class _Conventions(ShellComplete):
    """What all shells need here: one dash is as good as two, and a mistake on the line is no reason to fail."""

    def get_completions(self, args: list[str], incomplete: str) -> list[CompletionItem]:
        try:
            return super().get_completions([_two_dashes(a) for a in args], _two_dashes(incomplete))
        except (click.UsageError, click.Abort):
            return []


class _Bash(_Conventions, BashComplete):
    source_template = _BASH

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE", "")
        words = split_arg_string(line)[1:]
        self._in_quotes = _is_open(line)
        incomplete = "" if not words or (line[-1:].isspace() and not self._in_quotes) else words.pop()
        self._incomplete = incomplete
        return words, incomplete

    def format_completion(self, item: CompletionItem) -> str:
        value = str(item.value)
        kind = "open" if item.type == "plain" and value.endswith(":") else item.type
        if self._in_quotes:
            return f"{kind},{value}"
        if not _BARE.match(value):
            return f"{kind},{shlex.quote(value)}"
        return f"{kind},{value[self._replaced(value) :]}"

    def _replaced(self, value: str) -> int:
        """How much of the value stands on the line already, in front of where Bash puts what it gets."""
        typed = self._incomplete
        if not value.startswith(typed):
            typed = typed.partition("=")[2]
        breaks = os.environ.get("COMP_BREAKS", ":=")
        return max((typed.rfind(b) + 1 for b in ":=" if b in breaks), default=0)


def _is_open(line: str) -> bool:
    """Whether the line ends inside quotes."""
    quote = ""
    for char in line:
        if char in "\"'" and quote in ("", char):
            quote = "" if quote else char
    return bool(quote)


class _Zsh(_Conventions, ZshComplete):
    pass


class _Fish(_Conventions, FishComplete):
    pass


def register() -> None:
    """Makes click use these for its shells."""
    for shell in (_Bash, _Zsh, _Fish):
        add_completion_class(shell)
