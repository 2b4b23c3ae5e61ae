"""Where commands write: standard output and error, with colour or not, as wide as the terminal is."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from iac.diagnostics import Diagnostic, Diagnostics, Severity, warning

_OTHERS: Final = 0o066


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
        self,
        diagnostics: Iterable[Diagnostic] | Diagnostics,
        sources: Mapping[str, bytes],
        *,
        compact: bool = False,
        with_output: bool = False,
    ) -> None:
        """Errors and warnings: to standard error, as text. With `with_output` warnings are part of what is shown, and
        go to standard output, before the errors; compact are only warnings without errors."""
        from iac.views.diagnostics import render_diagnostics

        found = list(diagnostics)
        warnings = [d for d in found if d.severity is Severity.WARNING] if with_output else []
        others = [d for d in found if d.severity is not Severity.WARNING] if with_output else found
        if warnings:
            compact = compact and not others
            self.write(
                render_diagnostics(warnings, sources, color=self.color, width=self.width, compact_warnings=compact)
            )
        if others:
            text = render_diagnostics(
                others, sources, color=self.error_color, width=self.width, compact_warnings=compact
            )
            sys.stdout.flush()
            sys.stderr.write(text if text.endswith("\n") else f"{text}\n")
            sys.stderr.flush()


def warn_of_file(console: Console, what: str, path: Path) -> None:
    """Says on standard error when others than its owner may read or write a file with secrets; `what` it is is the
    beginning of a sentence, such as "Saved plan"."""
    try:
        mode = path.stat().st_mode
    except OSError:  # whoever reads it says so
        return
    if os.name == "nt" or not stat.S_ISREG(mode) or not mode & _OTHERS:
        return
    detail = (
        f'The file "{path}" has the permissions {stat.S_IMODE(mode):04o}: others on this machine can get at what is in '
        f"it. Make it readable by its owner alone:\n\n  chmod 600 {shlex.quote(str(path))}"
    )
    console.diagnostics([warning(f"{what} can be read by others", detail)], {})


def warn_of_readers(console: Console, location: str) -> None:
    """Says on standard error when others than its owner may read the database."""
    from iac.database.upkeep import readable_by_others

    if (found := readable_by_others(location)) is not None:
        console.diagnostics([found], {})
