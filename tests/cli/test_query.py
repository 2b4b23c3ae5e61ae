"""`iac query` on the command line."""

from __future__ import annotations

import io
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
    out = iac("query", "--schema").out
    assert "events: The audit log: one row for each event." in out
    assert "  sequence     the number in the log\n" in out
    assert list(json.loads(iac("query", "--schema", "--format", "json").out)["runs"]["columns"])[:2] == [
        "id",
        "plan_id",
    ]


def test_columns_with_one_name_are_told_apart_in_json(iac) -> None:
    assert json.loads(iac("query", "SELECT 1 AS a, 2 AS a", "--format", "json").out) == [{"a": 1, "a_2": 2}]


def test_json_has_no_infinity(iac) -> None:
    assert json.loads(iac("query", "SELECT 9e999 AS a, x'ff' AS b", "--json").out) == [{"a": "inf", "b": "ff"}]


def test_the_query_may_come_from_standard_input(iac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"SELECT 1 AS one")))
    assert iac("query", "-", "--json").out == '[\n  {\n    "one": 1\n  }\n]\n'


def test_the_place_of_a_mistake_is_shown(iac) -> None:
    err = iac("query", "SELECT user\nFROM events\nWHERE adress = 'x'").err
    assert "on query line 3:\n   3: WHERE adress = 'x'" in err
    assert 'Did you mean "address"?' in err


def test_mistakes_exit_with_one(iac) -> None:
    assert iac("query", "DELETE FROM events").code == 1
    assert iac("query").code == 1
