"""The order of operations: what is needed comes first, and goes last."""

from __future__ import annotations

from kit import ENVIRONMENT, Lab

CHAIN = """
resource "terraform_data" "a" {
  input            = 1
  triggers_replace = "%s"
}
resource "terraform_data" "b" {
  input            = 2
  triggers_replace = terraform_data.a.id
}
resource "terraform_data" "c" {
  input      = 3
  depends_on = [terraform_data.b]
}
"""


def test_what_is_referred_to_or_named_in_depends_on_comes_first(lab: Lab) -> None:
    assert lab.succeed(CHAIN % "x").done == [f"apply terraform_data.{n}" for n in "abc"]


def test_the_order_does_not_depend_on_where_blocks_stand(lab: Lab) -> None:
    blocks = (CHAIN % "x").split("resource ")[1:]
    assert lab.succeed("".join(f"resource {b}" for b in reversed(blocks))).done == [
        f"apply terraform_data.{n}" for n in "abc"
    ]


def test_deletes_go_the_other_way(lab: Lab) -> None:
    lab.succeed(CHAIN % "x")
    assert lab.succeed("").done == [f"delete terraform_data.{n}" for n in "cba"]


def test_deletes_remember_the_order_after_the_blocks_are_gone_one_by_one(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    applied = lab.succeed("")
    assert applied.done == ["delete iac_environment.staging", "delete iac_cluster.main"]


def test_a_replacement_replaces_its_dependents_around_it(lab: Lab) -> None:
    lab.succeed(CHAIN % "x")
    assert lab.succeed(CHAIN % "y").done == [
        "delete terraform_data.b",
        "delete terraform_data.a",
        "apply terraform_data.a",
        "apply terraform_data.b",
    ]


def test_dependencies_go_through_locals_modules_and_outputs(lab: Lab) -> None:
    lab.write(
        m__main_tf="""
        variable "in" {}
        resource "terraform_data" "inner" {
          input = var.in
        }
        output "out" {
          value = terraform_data.inner.id
        }
        """
    )
    applied = lab.succeed(
        """
        resource "terraform_data" "z" {
          input = local.middle
        }
        locals {
          middle = "${module.m.out}!"
        }
        module "m" {
          source = "./m"
          in     = terraform_data.a.id
        }
        resource "terraform_data" "a" {
          input = 1
        }
        """
    )
    assert applied.done == ["apply terraform_data.a", "apply module.m.terraform_data.inner", "apply terraform_data.z"]
    assert lab.succeed("").done == [
        "delete terraform_data.z",
        "delete module.m.terraform_data.inner",
        "delete terraform_data.a",
    ]


def test_depends_on_of_a_module_holds_for_everything_in_it(lab: Lab) -> None:
    lab.write(m__main_tf='resource "terraform_data" "inner" {\n  input = 1\n}\n')
    applied = lab.succeed(
        """
        module "m" {
          source     = "./m"
          depends_on = [terraform_data.z]
        }
        resource "terraform_data" "z" {
          input = 1
        }
        """
    )
    assert applied.done == ["apply terraform_data.z", "apply module.m.terraform_data.inner"]


def test_depending_on_a_module_is_depending_on_everything_in_it(lab: Lab) -> None:
    lab.write(m__main_tf='resource "terraform_data" "inner" {\n  input = 1\n}\n')
    applied = lab.succeed(
        """
        resource "terraform_data" "a" {
          depends_on = [module.m]
        }
        module "m" {
          source = "./m"
        }
        """
    )
    assert applied.done == ["apply module.m.terraform_data.inner", "apply terraform_data.a"]


def test_a_name_is_free_before_its_successor_needs_it(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.succeed(ENVIRONMENT.replace('"iac_environment" "staging"', '"iac_environment" "renamed"'))
    assert list(lab.objects()) == ["iac_cluster.main", "iac_environment.renamed"]


# --- create_before_destroy ---

BEFORE = """
resource "terraform_data" "a" {
  triggers_replace = "%s"
  lifecycle {
    create_before_destroy = true
  }
}
resource "terraform_data" "b" {
  input = terraform_data.a.id
}
"""


def test_the_old_object_goes_when_nothing_uses_it_any_more(lab: Lab) -> None:
    lab.succeed(BEFORE % "x")
    assert lab.succeed(BEFORE % "y").done == [
        "apply terraform_data.a",
        "apply terraform_data.b",
        "delete terraform_data.a",
    ]


def test_what_it_needs_is_created_before_destroy_as_well(lab: Lab) -> None:
    text = """
    resource "terraform_data" "a" {
      triggers_replace = "%s"
    }
    resource "terraform_data" "b" {
      triggers_replace = terraform_data.a.id
      lifecycle {
        create_before_destroy = true
      }
    }
    """
    lab.succeed(text % "x")
    assert lab.actions(text % "y") == dict.fromkeys(["terraform_data.a", "terraform_data.b"], "create-then-delete")
    assert lab.succeed().done == [
        f"{part} terraform_data.{n}" for part, n in [("apply", "a"), ("apply", "b"), ("delete", "b"), ("delete", "a")]
    ]


def _with_a_cluster_that_cannot_go(lab: Lab) -> None:
    """Replaces a cluster, create first, while somebody else's environment keeps the old one from going."""
    text = """
    resource "iac_cluster" "main" {
      name           = "%s"
      cloud_provider = "AWS"
      region         = "%s"
      lifecycle {
        create_before_destroy = true
      }
    }
    """
    lab.succeed(text % ("one", "eu-west-3"))
    id = lab.id_of("iac_cluster.main")
    lab.outside(lambda p, o: p.create("environment", {"cluster_id": id, "name": "theirs"}, o))
    applied = lab.apply(text % ("two", "us-east-1"))
    assert applied.done == ["apply iac_cluster.main"]
    assert [e.summary for e in applied.errors] == ["Cluster is not empty"]


def test_an_old_object_that_could_not_be_deleted_is_kept_as_deposed(lab: Lab) -> None:
    _with_a_cluster_that_cannot_go(lab)
    assert lab.deposed() == ["iac_cluster.main"]
    assert lab.objects()["iac_cluster.main"]["name"] == "two"
    assert lab.happened()[-2:] == ["CREATE iac_cluster.main", "DELETE_FAILED iac_cluster.main"]


def test_the_next_plan_deletes_a_deposed_object(lab: Lab) -> None:
    _with_a_cluster_that_cannot_go(lab)
    assert lab.actions() == {"iac_cluster.main (deposed)": "delete"}
    theirs = lab.outside(lambda p, o: p.list("environment"))[0]
    lab.outside(lambda p, o: p.delete("environment", theirs["id"], o))
    assert lab.succeed().done == ["delete iac_cluster.main (deposed)"]
    assert lab.deposed() == []
    assert lab.actions() == {}


def test_a_deposed_object_that_somebody_else_deleted_is_forgotten(lab: Lab) -> None:
    _with_a_cluster_that_cannot_go(lab)
    theirs = lab.outside(lambda p, o: p.list("environment"))[0]
    lab.outside(lambda p, o: p.delete("environment", theirs["id"], o))
    lab.outside(lambda p, o: p.delete("cluster", theirs["cluster_id"], o))
    lab.succeed()
    assert lab.deposed() == []
    assert list(lab.objects()) == ["iac_cluster.main"]


def test_destroying_takes_deposed_objects_along(lab: Lab) -> None:
    _with_a_cluster_that_cannot_go(lab)
    theirs = lab.outside(lambda p, o: p.list("environment"))[0]
    lab.outside(lambda p, o: p.delete("environment", theirs["id"], o))
    assert lab.destroy().result.succeeded
    assert (lab.objects(), lab.deposed()) == ({}, [])
    assert lab.outside(lambda p, o: p.list("cluster")) == []
