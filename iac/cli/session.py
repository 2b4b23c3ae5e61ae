"""What every command that works on a project begins with: the project, the console, and the report of errors."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from iac import __version__
from iac.cli.console import Console, warn_of_readers
from iac.cli.location import block_constants, given_location, location_of
from iac.diagnostics import Diagnostic, DiagnosticsError
from iac.project import Project
from iac.state.workspaces import selected_workspace


@dataclass
class Session:
    """One command at work."""

    project: Project
    console: Console
    as_json: bool = False
    compact_warnings: bool = False

    def report(self, diagnostics: list[Diagnostic], *, with_output: bool = False) -> None:
        """Shows diagnostics: as text, or as messages of the machine-readable UI. Warnings of a plan or an apply are
        part of what it shows (`with_output`), as with Terraform."""
        if not self.as_json:
            sources, compact = self.project.sources, self.compact_warnings
            self.console.diagnostics(diagnostics, sources, compact=compact, with_output=with_output)
            return
        from iac.views.ui_json import diagnostic_message

        for diagnostic in diagnostics:
            self.message(diagnostic_message(diagnostic, self.project.sources, timestamp()))

    def message(self, message: dict[str, object]) -> None:
        """One message of the machine-readable UI."""
        self.console.json(message)

    def announce_version(self) -> None:
        """The first message of the machine-readable UI."""
        from iac.views.ui_json import version_message

        self.message(version_message(__version__, timestamp()))


def timestamp() -> str:
    """Now, as the machine-readable UI has it."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


@contextmanager
def session(
    database: str | None,
    *,
    no_color: bool = False,
    as_json: bool = False,
    compact_warnings: bool = False,
    create: bool = True,
) -> Iterator[Session]:
    """Opens the project of the current directory; mistakes that come out of the body are shown, with exit 1.

    `create` says whether a database that does not exist is made.
    """
    console = Console(no_color=no_color or as_json)
    given, block = given_location(click.get_current_context(), database), block_constants()
    location = location_of(given, block)
    with Project(Path("."), location, dict(os.environ), create=create, is_given=bool(given), block=block) as project:
        opened = Session(project, console, as_json, compact_warnings)
        project.tell = lambda diagnostic: opened.report([diagnostic])
        warn_of_readers(console, location)
        try:
            project.workspace = selected_workspace(project.directory, project.environment)
            yield opened
        except DiagnosticsError as problem:
            opened.report(list(problem.diagnostics))
            raise click.exceptions.Exit(1) from None


class Interrupts:
    """Ctrl-C while applying: the first asks to stop after the operation at hand, the second stops at once."""

    def __init__(self) -> None:
        self.stopping = False

    def __enter__(self) -> Interrupts:
        self._previous = signal.signal(signal.SIGINT, self._stop)
        self._previous_term = signal.signal(signal.SIGTERM, self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._previous)
        signal.signal(signal.SIGTERM, self._previous_term)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self.stopping:
            raise KeyboardInterrupt
        self.stopping = True
        sys.stderr.write("\nInterrupt received.\nStopping after the operation at hand; what was done is kept.\n")

    def __call__(self) -> bool:
        return self.stopping
