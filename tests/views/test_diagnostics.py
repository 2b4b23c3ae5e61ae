"""Diagnostics as text and JSON, judged by what Terraform printed for the same mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iac.diagnostics import Diagnostic, Pos, Severity, SourceRange, error, warning
from iac.views.diagnostics import (
    diagnostic_to_json,
    render_diagnostic,
    render_diagnostics,
    validate_to_json,
)

GOLDENS = Path(__file__).parent / "goldens" / "diagnostics"
NAMES = sorted(path.stem for path in GOLDENS.glob("*.json"))


def golden(name):
    recorded = json.loads((GOLDENS / f"{name}.json").read_text())
    source = "".join(f"{line}\n" for line in recorded["source"]).encode()
    return recorded, decode(recorded["diagnostic"]), {recorded["filename"]: source}


def decode(raw):
    """Our diagnostic out of Terraform's JSON."""
    subject = None
    if "range" in raw:
        ends = [Pos(p["line"], p["column"], p["byte"]) for p in (raw["range"]["start"], raw["range"]["end"])]
        subject = SourceRange(raw["range"]["filename"], *ends)
    values = raw.get("snippet", {}).get("values", [])
    return Diagnostic(
        Severity(raw["severity"]),
        raw["summary"],
        raw["detail"],
        subject,
        address=raw.get("address"),
        values=tuple((v["traversal"], v["statement"]) for v in values),
    )


def place(line, column, byte, length, filename="main.tf"):
    return SourceRange(filename, Pos(line, column, byte), Pos(line, column + length, byte + length))


@pytest.mark.parametrize("name", NAMES)
def test_a_diagnostic_is_described_in_json_as_terraform_does(name):
    recorded, diagnostic, sources = golden(name)
    assert diagnostic_to_json(diagnostic, sources) == recorded["diagnostic"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("color", [False, True], ids=["plain", "colored"])
def test_a_diagnostic_is_drawn_as_terraform_does(name, color):
    recorded, diagnostic, sources = golden(name)
    text = render_diagnostic(diagnostic, sources, color=color, width=78)
    expected = recorded["colored" if color else "text"]
    lines = text.splitlines()
    assert lines == expected[: len(lines)]


def test_a_place_without_its_source_is_named_all_the_same():
    text = render_diagnostic(error("Bad", "Worse.", place(3, 1, 20, 2)), {}, color=False, width=78)
    assert text == "\nError: Bad\n\n  on main.tf line 3:\n  (source code not available)\n\nWorse.\n"


def test_the_object_concerned_is_named_above_the_place():
    diagnostic = error("Bad", subject=place(1, 1, 0, 1)).about("iac_service.api[0]")
    text = render_diagnostic(diagnostic, {"main.tf": b"x = 1\n"}, color=False, width=78)
    assert text == "\nError: Bad\n\n  with iac_service.api[0],\n  on main.tf line 1:\n   1: x = 1\n\n"


def test_the_lines_of_a_context_are_shown_around_the_marked_place():
    source = b"a {\n  b = 1\n  c = 2\n}\n"
    context = SourceRange("main.tf", Pos(2, 3, 6), Pos(3, 8, 19))
    snippet = diagnostic_to_json(error("Bad", "", place(3, 3, 14, 1), context), {"main.tf": source})["snippet"]
    assert snippet["code"] == "  b = 1\n  c = 2"
    assert snippet["start_line"] == 2
    assert (snippet["highlight_start_offset"], snippet["highlight_end_offset"]) == (10, 11)


def test_an_empty_range_marks_one_character():
    diagnostic = error("Bad", "", place(1, 3, 2, 0))
    assert diagnostic_to_json(diagnostic, {})["range"]["end"] == {"line": 1, "column": 4, "byte": 3}


def test_values_of_several_lines_are_indented_below_their_first():
    diagnostic = error("Bad", subject=place(1, 1, 0, 1), values=(("var.b", "is 2"), ("var.a", "is\none")))
    text = render_diagnostic(diagnostic, {"main.tf": b"x\n"}, color=False, width=78)
    assert "    ├────────────────\n    │ var.a is\n    │   one\n    │ var.b is 2\n" in text


def test_warnings_of_one_kind_are_merged_into_the_first():
    found = [warning("Old", f"Number {i}.", place(i, 1, i, 1)) for i in (1, 2, 3)]
    text = render_diagnostics(found, {}, color=False, width=78)
    assert text.count("Warning: Old") == 1
    assert "Number 1.\n\n(and 2 more similar warnings elsewhere)\n" in text


def test_errors_of_one_kind_are_all_shown():
    found = [error("Bad", subject=place(i, 1, i, 1)) for i in (1, 2)]
    assert render_diagnostics(found, {}, color=False, width=78).count("Error: Bad") == 2


def test_compact_warnings_take_two_lines_each():
    found = [warning("Old", "Long.", place(1, 1, 0, 1)), warning("Old", "", place(2, 1, 9, 1)), warning("New")]
    text = render_diagnostics(found, {}, color=False, width=78, compact_warnings=True)
    assert text == (
        "\nWarnings:\n\n- Old\n  on main.tf line 1 (and 1 more)\n- New\n\n"
        "To see the full warning notes, run iac without -compact-warnings.\n"
    )


def test_warnings_are_not_compact_beside_an_error():
    found = [warning("Old", "Long."), error("Bad")]
    text = render_diagnostics(found, {}, color=False, width=78, compact_warnings=True)
    assert "Long." in text


def test_validate_counts_errors_and_warnings():
    result = validate_to_json([error("a"), warning("b"), warning("c")], {})
    assert (result["valid"], result["error_count"], result["warning_count"]) == (False, 1, 2)
    assert validate_to_json([warning("b")], {})["valid"] is True


def test_an_address_without_a_place_stands_alone() -> None:
    text = render_diagnostic(error("Wrong", "So it is.", address="iac_web.web"), {}, color=False, width=80)
    assert text == "\nError: Wrong\n\n  with iac_web.web\n\nSo it is.\n"


def test_an_object_that_json_does_not_name_is_named_in_text() -> None:
    told = error("Wrong", "So it is.", concerns="iac_web.web")
    assert "with iac_web.web" in render_diagnostic(told, {}, color=False, width=80)
    assert "address" not in diagnostic_to_json(told, {})
