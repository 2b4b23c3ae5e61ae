"""A directory in which commands are run on bad input, each in a process of its own, and what they may never do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `ground`

from forked import Forks
from ground import Ground


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The prepared process that all commands of these tests are forked from."""
    with Forks() as prepared:
        yield prepared


@pytest.fixture
def ground(tmp_path: Path, forks: Forks) -> Ground:
    """A directory for bad input."""
    return Ground(tmp_path, forks)
