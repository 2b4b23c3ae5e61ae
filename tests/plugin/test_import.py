"""Taking over objects that exist: by command, by block, with generated configuration."""

from __future__ import annotations

import pytest
from kit import CLUSTER
from plugin.running import Terraform, needs_terraform

from iac.audit.record import Operation
from iac.platform.api import Platform

pytestmark = needs_terraform


@pytest.fixture
def cluster(terraform: Terraform) -> str:
    """The id of a cluster that the console made."""

    def create(platform: Platform, operation: Operation) -> str:
        arguments = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}
        return str(platform.create("cluster", arguments, operation)["id"])

    return str(terraform.lab.outside(create))


def test_the_command_takes_an_object_over(terraform: Terraform, cluster: str) -> None:
    terraform.write(CLUSTER).run("import", "-no-color", "iac_cluster.main", cluster)
    assert terraform.actions() == {}


def test_a_name_serves_as_well_as_an_id(terraform: Terraform, cluster: str) -> None:
    terraform.write(CLUSTER).run("import", "-no-color", "iac_cluster.main", "main")
    assert terraform.attributes("iac_cluster.main")["id"] == cluster


def test_a_block_takes_an_object_over_with_the_apply(terraform: Terraform, cluster: str) -> None:
    config = f'{CLUSTER}\nimport {{\n  to = iac_cluster.main\n  id = "{cluster}"\n}}\n'
    plan = terraform.plan(config)
    assert [c["change"]["importing"]["id"] for c in plan["resource_changes"]] == [cluster]
    terraform.apply()
    assert terraform.lab.happened() == ["CREATE main"]
    assert terraform.actions() == {}


def test_configuration_is_generated(terraform: Terraform, cluster: str) -> None:
    terraform.write(f'import {{\n  to = iac_cluster.main\n  id = "{cluster}"\n}}\n')
    terraform.run("plan", "-no-color", "-generate-config-out=generated.tf")
    generated = (terraform.directory / "generated.tf").read_text()
    assert 'region          = "eu-west-3"' in generated
    assert "kubeconfig" in generated
    assert "apiVersion" not in generated
    (terraform.directory / "generated.tf").rename(terraform.directory / "cluster.tf")
    terraform.apply()
    assert terraform.actions() == {}


def test_what_does_not_exist_cannot_be_taken_over(terraform: Terraform, cluster: str) -> None:
    found = terraform.mistakes(f'{CLUSTER}\nimport {{\n  to = iac_cluster.main\n  id = "nothing"\n}}\n')
    assert len(found) == 1
    assert "Cannot import non-existent remote object" in found[0]
