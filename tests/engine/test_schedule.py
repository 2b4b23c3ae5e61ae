"""The schedule of an apply: each operation when nothing that it waits for is left, and no more edges than changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kit import Lab

from iac.engine.schedule import Schedule
from iac.plan.model import Plan


def steps(schedule: Iterable[object]) -> list[str]:
    return [f"{s.part} {s.change.address}" for s in schedule]  # type: ignore[attr-defined]


def plan(lab: Lab, text: str) -> Plan:
    return lab.plan(text).plan


FAN = """
resource "terraform_data" "a" {
  count = %d
  input = count.index
}
resource "terraform_data" "b" {
  count = %d
  input = terraform_data.a[*].id
}
"""


def test_operations_come_in_the_order_of_dependencies(lab: Lab) -> None:
    assert steps(Schedule(plan(lab, FAN % (2, 2)))) == [
        "apply terraform_data.a[0]",
        "apply terraform_data.a[1]",
        "apply terraform_data.b[0]",
        "apply terraform_data.b[1]",
    ]


def test_what_waits_for_a_failure_is_skipped_and_counted(lab: Lab) -> None:
    schedule = Schedule(plan(lab, FAN % (2, 2)))
    done = []
    for step in schedule:
        done.append(str(step.change.address))  # type: ignore[union-attr]
        if done[-1] == "terraform_data.a[0]":
            schedule.fail(step)
    assert done == ["terraform_data.a[0]", "terraform_data.a[1]"]
    assert steps(schedule.skipped) == ["apply terraform_data.b[0]", "apply terraform_data.b[1]"]


def test_edges_grow_with_changes_and_not_with_their_product(lab: Lab) -> None:
    schedule = Schedule(plan(lab, FAN % (100, 100)))
    assert sum(len(step.unlocks) for step in schedule._steps) < 1000


def test_what_does_not_change_is_no_step(lab: Lab) -> None:
    lab.succeed(FAN % (2, 2))
    assert steps(Schedule(plan(lab, FAN % (2, 2)))) == []


def test_the_order_of_a_plan_is_the_same_whatever_the_order_of_its_changes(lab: Lab) -> None:
    made = plan(lab, FAN % (3, 3))
    turned = replace(made, changes=list(reversed(made.changes)), order=[len(made.changes) - 1 - i for i in made.order])
    assert steps(Schedule(turned)) == steps(Schedule(made))
