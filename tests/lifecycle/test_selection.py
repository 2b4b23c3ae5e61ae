"""-target, -replace and destroy: plans for a part, and for the end."""

from __future__ import annotations

import pytest
from kit import ENVIRONMENT, Lab, reasons

from iac.plan.model import Mode

THREE = """
resource "terraform_data" "a" {
  input = "a%(n)s"
}
resource "terraform_data" "b" {
  count = 2
  input = terraform_data.a.input
}
resource "terraform_data" "apart" {
  input = "%(n)s"
}
output "b" {
  value = terraform_data.b[1].output
}
output "apart" {
  value = terraform_data.apart.output
}
"""


def test_a_target_takes_what_it_needs_along_and_nothing_else(lab: Lab) -> None:
    lab.write(THREE % {"n": 1})
    assert lab.actions(targets=["terraform_data.b[0]"]) == {
        "terraform_data.a": "create",
        "terraform_data.b[0]": "create",
    }
    assert lab.actions(targets=["terraform_data.b"]).keys() == {
        "terraform_data.a",
        "terraform_data.b[0]",
        "terraform_data.b[1]",
    }
    assert lab.actions(targets=["terraform_data.apart"]) == {"terraform_data.apart": "create"}


def test_a_targeted_plan_says_so(lab: Lab) -> None:
    run = lab.plan(THREE % {"n": 1}, targets=["terraform_data.apart"])
    assert [d.summary for d in run.diagnostics] == ["Resource targeting is in effect"]


def test_a_targeted_apply_leaves_other_outputs_alone(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1})
    lab.succeed(THREE % {"n": 2}, targets=["terraform_data.apart"])
    assert lab.outputs() == {"apart": "2", "b": "a1"}
    lab.succeed()
    assert lab.outputs() == {"apart": "2", "b": "a2"}


def test_what_is_not_targeted_need_not_exist(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1}, targets=["terraform_data.apart"])
    assert list(lab.objects()) == ["terraform_data.apart"]
    assert lab.outputs() == {"apart": "1"}


def test_a_module_can_be_a_target(lab: Lab) -> None:
    lab.write(m__main_tf='resource "terraform_data" "inner" {\n}\n')
    text = (
        'module "m" {\n  source   = "./m"\n  for_each = toset(["x", "y"])\n}\nresource "terraform_data" "apart" {\n}\n'
    )
    lab.write(text)
    assert list(lab.actions(targets=["module.m"])) == [
        'module.m["x"].terraform_data.inner',
        'module.m["y"].terraform_data.inner',
    ]
    assert list(lab.actions(targets=['module.m["y"]'])) == ['module.m["y"].terraform_data.inner']


def test_an_orphan_can_be_a_target(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1})
    lab.write("locals {}\n")
    assert lab.actions(targets=["terraform_data.apart"]) == {"terraform_data.apart": "delete"}


def test_replace_replaces_as_requested(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1})
    plan = lab.plan(replace=["terraform_data.b[1]"]).plan
    assert reasons(plan) == {"terraform_data.b[1]": "replace_by_request"}
    before = lab.id_of("terraform_data.b[1]")
    assert lab.succeed(replace=["terraform_data.b[1]"]).counts == (1, 0, 1)
    assert lab.id_of("terraform_data.b[1]") != before


def test_destroy_removes_everything_in_the_right_order(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT + THREE % {"n": 1})
    applied = lab.destroy()
    assert applied.result.succeeded
    assert lab.objects() == {}
    assert lab.outputs() == {}
    done = applied.done
    assert done.index("delete iac_environment.staging") < done.index("delete iac_cluster.main")
    assert done.index("delete terraform_data.b[0]") < done.index("delete terraform_data.a")
    assert lab.outside(lambda p, o: p.list("cluster")) == []


def test_destroy_can_be_targeted(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    assert lab.destroy(targets=["iac_environment.staging"]).done == ["delete iac_environment.staging"]
    assert list(lab.objects()) == ["iac_cluster.main"]


def test_destroying_a_target_destroys_what_depends_on_it(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    assert lab.destroy(targets=["iac_cluster.main"]).done == [
        "delete iac_environment.staging",
        "delete iac_cluster.main",
    ]


def test_destroy_needs_no_configuration(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    (lab.directory / "main.tf").unlink()
    assert lab.destroy().counts == (0, 0, 2)


def test_destroying_nothing_is_nothing(lab: Lab) -> None:
    assert lab.plan("locals {}\n", mode=Mode.DESTROY).plan.is_empty


@pytest.mark.parametrize(
    "text",
    [
        'module "m" {\n  source = "./m"\n  count = length(terraform_data.a.output)\n}\n',
        'module "m" {\n  source = "./m"\n  for_each = toset(terraform_data.a.output)\n}\n',
        "locals {\n  first = terraform_data.a.output[0]\n}\n",
        'output "o" {\n  value = terraform_data.a.output[0]\n}\n',
        'resource "terraform_data" "b" {\n  count = length(terraform_data.a.output)\n}\n',
    ],
)
def test_destroy_works_where_the_configuration_depends_on_what_is_destroyed(lab: Lab, text: str) -> None:
    lab.write(m__main_tf='resource "terraform_data" "inner" {\n}\n')
    first = 'resource "terraform_data" "a" {\n  input = ["x"]\n}\n'
    lab.succeed(first)
    lab.succeed(first + text)
    assert lab.destroy().result.succeeded
    assert lab.objects() == {}
    assert lab.destroy().result.succeeded


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("terraform_data.b*", {"terraform_data.a", "terraform_data.b[0]", "terraform_data.b[1]"}),
        ("terraform_data.b[?]", {"terraform_data.a", "terraform_data.b[0]", "terraform_data.b[1]"}),
        ("*.ap?rt", {"terraform_data.apart"}),
        ("terraform_data.a*", {"terraform_data.a", "terraform_data.apart"}),
        ("iac_*", set()),
    ],
)
def test_a_target_may_be_a_pattern(lab: Lab, pattern: str, meant: set[str]) -> None:
    assert lab.actions(THREE % {"n": 1}, targets=[pattern]).keys() == meant


def test_a_pattern_means_everything_in_a_module(lab: Lab) -> None:
    lab.write(m__main_tf='resource "terraform_data" "r" {}\n')
    calls = "".join(f'module "{n}" {{\n  source = "./m"\n}}\n' for n in ("web1", "web2", "db"))
    assert lab.actions(calls, targets=["module.web*"]).keys() == {
        "module.web1.terraform_data.r",
        "module.web2.terraform_data.r",
    }


def test_what_is_excluded_takes_along_what_depends_on_it(lab: Lab) -> None:
    assert lab.actions(THREE % {"n": 1}, exclude=["terraform_data.a"]) == {"terraform_data.apart": "create"}
    assert lab.actions(exclude=["terraform_data.b"]) == {
        "terraform_data.a": "create",
        "terraform_data.apart": "create",
    }
    assert lab.actions(exclude=["terraform_data.b[1]"]).keys() == {
        "terraform_data.a",
        "terraform_data.apart",
        "terraform_data.b[0]",
    }


def test_an_excluded_object_stays_as_it_is(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1})
    applied = lab.succeed(THREE % {"n": 2}, exclude=["terraform_data.a"])
    assert applied.done == ["apply terraform_data.apart"]
    assert lab.outputs() == {"apart": "2", "b": "a1"}
    assert "Resources are excluded" in [d.summary for d in applied.plan.diagnostics]


def test_destroying_all_but_something_keeps_what_that_needs(lab: Lab) -> None:
    lab.succeed(THREE % {"n": 1})
    lab.destroy(exclude=["terraform_data.b[0]"])
    assert sorted(lab.objects()) == ["terraform_data.a", "terraform_data.b[0]"]


def test_only_what_is_meant_is_looked_at_by_a_refresh_only_plan(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.update_outside("iac_cluster.main", description="by hand")
    lab.update_outside("iac_environment.staging", mode="PREVIEW")

    def drifted(**options: list[str]) -> list[str]:
        return [str(d.address) for d in lab.plan(mode=Mode.REFRESH_ONLY, **options).plan.drift]

    assert drifted(targets=["iac_cluster.main"]) == ["iac_cluster.main"]
    assert drifted(targets=["iac_environment.staging"]) == ["iac_cluster.main", "iac_environment.staging"]
    assert drifted(exclude=["iac_environment.staging"]) == ["iac_cluster.main"]
    assert drifted(exclude=["iac_cluster.main"]) == []


BROKEN_PARTS = {
    "a resource": 'resource "terraform_data" "wrong" {\n  input = [1][var.n]\n}\n',
    "how many there are of it": 'resource "terraform_data" "wrong" {\n  count = [1][var.n]\n}\n',
    "a local": "locals {\n  wrong = [1][var.n]\n}\n",
    "an output": 'output "wrong" {\n  value = [1][var.n]\n}\n',
    "a module": 'module "m" {\n  source = "./m"\n  count  = [1][var.n]\n}\n',
    "a variable": 'variable "wrong" {\n  default = 1\n  validation {\n    condition = var.wrong > 1\n'
    '    error_message = "No."\n  }\n}\n',
    "a check": 'check "wrong" {\n  assert {\n    condition = [1][var.n] == 1\n    error_message = "No."\n  }\n}\n',
}


@pytest.mark.parametrize("part", BROKEN_PARTS)
def test_a_mistake_elsewhere_does_not_keep_a_target_from_being_applied(lab: Lab, part: str) -> None:
    text = (
        'variable "n" {\n  default = 1\n}\nresource "terraform_data" "a" {\n  input = var.n\n}\n' + BROKEN_PARTS[part]
    )
    lab.write(text, m__main_tf='resource "terraform_data" "inside" {}\n')
    assert lab.mistakes()
    lab.succeed(targets=["terraform_data.a"])
    assert lab.values() == {"terraform_data.a": 1}


def test_a_mistake_in_what_a_target_needs_does(lab: Lab) -> None:
    text = 'locals {\n  wrong = [1][2]\n}\nresource "terraform_data" "a" {\n  input = local.wrong\n}\n'
    assert lab.mistakes(text, targets=["terraform_data.a"]) == ["main.tf:2,14: Invalid index"]


def test_a_mistake_in_what_is_excluded_is_no_hindrance(lab: Lab) -> None:
    text = 'variable "n" {\n  default = 1\n}\n' + BROKEN_PARTS["a resource"] + 'resource "terraform_data" "a" {}\n'
    lab.succeed(text, exclude=["terraform_data.wrong"])
    assert list(lab.objects()) == ["terraform_data.a"]


MEANINGLESS = 'resource "terraform_data" "main" {\n  count = 2\n}\nmodule "m" {\n  source = "./m"\n}\n'


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ({"targets": ["terraform_data.mian"]}, "terraform_data.main"),
        ({"targets": ["terraform_data.main[7]"]}, "terraform_data.main[1]"),
        ({"targets": ["module.n"]}, "module.m"),
        ({"exclude": ["module.m.terraform_data.insid"]}, "module.m.terraform_data.inside"),
    ],
)
def test_what_names_nothing_is_said_with_what_may_be_meant(lab: Lab, option: dict[str, list[str]], meant: str) -> None:
    lab.write(MEANINGLESS, m__main_tf='resource "terraform_data" "inside" {}\n')
    lab.succeed()
    (name,) = ({"targets": "target", "exclude": "exclude"}[o] for o in option)
    found = lab.plan(**option).plan.diagnostics[-1]  # type: ignore[arg-type]  # two of its options
    assert (found.severity.value, found.summary) == ("warning", f"The -{name} option matches nothing")
    assert f'Did you mean "{meant}"?' in found.detail


@pytest.mark.parametrize("target", ["terraform_data.main", "terraform_data.main[1]", "module.m", "module.*", "*.old"])
def test_what_names_something_is_no_slip_of_the_pen(lab: Lab, target: str) -> None:
    lab.write(MEANINGLESS, m__main_tf='resource "terraform_data" "inside" {}\n')
    lab.write(old_tf='resource "terraform_data" "old" {}\n')
    lab.succeed()
    lab.write(old_tf="")  # "old" is in the state alone
    assert not [d for d in lab.plan(targets=[target]).plan.diagnostics if "matches nothing" in d.summary]


@pytest.mark.parametrize("options", [{"targets": ["terraform_data.a"]}, {"exclude": ["terraform_data.apart"]}])
def test_what_was_applied_in_part_is_said_to_be_incomplete(lab: Lab, options: dict[str, list[str]]) -> None:
    applied = lab.succeed(THREE % {"n": 1}, **options)
    assert [d.summary for d in applied.result.diagnostics] == ["Applied changes may be incomplete"]
    assert not list(lab.succeed().result.diagnostics)


KEYED = (
    'variable "v" {\n  default = 1\n}\n'
    'resource "terraform_data" "t" {\n  for_each = toset(["prod", "stage", "x.y"])\n  input = var.v\n}\n'
    'resource "terraform_data" "alone" {\n  input = var.v\n}\n'
    'module "m" {\n  source = "./m"\n  for_each = toset(["a", "b"])\n  v = var.v\n}\n'
)


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("*prod*", ['terraform_data.t["prod"]']),
        ('*"prod"*', ['terraform_data.t["prod"]']),
        ('*pro?"]', ['terraform_data.t["prod"]']),
        ('terraform_data.t["prod*', ['terraform_data.t["prod"]']),
        ("*x.y*", ['terraform_data.t["x.y"]']),
        ("terraform_data.t[*", [f'terraform_data.t["{key}"]' for key in ("prod", "stage", "x.y")]),
        ("module.m[*", [f'module.m["{key}"].terraform_data.inside' for key in "ab"]),
        ('*["a"]*', ['module.m["a"].terraform_data.inside']),
        ("*alone*", ["terraform_data.alone"]),
    ],
)
def test_a_pattern_may_reach_into_keys(lab: Lab, pattern: str, meant: list[str]) -> None:
    inside = 'variable "v" {}\nresource "terraform_data" "inside" {\n  input = var.v\n}\n'
    lab.write(KEYED, m__main_tf=inside)
    assert lab.actions(targets=[pattern]) == dict.fromkeys(meant, "create")
    lab.succeed()
    assert lab.actions(targets=[pattern], variables=["v=2"]) == dict.fromkeys(meant, "update")
    assert lab.actions(targets=[pattern], mode=Mode.DESTROY) == dict.fromkeys(meant, "delete")
