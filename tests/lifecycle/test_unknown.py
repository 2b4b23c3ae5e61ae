"""What is not known while planning: it goes through every construct, and is there when it is applied."""

from __future__ import annotations

import pytest
from kit import ENVIRONMENT, Lab, actions, change_of

FIRST = 'resource "terraform_data" "a" {\n  input = "x"\n}\n'


@pytest.mark.parametrize(
    "expression",
    [
        "terraform_data.a.output",
        "local.direct",
        "upper(terraform_data.a.output)",
        'terraform_data.a.output == "x" ? "yes" : "no"',
        'true ? terraform_data.a.output : "other"',
        '"<${terraform_data.a.output}>"',
        '"%{ if terraform_data.a.output == "x" }yes%{ endif }"',
        "{ k = terraform_data.a.output }.k",
        "[for s in [terraform_data.a.output] : s][0]",
        "jsonencode({ a = terraform_data.a.output })",
        "module.m.out",
        "try(terraform_data.a.output, 1)",
        'coalesce(terraform_data.a.output, "z")',
        'format("%s!", terraform_data.a.output)',
    ],
)
def test_an_unknown_value_is_settled_when_it_is_applied(lab: Lab, expression: str) -> None:
    lab.write(m__main_tf='variable "in" {}\noutput "out" {\n  value = "${var.in}!"\n}\n')
    text = f"""
    {FIRST}
    locals {{
      direct = terraform_data.a.output
    }}
    module "m" {{
      source = "./m"
      in     = terraform_data.a.output
    }}
    resource "terraform_data" "b" {{
      input = {expression}
    }}
    output "b" {{
      value = terraform_data.b.output
    }}
    """
    plan = lab.plan(text).plan
    assert not change_of(plan, "terraform_data.b").change.after.raw["input"].is_known
    lab.succeed()
    objects = lab.objects()
    assert objects["terraform_data.b"]["input"] is not None
    assert lab.outputs()["b"] == objects["terraform_data.b"]["input"]
    assert lab.actions() == {}


def test_only_the_part_that_is_unknown_is_unknown(lab: Lab) -> None:
    plan = lab.plan(FIRST + 'resource "terraform_data" "b" {\n  input = { id = terraform_data.a.id, n = 1 }\n}\n').plan
    parts = change_of(plan, "terraform_data.b").change.after.raw["input"].raw
    assert not parts["id"].is_known
    assert parts["n"].raw == 1


def test_an_update_passes_what_it_changes_on(lab: Lab) -> None:
    text = FIRST + 'resource "terraform_data" "b" {\n  input = terraform_data.a.output\n}\n'
    lab.succeed(text)
    assert lab.actions(text.replace('"x"', '"y"')) == dict.fromkeys(["terraform_data.a", "terraform_data.b"], "update")
    lab.succeed()
    assert lab.values("output") == {"terraform_data.a": "y", "terraform_data.b": "y"}


def test_what_did_not_change_is_known_and_makes_no_plan_below(lab: Lab) -> None:
    text = 'resource "terraform_data" "a" {\n  input = { x = 1, y = %d }\n}\n'
    below = 'resource "terraform_data" "b" {\n  input = terraform_data.a.input.x\n}\n'
    lab.succeed(text % 1 + below)
    assert lab.actions(text % 2 + below) == {"terraform_data.a": "update"}


def test_a_dynamic_block_over_something_unknown_is_made_when_it_is_known(lab: Lab) -> None:
    text = (
        ENVIRONMENT
        + """
    resource "terraform_data" "ports" {
      input = [8080, 9090]
    }
    resource "iac_service" "api" {
      environment_id = iac_environment.staging.id
      name           = "api"
      container {
        image = "shop/api"
      }
      dynamic "port" {
        for_each = terraform_data.ports.output
        content {
          internal_port = port.value
          name          = "p${port.key}"
        }
      }
    }
    """
    )
    plan = lab.plan(text).plan
    assert not change_of(plan, "iac_service.api").change.after.raw["port"].is_known
    lab.succeed()
    ports = lab.objects()["iac_service.api"]["port"]
    assert [(p["internal_port"], p["name"]) for p in ports] == [(8080, "p0"), (9090, "p1")]


def test_a_mistake_that_shows_only_when_values_are_known_stops_that_object_alone(lab: Lab) -> None:
    applied = lab.apply(
        FIRST
        + """
        resource "terraform_data" "b" {
          input = tonumber(terraform_data.a.output)
        }
        resource "terraform_data" "c" {
          input = terraform_data.b.output
        }
        resource "terraform_data" "d" {
          input = terraform_data.a.output
        }
        """
    )
    assert applied.done == ["apply terraform_data.a", "apply terraform_data.d"]
    assert [str(a) for a in applied.result.skipped] == ["terraform_data.c"]
    (error,) = applied.errors
    assert error.summary == "Invalid function argument"
    assert error.address == "terraform_data.b"
    assert error.subject is not None
    assert error.subject.start.line == 6


def test_a_value_that_the_provider_refuses_only_when_it_is_known_is_placed_in_the_file(lab: Lab) -> None:
    applied = lab.apply(
        """
        resource "terraform_data" "n" {
          input = 0
        }
        resource "iac_cluster" "main" {
          name           = "main"
          cloud_provider = "AWS"
          region         = "eu-west-3"
          disk_size      = terraform_data.n.output
        }
        """
    )
    (error,) = applied.errors
    assert error.subject is not None
    assert (error.subject.start.line, error.address) == (9, "iac_cluster.main")
    assert list(lab.objects()) == ["terraform_data.n"]


def test_an_update_that_turns_out_to_change_nothing_is_not_done(lab: Lab) -> None:
    lab.succeed(
        """
        resource "terraform_data" "a" {
          input = 1
        }
        resource "terraform_data" "b" {
          input = terraform_data.a.output
        }
        """
    )
    applied = lab.succeed(replace=["terraform_data.a"])
    assert actions(applied.plan)["terraform_data.b"] == "update"
    assert applied.done == ["delete terraform_data.a", "apply terraform_data.a"]
    assert applied.counts == (1, 0, 1)
    assert [name for kind, _, name in applied.recording.messages if kind == "started"] == ["terraform_data.a"] * 2
    assert lab.happened()[2:] == ["DELETE terraform_data.a", "CREATE terraform_data.a"]
