"""The comparison with Terraform: for every configuration and every step, the same plan, the same problems, the same
state after apply.

The goldens are what the real binary did (`record.py`). What is meant to differ: the `output` of a `terraform_data` is
sensitive in iac where its `input` is, so that a secret stays one after apply; the tables below have the rest.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `configs`

from configs.cases import CASES
from configs.compare import Outcome, outcomes_of_iac, outcomes_of_terraform

GOLDEN = Path(__file__).parent / "golden"
NAMES = [(theme, name) for theme, cases in CASES.items() for name in cases]
ONLY_OURS = {"The -target option matches nothing"}
"""What iac says and Terraform does not, by summary."""
OWN_WORDS = {
    "Applied changes may be incomplete": "iac never suggests to use -target",
    "Invalid value for input variable": "iac says where in the value",
    "Required variable not set": "iac names the variable, not the module that it is in",
    "Resource targeting is in effect": "iac never suggests to use it",
    "Value for undeclared variable": "iac says where in the file, and that only",
}
"""Problems that iac explains in words and at a place of its own, by summary."""
DIFFERENT = {
    "file_of_values_calls_a_function": "iac does not say that a variable is not set when its value is wrong",
    "ignore_changes_of_a_key": "terraform ignores the whole attribute when a key in it is to be ignored",
    "imported_for_what_is_not_an_instance": "iac says where the import block is",
    "imported_with_a_secret_id": "the id stays a secret",
    "sensitive_module_output": "terraform 1.11 forgets that the output of a module is sensitive",
}
"""Cases in which iac means to differ, and why."""
LIVE = ["chain", "count_grows_and_shrinks", "module_for_each", "replace_triggered_by_index"]


@cache
def golden(theme: str) -> Mapping[str, Sequence[Outcome]]:
    return json.loads((GOLDEN / f"{theme}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("theme", "name"), NAMES, ids=[name for _, name in NAMES])
def test_every_step_goes_as_in_terraform(theme: str, name: str, tmp_path: Path) -> None:
    ours = outcomes_of_iac(tmp_path, CASES[theme][name])
    if name in DIFFERENT:
        with pytest.raises(AssertionError):  # else take it out of the table
            _compare(ours, golden(theme)[name])
    else:
        _compare(ours, golden(theme)[name])


def test_every_case_is_recorded_and_every_record_has_a_case() -> None:
    assert {theme: set(cases) for theme, cases in CASES.items()} == {
        path.stem: set(golden(path.stem)) for path in GOLDEN.glob("*.json")
    }


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="the terraform binary is not installed")
@pytest.mark.parametrize("name", LIVE)
def test_every_step_goes_as_in_the_terraform_that_is_installed(name: str, tmp_path: Path) -> None:
    for tool in ("iac", "terraform"):
        (tmp_path / tool).mkdir()
    steps = CASES["basics"][name]
    _compare(outcomes_of_iac(tmp_path / "iac", steps), outcomes_of_terraform(tmp_path / "terraform", steps))


def _compare(ours: Sequence[Outcome], wanted: Sequence[Outcome]) -> None:
    for number, (mine, theirs) in enumerate(zip(ours, wanted, strict=True), 1):
        mine, theirs = _alike(mine), _alike(theirs)
        assert _problems(mine) == _problems(theirs), f"step {number}: problems"
        for part, expected in theirs.get("plan", {}).items():
            assert mine["plan"][part] == expected, f"step {number}: {part} of the plan"
        assert mine.get("state") == theirs.get("state"), f"step {number}: state"


def _problems(outcome: Outcome) -> list[Mapping[str, Any]]:
    """The problems, without the words that are meant to differ."""
    kept = [p for p in outcome["problems"] if p["summary"] not in ONLY_OURS]
    own = sorted(p["summary"] for p in kept if p["summary"] in OWN_WORDS)
    return [*({"summary": s} for s in own), *(p for p in kept if p["summary"] not in OWN_WORDS)]


def _alike(part: Any) -> Any:
    """The part with `output` sensitive wherever `input` is."""
    if isinstance(part, list):
        return [_alike(p) for p in part]
    if not isinstance(part, Mapping):
        return part
    found = {n: _alike(v) for n, v in part.items()}
    for name in ("before_sensitive", "after_sensitive", "sensitive_values"):
        marks = found.get(name)
        if isinstance(marks, dict):
            marks.pop("output", None)
    return found


def test_the_tables_of_differences_name_cases() -> None:
    assert DIFFERENT.keys() - {name for _, name in NAMES} == set()
