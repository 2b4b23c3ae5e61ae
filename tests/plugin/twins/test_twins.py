"""iac alone does what Terraform with our provider does: the same plans, outputs, objects and events."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest
from plugin.running import Terraform, needs_terraform
from plugin.twins.cases import CASES
from plugin.twins.differences import comparable
from plugin.twins.observing import Iac, Real, observe

GOLDENS = Path(__file__).parent / "goldens"
SAMPLE = ("replace_cluster", "drift")
"""The cases that are run under Terraform with every test run; `record.py` runs all."""


def recorded(name: str) -> list[dict[str, Any]]:
    """What Terraform did."""
    found: list[dict[str, Any]] = json.loads((GOLDENS / f"{name}.json").read_text())
    return found


def differences(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> str:
    """Where two observations differ, as a diff."""
    texts = [json.dumps(told, indent=1, sort_keys=True).splitlines() for told in (theirs, ours)]
    return "\n".join(difflib.unified_diff(*texts, "terraform", "iac", lineterm="", n=8))


@pytest.mark.parametrize("name", CASES)
def test_iac_does_what_terraform_does(name: str, tmp_path: Path) -> None:
    ours, theirs = observe(Iac(tmp_path), CASES[name]), recorded(name)
    found = differences(comparable(name, ours), comparable(name, theirs))
    assert not found, found


@needs_terraform
@pytest.mark.parametrize("name", SAMPLE)
def test_terraform_does_what_was_recorded(name: str, terraform: Terraform) -> None:
    found = differences(observe(Real(terraform), CASES[name]), recorded(name))
    assert not found, found
