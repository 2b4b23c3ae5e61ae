"""Where commands write: standard output and error, with colour or not, as wide as the terminal is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from iac.diagnostics import Diagnostic, Diagnostics


class Console:
    """The terminal, or the pipe, that a command writes to."""

    def __init__(self, *, no_color: bool = False) -> None:
        self.is_terminal = sys.stdout.isatty()
        wanted = not no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.color = self.is_terminal and wanted
        self.error_color = sys.stderr.isatty() and wanted
        self.width = shutil.get_terminal_size((80, 24)).columns if self.is_terminal else 80

    def write(self, text: str) -> None:
        """A text to standard output, with a line end."""
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        sys.stdout.flush()

    def json(self, data: Any) -> None:
        """One JSON document on one line, members in the order they have."""
        from iac.values.codec import line

        self.write(line(data))

    def diagnostics(
        self, diagnostics: Iterable[Diagnostic] | Diagnostics, sources: Mapping[str, bytes], *, compact: bool = False
    ) -> None:
        """Errors and warnings: to standard error, as text."""
        from iac.views.diagnostics import render_diagnostics

        found = list(diagnostics)
        if found:
            text = render_diagnostics(
                found, sources, color=self.error_color, width=self.width, compact_warnings=compact
            )
            sys.stdout.flush()
            sys.stderr.write(text if text.endswith("\n") else f"{text}\n")
            sys.stderr.flush()


def warn_of_readers(console: Console, location: str) -> None:
    """Says on standard error when others than its owner may read the database."""
    from iac.database.upkeep import readable_by_others

    if (found := readable_by_others(location)) is not None:
        console.diagnostics([found], {})
