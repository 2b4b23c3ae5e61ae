"""iac alone does what Terraform with our provider does: the same plans, outputs, objects and events."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import pytest
from plugin.running import Terraform, needs_terraform
from plugin.twins.cases import CASES
from plugin.twins.differences import DIFFERENCES, Difference, comparable
from plugin.twins.observing import Iac, Real, observe

GOLDENS = Path(__file__).parent / "goldens"
PAGE = Path(__file__).parents[3] / "docs" / "from-terraform.md"
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


def test_what_differs_is_what_the_page_for_users_says() -> None:
    section = PAGE.read_text(encoding="utf-8").partition("## What differs with the provider\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    assert rows[1:] == [[difference.title, difference.reason] for difference in DIFFERENCES]


@pytest.mark.parametrize(
    ("difference", "name"), [pytest.param(d, name, id=name) for d in DIFFERENCES for name in d.cases]
)
def test_every_difference_is_still_one(difference: Difference, name: str, tmp_path: Path) -> None:
    others = [other for other in DIFFERENCES if other is not difference]
    ours, theirs = observe(Iac(tmp_path), CASES[name]), recorded(name)
    assert differences(comparable(name, ours, others), comparable(name, theirs, others)), "take it from the list"
