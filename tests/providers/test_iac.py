"""The life of clusters, environments and services through the provider protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iac.database import Database
from iac.diagnostics import DiagnosticsError
from iac.providers.protocol import PlanRequest
from iac.providers.registry import Registry
from iac.values.paths import get
from iac.values.types import STRING
from iac.values.value import ONLY_SENSITIVE, Value, object_value, unknown

CLUSTER: dict[str, Any] = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}


def raw(value: Value, *path: str) -> Any:
    found = get(value, path)
    assert found is not None
    return found.raw


@pytest.fixture
def cluster_id(cluster: Any) -> str:
    return str(raw(cluster.apply(None, **CLUSTER), "id"))


@pytest.fixture
def environment_id(environment: Any, cluster_id: str) -> str:
    return str(raw(environment.apply(None, name="staging", cluster_id=cluster_id), "id"))


@pytest.fixture
def api(environment_id: str) -> dict[str, Any]:
    return {"name": "api", "environment_id": environment_id, "container": {"image": "shop/api"}}


def test_a_new_object_is_planned_with_defaults_and_unknown_computed_attributes(cluster: Any) -> None:
    planned = cluster.plan(None, **CLUSTER).planned
    assert raw(planned, "min_nodes") == 3
    assert {n for n, v in planned.raw.items() if not v.is_known} == {
        *("id", "created_at", "updated_at", "endpoint", "instance_type", "kubeconfig")
    }


def test_the_new_object_agrees_with_the_plan_and_is_wholly_known(cluster: Any) -> None:
    planned, new = cluster.plan(None, **CLUSTER).planned, cluster.apply(None, **CLUSTER)
    assert new.is_wholly_known
    assert new.type is planned.type
    assert all(new.raw[n] == v for n, v in planned.raw.items() if v.is_known)


def test_planning_again_changes_nothing(service: Any, api: dict[str, Any]) -> None:
    full = {
        **api,
        "port": [{"internal_port": 8080, "publicly_accessible": True}],
        "storage": [{"mount_point": "/b", "size": 1}, {"mount_point": "/a", "size": 2}],
        "custom_domains": ["b.example.com", "a.example.com"],
        "environment_variables": {"A": "b"},
        "healthcheck": {"liveness": {"port": 8080}},
    }
    new = service.apply(None, **full)
    response = service.plan(new, **full)
    assert response.planned == new
    assert not response.requires_replace
    assert service.provider.read("iac_service", new) == new


def test_an_update_changes_what_is_set_and_the_time(cluster: Any) -> None:
    old = cluster.apply(None, **CLUSTER)
    planned = cluster.plan(old, **CLUSTER, max_nodes=20).planned
    assert [n for n, v in planned.raw.items() if v != old.raw[n]] == ["max_nodes", "updated_at"]
    new = cluster.apply(old, **CLUSTER, max_nodes=20)
    assert raw(new, "max_nodes") == 20
    assert raw(new, "kubeconfig") == raw(old, "kubeconfig")


def test_removing_an_argument_restores_the_default(cluster: Any) -> None:
    old = cluster.apply(None, **CLUSTER, disk_size=100)
    assert raw(cluster.apply(old, **CLUSTER), "disk_size") == 40


def test_removing_an_optional_argument_that_the_platform_may_decide_keeps_it(cluster: Any) -> None:
    old = cluster.apply(None, **CLUSTER, instance_type="BIG")
    assert cluster.plan(old, **CLUSTER).planned == old


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"region": "us-east-1"}, ("region",)),
        ({"cloud_provider": "GCP"}, ("cloud_provider",)),
        ({"features": {"vpc_subnet": "10.1.0.0/16"}}, ("features", "vpc_subnet")),
    ],
)
def test_what_cannot_change_in_place_requires_replacement(
    cluster: Any, change: dict[str, Any], path: tuple[str, ...]
) -> None:
    old = cluster.apply(None, **CLUSTER)
    assert list(cluster.plan(old, **{**CLUSTER, **change}).requires_replace) == [path]


def test_writing_a_default_out_requires_no_replacement(cluster: Any) -> None:
    old = cluster.apply(None, **CLUSTER)
    response = cluster.plan(old, **CLUSTER, features={"vpc_subnet": "10.0.0.0/16", "static_ip": True})
    assert not response.requires_replace


def test_an_unknown_parent_may_be_another_one(environment: Any, cluster_id: str) -> None:
    old = environment.apply(None, name="staging", cluster_id=cluster_id)
    response = environment.plan(old, name="staging", cluster_id=unknown(STRING))
    assert list(response.requires_replace) == [("cluster_id",)]


def test_another_kind_of_source_makes_another_service(service: Any, api: dict[str, Any]) -> None:
    old = service.apply(None, **api)
    database = {"type": "REDIS", "version": "7"}
    response = service.plan(old, **{**api, "container": None, "database": database})
    assert {("container",), ("database",)} <= set(response.requires_replace)


def test_only_a_database_is_planned_with_credentials(service: Any, api: dict[str, Any]) -> None:
    assert raw(service.plan(None, **api).planned, "password") is None
    planned = service.plan(None, **{**api, "container": None, "database": {"type": "REDIS", "version": "7"}}).planned
    assert not planned.raw["password"].is_known
    assert not planned.raw["host"].is_known


def test_external_hosts_are_unknown_while_ports_change(service: Any, api: dict[str, Any]) -> None:
    old = service.apply(None, **api)
    port = [{"internal_port": 80, "publicly_accessible": True}]
    assert not service.plan(old, **api, port=port).planned.raw["external_hosts"].is_known
    assert service.plan(old, **api, cpu=100).planned.raw["external_hosts"].is_known
    assert len(raw(service.apply(old, **api, port=port), "external_hosts")) == 1


def test_a_deleted_object_reads_as_null_and_is_deleted_again_in_peace(service: Any, api: dict[str, Any]) -> None:
    old = service.apply(None, **api)
    assert service.delete(old).is_null
    assert service.provider.read("iac_service", old).is_null
    assert service.delete(old).is_null


def test_the_platforms_refusals_have_paths(environment: Any, cluster_id: str) -> None:
    environment.apply(None, name="staging", cluster_id=cluster_id)
    with pytest.raises(DiagnosticsError) as problem:
        environment.apply(None, name="staging", cluster_id=cluster_id)
    assert problem.value.diagnostics[0].path == ("name",)


def test_import_finds_an_object_by_its_id(cluster: Any) -> None:
    new = cluster.apply(None, **CLUSTER)
    (found,) = cluster.provider.import_state("iac_cluster", raw(new, "id"))
    assert (found.type, found.state) == ("iac_cluster", new)
    assert cluster.provider.import_state("iac_cluster", "nowhere") == []


def test_import_finds_an_object_by_the_names_that_lead_to_it(
    cluster: Any, environment: Any, service: Any, api: dict[str, Any]
) -> None:
    new = service.apply(None, **api)
    find = service.provider.import_state
    (found,) = find("iac_service", "main/staging/api")
    assert found.state == new
    assert [raw(o.state, "name") for o in find("iac_environment", "main/staging")] == ["staging"]
    assert [raw(o.state, "name") for o in find("iac_cluster", "main")] == ["main"]
    for path in ("main/nowhere/api", "staging/api", "api", "main/staging/"):
        assert find("iac_service", path) == []


def test_a_sensitive_name_is_not_told(cluster: Any) -> None:
    new = cluster.apply(None, **CLUSTER)
    marked = object_value({**new.raw, "name": new.raw["name"].with_marks(ONLY_SENSITIVE)})
    assert cluster.provider.target("iac_cluster", marked) == ("cluster", raw(new, "id"), "")


def test_planning_does_not_rely_on_a_merge_that_keeps_old_defaults(cluster: Any) -> None:
    """Terraform's own merge keeps the prior value of an argument with a default: to it, that one is computed."""
    old = cluster.apply(None, **CLUSTER, disk_size=100)
    planned = cluster.provider.plan(PlanRequest("iac_cluster", old, cluster.config(**CLUSTER), old)).planned
    assert raw(planned, "disk_size") == 40


def test_events_name_the_kind_the_id_and_the_name(cluster: Any) -> None:
    new = cluster.apply(None, **CLUSTER)
    assert cluster.provider.target("iac_cluster", new) == ("cluster", raw(new, "id"), "main")
    planned = cluster.plan(None, **CLUSTER).planned
    assert cluster.provider.target("iac_cluster", planned) == ("cluster", "", "main")


def test_secrets_are_in_no_event(environment: Any, cluster_id: str, database: Database) -> None:
    given = {"name": "staging", "cluster_id": cluster_id}
    old = environment.apply(None, **given, secrets={"KEY": "hunter2"})
    environment.apply(old, **given, environment_variables={"URL": "hunter3"}, sensitive=[("environment_variables",)])
    stored = json.dumps(database.query("SELECT * FROM event"))
    assert "hunter" not in stored
    assert "$sensitive" in stored


# --- data sources ---


def test_a_data_source_finds_by_id_or_by_name_and_parent(
    service: Any, api: dict[str, Any], registry: Registry, lookup: Any
) -> None:
    new = service.apply(None, **api)
    by_id = lookup("iac_service", id=raw(new, "id"))
    by_name = lookup("iac_service", name="api", environment_id=api["environment_id"])
    assert by_id == by_name
    assert raw(by_id, "container", "image") == "shop/api"
    assert by_id.type is registry.schema("iac").data_sources["iac_service"].block.implied_type


def test_a_data_source_that_finds_nothing_says_so(lookup: Any) -> None:
    with pytest.raises(DiagnosticsError) as problem:
        lookup("iac_cluster", name="nowhere")
    assert problem.value.diagnostics[0].detail == 'There is no cluster named "nowhere".'


@pytest.fixture
def data_config(registry: Registry) -> Any:
    from iac.values.codec import from_json

    schemas = registry.schema("iac").data_sources
    return lambda type, **given: from_json(given, schemas[type].block.implied_type)


@pytest.fixture
def lookup(registry: Registry, data_config: Any) -> Any:
    provider = registry.create("iac")
    return lambda type, **given: provider.read_data(type, data_config(type, **given))


@pytest.mark.parametrize(
    ("given", "summary"),
    [
        ({}, "Missing required argument"),
        ({"name": "api"}, "Missing required argument"),
        ({"id": "1", "name": "api"}, "Conflicting arguments"),
        ({"id": "1"}, None),
        ({"name": "api", "environment_id": "1"}, None),
    ],
)
def test_a_data_source_needs_an_id_or_a_name_and_parent(
    registry: Registry, data_config: Any, given: dict[str, Any], summary: str | None
) -> None:
    problems = registry.create("iac").validate("data", "iac_service", data_config("iac_service", **given))
    assert [p.summary for p in problems] == ([summary] if summary else [])
