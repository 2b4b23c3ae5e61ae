"""Wrong inputs: for every one, the same mistakes as Terraform finds, by summary, file, line and column.

The goldens are what the real binary said (`record.py`). The tables below have all that is meant to differ; syntax has
tests of its own in `tests/hcl/test_mistakes.py`.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # for `wrong_inputs`

from wrong_inputs.inputs import Mistake, mistakes_of_iac, mistakes_of_terraform, wrong_inputs

GOLDEN = Path(__file__).parent / "golden"
CASES = wrong_inputs()
NAMES = [(theme, name) for theme, cases in CASES.items() for name in cases]
each_case = pytest.mark.parametrize(("theme", "name"), NAMES, ids=[name for _, name in NAMES])

DIFFERENT = {
    "attribute that cannot be set": "terraform's terraform_data says so at no place",
    "id that cannot be set": "terraform's terraform_data says so at no place",
    "provider that is not configured": "terraform says so at no place",
    "cycle of two resources": "iac names the nodes in an order that is always the same",
    "cycle of local values": "terraform's names of nodes are followed by (expand)",
    "module that refers to itself": "terraform's names of nodes are followed by (expand)",
    "module with a source that is not there": "iac reads modules where they are, there is nothing to install",
}
"""Cases with another summary or place, and why."""
FEWER = {
    "configuration in JSON that does not parse": "a file that is cut off has no root value",
    "replace_triggered_by with a variable": "a variable is no resource",
    "self in a precondition": "self is not available, so it is unknown",
    "value that is a reference": "what has a wrong value has no value",
    "value that is a call": "what has a wrong value has no value",
    "value that is a reference to nothing": "what has a wrong value has no value",
    "option that is no expression": "what has a wrong value has no value",
}
"""Cases in which iac leaves out what only follows from the mistake that it reports, and what that is."""
MORE = {
    "several references that are wrong": "terraform stops at the first mistake of some expressions",
    "required provider with a version that is no constraint": "the provider that is built in takes no version at all",
}
"""Cases in which iac finds what terraform does not come to, and why."""
OWN_WORDS = {
    "Invalid data source": "iac has no managed resource to suggest",
    "Invalid module source address": "iac reads modules from local paths only",
    "Invalid registry module source address": "iac reads modules from local paths only",
    "Unsupported Terraform Core version": "iac has a version of its own",
    "Provider type mismatch": "terraform shortens the names of providers otherwise",
    "Unknown provider function": "no provider of iac has functions",
    "Variable declaration in .tfvars file": "said with fewer words",
    "Failed to read variables file": "iac says why it cannot be read",
    'Invalid "terraform" attribute': "terraform.env went before iac came",
    "Self-referential block": "iac refers to the block, not to one instance",
    "Invalid count argument": "iac's numbers have no limits",
}
"""Mistakes that iac explains in words of its own, by summary."""
OWN_DETAILS = {
    "output of a module with count": "iac says which key is missing",
    "replace_triggered_by of an undeclared resource": "iac says it as for any other reference",
    "value of the wrong type": "iac names the option without its value",
}
"""The same by case."""
_SUGGESTION = re.compile(r"\s*Did you (mean|intend) .*", re.DOTALL)
_WITHIN = re.compile(r"(?<=: )[\w.\[\]\"]+: (?=\w)")
"""Where in a value of a variable the mistake is; iac says so more often."""


@cache
def golden(theme: str) -> Mapping[str, Sequence[Mistake]]:
    found = json.loads((GOLDEN / f"{theme}.json").read_text(encoding="utf-8"))
    return {name: [Mistake(*mistake) for mistake in mistakes] for name, mistakes in found.items()}


def where(mistakes: Sequence[Mistake]) -> set[tuple[str, str]]:
    """Summaries and places; Terraform says some mistakes twice."""
    return {mistake[:2] for mistake in mistakes}


def words(mistake: Mistake) -> str:
    """The detail without what each tool suggests, and with one name for both."""
    return _WITHIN.sub("", _SUGGESTION.sub("", mistake.detail)).replace("Terraform", "iac")


def test_there_are_well_over_two_hundred_wrong_inputs() -> None:
    assert len(NAMES) >= 300
    assert all(golden(theme)[name] for theme, name in NAMES)


def test_what_differs_is_the_exception_and_every_exception_is_a_case() -> None:
    exceptions = [*DIFFERENT, *FEWER, *MORE, *OWN_DETAILS]
    assert len(exceptions) * 10 < len(NAMES)
    assert set(exceptions) <= {name for _, name in NAMES}


@each_case
def test_the_mistakes_are_those_of_terraform_at_the_same_places(theme: str, name: str, tmp_path: Path) -> None:
    ours, theirs = where(mistakes_of_iac(tmp_path, CASES[theme][name])), where(golden(theme)[name])
    if name in DIFFERENT:
        assert ours
        assert ours != theirs, "take it out of the table"
    elif name in FEWER:
        assert set() < ours < theirs
    elif name in MORE:
        assert ours > theirs
    else:
        assert ours == theirs


@each_case
def test_the_mistakes_are_explained_as_by_terraform(theme: str, name: str, tmp_path: Path) -> None:
    if name in DIFFERENT or name in OWN_DETAILS:
        return
    for mistake in mistakes_of_iac(tmp_path, CASES[theme][name]):
        known = {words(m) for m in golden(theme)[name] if m[:2] == mistake[:2]}
        if known and mistake.summary not in OWN_WORDS:
            assert words(mistake) in known


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs the real terraform binary")
@pytest.mark.parametrize(("theme", "name"), NAMES[::40], ids=[name for _, name in NAMES[::40]])
def test_the_goldens_are_what_terraform_says(theme: str, name: str, tmp_path: Path) -> None:
    assert mistakes_of_terraform(tmp_path, CASES[theme][name]) == golden(theme)[name]
