"""Every JSON document of a run, compared with what Terraform wrote for the same configuration.

The goldens are what the real binary wrote (`record.py`). What is meant to differ everywhere is in `alike`, what differs
in one place in the table below.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from views.streams.cases import CASES
from views.streams.running import alike, documents, iac, parts

from iac import __version__

GOLDENS = Path(__file__).parent / "goldens"
ABSENT = "absent"

DIFFERENT = {
    ("conditions", 2, "plan"): "iac makes no plan of the part in which there is no mistake",
    ("conditions", 3, "plan"): "iac makes no plan of the part in which there is no mistake",
    ("conditions_that_fail", 5, "plan"): "iac refreshes only what is to be destroyed",
    ("forgotten", 1, "plan"): "iac refreshes what will be forgotten",
    ("forgotten", 1, "show.planned_values"): "terraform lists what will be forgotten, without values",
    ("mistakes", 0, "plan"): "iac reports every mistake",
    ("mistakes", 0, "validate"): "iac reports every mistake",
    ("mistakes", 2, "outputs"): "the outputs can be read whatever the configuration is like",
    ("mistakes", 2, "state"): "the state can be read whatever the configuration is like",
    ("read_at_once", 3, "apply"): "iac reads no data source in order to destroy",
}
"""Where iac differs, and why: case, step and part."""


@cache
def golden(name: str) -> Sequence[Mapping[str, Any]]:
    return json.loads((GOLDENS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_every_document_is_what_terraform_writes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_USER", "ana")
    steps = zip(documents(tmp_path, CASES[name], iac), golden(name), strict=True)
    for number, (ours, theirs) in enumerate(steps):
        mine, wanted = parts(alike(ours)), parts(alike(theirs))
        for part in sorted(mine.keys() | wanted.keys()):
            if (name, number, part) in DIFFERENT:
                # A difference that is gone is to be taken out of the table.
                assert mine.get(part, ABSENT) != wanted.get(part, ABSENT), (number, part)
            else:
                assert mine.get(part, ABSENT) == wanted.get(part, ABSENT), (number, part)


def test_the_table_of_differences_names_cases() -> None:
    assert {name for name, _, _ in DIFFERENT} <= CASES.keys()


def test_both_versions_are_told(tmp_path: Path) -> None:
    step = documents(tmp_path, CASES["nothing"][:1], iac)[0]
    assert step["plan"][0] == {
        "@level": "info",
        "@message": f"iac {__version__}",
        "@module": "terraform.ui",
        "@timestamp": "TIME",
        "terraform": "1.11.4",
        "iac": __version__,
        "ui": "1.2",
        "type": "version",
    }
    assert step["show"]["terraform_version"] == "1.11.4"
    assert step["show"]["iac_version"] == __version__
