"""What every test runs in: a cache of its own, and no settings of whoever runs it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `kit`

from kit import Lab


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Parsed files are shared by the tests of one process, and by nobody else."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IAC_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("TF_", "IAC_")) and name != "IAC_CACHE_DIR":
            monkeypatch.delenv(name)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A directory of configuration and a database, both empty."""
    return Lab(tmp_path)
