"""Terraform with the provider, for the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kit import CLUSTER, Lab
from plugin.running import Terraform, environment_of_terraform, served

from iac.plugin.install import install


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that need the binary, as everywhere else."""
    for item in items:
        if {"terraform", "installed"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("terraform")


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


@pytest.fixture
def installed(tmp_path: Path) -> Terraform:
    """Terraform that starts the provider itself, from a mirror; initialised."""
    mirror, home = tmp_path / "mirror", tmp_path / "home"
    environment = environment_of_terraform(tmp_path, HOME=str(home))
    environment.pop("XDG_CONFIG_HOME", None)
    install(environment, mirror)
    settings = tmp_path / "terraformrc"
    settings.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    environment["TF_CLI_CONFIG_FILE"] = str(settings)
    (tmp_path / "work").mkdir()
    found = Terraform(Lab(tmp_path / "work"), environment)
    found.write(CLUSTER).run("init", "-no-color")
    return found
