"""The comparison with Terraform: for every configuration and every step, the same plan.

The goldens are what the real binary planned (`record.py`). One difference is meant: in iac the `output` of a
`terraform_data` is sensitive where its `input` is, so that a secret stays one after apply.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terraform_cases import CASES
from terraform_compare import plans_of_iac, plans_of_terraform

GOLDENS = Path(__file__).parent / "goldens"
LIVE = ["chain", "count_grows_and_shrinks", "module_for_each", "replace_triggered_by_index"]


@pytest.mark.parametrize("name", CASES)
def test_the_plans_are_those_of_terraform(name: str, tmp_path: Path) -> None:
    wanted = json.loads((GOLDENS / f"{name}.json").read_text())
    _compare(plans_of_iac(tmp_path, CASES[name]), wanted)


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="the terraform binary is not installed")
@pytest.mark.parametrize("name", LIVE)
def test_the_plans_are_those_of_the_terraform_that_is_installed(name: str, tmp_path: Path) -> None:
    for tool in ("iac", "terraform"):
        (tmp_path / tool).mkdir()
    ours = plans_of_iac(tmp_path / "iac", CASES[name])
    _compare(ours, plans_of_terraform(tmp_path / "terraform", CASES[name]))


def _compare(ours: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> None:
    assert len(ours) == len(wanted)
    for number, (mine, theirs) in enumerate(zip(ours, wanted, strict=True), 1):
        for part in theirs:
            assert _with_sensitive_outputs(mine[part]) == _with_sensitive_outputs(theirs[part]), (
                f"step {number}: {part}"
            )


def _with_sensitive_outputs(part: Any) -> Any:
    """The part with `output` sensitive wherever `input` is: the difference that is meant."""
    if isinstance(part, list):
        return [_with_sensitive_outputs(p) for p in part]
    if not isinstance(part, Mapping):
        return part
    found = {n: _with_sensitive_outputs(v) for n, v in part.items()}
    for name in ("before_sensitive", "after_sensitive", "sensitive_values"):
        marks = found.get(name)
        if isinstance(marks, dict):
            marks.pop("output", None)
    return found
