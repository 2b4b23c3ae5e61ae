"""Files that commands are given by name, or on standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from iac import reading
from iac.diagnostics import DiagnosticsError, error

STANDARD_INPUT = "-"


def read_file(name: str) -> bytes:
    """The content of a file, of standard input for `-`. Raises `DiagnosticsError` when it cannot be read."""
    try:
        return sys.stdin.buffer.read() if name == STANDARD_INPUT else reading.read_file(Path(name), pipes=True)
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        raise DiagnosticsError(
            error("Cannot read file", f'The file "{name}" cannot be read: {reason.lower()}.')
        ) from failure
