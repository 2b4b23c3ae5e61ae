"""Workspaces keep their states apart; the lock keeps two applies apart."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab

from iac.diagnostics import DiagnosticsError

TEXT = 'resource "terraform_data" "a" {\n  input = terraform.workspace\n}\n'


def test_each_workspace_has_a_state_of_its_own(lab: Lab) -> None:
    lab.succeed(TEXT)
    lab.workspace = "staging"
    assert lab.objects() == {}
    lab.succeed(TEXT)
    assert lab.values() == {"terraform_data.a": "staging"}
    lab.workspace = "default"
    assert lab.values() == {"terraform_data.a": "default"}
    assert [e.workspace for e in lab.events()] == ["default", "staging"]


def test_who_comes_second_is_told_who_holds_the_lock(lab: Lab) -> None:
    lab.write(CLUSTER)
    with lab.project() as first, first.lock("apply"), pytest.raises(DiagnosticsError) as caught:
        lab.apply()
    (problem,) = caught.value.diagnostics
    assert problem.summary == "Error acquiring the state lock"
    assert "Operation: apply" in problem.detail
    assert "Who:       ana" in problem.detail
    assert lab.objects() == {}


def test_the_lock_is_free_after_a_failure(lab: Lab) -> None:
    with lab.project() as project, pytest.raises(RuntimeError), project.lock("apply"):
        raise RuntimeError
    lab.succeed(CLUSTER)


def test_workspaces_do_not_lock_each_other(lab: Lab) -> None:
    with lab.project() as first, first.lock("apply"):
        lab.workspace = "other"
        lab.succeed(CLUSTER)


def test_the_lock_can_be_left_out(lab: Lab) -> None:
    with lab.project() as first, first.lock("apply"), lab.project() as second, second.lock("apply", enabled=False):
        pass


def test_a_plan_needs_no_lock(lab: Lab) -> None:
    lab.write(CLUSTER)
    with lab.project() as first, first.lock("apply"):
        assert lab.actions() == {"iac_cluster.main": "create"}
