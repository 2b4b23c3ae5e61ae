"""Where iac keeps what it can make again: parsed files and the compiled grammar."""

from __future__ import annotations

import os
from pathlib import Path


def cache_directory() -> Path | None:
    """Where parsed files and the compiled grammar are kept: `IAC_CACHE_DIR`, else the user's cache directory.

    None when `IAC_CACHE_DIR` is empty or there is no home.
    """
    chosen = os.environ.get("IAC_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(base) / "iac" if base else Path.home() / ".cache" / "iac"
    except RuntimeError:
        return None
