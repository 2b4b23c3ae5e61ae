"""The text of a plan, judged by what Terraform printed for the same plan."""

from __future__ import annotations

import difflib
import json
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from plan_from_json import decode_plan

from iac.views.plan_text import render_plan

GOLDENS = Path(__file__).parent / "goldens" / "plans"
NAMES = sorted(path.stem for path in GOLDENS.glob("*.json"))


def golden(name):
    return json.loads((GOLDENS / f"{name}.json").read_text())


def unwrapped(text):
    """The text with wrapped prose put back on one line: our name is shorter, so lines break elsewhere."""
    return re.sub(r"(?m)(?<=\S)\n(?=[A-Za-z])(?<!:\n)", " ", text)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("color", [False, True], ids=["plain", "colored"])
def test_a_plan_reads_as_terraform_prints_it(name, color):
    recorded = golden(name)
    plan = decode_plan(recorded["plan"], recorded["options"])
    ours = unwrapped(render_plan(plan, color=color, width=78)).splitlines()
    text = "\n".join(recorded["colored" if color else "text"])
    theirs = unwrapped(text.replace("Terraform", "iac").replace("terraform apply", "iac apply")).splitlines()
    assert ours == theirs, "\n".join(difflib.unified_diff(theirs, ours, "terraform", "ours", lineterm=""))
