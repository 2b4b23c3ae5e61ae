"""`iac console`: reads expressions, from a terminal or a pipe, and shows their values."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import click

from iac.cli.arguments import Command, color_option, database_option, variable_options
from iac.cli.session import Session, session
from iac.config.variables import VariableOption
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.engine.inspection import Inspection
from iac.hcl.places import Places

INPUT: Final = "<console-input>"
"""What diagnostics call the place of an expression."""

if TYPE_CHECKING:
    from iac.hcl.scanner import Token

_PROMPT, _CONTINUED = "> ", ": "

_HELP = """An expression of the language shows its value: var.region, length(local.names), iac_cluster.main.id.
It sees the variables, the local values, the outputs of modules, and the objects as the state has them; what was not
applied yet is (known after apply). type(value) shows a type; "iac functions" lists the functions.

Brackets that are open, and a \\ at the end of a line, carry an expression on to the next line. To leave, type "exit"
or press Ctrl-D."""


@click.command(cls=Command)
@variable_options
@database_option
@color_option
def command(variables: Sequence[VariableOption], database: str | None, no_color: bool) -> None:
    """Try expressions: shows their values over the configuration and the state. Nothing is changed.

    On a terminal it asks for them, with history and completion; from a pipe it reads one a line, shows each
    value, and exits with 1 when any of them was wrong. Also works in a directory without configuration.
    """
    with session(database, no_color=no_color, create=False) as opened:
        inspection, warnings = opened.project.console(variables)
        opened.report(list(warnings))
        is_terminal = sys.stdin.isatty()
        if is_terminal:
            _prepare_terminal(inspection)
        all_good = _converse(opened, inspection, _ask if is_terminal else _read)
        if not all_good and not is_terminal:
            raise click.exceptions.Exit(1)


def _converse(opened: Session, inspection: Inspection, read: Callable[[str], str | None]) -> bool:
    """Answers until there is nothing more to read; whether all went well."""
    all_good = True
    while True:
        try:
            text = _expression(read)
        except KeyboardInterrupt:
            if read is not _ask:
                raise
            # As in a shell: what was begun is dropped.
            opened.console.write("")
            continue
        if text is None or text.strip() == "exit":
            return all_good
        if text.strip() == "help":
            opened.console.write(_HELP)
        elif not _is_blank(text):
            all_good = _answer(opened, inspection, text) and all_good


def _answer(opened: Session, inspection: Inspection, text: str) -> bool:
    """Shows the value of one expression, or what is wrong with it; whether there was one."""
    from iac.hcl.parser import decode, parse_expression
    from iac.hcl.type_function import render_result

    source = opened.project.sources[INPUT] = text.encode("utf-8", "surrogateescape")
    problems: list[Diagnostic] = []
    if decode(source, INPUT, problems) is not None:
        expression, problems = parse_expression(text, INPUT)
    if problems:
        opened.report(problems)
        return False
    try:
        opened.console.write(render_result(inspection.evaluate(expression)))
    except DiagnosticsError as problem:
        opened.report(list(problem.diagnostics))
        return False
    return True


# --- reading ---


def _expression(read: Callable[[str], str | None]) -> str | None:
    """The next expression, of one line or several; None at the end. A last one that is not complete counts."""
    line = read(_PROMPT)
    if line is None:
        return None
    text = ""
    while line is not None:
        text += line.removesuffix("\\")
        if not line.endswith("\\") and not is_open(text):
            break
        if not line.endswith("\\"):
            text += "\n"
        line = read(_CONTINUED)
    return text


def _tokens(text: str) -> list[Token]:
    from iac.hcl.scanner import scan

    # A heredoc begins and ends at the end of a line.
    text += "\n"
    return scan(text, Places(INPUT, text))[0]


def _is_blank(text: str) -> bool:
    """Whether there is nothing to evaluate: only white space and comments."""
    return all(token.kind in ("newline", "end") for token in _tokens(text))


def is_open(text: str) -> bool:
    """Whether an expression goes on in the next line: a bracket, an interpolation or a heredoc has no end yet."""
    depth = 0
    for token in _tokens(text):
        if token.kind == "unclosed":
            return True
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
    return depth > 0


_OPENING = frozenset({"(", "[", "{", "${", "%{", "heredoc"})
_CLOSING = frozenset({")", "]", "}", "template-end", "end-heredoc"})


def _read(prompt: str) -> str | None:
    """The next line of a pipe."""
    line = sys.stdin.readline()
    return line.rstrip("\r\n") if line else None


def _ask(prompt: str) -> str | None:
    """The next line from the user; None when there will be none."""
    try:
        return input(prompt)
    except EOFError:
        sys.stdout.write("\n")
        return None


def _prepare_terminal(inspection: Inspection) -> None:
    """History and completion, where Python has them. The history is forgotten at the end: expressions may hold
    secrets."""
    try:
        import readline
    except ImportError:
        return
    readline.set_completer(Completer(inspection))
    # Names have dots, dashes and :: in them.
    readline.set_completer_delims(" \t\n`~!@#$%^&*()=+[{]}\\|;'\",<>/?")
    is_libedit = "libedit" in (readline.__doc__ or "")
    readline.parse_and_bind("bind ^I rl_complete" if is_libedit else "tab: complete")
    readline.set_auto_history(True)


class Completer:
    """Completes the names that an expression may refer to: implements readline's protocol."""

    def __init__(self, inspection: Inspection) -> None:
        self._inspection = inspection
        self._found: list[str] = []

    def __call__(self, text: str, state: int) -> str | None:
        """The candidate of number `state` for a beginning, or None after the last."""
        if state == 0:
            self._found = self.candidates(text)
        return self._found[state] if state < len(self._found) else None

    def candidates(self, text: str) -> list[str]:
        """Everything that `text` can be completed to; attributes only once their resource is written."""
        names = {name for name in self._inspection.names() if name.startswith(text)}
        names.update(name for name in self._inspection.attributes() if name.startswith(text) and _owner(name, text))
        return sorted(names)


def _owner(name: str, text: str) -> bool:
    """Whether the resource of an attribute is written in full, with a dot after it."""
    return text.startswith(f"{name.rpartition('.')[0]}.")
