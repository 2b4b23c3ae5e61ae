"""A creation that failed made no object: it belongs to the name and address that were meant, and to nothing else."""

from __future__ import annotations

import pytest
from kit import Lab

from iac.audit.filters import EventFilter
from iac.audit.query import events, targets
from iac.audit.where_parser import parse_where

TWO = "".join(
    f'resource "iac_cluster" "{name}" {{\n  name = "{name}"\n  cloud_provider = "AWS"\n  region = "eu-west-3"\n}}\n'
    for name in "ab"
)


@pytest.fixture
def failed(lab: Lab) -> Lab:
    """Two clusters, and a workspace in which creating the same ones has failed."""
    lab.succeed(TWO)
    with lab.project() as project:
        project.create_workspace("other")
    lab.workspace = "other"
    assert not lab.apply().result.succeeded
    return lab


def found(lab: Lab, **filter: object) -> list[str]:
    with lab.project() as project:
        listed = events(project.database, EventFilter(oldest_first=True, **filter))  # type: ignore[arg-type]
        return [f"{e.event_type} {e.target_name}" for e in listed]


@pytest.mark.parametrize("target", ["cluster:a", "iac_cluster.a"])
def test_it_is_in_the_history_of_what_was_meant_alone(failed: Lab, target: str) -> None:
    assert found(failed, targets=(target,)) == ["CREATE a", "CREATE_FAILED a"]


def test_what_lives_in_an_object_has_nothing_of_others(failed: Lab) -> None:
    assert found(failed, inside=("cluster:a",)) == ["CREATE a", "CREATE_FAILED a"]


def test_to_leave_one_object_out_leaves_the_failures_of_others_in(failed: Lab) -> None:
    shown = found(failed, excluded=(EventFilter(targets=("cluster:a",)),))
    assert sorted(shown) == ["CREATE b", "CREATE_FAILED b"]


@pytest.mark.parametrize("where", [[], ['event_type ~ "CREATE"']], ids=["all", "with a condition"])
def test_each_is_a_target_of_its_own(failed: Lab, where: list[str]) -> None:
    with failed.project() as project:
        listed = targets(project.database, EventFilter(target_types=("cluster",), where=tuple(map(parse_where, where))))
    assert sorted((t.name, t.events, bool(t.id)) for t in listed) == [
        ("a", 1, False),
        ("a", 1, True),
        ("b", 1, False),
        ("b", 1, True),
    ]
