"""The whole life of objects under the real Terraform, seen from both sides."""

from __future__ import annotations

import json

from kit import CLUSTER, ENVIRONMENT
from plugin.running import Terraform, needs_terraform

pytestmark = needs_terraform

SERVICE = (
    ENVIRONMENT
    + """
resource "iac_service" "api" {
  environment_id = iac_environment.staging.id
  name           = "api"
  container {
    image = "shop/api"
  }
  port {
    internal_port       = 8080
    publicly_accessible = true
  }
}
output "host" {
  value = iac_service.api.internal_host
}
"""
)


def test_objects_of_all_types_are_created_and_leave_nothing_to_do(terraform: Terraform) -> None:
    terraform.apply(SERVICE)
    assert terraform.lab.happened() == ["CREATE main", "CREATE staging", "CREATE api"]
    assert terraform.actions() == {}


def test_an_argument_that_is_changed_is_updated_in_place(terraform: Terraform) -> None:
    terraform.apply(SERVICE)
    changed = SERVICE.replace('"shop/api"', '"shop/api2"')
    assert terraform.actions(changed) == {"iac_service.api": "update"}
    terraform.apply()
    event = terraform.lab.events()[-1]
    assert (event.event_type, event.change, event.post_state["container"]["image"]) == (
        "UPDATE",
        ("source",),
        "shop/api2",
    )
    assert terraform.actions() == {}


def test_an_argument_that_is_taken_away_gets_its_default_back(terraform: Terraform) -> None:
    terraform.apply(SERVICE.replace('name           = "api"', 'name = "api"\n  cpu = 700'))
    assert terraform.actions(SERVICE) == {"iac_service.api": "update"}
    terraform.apply()
    assert terraform.attributes("iac_service.api")["cpu"] == 500
    assert terraform.actions() == {}


def test_an_argument_that_cannot_change_replaces_the_object(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    assert terraform.actions(CLUSTER.replace("eu-west-3", "us-east-1")) == {"iac_cluster.main": "delete-then-create"}
    terraform.apply()
    assert terraform.lab.happened() == ["CREATE main", "DELETE main", "CREATE main"]
    # Terraform plans the second half anew, and does not say what for.
    assert [e.forced_by for e in terraform.lab.events()] == [(), ("region",), ()]


def test_everything_is_destroyed_in_order(terraform: Terraform) -> None:
    terraform.apply(SERVICE)
    terraform.run("destroy", "-auto-approve", "-no-color")
    assert terraform.lab.happened()[3:] == ["DELETE api", "DELETE staging", "DELETE main"]


def test_unknown_values_become_known_while_applying(terraform: Terraform) -> None:
    terraform.apply(
        ENVIRONMENT
        + """
        resource "terraform_data" "late" { input = "late" }
        resource "iac_service" "s" {
          environment_id        = iac_environment.staging.id
          name                  = terraform_data.late.output
          environment_variables = { A = terraform_data.late.id }
          database {
            type    = "POSTGRESQL"
            version = terraform_data.late.output
          }
        }
        """
    )
    assert terraform.attributes("iac_service.s")["database"]["version"] == "late"
    assert terraform.actions() == {}


def test_data_sources_find_what_is_there(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    terraform.apply(
        CLUSTER
        + """
        data "iac_cluster" "found" { name = "main" }
        output "region" { value = data.iac_cluster.found.region }
        """
    )
    assert terraform.run("output", "-raw", "region").out == "eu-west-3"


def test_drift_made_by_others_is_seen(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    id = terraform.attributes("iac_cluster.main")["id"]
    terraform.lab.outside(lambda platform, operation: platform.update("cluster", id, {"max_nodes": 20}, operation))
    plan = terraform.plan()
    assert [d["change"]["after"]["max_nodes"] for d in plan["resource_drift"]] == [20]
    terraform.apply()
    assert [(e.event_type, e.tool) for e in terraform.lab.events()] == [
        ("CREATE", "terraform"),
        ("UPDATE", "console"),
        ("UPDATE", "terraform"),
    ]


def test_an_object_deleted_by_others_is_made_again(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    id = terraform.attributes("iac_cluster.main")["id"]
    terraform.lab.outside(lambda platform, operation: platform.delete("cluster", id, operation))
    assert terraform.actions() == {"iac_cluster.main": "create"}


def test_deleting_what_is_gone_already_is_no_mistake(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    id = terraform.attributes("iac_cluster.main")["id"]
    terraform.lab.outside(lambda platform, operation: platform.delete("cluster", id, operation))
    terraform.run("destroy", "-auto-approve", "-refresh=false")
    assert terraform.lab.happened() == ["CREATE main", "DELETE main"]


def test_sensitive_values_are_shown_nowhere(terraform: Terraform) -> None:
    config = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  secrets = { KEY = "hush-hush" }\n}')
    out = terraform.apply(config).out + terraform.run("show", "-no-color").out
    out += terraform.apply(config.replace("hush-hush", "shout-out")).out
    assert "hush-hush" not in out
    assert "shout-out" not in out
    assert "(sensitive value)" in out
    log = json.dumps([(e.post_state, e.patch) for e in terraform.lab.events()], default=list)
    assert "hush-hush" not in log
    assert terraform.lab.events()[-1].change == ("secrets",)


def test_what_iac_knows_to_be_sensitive_stays_so(terraform: Terraform) -> None:
    terraform.lab.write(
        """
        variable "level" {
          sensitive = true
          default   = "hush-hush"
        }
        """
        + ENVIRONMENT.replace('"staging"\n}', '"staging"\n  environment_variables = { LEVEL = var.level }\n}')
    )
    terraform.lab.succeed()
    environment, cluster = (terraform.lab.id_of(f"iac_{t}") for t in ("environment.staging", "cluster.main"))
    (terraform.directory / "main.tf").unlink()
    config = ENVIRONMENT.replace('"staging"\n}', '"staging"\n  environment_variables = { LEVEL = "hush-too" }\n}')
    terraform.apply(
        config
        + f"""
        import {{
          to = iac_environment.staging
          id = "{environment}"
        }}
        import {{
          to = iac_cluster.main
          id = "{cluster}"
        }}
        """
    )
    event = terraform.lab.events()[-1]
    assert (event.event_type, event.change) == ("UPDATE", ("variables",))
    assert "hush-too" not in json.dumps([event.post_state, list(event.patch)])


def test_events_tell_user_message_and_run(terraform: Terraform) -> None:
    terraform.block = 'user = "bo"\n  message = "for the demo"'
    terraform.apply(ENVIRONMENT)
    first, second = terraform.lab.events()
    assert (first.user, first.message, first.tool) == ("bo", "for the demo", "terraform")
    assert first.run_id == second.run_id
    assert first.context["terraform"]["version"]
    assert first.address is None


def test_every_run_has_an_id_of_its_own(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    terraform.run("destroy", "-auto-approve")
    runs = [e.run_id for e in terraform.lab.events()]
    assert len(set(runs)) == 2


def test_moved_objects_are_not_touched(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    moved = CLUSTER.replace('"iac_cluster" "main"', '"iac_cluster" "other"')
    moved += "moved {\n  from = iac_cluster.main\n  to = iac_cluster.other\n}\n"
    assert terraform.actions(moved) == {}
    terraform.apply()
    assert terraform.lab.happened() == ["CREATE main"]


def test_moving_to_another_type_is_refused_with_a_reason(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    moved = """
    resource "iac_environment" "e" {
      cluster_id = "x"
      name       = "e"
    }
    moved {
      from = iac_cluster.main
      to   = iac_environment.e
    }
    """
    found = terraform.mistakes(moved)
    assert len(found) == 1
    assert "Move" in found[0] or "move" in found[0]


def test_ignored_changes_are_ignored(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    ignoring = CLUSTER.replace('"eu-west-3"', '"us-east-1"\n  lifecycle {\n    ignore_changes = [region]\n  }')
    assert terraform.actions(ignoring) == {}


def test_a_missing_database_is_not_taken_for_deleted_objects(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    (terraform.directory / "iac.db").rename(terraform.directory / "elsewhere.db")
    assert any("Database not found" in m for m in terraform.mistakes())


def test_a_plan_with_nothing_in_the_state_makes_no_database(terraform: Terraform) -> None:
    terraform.plan(CLUSTER)
    assert not (terraform.directory / "iac.db").exists()
