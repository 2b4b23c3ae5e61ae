"""`moved` blocks: objects keep their identity when their addresses change."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, actions, change_of

from iac.audit.filters import EventFilter
from iac.audit.query import events
from iac.plan.model import Mode
from iac.views.event_timeline import lives, render_timeline
from iac.views.events_table import render_events

A = 'resource "terraform_data" "a" {\n  input = 1\n}\n'
B = 'resource "terraform_data" "b" {\n  input = 1\n}\n'
CHILD = {"m__main_tf": 'resource "terraform_data" "r" {}\nresource "terraform_data" "s" {}\n'}


def moved(source: str, destination: str) -> str:
    return f"moved {{\n  from = {source}\n  to   = {destination}\n}}\n"


def module(name: str, more: str = "") -> str:
    return f'module "{name}" {{\n  source = "./m"\n  {more}\n}}\n'


def test_an_object_keeps_its_id_under_its_new_address(lab: Lab) -> None:
    lab.succeed(A)
    id = lab.id_of("terraform_data.a")
    applied = lab.succeed(B + moved("terraform_data.a", "terraform_data.b"))
    assert applied.counts == (0, 0, 0)
    assert lab.objects().keys() == {"terraform_data.b"}
    assert lab.id_of("terraform_data.b") == id


def test_a_move_is_an_event_that_says_from_where(lab: Lab) -> None:
    lab.succeed(A)
    lab.succeed(B + moved("terraform_data.a", "terraform_data.b"))
    event = lab.events()[-1]
    assert (event.event_type, event.address) == ("MOVE", "terraform_data.b")
    assert event.context["moved_from"] == "terraform_data.a"
    assert event.patch == []
    assert lab.is_log_valid()


def test_a_move_with_a_change_is_two_events(lab: Lab) -> None:
    lab.succeed(A)
    lab.succeed(B.replace("1", "2") + moved("terraform_data.a", "terraform_data.b"))
    assert lab.happened()[1:] == ["MOVE terraform_data.b", "UPDATE terraform_data.b"]


def test_moves_form_chains_in_whatever_order_they_are_written(lab: Lab) -> None:
    lab.succeed(A)
    id = lab.id_of("terraform_data.a")
    lab.succeed(
        'resource "terraform_data" "c" {\n  input = 1\n}\n'
        + moved("terraform_data.b", "terraform_data.c")
        + moved("terraform_data.a", "terraform_data.b")
    )
    assert lab.id_of("terraform_data.c") == id


def test_a_long_chain_is_followed(lab: Lab) -> None:
    lab.succeed('resource "terraform_data" "n0" {}\n')
    id = lab.id_of("terraform_data.n0")
    chain = "".join(moved(f"terraform_data.n{i}", f"terraform_data.n{i + 1}") for i in range(300))
    lab.succeed('resource "terraform_data" "n300" {}\n' + chain)
    assert lab.id_of("terraform_data.n300") == id


def test_a_whole_resource_moves_with_the_keys_of_its_instances(lab: Lab) -> None:
    each = 'resource "terraform_data" "%s" {\n  for_each = toset(["x", "y"])\n}\n'
    lab.succeed(each % "a")
    ids = {lab.id_of(f'terraform_data.a["{k}"]') for k in "xy"}
    lab.succeed(each % "b" + moved("terraform_data.a", "terraform_data.b"))
    assert {lab.id_of(f'terraform_data.b["{k}"]') for k in "xy"} == ids


def test_instances_move_from_count_to_for_each(lab: Lab) -> None:
    lab.succeed('resource "terraform_data" "a" {\n  count = 2\n}\n')
    ids = [lab.id_of(f"terraform_data.a[{i}]") for i in range(2)]
    lab.succeed(
        'resource "terraform_data" "a" {\n  for_each = toset(["x", "y"])\n}\n'
        + moved("terraform_data.a[0]", 'terraform_data.a["x"]')
        + moved("terraform_data.a[1]", 'terraform_data.a["y"]')
    )
    assert [lab.id_of(f'terraform_data.a["{k}"]') for k in "xy"] == ids


def test_an_object_moves_into_a_module_and_out_again(lab: Lab) -> None:
    child = {"m__main_tf": 'resource "terraform_data" "r" {\n  input = 1\n}\n'}
    lab.succeed(A)
    id = lab.id_of("terraform_data.a")
    lab.write(**child)
    lab.succeed(module("m") + moved("terraform_data.a", "module.m.terraform_data.r"))
    assert lab.id_of("module.m.terraform_data.r") == id
    lab.succeed(A + moved("module.m.terraform_data.r", "terraform_data.a"))
    assert lab.id_of("terraform_data.a") == id


def test_a_module_moves_with_everything_in_it(lab: Lab) -> None:
    lab.write(**CHILD)
    lab.succeed(module("one"))
    before = {a.replace("one", "two"): o["id"] for a, o in lab.objects().items()}
    assert lab.actions(module("two") + moved("module.one", "module.two")).keys() == before.keys()
    lab.succeed()
    assert {a: o["id"] for a, o in lab.objects().items()} == before


def test_a_module_moves_into_for_each(lab: Lab) -> None:
    lab.write(**CHILD)
    lab.succeed(module("m"))
    id = lab.id_of("module.m.terraform_data.r")
    lab.succeed(module("m", 'for_each = toset(["x"])') + moved("module.m", 'module.m["x"]'))
    assert lab.id_of('module.m["x"].terraform_data.r') == id


def test_a_statement_in_a_module_counts_in_every_instance_of_it(lab: Lab) -> None:
    lab.write(m__main_tf='resource "terraform_data" "r" {}\n')
    lab.succeed(module("m", "count = 2"))
    ids = [lab.id_of(f"module.m[{i}].terraform_data.r") for i in range(2)]
    lab.write(m__main_tf='resource "terraform_data" "q" {}\n' + moved("terraform_data.r", "terraform_data.q"))
    lab.succeed()
    assert [lab.id_of(f"module.m[{i}].terraform_data.q") for i in range(2)] == ids


def test_an_object_does_not_move_to_where_another_one_is(lab: Lab) -> None:
    lab.succeed(A + B)
    run = lab.plan(B + moved("terraform_data.a", "terraform_data.b"))
    assert actions(run.plan) == {"terraform_data.a": "delete"}
    [warning] = [d for d in run.diagnostics if d.summary == "Unresolved resource instance address changes"]
    assert "terraform_data.a could not move to terraform_data.b" in warning.detail


def test_a_moved_object_without_a_block_is_deleted_where_it_would_be(lab: Lab) -> None:
    lab.succeed(A)
    plan = lab.plan(moved("terraform_data.a", "terraform_data.b")).plan
    change = change_of(plan, "terraform_data.b")
    assert change.reason is not None
    assert (change.action.value, change.reason.value) == ("delete", "delete_because_no_move_target")
    lab.succeed()
    assert lab.objects() == {}


def test_a_refresh_only_apply_remembers_the_move(lab: Lab) -> None:
    lab.succeed(A)
    text = B + moved("terraform_data.a", "terraform_data.b")
    assert "terraform_data.a has moved to terraform_data.b" in lab.text(text, mode=Mode.REFRESH_ONLY)
    lab.succeed(mode=Mode.REFRESH_ONLY)
    assert lab.objects().keys() == {"terraform_data.b"}
    assert lab.happened()[-1] == "MOVE terraform_data.b"


def test_an_object_that_drifted_moves_too(lab: Lab) -> None:
    from kit import CLUSTER

    lab.succeed(CLUSTER)
    lab.update_outside("iac_cluster.main", description="changed")
    text = CLUSTER.replace('"main" {', '"other" {') + moved("iac_cluster.main", "iac_cluster.other")
    lab.succeed(text)
    assert lab.objects().keys() == {"iac_cluster.other"}
    assert lab.actions() == {}


def test_an_object_that_is_gone_is_made_anew_where_it_moved(lab: Lab) -> None:
    from kit import CLUSTER

    lab.succeed(CLUSTER)
    lab.delete_outside("iac_cluster.main")
    text = CLUSTER.replace('"main" {', '"other" {') + moved("iac_cluster.main", "iac_cluster.other")
    assert lab.actions(text) == {"iac_cluster.other": "create"}
    lab.succeed()
    assert lab.objects().keys() == {"iac_cluster.other"}


def test_a_moved_object_can_be_replaced(lab: Lab) -> None:
    lab.succeed(A)
    id = lab.id_of("terraform_data.a")
    lab.succeed(B + moved("terraform_data.a", "terraform_data.b"), replace=["terraform_data.b"])
    assert lab.objects().keys() == {"terraform_data.b"}
    assert lab.id_of("terraform_data.b") != id


def test_a_saved_plan_moves(lab: Lab) -> None:
    lab.succeed(A)
    lab.write(B + moved("terraform_data.a", "terraform_data.b"))
    lab.save("tfplan")
    lab.succeed(saved="tfplan")
    assert lab.objects().keys() == {"terraform_data.b"}


def test_targets_must_cover_both_ends(lab: Lab) -> None:
    lab.succeed(A)
    [problem] = lab.refused(
        B + 'resource "terraform_data" "z" {}\n' + moved("terraform_data.a", "terraform_data.b"),
        targets=["terraform_data.z"],
    )
    assert problem.summary == "Moved resource instances excluded by targeting"
    assert '-target="terraform_data.a"\n  -target="terraform_data.b"' in problem.detail


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (moved("terraform_data.a", "terraform_data.a"), "main.tf:1,1: Redundant move statement"),
        (
            moved("terraform_data.a", "terraform_data.b") + moved("terraform_data.b", "terraform_data.a"),
            "Cyclic dependency in move statements",
        ),
        (
            moved("terraform_data.a", "terraform_data.b") + moved("terraform_data.a", "terraform_data.c"),
            "main.tf:5,1: Ambiguous move statements",
        ),
        (
            moved("terraform_data.a", "terraform_data.c") + moved("terraform_data.b", "terraform_data.c"),
            "main.tf:5,1: Ambiguous move statements",
        ),
        (A + moved("terraform_data.a", "terraform_data.b"), "main.tf:4,1: Moved object still exists"),
        (moved("terraform_data.a", "module.m"), 'main.tf:1,1: Invalid "moved" addresses'),
        (moved("terraform_data.a", '"terraform_data.b"'), "main.tf:3,10: Invalid expression"),
        (moved("local.a", "terraform_data.b"), "main.tf:2,10: Invalid address"),
        (moved("terraform_data.a.input", "terraform_data.b"), "main.tf:2,10: Invalid address"),
    ],
)
def test_mistakes_are_named(lab: Lab, text: str, wanted: str) -> None:
    assert lab.mistakes(text) == [wanted]


@pytest.mark.parametrize("asked", ["iac_cluster.main", "iac_cluster.moved", "cluster:main", "cluster:other"])
def test_the_log_follows_an_object_through_its_names(lab: Lab, asked: str) -> None:
    lab.succeed(CLUSTER)
    renamed = CLUSTER.replace('"iac_cluster" "main"', '"iac_cluster" "moved"')
    lab.succeed(renamed + moved("iac_cluster.main", "iac_cluster.moved"))
    lab.update_outside("iac_cluster.moved", name="other")
    with lab.project() as project:
        found = list(events(project.database, EventFilter(targets=(asked,), oldest_first=True)))
    assert [event.event_type for event in found] == ["CREATE", "MOVE", "UPDATE"]
    assert "moved from iac_cluster.main to iac_cluster.moved by ana" in render_timeline(lives(found), color=False)
    assert "from iac_cluster.main" in "".join(render_events(found, color=False, width=200))
