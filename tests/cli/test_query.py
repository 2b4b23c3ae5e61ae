"""`iac query` on the command line."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(autouse=True)
def applied(iac) -> None:
    assert iac("apply", "-auto-approve").code == 0


SQL = "SELECT target_type, target_name FROM events ORDER BY sequence"


def test_rows_are_a_table_json_or_csv(iac) -> None:
    assert iac("query", SQL).out.splitlines()[1:] == ["cluster      main", "environment  staging"]
    assert json.loads(iac("query", SQL, "--format", "json").out)[0] == {"target_type": "cluster", "target_name": "main"}
    assert iac("query", SQL, "--format", "csv").out.splitlines()[0] == "target_type,target_name"


def test_csv_has_no_formulas(iac) -> None:
    assert "'=1+1" in iac("query", "SELECT '=1+1' AS x", "--format", "csv").out


def test_more_rows_than_asked_for_are_told(iac) -> None:
    assert "There are more than 1 rows." in iac("query", SQL, "--limit", "1").err


def test_what_can_be_asked_is_listed(iac) -> None:
    assert "events: sequence, id, timestamp" in iac("query", "--schema").out


def test_mistakes_exit_with_one(iac) -> None:
    assert iac("query", "DELETE FROM events").code == 1
    assert iac("query").code == 1
