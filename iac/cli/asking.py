"""Questions to whoever started a command: on a terminal, or answered through a pipe as in `echo yes | iac apply`.

Owns reading an answer and what its absence means; which question, and what follows from the answer, is the command's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from iac.cli.console import Console
from iac.diagnostics import DiagnosticsError, error


def ask(prompt: str, *, secret: bool = False) -> str | None:
    """The answer to a prompt, without its line end; None where the input ends before one was given.

    With `secret` a terminal does not show what is typed.
    """
    with _unseen() if secret else nullcontext():
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = _line()
    sys.stdout.write("\n")
    sys.stdout.flush()
    # As in Terraform: what the end of the input cut off is no answer.
    return line.rstrip("\r\n") if line.endswith("\n") else None


def confirmed(console: Console, question: str, explanation: str, otherwise: str) -> bool:
    """Whether the answer to a question is `yes`, and nothing but that.

    Raises `DiagnosticsError` when there is none; `otherwise` says what to do then.
    """
    bold, reset = ("\x1b[1m", "\x1b[0m") if console.color else ("", "")
    answer = ask(f"\n{bold}{question}{reset}\n  {explanation}\n\n  {bold}Enter a value:{reset} ")
    if answer is None:
        raise DiagnosticsError(
            error(
                "error asking for approval: EOF",
                f"The input ended without an answer, and nothing was changed. {otherwise}",
            )
        )
    return answer == "yes"


def _line() -> str:
    try:
        return sys.stdin.readline() if sys.stdin is not None else ""
    except (OSError, UnicodeDecodeError):  # closed, a directory, or no text: nobody is there to answer
        return ""


@contextmanager
def _unseen() -> Iterator[None]:
    """Turns off the echo of a terminal, and forgets what was typed before there was a question."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    import termios

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
