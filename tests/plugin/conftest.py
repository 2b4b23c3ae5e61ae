"""Terraform with the provider, for the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import Lab
from plugin.running import Terraform, environment_of_terraform, served


@pytest.fixture(scope="session")
def reattach(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One provider for all tests of the process."""
    with served(tmp_path_factory.mktemp("provider")) as value:
        yield value


@pytest.fixture
def terraform(tmp_path: Path, reattach: str) -> Terraform:
    """Terraform in an empty directory; the provider is there already."""
    environment = environment_of_terraform(tmp_path, TF_REATTACH_PROVIDERS=reattach)
    return Terraform(Lab(tmp_path), environment)
