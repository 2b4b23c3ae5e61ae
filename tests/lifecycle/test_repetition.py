"""count and for_each: growing, shrinking, and the moves that Terraform implies."""

from __future__ import annotations

import pytest
from kit import Lab, change_of, reasons

COUNT = """
resource "terraform_data" "a" {
  count = %d
  input = count.index
}
"""
EACH = """
resource "terraform_data" "a" {
  for_each = toset(%s)
  input    = each.key
}
"""
SINGLE = """
resource "terraform_data" "a" {
  input = 0
}
"""


def test_count_grows_at_its_end(lab: Lab) -> None:
    lab.succeed(COUNT % 2)
    assert lab.actions(COUNT % 4) == {"terraform_data.a[2]": "create", "terraform_data.a[3]": "create"}


def test_count_shrinks_at_its_end(lab: Lab) -> None:
    lab.succeed(COUNT % 3)
    plan = lab.plan(COUNT % 1).plan
    assert reasons(plan) == dict.fromkeys(["terraform_data.a[1]", "terraform_data.a[2]"], "delete_because_count_index")
    lab.succeed()
    assert lab.values() == {"terraform_data.a[0]": 0}


def test_instances_of_count_are_in_the_order_of_numbers(lab: Lab) -> None:
    assert [str(c.address) for c in lab.plan(COUNT % 12).plan.changes][-2:] == [
        "terraform_data.a[10]",
        "terraform_data.a[11]",
    ]


def test_a_count_of_zero_makes_nothing(lab: Lab) -> None:
    assert lab.actions(COUNT % 0) == {}


def test_for_each_follows_its_keys(lab: Lab) -> None:
    lab.succeed(EACH % '["x", "y"]')
    plan = lab.plan(EACH % '["y", "z"]').plan
    assert reasons(plan) == {'terraform_data.a["x"]': "delete_because_each_key"}
    lab.succeed()
    assert lab.values() == {'terraform_data.a["y"]': "y", 'terraform_data.a["z"]': "z"}


@pytest.mark.parametrize("key", ["with space", "dot.ted", 'quo"te', "back\\\\slash", "ünï", "$${x}", "[0]", ""])
def test_any_string_can_be_a_key(lab: Lab, key: str) -> None:
    text = EACH % f'["{key.replace(chr(34), chr(92) + chr(34))}"]'
    lab.succeed(text)
    assert lab.actions() == {}
    lab.succeed(EACH % "[]")
    assert lab.objects() == {}


def test_adding_count_moves_the_object_to_the_first_index(lab: Lab) -> None:
    lab.succeed(SINGLE)
    id = lab.id_of("terraform_data.a")
    plan = lab.plan(COUNT % 2).plan
    change = change_of(plan, "terraform_data.a[0]")
    assert (change.action.value, str(change.previous_address)) == ("no-op", "terraform_data.a")
    applied = lab.succeed()
    assert applied.counts == (1, 0, 0)
    assert lab.id_of("terraform_data.a[0]") == id
    assert sorted(lab.happened()) == [
        "CREATE terraform_data.a",
        "CREATE terraform_data.a[1]",
        "MOVE terraform_data.a[0]",
    ]


def test_removing_count_moves_the_first_index_back(lab: Lab) -> None:
    lab.succeed(COUNT % 2)
    id = lab.id_of("terraform_data.a[0]")
    plan = lab.plan(SINGLE).plan
    assert reasons(plan) == {"terraform_data.a[1]": "delete_because_wrong_repetition"}
    lab.succeed()
    assert lab.id_of("terraform_data.a") == id
    assert list(lab.objects()) == ["terraform_data.a"]


def test_a_moved_object_can_change_at_the_same_time(lab: Lab) -> None:
    lab.succeed(SINGLE)
    changed = (COUNT % 1).replace("count.index", '"new"')
    assert lab.actions(changed) == {"terraform_data.a[0]": "update"}
    lab.succeed()
    assert lab.values() == {"terraform_data.a[0]": "new"}


@pytest.mark.parametrize("before_destroy", ["true", "false"])
def test_a_moved_object_can_be_replaced_at_the_same_time(lab: Lab, before_destroy: str) -> None:
    lifecycle = f"  triggers_replace = %d\n  lifecycle {{\n    create_before_destroy = {before_destroy}\n  }}\n}}\n"
    lab.succeed(SINGLE.rstrip().rstrip("}") + lifecycle % 1)
    lab.succeed((COUNT % 1).rstrip().rstrip("}") + lifecycle % 2)
    assert list(lab.objects()) == ["terraform_data.a[0]"]
    assert lab.deposed() == []
    assert lab.happened().count("CREATE terraform_data.a[0]") == 1
    assert lab.actions() == {}


def test_a_moved_object_whose_real_object_changed_is_kept(lab: Lab) -> None:
    text = """
    resource "iac_cluster" "a" {
      %s
      name           = "main"
      cloud_provider = "AWS"
      region         = "eu-west-3"
    }
    """
    lab.succeed(text % "")
    lab.update_outside("iac_cluster.a", max_nodes=50)
    assert lab.actions(text % "count = 1") == {"iac_cluster.a[0]": "update"}
    lab.succeed()
    assert list(lab.objects()) == ["iac_cluster.a[0]"]
    assert lab.values("max_nodes") == {"iac_cluster.a[0]": 10}


def test_from_count_to_for_each_everything_is_made_anew(lab: Lab) -> None:
    lab.succeed(COUNT % 1)
    plan = lab.plan(EACH % '["x"]').plan
    assert reasons(plan) == {"terraform_data.a[0]": "delete_because_wrong_repetition"}


def test_instances_can_refer_to_instances_by_key(lab: Lab) -> None:
    lab.succeed(
        """
        resource "terraform_data" "a" {
          for_each = { x = 1, y = 2 }
          input    = each.value
        }
        resource "terraform_data" "b" {
          for_each = terraform_data.a
          input    = "${each.key}-${terraform_data.a[each.key].output}-${each.value.output}"
        }
        output "all" {
          value = [for k, v in terraform_data.b : v.output]
        }
        output "splat" {
          value = values(terraform_data.a)[*].output
        }
        """
    )
    assert lab.outputs() == {"all": ["x-1-1", "y-2-2"], "splat": [1, 2]}


@pytest.mark.parametrize(
    ("argument", "mistake"),
    [
        ("count = -1", "Invalid count argument"),
        ("count = 1.5", "Invalid count argument"),
        ("count = null", "Invalid count argument"),
        ('count = "many"', "Incorrect value type"),
        ("count = terraform_data.other.output", "Invalid count argument"),
        ("for_each = null", "Invalid for_each argument"),
        ('for_each = ["a"]', "Invalid for_each argument"),
        ("for_each = toset([1])", "Invalid for_each set argument"),
        ("for_each = toset([null])", "Invalid for_each set argument"),
        ("for_each = toset([terraform_data.other.id])", "Invalid for_each argument"),
        ("for_each = terraform_data.other.output", "Invalid for_each argument"),
        ('for_each = sensitive(toset(["a"]))', "Invalid for_each argument"),
    ],
)
def test_what_cannot_be_repeated_by_is_refused_at_its_place(lab: Lab, argument: str, mistake: str) -> None:
    text = (
        f'resource "terraform_data" "other" {{\n  input = 1\n}}\nresource "terraform_data" "a" {{\n  {argument}\n}}\n'
    )
    column = argument.index("=") + 5
    assert lab.mistakes(text) == [f"main.tf:5,{column}: {mistake}"]


def test_what_refers_to_all_instances_sees_a_moved_one_once(lab: Lab) -> None:
    all_inputs = 'output "all" {\n  value = terraform_data.a[*].input\n}\n'
    lab.succeed(SINGLE)
    lab.succeed(COUNT % 2 + all_inputs)
    assert lab.outputs() == {"all": [0, 1]}


def test_what_refers_to_all_instances_does_not_see_one_that_is_gone(lab: Lab) -> None:
    text = """
    resource "iac_cluster" "a" {
      count          = %d
      name           = "c${count.index}"
      cloud_provider = "AWS"
      region         = "eu-west-3"
    }
    resource "terraform_data" "new" {
      input = %s
    }
    output "names" {
      value = [iac_cluster.a[*].name, terraform_data.new.output]
    }
    """
    lab.succeed(text % (2, 1))
    lab.delete_outside("iac_cluster.a[1]")
    lab.succeed(text % (1, 2))
    assert lab.outputs() == {"names": [["c0"], 2]}


def test_a_block_without_instances_is_an_empty_list_or_map_when_it_is_applied(lab: Lab) -> None:
    lab.write(
        m__main_tf='resource "terraform_data" "n" {\n  count = 0\n}\n'
        'output "n" {\n  value = terraform_data.n[*].id\n}\n'
    )
    lab.succeed(
        """
        resource "terraform_data" "a" {
          input = 1
        }
        resource "terraform_data" "none" {
          count = 0
        }
        resource "terraform_data" "nobody" {
          for_each = {}
        }
        module "m" {
          source = "./m"
        }
        resource "terraform_data" "user" {
          input = [terraform_data.a.id, terraform_data.none[*].id, terraform_data.nobody, module.m.n]
        }
        output "all" {
          value = [terraform_data.a.output, length(terraform_data.none), length(terraform_data.nobody), module.m.n]
        }
        """
    )
    assert lab.values()["terraform_data.user"][1:] == [[], {}, []]
    assert lab.outputs() == {"all": [1, 0, 0, []]}
