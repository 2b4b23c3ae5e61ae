"""`removed` blocks: objects leave the management, destroyed or not."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, actions

A = 'resource "terraform_data" "a" {}\n'
KEEP = "  lifecycle {\n    destroy = false\n  }\n"


def removed(source: str, lifecycle: str = KEEP) -> str:
    return f"removed {{\n  from = {source}\n{lifecycle}}}\n"


def test_an_object_is_forgotten_and_stays_in_the_platform(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    id = lab.id_of("iac_cluster.main")
    run = lab.plan(removed("iac_cluster.main"))
    assert actions(run.plan) == {"iac_cluster.main": "forget"}
    assert [d.summary for d in run.diagnostics] == ["Some objects will no longer be managed by iac"]
    applied = lab.succeed()
    assert applied.counts == (0, 0, 0)
    assert lab.objects() == {}
    assert lab.outside(lambda platform, _: platform.read("cluster", id))["name"] == "main"


def test_forgetting_is_an_event(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.succeed(removed("iac_cluster.main"))
    event = lab.events()[-1]
    assert (event.event_type, event.target_type, event.target_name) == ("FORGET", "cluster", "main")
    assert event.post_state["name"] == "main"


@pytest.mark.parametrize("lifecycle", ["", "  lifecycle {\n    destroy = true\n  }\n"])
def test_without_destroy_false_the_object_is_destroyed(lab: Lab, lifecycle: str) -> None:
    lab.succeed(A)
    assert actions(lab.plan(removed("terraform_data.a", lifecycle)).plan) == {"terraform_data.a": "delete"}


def test_all_instances_of_a_resource_are_forgotten(lab: Lab) -> None:
    lab.succeed('resource "terraform_data" "a" {\n  count = 3\n}\n')
    lab.succeed(removed("terraform_data.a"))
    assert lab.objects() == {}
    assert lab.happened()[3:] == [f"FORGET terraform_data.a[{i}]" for i in range(3)]


def test_everything_in_a_module_is_forgotten(lab: Lab) -> None:
    lab.write(m__main_tf=A)
    lab.succeed('module "m" {\n  source = "./m"\n  count = 2\n}\n')
    lab.succeed(removed("module.m"))
    assert lab.objects() == {}


def test_a_statement_in_a_module_is_about_that_module(lab: Lab) -> None:
    lab.write(m__main_tf=A)
    lab.succeed(A + 'module "m" {\n  source = "./m"\n}\n')
    lab.write(m__main_tf=removed("terraform_data.a"))
    assert actions(lab.plan().plan) == {"module.m.terraform_data.a": "forget"}


def test_other_objects_are_destroyed_as_ever(lab: Lab) -> None:
    lab.succeed(A + A.replace('"a"', '"b"'))
    assert actions(lab.plan(removed("terraform_data.a")).plan) == {
        "terraform_data.a": "forget",
        "terraform_data.b": "delete",
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (A + removed("terraform_data.a"), "main.tf:1,1: Removed resource still exists"),
        (removed("terraform_data.a[0]"), "main.tf:2,26: Resource instance keys not allowed"),
        (removed("module.m[0]"), "main.tf:2,18: Module instance keys not allowed"),
        (removed("data.iac_cluster.a"), "main.tf:2,10: Data source address not allowed"),
        ("removed {\n}\n", "main.tf:1,9: Missing required argument"),
    ],
)
def test_mistakes_are_named(lab: Lab, text: str, wanted: str) -> None:
    assert lab.mistakes(text) == [wanted]
