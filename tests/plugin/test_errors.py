"""Mistakes are shown at the place where they are, by validate, plan and apply."""

from __future__ import annotations

import json
import sqlite3

import pytest
from kit import CLUSTER, ENVIRONMENT
from plugin.running import Terraform, needs_terraform

pytestmark = needs_terraform

VALIDATE = ("validate",)


def mistakes_of_validate(terraform: Terraform, main: str) -> list[str]:
    terraform.write(main)
    told = json.loads(terraform.run("validate", "-json", code=1).out)
    return [
        f"{d['range']['start']['line']},{d['range']['start']['column']}: {d['summary']}" for d in told["diagnostics"]
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('region = ""', "6,12: Invalid value for argument"),
        ('region = "x"\n  cloud_provider = "AWZ"', "7,20: Invalid value for argument"),
        ('region = "x"\n  min_nodes = 9\n  max_nodes = 3', "7,15: Invalid combination of arguments"),
        (
            'region = "x"\n  features {\n    vpc_subnet = "no"\n  }',
            "8,18: Invalid value for argument",
        ),
        (
            'region = "x"\n  route {\n    destination = "no"\n    target = "t"\n  }',
            "8,19: Invalid value for argument",
        ),
    ],
)
def test_validate_points_at_the_argument(terraform: Terraform, body: str, expected: str) -> None:
    provider = "" if "cloud_provider" in body else '  cloud_provider = "AWS"'
    main = f'resource "iac_cluster" "c" {{\n\n  name = "c"\n{provider}\n\n  {body}\n}}\n'
    assert mistakes_of_validate(terraform, main) == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("region = null", "6,12: Missing required argument"),
        (
            'region = "x"\n  route {\n    destination = "10.0.0.0/8"\n    target = null\n  }',
            "9,14: Missing required argument",
        ),
    ],
)
def test_validate_refuses_null_for_a_required_argument(terraform: Terraform, body: str, expected: str) -> None:
    main = f'resource "iac_cluster" "c" {{\n\n  name = "c"\n  cloud_provider = "AWS"\n\n  {body}\n}}\n'
    assert mistakes_of_validate(terraform, main) == [expected]


def test_plan_refuses_null_from_a_variable_for_a_required_argument(terraform: Terraform) -> None:
    main = CLUSTER.replace('= "main"', "= var.n") + 'variable "n" {\n  type    = string\n  default = null\n}\n'
    (found,) = terraform.mistakes(main, ("plan", "-input=false"))
    assert found.startswith('main.tf:3,20: Missing required argument: The argument "name" is required')


def test_a_rule_over_the_whole_object_points_at_the_block(terraform: Terraform) -> None:
    main = 'resource "iac_service" "s" {\n  environment_id = "e"\n  name = "s"\n}\n'
    assert mistakes_of_validate(terraform, main) == ["1,28: Missing source block"]


def test_what_only_the_platform_knows_is_told_by_apply_and_leaves_an_event(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    second = CLUSTER + CLUSTER.replace('"iac_cluster" "main"', '"iac_cluster" "second"')
    found = terraform.mistakes(second, ("apply", "-auto-approve", "-input=false"))
    assert len(found) == 1
    assert found[0].startswith("main.tf:9,20: Cluster already exists: There is already a cluster")
    assert terraform.lab.happened() == ["CREATE main", "CREATE_FAILED main"]
    assert (terraform.lab.events()[-1].error or "").startswith("Cluster already exists")


def test_a_failed_delete_keeps_the_object(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    cluster = terraform.attributes("iac_cluster.main")["id"]
    terraform.lab.outside(
        lambda platform, operation: platform.create("environment", {"cluster_id": cluster, "name": "e"}, operation)
    )
    terraform.run("destroy", "-auto-approve", "-no-color", code=1)
    assert terraform.actions() == {}
    assert terraform.lab.happened()[-1] == "DELETE_FAILED main"


def test_a_data_source_that_finds_nothing_says_so(terraform: Terraform) -> None:
    found = terraform.mistakes('data "iac_cluster" "c" {\n  name = "nothing"\n}\n')
    assert "Database not found" in found[0]
    terraform.apply(CLUSTER)
    found = terraform.mistakes('data "iac_cluster" "c" {\n  name = "nothing"\n}\n')
    assert found == ['main.tf:2,10: Cluster not found: There is no cluster named "nothing".']


def test_a_database_that_is_none_is_told_without_a_traceback(terraform: Terraform) -> None:
    (terraform.directory / "iac.db").write_text("this is no database" * 100)
    found = terraform.mistakes(CLUSTER, ("apply", "-auto-approve", "-input=false"))
    assert len(found) == 1
    assert "Not a database" in found[0]


def test_a_database_of_a_newer_iac_is_refused(terraform: Terraform) -> None:
    terraform.apply(CLUSTER)
    with sqlite3.connect(terraform.lab.database) as connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    (found,) = terraform.mistakes()
    assert "Database from a newer version" in found
    assert "Upgrade iac" in found


def test_a_directory_that_is_not_there_is_named(terraform: Terraform) -> None:
    terraform.lab.database = str(terraform.directory / "missing" / "iac.db")
    (found,) = terraform.mistakes(CLUSTER, ("apply", "-auto-approve", "-input=false"))
    assert "Directory not found" in found


def test_a_database_that_only_apply_will_know_is_a_mistake_when_there_is_something_to_read(
    terraform: Terraform,
) -> None:
    name = json.dumps(terraform.lab.database)
    late = f'resource "terraform_data" "late" {{\n  input = {name}\n}}\n'
    terraform.write(CLUSTER + late)
    block = terraform.directory / "provider.tf"
    block.write_text(block.read_text().replace(f"database = {name}", "database = terraform_data.late.output"))
    terraform.run("apply", "-auto-approve", "-input=false")
    assert terraform.lab.happened() == ["CREATE main"]
    (found,) = diagnostics(terraform.run("plan", "-json", "-input=false", "-replace=terraform_data.late", code=1).out)
    assert found.startswith("Database not known yet")


def diagnostics(lines: str) -> list[str]:
    found = [json.loads(line).get("diagnostic") for line in lines.splitlines()]
    return [f"{d['summary']}: {d['detail']}" for d in found if d]


def test_providers_schema_has_what_iac_has(terraform: Terraform) -> None:
    from iac.providers.registry import Registry
    from iac.providers.schema_json import schemas_to_json

    terraform.write(ENVIRONMENT)
    told = json.loads(terraform.run("providers", "schema", "-json").out)
    own = schemas_to_json(Registry(lambda: pytest.fail("schemas need no database")))["provider_schemas"]
    source = "registry.terraform.io/iac/iac"
    for part in ("provider", "resource_schemas", "data_source_schemas"):
        assert told["provider_schemas"][source][part] == own[source][part]


def test_the_tests_of_a_module_run(terraform: Terraform) -> None:
    terraform.write(
        ENVIRONMENT,
        real_tftest_hcl="""
        run "apply" {
          assert {
            condition     = iac_cluster.main.max_nodes == 10
            error_message = "The default is missing."
          }
        }
        """,
        mocked_tftest_hcl="""
        mock_provider "iac" {}
        run "mocked" {
          assert {
            condition     = iac_environment.staging.cluster_id == iac_cluster.main.id
            error_message = "The environment is elsewhere."
          }
        }
        """,
    )
    out = terraform.run("test", "-no-color").out
    assert "Success! 2 passed, 0 failed." in out
    # What the run made it destroyed again; what is mocked is not there.
    assert terraform.lab.happened() == ["CREATE main", "CREATE staging", "DELETE staging", "DELETE main"]
