"""How much the comparison with Terraform covers: it may grow, and must not shrink unnoticed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `configs` and `record_all`

from configs.cases import CASES
from record_all import recorders

HERE = Path(__file__).parent
TESTS = HERE.parent


def recorded(*patterns: str) -> int:
    """How many cases there are in JSON files, by patterns of their paths in the tests."""
    paths = {path for pattern in patterns for path in TESTS.glob(pattern)}
    return sum(len(json.loads(path.read_text(encoding="utf-8"))) for path in paths)


def test_at_least_2500_expressions() -> None:
    functions = recorded("conformance/functions/golden/*.json", "conformance/functions/arguments.json")
    others = recorded(
        "conformance/expressions/golden/*.json", "conformance/templates/*.json", "conformance/types/*.json"
    )
    assert functions >= 2500
    assert others >= 450


def test_at_least_350_configurations() -> None:
    assert sum(map(len, CASES.values())) >= 350


def test_at_least_200_wrong_inputs() -> None:
    assert recorded("hcl/mistakes.json", "conformance/wrong_inputs*.json", "conformance/wrong_inputs*/**/*.json") >= 200


def test_one_command_runs_every_recorder() -> None:
    found = {path.relative_to(TESTS).as_posix() for path in recorders()}
    assert {
        "cli/record_console.py",
        "conformance/configs/record.py",
        "conformance/expressions/record.py",
        "conformance/functions/record.py",
        "conformance/functions/record_arguments.py",
        "conformance/templates/record.py",
        "conformance/types/record.py",
        "hcl/formatting/record.py",
        "hcl/record_mistakes.py",
        "providers/record.py",
        "views/record.py",
    } <= found
