"""`import` blocks: objects that exist already come under management."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, actions, change_of

A = 'resource "terraform_data" "a" {}\n'
EACH = 'resource "terraform_data" "a" {\n  for_each = toset(["x", "y", "z"])\n}\n'


def import_of(to: str, id: str, more: str = "") -> str:
    return f"import {{\n  to = {to}\n  id = {id}\n  {more}\n}}\n"


def test_an_object_made_by_another_tool_is_imported_and_then_unchanged(lab: Lab) -> None:
    id = lab.outside(
        lambda platform, operation: platform.create(
            "cluster", {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}, operation
        )
    )["id"]
    run = lab.plan(CLUSTER + import_of("iac_cluster.main", f'"{id}"'))
    change = change_of(run.plan, "iac_cluster.main")
    assert (change.action.value, change.import_id) == ("no-op", id)
    applied = lab.succeed()
    assert (applied.result.imported, applied.counts) == (1, (0, 0, 0))
    assert applied.done == ["import iac_cluster.main"]
    assert lab.happened()[-1] == "IMPORT iac_cluster.main"
    assert lab.actions() == {}


def test_what_differs_is_changed_by_the_same_apply(lab: Lab) -> None:
    applied = lab.succeed('resource "terraform_data" "a" {\n  input = 1\n}\n' + import_of("terraform_data.a", '"x"'))
    assert (applied.result.imported, applied.counts) == (1, (0, 1, 0))
    assert lab.happened() == ["IMPORT terraform_data.a", "UPDATE terraform_data.a"]
    assert lab.id_of("terraform_data.a") == "x"


def test_for_each_imports_one_object_for_every_element(lab: Lab) -> None:
    imports = import_of("terraform_data.a[each.key]", "each.value", 'for_each = { x = "1", y = "2" }')
    plan = lab.plan(EACH + imports).plan
    assert {str(c.address): c.import_id for c in plan.changes} == {
        'terraform_data.a["x"]': "1",
        'terraform_data.a["y"]': "2",
        'terraform_data.a["z"]': None,
    }
    assert plan.counts == (2, 1, 0, 0)
    lab.succeed()
    assert lab.id_of('terraform_data.a["y"]') == "2"


def test_an_object_in_a_module_instance_is_imported(lab: Lab) -> None:
    lab.write(m__main_tf=A)
    call = 'module "m" {\n  source   = "./m"\n  for_each = toset(["eu"])\n}\n'
    lab.succeed(call + import_of('module.m["eu"].terraform_data.a', '"x"'))
    assert lab.id_of('module.m["eu"].terraform_data.a') == "x"


def test_the_id_may_come_from_other_values(lab: Lab) -> None:
    text = 'variable "id" {\n  default = "v"\n}\n' + A + import_of("terraform_data.a", '"${var.id}-1"')
    lab.succeed(text)
    assert lab.id_of("terraform_data.a") == "v-1"


def test_what_is_managed_already_is_not_imported_again(lab: Lab) -> None:
    lab.succeed(A)
    assert actions(lab.plan(A + import_of("terraform_data.a", '"other"')).plan) == {}


def test_an_imported_object_can_be_replaced_at_once(lab: Lab) -> None:
    applied = lab.succeed(A + import_of("terraform_data.a", '"x"'), replace=["terraform_data.a"])
    assert applied.done == ["import terraform_data.a", "delete terraform_data.a", "apply terraform_data.a"]
    assert lab.happened() == ["IMPORT terraform_data.a", "DELETE terraform_data.a", "CREATE terraform_data.a"]
    assert lab.actions() == {}


def test_an_imported_object_can_be_replaced_before_it_is_destroyed(lab: Lab) -> None:
    text = 'resource "terraform_data" "a" {\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n'
    applied = lab.succeed(text + import_of("terraform_data.a", '"x"'), replace=["terraform_data.a"])
    assert applied.done == ["import terraform_data.a", "apply terraform_data.a", "delete terraform_data.a"]
    assert lab.deposed() == []
    assert lab.actions() == {}


def test_a_saved_plan_imports(lab: Lab) -> None:
    lab.write(A + import_of("terraform_data.a", '"x"'))
    lab.save("tfplan")
    lab.succeed(saved="tfplan")
    assert lab.id_of("terraform_data.a") == "x"


def test_a_sensitive_id_is_not_shown(lab: Lab) -> None:
    text = A.replace("{}", "{\n  input = 1\n}") + import_of("terraform_data.a", 'sensitive("hush")')
    assert '(imported from "(sensitive value)")' in lab.text(text)


def test_planning_imports_nothing(lab: Lab) -> None:
    lab.plan(A + import_of("terraform_data.a", '"x"'))
    assert lab.objects() == {}
    assert lab.events() == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (import_of("terraform_data.a", '""'), "main.tf:4,8: Invalid import id argument"),
        (import_of("terraform_data.a", "null"), "main.tf:4,8: Invalid import id argument"),
        (import_of("terraform_data.a", "[1]"), "main.tf:4,8: Incorrect value type"),
        (import_of("terraform_data.a[0]", '"x"'), "main.tf:3,8: Invalid import 'to' expression"),
        (import_of("terraform_data.b", '"x"'), "main.tf:3,8: Configuration for import target does not exist"),
        (
            import_of("terraform_data.a", '"x"') + import_of("terraform_data.a", '"y"'),
            'main.tf:8,8: Duplicate import configuration for "terraform_data.a"',
        ),
        (import_of("data.terraform_data.a", '"x"'), "main.tf:3,8: Invalid import address"),
        (
            import_of("terraform_data.a", '"x"', "provider = terraform"),
            "main.tf:5,3: Invalid import provider argument",
        ),
        (import_of("terraform_data.a", "terraform_data.b.id") + A.replace('"a"', '"b"'), "Invalid import id argument"),
    ],
)
def test_mistakes_are_named(lab: Lab, text: str, wanted: str) -> None:
    [found] = lab.mistakes(A + text)
    assert found.endswith(wanted)


def test_an_object_that_does_not_exist_cannot_be_imported(lab: Lab) -> None:
    [problem] = lab.refused(CLUSTER + import_of("iac_cluster.main", '"nope"'))
    assert problem.summary == "Cannot import non-existent remote object"
    assert problem.subject is not None
    assert problem.subject.start.line == 8


def test_an_instance_that_the_configuration_does_not_have_is_refused(lab: Lab) -> None:
    [problem] = lab.refused(EACH + import_of('terraform_data.a["q"]', '"x"'))
    assert problem.summary == "Configuration for import target does not exist"


def test_import_blocks_stand_in_the_root_module_only(lab: Lab) -> None:
    lab.write(m__main_tf=A + import_of("terraform_data.a", '"x"'))
    assert lab.mistakes('module "m" {\n  source = "./m"\n}\n') == ["m/main.tf:2,1: Invalid import configuration"]
