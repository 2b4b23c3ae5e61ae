"""The platform: what every tool that changes objects can rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iac.audit.record import Operation
from iac.database import Database
from iac.diagnostics import DiagnosticsError
from iac.platform.api import Platform

CLUSTER = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}


@pytest.fixture
def cluster(platform: Platform, console: Operation) -> dict[str, Any]:
    return platform.create("cluster", CLUSTER, console)


@pytest.fixture
def environment(platform: Platform, console: Operation, cluster: dict[str, Any]) -> dict[str, Any]:
    return platform.create("environment", {"name": "staging", "cluster_id": cluster["id"]}, console)


def service(environment: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "api", "environment_id": environment["id"], "container": {"image": "shop/api"}, **more}


def events(database: Database) -> list[tuple[Any, ...]]:
    return database.query(
        'SELECT event_type, target_type, target_name, change, "user", tool FROM event ORDER BY sequence'
    )


def refusal(problem: pytest.ExceptionInfo[DiagnosticsError]) -> tuple[str, str]:
    (diagnostic,) = problem.value.diagnostics
    return diagnostic.summary, diagnostic.detail


def test_what_is_created_can_be_read_found_and_listed(platform: Platform, environment: dict[str, Any]) -> None:
    assert platform.read("environment", environment["id"]) == environment
    assert platform.find("environment", "staging", environment["cluster_id"]) == environment
    assert platform.list("environment") == [environment]
    assert platform.list("environment", "elsewhere") == []


def test_defaults_are_filled_in_and_the_platform_decides_the_rest(cluster: dict[str, Any]) -> None:
    assert (cluster["min_nodes"], cluster["max_nodes"], cluster["kubernetes_mode"]) == (3, 10, "MANAGED")
    assert cluster["instance_type"] == "T3A_LARGE"
    assert cluster["endpoint"].startswith("https://")
    assert cluster["created_at"] == cluster["updated_at"]
    assert "token" in cluster["kubeconfig"]


def test_a_change_is_an_event_of_its_user_and_tool(
    platform: Platform, console: Operation, database: Database, environment: dict[str, Any]
) -> None:
    platform.update("environment", environment["id"], {"mode": "STAGING", "secrets": {"KEY": "x"}}, console)
    platform.delete("environment", environment["id"], console)
    assert events(database) == [
        ("CREATE", "cluster", "main", '["config","credentials","scaling"]', "ana", "console"),
        ("CREATE", "environment", "staging", '["config"]', "ana", "console"),
        ("UPDATE", "environment", "staging", '["config","secrets"]', "ana", "console"),
        ("DELETE", "environment", "staging", '["config","secrets"]', "ana", "console"),
    ]


def test_an_update_that_changes_nothing_is_no_event(
    platform: Platform, console: Operation, database: Database, cluster: dict[str, Any]
) -> None:
    assert platform.update("cluster", cluster["id"], CLUSTER, console) == cluster
    assert len(events(database)) == 1


def test_none_brings_a_default_back(platform: Platform, console: Operation, cluster: dict[str, Any]) -> None:
    platform.update("cluster", cluster["id"], {"min_nodes": 5}, console)
    assert platform.update("cluster", cluster["id"], {"min_nodes": None}, console)["min_nodes"] == 3


def test_secrets_are_in_no_event(
    platform: Platform, console: Operation, database: Database, environment: dict[str, Any]
) -> None:
    platform.update("environment", environment["id"], {"secrets": {"KEY": "hunter2"}}, console)
    made = platform.create(
        "service", service(environment, container=None, database={"type": "REDIS", "version": "7"}), console
    )
    platform.delete("service", made["id"], console)
    stored = json.dumps(database.query("SELECT post_state, patch FROM event"))
    assert "hunter2" not in stored
    assert made["password"] not in stored


def test_what_a_caller_calls_sensitive_stays_so_for_later_callers(
    platform: Platform, console: Operation, database: Database, environment: dict[str, Any]
) -> None:
    made = platform.create(
        "service",
        service(environment, environment_variables={"URL": "s3cret"}),
        console,
        sensitive=[("environment_variables", "URL")],
    )
    platform.update("service", made["id"], {"environment_variables": {"URL": "s3cret-2"}}, console)
    platform.delete("service", made["id"], console)
    assert "s3cret" not in json.dumps(database.query("SELECT post_state, patch FROM event"))


def test_a_secret_in_a_list_stays_hidden_when_another_tool_moves_it(
    platform: Platform, console: Operation, database: Database, environment: dict[str, Any]
) -> None:
    secret = {"internal_port": 1, "name": "s3cret"}
    made = platform.create("service", service(environment, port=[secret]), console, sensitive=[("port", 0, "name")])
    platform.update("service", made["id"], {"port": [{"internal_port": 2}, secret]}, console)
    platform.update("service", made["id"], {"port": [secret]}, console)
    assert "s3cret" not in json.dumps(database.query("SELECT post_state, patch FROM event"))


def test_a_copy_of_something_sensitive_is_hidden_too(
    platform: Platform, console: Operation, database: Database, environment: dict[str, Any]
) -> None:
    port = {"internal_port": 80, "publicly_accessible": True}
    made = platform.create(
        "service",
        service(environment, port=[port], custom_domains=["s3cret.example.com"]),
        console,
        sensitive=[("custom_domains",)],
    )
    assert "s3cret.example.com" in made["external_hosts"]
    assert "s3cret" not in json.dumps(database.query("SELECT post_state, patch FROM event"))


def test_a_sensitive_name_is_no_target_name(platform: Platform, console: Operation, database: Database) -> None:
    made = platform.create("cluster", {**CLUSTER, "name": "s3cret"}, console, sensitive=[("name",)])
    assert events(database)[0][2] == made["id"]
    assert "s3cret" not in json.dumps(database.query("SELECT * FROM event"))


def test_only_databases_have_credentials(platform: Platform, console: Operation, environment: dict[str, Any]) -> None:
    plain = platform.create("service", service(environment), console)
    database = platform.create(
        "service",
        service(environment, name="db", container=None, database={"type": "POSTGRESQL", "version": "16"}),
        console,
    )
    assert [plain[n] for n in ("host", "host_port", "login", "password")] == [None] * 4
    assert (database["host_port"], database["login"]) == (5432, "admin")
    bigger = {**database["database"], "storage": 20}
    assert platform.update("service", database["id"], {"database": bigger}, console)["password"] == database["password"]


def test_a_public_port_gives_the_service_external_hosts(
    platform: Platform, console: Operation, environment: dict[str, Any]
) -> None:
    port = {"internal_port": 8080, "publicly_accessible": True}
    made = platform.create("service", service(environment, port=[port], custom_domains=["shop.example.com"]), console)
    assert made["external_hosts"][-1] == "shop.example.com"
    assert len(made["external_hosts"]) == 2
    assert platform.update("service", made["id"], {"port": []}, console)["external_hosts"] == []


def test_a_name_is_given_once_within_a_parent(
    platform: Platform, console: Operation, environment: dict[str, Any]
) -> None:
    platform.create("service", service(environment), console)
    with pytest.raises(DiagnosticsError) as problem:
        platform.create("service", service(environment), console)
    summary, detail = refusal(problem)
    assert summary == "Service already exists"
    assert 'There is already a service "api" in the environment "staging"' in detail


def test_renaming_to_a_name_that_is_taken_is_refused(
    platform: Platform, console: Operation, cluster: dict[str, Any]
) -> None:
    other = platform.create("cluster", {**CLUSTER, "name": "other"}, console)
    with pytest.raises(DiagnosticsError, match="already exists"):
        platform.update("cluster", other["id"], {"name": "main"}, console)
    assert platform.update("cluster", other["id"], {"name": "third"}, console)["name"] == "third"


def test_a_parent_must_exist(platform: Platform, console: Operation) -> None:
    with pytest.raises(DiagnosticsError) as problem:
        platform.create("environment", {"name": "e", "cluster_id": "nowhere"}, console)
    assert refusal(problem)[0] == "Cluster not found"
    assert problem.value.diagnostics[0].path == ("cluster_id",)


def test_what_something_lives_in_is_not_deleted(
    platform: Platform, console: Operation, database: Database, cluster: dict[str, Any]
) -> None:
    for name in ("a", "b"):
        platform.create("environment", {"name": name, "cluster_id": cluster["id"]}, console)
    with pytest.raises(DiagnosticsError) as problem:
        platform.delete("cluster", cluster["id"], console)
    assert refusal(problem) == (
        "Cluster is not empty",
        'The cluster "main" cannot be deleted, because it still has 2 environments: "a", "b". Delete them first.',
    )
    assert len(events(database)) == 3


@pytest.mark.parametrize(
    ("change", "summary"),
    [
        ({"region": "us-east-1"}, "Attribute cannot be changed"),
        ({"features": {"vpc_subnet": "10.1.0.0/16"}}, "Attribute cannot be changed"),
        ({"nmae": "x"}, "Unsupported attribute"),
        ({"min_nodes": "many"}, "Unsuitable attribute"),
        ({"name": None}, "Missing required argument"),
    ],
)
def test_changes_that_cannot_be_made_are_refused(
    platform: Platform, console: Operation, cluster: dict[str, Any], change: dict[str, Any], summary: str
) -> None:
    with pytest.raises(DiagnosticsError, match=summary):
        platform.update("cluster", cluster["id"], change, console)
    assert platform.read("cluster", cluster["id"]) == cluster


def test_what_is_not_there_cannot_be_changed(platform: Platform, console: Operation) -> None:
    assert platform.read("service", "nowhere") is None
    with pytest.raises(DiagnosticsError, match="Service not found"):
        platform.update("service", "nowhere", {}, console)
    with pytest.raises(DiagnosticsError, match="Service not found"):
        platform.delete("service", "nowhere", console)
