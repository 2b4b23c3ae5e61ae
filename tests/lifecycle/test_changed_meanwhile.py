"""A change that others made after the plan is not overwritten: a plan does what it says, or stops."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab

from iac.plan.model import Mode


def renamed(text: str, nodes: int) -> str:
    return text.replace("\n}", f"\n  min_nodes = {nodes}\n}}")


@pytest.fixture
def planned(lab: Lab) -> Lab:
    """A cluster, and a saved plan to change it."""
    lab.succeed(CLUSTER)
    lab.save(main=renamed(CLUSTER, 4))
    return lab


def test_what_another_tool_did_stops_an_update(planned: Lab) -> None:
    planned.update_outside("iac_cluster.main", description="by another")
    applied = planned.apply(saved="tfplan")
    assert [e.summary for e in applied.errors] == ["The object was changed meanwhile"]
    (cluster,) = planned.outside(lambda platform, operation: platform.list("cluster"))
    assert cluster["description"] == "by another"
    assert planned.happened()[-1].startswith("UPDATE_FAILED")


def test_so_it_stops_a_deletion(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.save(mode=Mode.DESTROY)
    lab.update_outside("iac_cluster.main", description="by another")
    assert [e.summary for e in lab.apply(saved="tfplan").errors] == ["The object was changed meanwhile"]
    assert lab.outside(lambda platform, operation: platform.list("cluster"))


def test_a_new_plan_says_what_is_left_and_is_applied(planned: Lab) -> None:
    planned.update_outside("iac_cluster.main", description="by another")
    planned.apply(saved="tfplan")
    planned.succeed()
    assert planned.actions() == {}


def test_a_plan_that_did_not_look_does_not_look_either(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.update_outside("iac_cluster.main", description="by another")
    lab.succeed(renamed(CLUSTER, 4), refresh=False)


def test_drift_that_the_plan_knows_is_no_hindrance(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.update_outside("iac_cluster.main", description="by another")
    lab.succeed(renamed(CLUSTER, 4))
