"""Databases of a server are brought up to date as those in a file are."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit import Lab

from iac.audit.chain import begin_chain
from iac.database import Database
from iac.storage import SCHEMA_VERSION, open_storage, schema_problems, schema_version

RECORDED = Path(__file__).parents[1] / "databases"
"""The tables of each version as its `iac` made them."""


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_earlier_one_becomes_what_a_new_one_is(url: str, version: int) -> None:
    with Database.open(url, create=False) as database, database.transaction():
        for statement in (RECORDED / f"postgresql_{version}.sql").read_text().split("\n;\n"):
            database.execute(statement)
        database.execute("CREATE TABLE schema_version (version INTEGER NOT NULL)")
        database.execute("INSERT INTO schema_version (version) VALUES (?)", (version,))
        begin_chain(database)
    with open_storage(url, create=False) as database:
        assert schema_version(database) == SCHEMA_VERSION
        assert schema_problems(database) == []


def test_results_of_conditions_are_kept(lab: Lab) -> None:
    check = 'check "c" {\n  assert {\n    condition = terraform_data.a.input == 2\n    error_message = "No."\n  }\n}\n'
    lab.succeed('resource "terraform_data" "a" {\n  input = 1\n}\n' + check)
    with lab.project() as project:
        assert [(r.address, r.status, r.problems) for r in project.state().checks] == [("check.c", "fail", ("No.",))]
    before = [event.sequence for event in lab.events()]
    lab.succeed()
    assert [event.sequence for event in lab.events()] == before
