"""Generated pages are in step with what they are generated from."""

from __future__ import annotations

from pathlib import Path

from iac.cli.docs import page
from iac.hcl.functions import docs as functions

DOCS = Path(__file__).parents[2] / "docs"


def test_the_reference_of_the_command_line_is_in_step() -> None:
    assert (DOCS / "cli.md").read_text(encoding="utf-8") == page(), "run: make docs"


def test_the_reference_of_the_functions_is_in_step() -> None:
    assert (DOCS / "functions.md").read_text(encoding="utf-8") == functions.page(), "run: make docs"
