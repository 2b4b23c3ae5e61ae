"""`check` blocks: assertions that warn and stop nothing."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab

A = 'resource "terraform_data" "a" {\n  input = 1\n}\n'


def check(condition: str, message: str = '"no"', data: str = "") -> str:
    return (
        f'check "c" {{\n{data}  assert {{\n    condition     = {condition}\n    error_message = {message}\n  }}\n}}\n'
    )


SCOPED = '  data "iac_cluster" "found" {\n    name = "main"\n  }\n'


def warnings(lab: Lab, text: str) -> list[tuple[str, str]]:
    return [(d.summary, d.detail) for d in lab.plan(text).diagnostics]


def test_an_assertion_that_holds_says_nothing(lab: Lab) -> None:
    run = lab.plan(A + check("terraform_data.a.input == 1"))
    assert list(run.diagnostics) == []
    assert [(c.address, c.kind, c.status) for c in run.plan.checks] == [("check.c", "check", "pass")]


def test_one_that_fails_is_a_warning(lab: Lab) -> None:
    text = A + check("terraform_data.a.input == 2", '"is ${terraform_data.a.input}"')
    assert warnings(lab, text) == [("Check block assertion failed", "is 1")]
    assert lab.plan().plan.checks[0].problems == ("is 1",)
    assert lab.apply().result.succeeded


def test_one_that_is_not_known_yet_is_evaluated_after_apply(lab: Lab) -> None:
    text = A + check("terraform_data.a.output == 2", '"out ${terraform_data.a.output}"')
    assert [s for s, _ in warnings(lab, text)] == ["Check block assertion known after apply"]
    applied = lab.apply()
    assert [(d.summary, d.detail) for d in applied.result.diagnostics] == [("Check block assertion failed", "out 1")]
    assert applied.result.succeeded


def test_a_condition_that_cannot_be_evaluated_is_an_error(lab: Lab) -> None:
    text = A + check("tonumber(terraform_data.a.id) == 1")
    assert [s for s, _ in warnings(lab, text)] == ["Check block assertion known after apply"]
    assert [e.summary for e in lab.apply().errors] == ["Invalid function argument"]
    assert lab.mistakes() == ["main.tf:6,30: Invalid function argument"]


def test_every_instance_of_a_module_checks_for_itself(lab: Lab) -> None:
    lab.write(m__main_tf='variable "x" {}\n' + check('var.x == "a"', '"is ${var.x}"'))
    call = 'module "m" {\n  source   = "./m"\n  for_each = toset(["a", "b"])\n  x        = each.key\n}\n'
    assert [d for _, d in warnings(lab, call)] == ["is b"]
    assert [(c.address, c.status) for c in lab.plan().plan.checks] == [
        ('module.m["a"].check.c', "pass"),
        ('module.m["b"].check.c', "fail"),
    ]


def test_the_data_source_in_a_check_is_read_again_after_everything_else(lab: Lab) -> None:
    text = CLUSTER + check('data.iac_cluster.found.region == "eu-west-3"', data=SCOPED)
    planned = lab.plan(text)
    assert [d.summary for d in planned.diagnostics] == ["Cluster not found", "Check block assertion known after apply"]
    assert all(d.severity.value == "warning" for d in planned.diagnostics)
    applied = lab.apply()
    assert applied.done == ["apply iac_cluster.main", "apply data.iac_cluster.found"]
    assert list(applied.result.diagnostics) == []
    [change] = [c for c in lab.plan().plan.changes if c.address.resource.mode == "data"]
    assert change.reason is not None
    assert change.reason.value == "read_because_check_nested"


def test_a_data_source_that_cannot_be_read_stops_nothing(lab: Lab) -> None:
    applied = lab.apply(A + check('data.iac_cluster.found.region == "x"', data=SCOPED))
    assert applied.result.succeeded
    assert "Cluster not found" in [d.summary for d in applied.result.diagnostics]
    assert lab.values() == {"terraform_data.a": 1}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('check "c" {\n}\n', "main.tf:1,1: Zero assert blocks"),
        (A + check("true"), "main.tf:6,21: Invalid assert expression"),
        (
            check("var.x", data=SCOPED + SCOPED.replace("found", "again")) + 'variable "x" {}\n',
            "main.tf:5,3: Multiple data resource blocks",
        ),
        (
            check('data.iac_cluster.found.id == "x"', data=SCOPED)
            + 'output "o" {\n  value = data.iac_cluster.found.id\n}\n',
            "main.tf:11,11: Reference to scoped resource",
        ),
        (A + check("terraform_data.a.input == 1") * 2, 'main.tf:10,1: Duplicate check "c" configuration'),
    ],
)
def test_mistakes_are_named(lab: Lab, text: str, wanted: str) -> None:
    assert wanted in lab.mistakes(text)
