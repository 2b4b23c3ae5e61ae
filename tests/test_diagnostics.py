"""Diagnostics: building, placing and collecting them."""

from __future__ import annotations

import pytest

from iac.diagnostics import (
    Diagnostic,
    Diagnostics,
    DiagnosticsError,
    Pos,
    Severity,
    SourceRange,
    did_you_mean,
    error,
    nearest,
    warning,
)

HERE = SourceRange("main.tf", Pos(3, 5, 20), Pos(3, 9, 24))
ELSEWHERE = SourceRange("other.tf", Pos(1, 1, 0), Pos(1, 2, 1))


def test_a_range_is_written_as_file_line_and_column() -> None:
    assert str(HERE) == "main.tf:3,5"


def test_a_diagnostic_gets_a_place_unless_it_has_one() -> None:
    assert error("Bad").at(HERE, ELSEWHERE) == error("Bad", "", HERE, ELSEWHERE)
    assert error("Bad", "", HERE).at(ELSEWHERE).subject == HERE
    assert error("Bad").at(None) == error("Bad")


def test_a_diagnostic_gets_an_address_unless_it_has_one() -> None:
    assert error("Bad").about("a.b").address == "a.b"
    assert error("Bad", address="a.b").about("c.d").address == "a.b"


def test_further_fields_are_given_by_name() -> None:
    values = (("var.a", "is 1"),)
    assert warning("Odd", "why", values=values) == Diagnostic(Severity.WARNING, "Odd", "why", values=values)


def test_the_collector_keeps_order_and_each_diagnostic_once() -> None:
    found = Diagnostics()
    found.error("Bad", "first", HERE)
    found.warning("Odd")
    found.extend([error("Bad", "first", HERE), error("Bad", "second", HERE)])
    assert [d.detail or d.summary for d in found] == ["first", "Odd", "second"]
    assert [d.detail for d in found.errors] == ["first", "second"]
    assert len(found) == 3


def test_only_errors_stop() -> None:
    found = Diagnostics()
    found.warning("Odd")
    found.raise_if_errors()
    assert not found.has_errors
    found.error("Bad")
    with pytest.raises(DiagnosticsError) as caught:
        found.raise_if_errors()
    assert [d.summary for d in caught.value.diagnostics] == ["Odd", "Bad"]
    assert str(caught.value) == "Odd; Bad"


def test_an_error_can_be_raised_with_one_diagnostic() -> None:
    assert DiagnosticsError(error("Bad")).diagnostics == (error("Bad"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("regoin", "region"), ("regions", "region"), ("color", None), ("", None)],
)
def test_the_nearest_name_is_found_when_it_is_near_enough(name: str, expected: str | None) -> None:
    assert nearest(name, ["name", "region", "tags"]) == expected


def test_a_suggestion_is_a_sentence_of_its_own_or_nothing() -> None:
    assert did_you_mean("regoin", ["region"]) == ' Did you mean "region"?'
    assert did_you_mean("x", ["region"]) == ""
