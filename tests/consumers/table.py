"""Programs that were made for the JSON of Terraform, and the plans that they are given.

Each is given a plan of ours and the one that Terraform wrote for the same configuration (recorded in
`tests/views/streams`); what it makes of the two has to be the same. Both are given as they are, but for ids and times.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from views.streams.cases import CASES
from views.streams.running import documents, iac

GOLDENS: Final = Path(__file__).parents[1] / "views" / "streams" / "goldens"

PLANS: Final = (
    ("platform", 0),
    ("platform", 1),
    ("drift", 3),
    ("triggers", 1),
    ("tainted", 1),
    ("moved", 1),
    ("imported", 1),
    ("modules", 1),
    ("expressions", 0),
    ("destroyed", 1),
)
"""Case and step of the plans that are given to each."""

_OF_A_RUN: Final = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d|\[\d+\]|within .* moment"
)
"""What a consumer prints of its own run: ids, times and process numbers."""


@dataclass(frozen=True)
class Consumer:
    """A program: the package that has it, its command line, and files that it needs beside `plan.json`.

    It finds the plan as `plan.json` and on standard input. Those that are light and well kept are in the extra
    `consumers`, and run by the test suite.
    """

    package: str
    command: Sequence[str]
    files: Mapping[str, str] = field(default_factory=dict)
    in_extra: bool = False

    @property
    def program(self) -> str | None:
        """Where it is; None when it is not installed."""
        places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        return shutil.which(self.command[0], path=places)

    def run(self, folder: Path, plan: Mapping[str, Any]) -> tuple[int, str]:
        """What it says of a plan: exit code and output, without what it says of its own run."""
        assert self.program is not None
        text = json.dumps(plan)
        for name, content in {**self.files, "plan.json": text}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
        done = subprocess.run(
            [self.program, *self.command[1:]],
            cwd=folder,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, _OF_A_RUN.sub("-", done.stdout.replace(str(folder), ""))


_REGION: Final = """
metadata:
  id: "CKV2_IAC_1"
  name: "Clusters are in Europe"
  category: "GENERAL_SECURITY"
definition:
  cond_type: "attribute"
  resource_types: ["iac_cluster"]
  attribute: "region"
  operator: "starting_with"
  value: "eu-"
"""

_PRODUCTION: Final = """
metadata:
  id: "CKV2_IAC_2"
  name: "Clusters are for production"
  category: "GENERAL_SECURITY"
definition:
  cond_type: "attribute"
  resource_types: ["iac_cluster"]
  attribute: "production"
  operator: "is_true"
"""

_FEATURE: Final = """
Feature: Clusters

  Scenario: Every cluster is in Europe
    Given I have iac_cluster defined
    Then it must have region
    And its value must match the "^eu-" regex

  Scenario: Every cluster is for production
    Given I have iac_cluster defined
    Then it must have production
    And its value must be true

  Scenario: No module call without a name
    Given I have terraform_data defined
    Then it must have input

  Scenario: Outputs are described
    Given I have output defined
    Then it must have description
"""

CONSUMERS: Final = (
    Consumer("readtheplan", ("readtheplan", "analyze", "plan.json"), in_extra=True),
    Consumer("tf-peek", ("tf-peek", "plan.json"), in_extra=True),
    Consumer("flatplan", ("flatplan", "-path", "plan.json")),
    Consumer("tfsumpy", ("tfsumpy", "--detailed", "plan.json")),
    Consumer("terrasafe", ("terrasafe",)),
    Consumer(
        "checkov",
        (
            "checkov",
            *("-f", "plan.json", "--framework", "terraform_plan", "--external-checks-dir", "policies"),
            *("--compact", "--skip-download"),
        ),
        {"policies/region.yaml": _REGION, "policies/production.yaml": _PRODUCTION},
    ),
    Consumer(
        "terraform-compliance",
        ("terraform-compliance", "-p", "plan.json", "-f", "features", "--no-ansi"),
        {"features/cluster.feature": _FEATURE},
    ),
)
"""Summarisers of plans first, then those that judge them by policies."""


def plans(folder: Path, case: str, step: int) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Our plan and that of Terraform."""
    recorded = json.loads((GOLDENS / f"{case}.json").read_text(encoding="utf-8"))
    ours = documents(folder, CASES[case][: step + 1], iac)
    return _ready(ours[step]["show"]), _ready(recorded[step]["show"])


def _ready(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    """The plan with a time that can be read as one, and members in an order that does not depend on who wrote it."""
    found: dict[str, Any] = json.loads(json.dumps(plan, sort_keys=True).replace('"TIME"', '"2025-01-01T00:00:00Z"'))
    return found
