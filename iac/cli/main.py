"""The command `iac`: finds the subcommand, runs it, and turns what went wrong into text and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Sequence

import click

from iac.cli.arguments import LazyGroup, database_option
from iac.cli.environment import with_environment

_COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("iac.cli.init", "Prepare a directory: check it and create the database"),
    "validate": ("iac.cli.validate", "Check whether the configuration is valid"),
    "fmt": ("iac.cli.fmt", "Rewrite configuration files in the canonical layout"),
    "plan": ("iac.cli.plan", "Show what apply would change"),
    "apply": ("iac.cli.apply", "Create, update or delete what the configuration says"),
    "destroy": ("iac.cli.destroy", "Delete everything that was created"),
    "events": ("iac.cli.events.group", "Ask the audit log: who did what, where and when"),
    "blame": ("iac.cli.blame", "Show who set each attribute of an object"),
    "revert": ("iac.cli.revert", "Undo an event or a run"),
    "query": ("iac.cli.query", "Ask in SQL about resources, events, plans and runs"),
    "plans": ("iac.cli.plans.group", "List the plans that were made, show one, compare two"),
    "runs": ("iac.cli.runs.group", "List the runs of apply, show one"),
    "record": ("iac.cli.record", "Record a plan and an apply of Terraform or OpenTofu"),
    "show": ("iac.cli.show", "Show the state or a saved plan"),
    "output": ("iac.cli.output", "Show output values"),
    "console": ("iac.cli.console_command", "Try expressions on the configuration and the state"),
    "graph": ("iac.cli.graph", "Show which resources depend on which"),
    "functions": ("iac.cli.functions", "List the functions of the language, or explain one"),
    "state": ("iac.cli.state.group", "Look into the state, and change it by hand"),
    "import": ("iac.cli.import_command", "Take over an object that exists already"),
    "drift": ("iac.cli.drift", "Say what is not as it was last applied, and who changed it"),
    "refresh": ("iac.cli.refresh", "Update the state to what the objects are now"),
    "taint": ("iac.cli.taint", "Mark an object so that the next apply replaces it"),
    "untaint": ("iac.cli.untaint", "Take the mark away from a tainted object"),
    "workspace": ("iac.cli.workspace.group", "Work with several states of one configuration"),
    "force-unlock": ("iac.cli.force_unlock", "Remove the lock of a state whose holder is gone"),
    "db": ("iac.cli.db.group", "Look after the database: check it, copy it, see what is in it"),
    "providers": ("iac.cli.providers", "List the providers and their schemas"),
    "provider": ("iac.cli.provider.group", "Use the resources of iac from the real Terraform"),
    "version": ("iac.cli.version", "Show the version"),
}


_COMPLETE = "_IAC_COMPLETE"
"""The environment variable by which a shell asks for completion, as click names it."""
_RECURSION = 4000
"""Calls within calls; for so many the stack of 8 MB that systems give is enough."""


@click.group(cls=LazyGroup, modules=_COMMANDS, invoke_without_command=True)
@click.option("--chdir", metavar="DIR", help="Switch to another directory first.")
@database_option
@click.option("--version", "show_version", is_flag=True, help="Show the version.")
@click.pass_context
def cli(ctx: click.Context, chdir: str | None, database: str | None, show_version: bool) -> None:
    """Infrastructure as code with a memory: plan, apply, and ask who changed what."""
    if chdir is not None:
        try:
            os.chdir(chdir)
        except OSError as problem:
            raise click.UsageError(
                f'Cannot switch to the directory "{chdir}" given with -chdir: {problem.strerror}.'
            ) from None
    if show_version:
        ctx.exit(ctx.invoke(_command(ctx, "version")))
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        ctx.exit(0 if not sys.argv[1:] else 1)


def _command(ctx: click.Context, name: str) -> click.Command:
    assert isinstance(ctx.command, click.Group)
    command = ctx.command.get_command(ctx, name)
    assert command is not None
    return command


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code (Terraform's: 0 good, 1 error, 2 with
    -detailed-exitcode when there are changes)."""
    # A command makes many objects and few cycles, and then ends: looking for cycles would only cost time.
    gc.set_threshold(200_000, 20, 100)
    # Expressions are evaluated by recursion: this lets `a + b + c ...` be as long as people write it.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))
    _prepare_streams()
    if _COMPLETE in os.environ:
        from iac.cli.completion import register

        register()
    try:
        words = with_environment(sys.argv[1:] if arguments is None else arguments, os.environ)
        _check_encoding(words)
        result = cli.main(args=words, prog_name="iac", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as problem:
        sys.stdout.write(f"{problem.format_message()}\n")
        return 1
    except click.UsageError as problem:
        _usage_error(problem)
        return 1
    except (click.Abort, KeyboardInterrupt):
        sys.stderr.write("\nInterrupted.\n")
        return 1
    except BrokenPipeError:
        _drop_output()  # whoever read it has gone; nobody is left to tell
        return 1
    except Exception as problem:
        if isinstance(problem, OSError) and not _is_output_writable():
            _output_failed(problem)
            return 1
        # The last resort: a bug, told without a traceback.
        if os.environ.get("IAC_DEBUG"):
            raise
        if isinstance(problem, (RecursionError, MemoryError)):
            _too_much(problem)
        else:
            _bug(problem)
        return 1
    return result if isinstance(result, int) else 0


def _check_encoding(arguments: Sequence[str]) -> None:
    """Refuses words that are no text: nothing can be found by them, and nothing kept or shown with them."""
    for word in arguments:
        if not word.isascii() and any("\ud800" <= character <= "\udfff" for character in word):
            shown = word.encode("utf-8", "backslashreplace").decode()
            raise click.UsageError(f'The word "{shown}" of the command line is not UTF-8.')


def _prepare_streams() -> None:
    """Opens what of the standard streams is closed, lest a file takes its number, and lets any text be read and
    written, whatever the encoding of the terminal."""
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream = getattr(sys, name)
        if stream is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper) and not stream.closed:
            stream.reconfigure(errors="surrogateescape" if number == 0 else "backslashreplace")


def _is_output_writable() -> bool:
    """Whether standard output was not what failed: nothing more can be written to it then either."""
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _output_failed(problem: OSError) -> None:
    _drop_output()
    reason = (problem.strerror or str(problem)).lower()
    sys.stderr.write(
        f"Error: Cannot write output\n\nStandard output cannot be written to: {reason}. What was done before is kept, "
        "and nothing is half-done.\n"
    )


def _drop_output() -> None:
    """Lets nothing more be written, so that the interpreter does not try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage_error(problem: click.UsageError) -> None:
    command = problem.ctx.command_path if problem.ctx is not None else "iac"
    sys.stderr.write(f"Error: {problem.format_message()}\n\nFor what is possible, see: {command} -help\n")


def _too_much(problem: Exception) -> None:
    nested = isinstance(problem, RecursionError)
    sys.stderr.write(
        f"Error: {'Nested too deeply' if nested else 'Out of memory'}\n\n"
        f"Something in the configuration, or in what was given to iac, is too {'deep' if nested else 'large'} to be "
        "worked on. What was done before is kept, and nothing is half-done. Divide it into smaller parts.\n"
    )


def _bug(problem: Exception) -> None:
    frame = problem.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}" if frame else "?"
    # The message may hold values of the configuration, so it is not shown.
    sys.stderr.write(
        f"Error: iac failed unexpectedly ({type(problem).__name__} at {where})\n\n"
        "This is a bug in iac. What was done before is kept, and nothing is half-done. Set IAC_DEBUG=1 to see the "
        "whole traceback (it may show values of your configuration), and please report it.\n"
    )
