"""The provider block of iac, once it is evaluated."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac.audit.record import Operation, Origin
from iac.providers.iac.configuration import (
    PROVIDER_BLOCK,
    Configuration,
    location_problems,
    read_configuration,
    shown_location,
)
from iac.values.types import STRING
from iac.values.value import Value, null, object_value, string, unknown


def block(**given: Value) -> Value:
    return object_value({name: given.get(name, null(STRING)) for name in PROVIDER_BLOCK.attributes})


def summaries(location: str, **given: Value) -> list[str]:
    return [problem.summary for problem in location_problems(block(**given), location)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Configuration()),
        ({"user": string("bo"), "message": string("m")}, Configuration("bo", "m")),
        ({"user": string(""), "message": unknown(STRING)}, Configuration()),
    ],
    ids=["nothing", "both", "empty and unknown"],
)
def test_what_a_block_says(given: dict[str, Value], expected: Configuration) -> None:
    assert read_configuration(block(**given)) == expected


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin("ana"), ("bo", "block")),
        (Origin("ana", message="environment"), ("bo", "block")),
        (Origin("ana", message="command", message_is_given=True), ("bo", "command")),
    ],
)
def test_a_block_goes_before_the_environment_and_not_before_the_command(
    origin: Origin, expected: tuple[str, str]
) -> None:
    applied = Configuration("bo", "block").applied(Operation(origin, address="a"))
    assert (applied.origin.user, applied.origin.message) == expected
    assert applied.address == "a"


def test_a_block_that_says_nothing_changes_nothing() -> None:
    operation = Operation(Origin("ana", message="m"))
    assert Configuration().applied(operation) is operation


def test_the_database_of_a_block_has_to_be_the_one_in_use(tmp_path: Path) -> None:
    location = str(tmp_path / "a.db")
    assert summaries(location) == []
    assert summaries(location, database=string(f"{tmp_path}/./a.db")) == []
    assert summaries(location, database=string("b.db")) == ["Another database"]
    assert summaries(location, database=unknown(STRING)) == ["Database not known yet"]


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("postgresql://bo:hush@host/db", "postgresql://bo:***@host/db"),
        ("postgresql://bo:hu:s@h@host/db", "postgresql://bo:***@host/db"),
        ("postgresql://bo@host/db", "postgresql://bo@host/db"),
        ("dir/iac.db", "dir/iac.db"),
    ],
)
def test_no_message_has_the_password_of_a_database(location: str, expected: str) -> None:
    assert shown_location(location) == expected
