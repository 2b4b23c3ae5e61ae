"""Data sources: read while planning where that is possible, else during apply."""

from __future__ import annotations

from kit import CLUSTER, ENVIRONMENT, Lab, describe, reasons

DATA = """
data "iac_cluster" "found" {
  name = %s
  %s
}
resource "terraform_data" "user" {
  input = data.iac_cluster.found.region
}
"""


def test_a_data_source_is_read_while_planning(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    plan = lab.plan(CLUSTER + DATA % ('"main"', "")).plan
    assert [str(d.address) for d in plan.data] == ["data.iac_cluster.found"]
    assert lab.actions() == {"terraform_data.user": "create"}
    lab.succeed()
    assert lab.values()["terraform_data.user"] == "eu-west-3"
    assert lab.actions() == {}


def test_a_data_source_whose_arguments_are_not_known_is_read_during_apply(lab: Lab) -> None:
    text = (
        CLUSTER
        + """
    resource "terraform_data" "name" {
      input = iac_cluster.main.name
    }
    """
        + DATA % ("terraform_data.name.output", "")
    )
    plan = lab.plan(text).plan
    assert reasons(plan) == {"data.iac_cluster.found": "read_because_config_unknown"}
    applied = lab.succeed()
    assert applied.counts == (3, 0, 0)
    assert lab.values()["terraform_data.user"] == "eu-west-3"
    assert lab.actions() == {}


def test_a_data_source_that_depends_on_a_change_waits_for_it(lab: Lab) -> None:
    text = CLUSTER + DATA % ('"main"', "depends_on = [iac_cluster.main]")
    plan = lab.plan(text).plan
    assert reasons(plan) == {"data.iac_cluster.found": "read_because_dependency_pending"}
    lab.succeed()
    assert lab.actions() == {}


def test_a_data_source_that_finds_nothing_stops_the_plan_at_its_place(lab: Lab) -> None:
    (error,) = lab.refused(DATA % ('"none"', ""))
    assert describe([error]) == ["main.tf:3,10: Cluster not found"]
    assert error.address == "data.iac_cluster.found"


def test_a_data_source_that_finds_nothing_during_apply_is_an_error_there(lab: Lab) -> None:
    applied = lab.apply(
        'resource "terraform_data" "n" {\n  input = "none"\n}\n' + DATA % ("terraform_data.n.output", "")
    )
    assert [e.summary for e in applied.errors] == ["Cluster not found"]
    assert [str(a) for a in applied.result.skipped] == ["terraform_data.user"]


def test_a_data_source_that_is_gone_is_forgotten(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.succeed(CLUSTER + DATA % ('"main"', ""))
    run = lab.plan(CLUSTER)
    assert [str(a) for a in run.plan.forgotten_data] == ["data.iac_cluster.found"]
    lab.succeed()
    assert list(lab.objects()) == ["iac_cluster.main"]


def test_reading_leaves_no_event(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.succeed(CLUSTER + DATA % ('"main"', ""))
    assert lab.happened() == ["CREATE iac_cluster.main", "CREATE terraform_data.user"]


def test_a_data_source_can_repeat_and_find_by_parent(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.succeed(
        ENVIRONMENT
        + """
        data "iac_cluster" "all" {
          for_each = toset(["main"])
          name     = each.key
        }
        data "iac_environment" "staging" {
          cluster_id = data.iac_cluster.all["main"].id
          name       = "staging"
        }
        output "mode" {
          value = data.iac_environment.staging.mode
        }
        """
    )
    assert lab.outputs() == {"mode": "DEVELOPMENT"}


def test_what_is_read_follows_what_somebody_else_changes(lab: Lab) -> None:
    lab.outside(lambda p, o: p.create("cluster", {"name": "c", "cloud_provider": "AWS", "region": "r"}, o))
    text = 'data "iac_cluster" "c" {\n  name = "c"\n}\noutput "d" {\n  value = data.iac_cluster.c.description\n}\n'
    lab.succeed(text)
    (cluster,) = lab.outside(lambda p, o: p.list("cluster"))
    lab.outside(lambda p, o: p.update("cluster", cluster["id"], {"description": "new"}, o))
    lab.succeed()
    assert lab.outputs() == {"d": "new"}
