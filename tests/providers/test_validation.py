"""What is wrong with configurations, and where."""

from __future__ import annotations

from typing import Any

import pytest

from iac.diagnostics import Severity
from iac.values.paths import Key
from iac.values.types import BOOL, NUMBER, STRING
from iac.values.value import Value, unknown

CLUSTER: dict[str, Any] = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}
ENVIRONMENT: dict[str, Any] = {"name": "staging", "cluster_id": "1"}
SERVICE: dict[str, Any] = {"name": "api", "environment_id": "1", "container": {"image": "shop/api"}}
JOB = {**SERVICE, "container": None}

INVALID: list[tuple[str, dict[str, Any], tuple[Any, ...], str]] = [
    ("cluster", {"cloud_provider": "aws"}, ("cloud_provider",), 'Did you mean "AWS"?'),
    ("cluster", {"kubernetes_mode": "NONE"}, ("kubernetes_mode",), "MANAGED, SELF_MANAGED, PARTIALLY_MANAGED"),
    ("cluster", {"disk_size": 19}, ("disk_size",), "from 20 to 65536. Got 19."),
    ("cluster", {"disk_size": 20.5}, ("disk_size",), "A whole number is required. Got 20.5."),
    ("cluster", {"min_nodes": 11}, ("min_nodes",), '"min_nodes" (11) must not be greater than "max_nodes" (10).'),
    ("cluster", {"max_nodes": 2}, ("max_nodes",), '"min_nodes" (3) must not be greater than "max_nodes" (2).'),
    ("cluster", {"name": " "}, ("name",), "must not be empty"),
    ("cluster", {"features": {"vpc_subnet": "10.0.0.1/16"}}, ("features", "vpc_subnet"), "CIDR"),
    ("environment", {"mode": "PROD"}, ("mode",), "Expected one of"),
    ("environment", {"deployment_rule": {"stop_time": "25:00"}}, ("deployment_rule", "stop_time"), "HH:MM"),
    ("environment", {"deployment_rule": {"days": ["FUNDAY"]}}, ("deployment_rule", "days"), "day of the week"),
    ("environment", {"deployment_rule": {"timezone": "Mars"}}, ("deployment_rule", "timezone"), "IANA"),
    ("environment", {"environment_variables": {"A-B": "x"}}, ("environment_variables",), "A-B"),
    (
        "environment",
        {"environment_variables": {"A": "x"}, "secrets": {"A": "y"}},
        ("environment_variables", Key("A")),
        "only one of them",
    ),
    ("service", {"container": None}, (), "exactly one of these blocks"),
    ("service", {"helm": {"chart": "c", "version": "1", "repository": "r"}}, ("helm",), "exactly one of"),
    ("service", {"port": [{"internal_port": 0}]}, ("port", Key(0), "internal_port"), "from 1 to 65535"),
    ("service", {"port": [{"internal_port": 1}] * 2}, ("port", Key(1), "internal_port"), "same"),
    (
        "service",
        {"port": [{"internal_port": 1, "protocol": "FTP"}]},
        ("port", Key(0), "protocol"),
        "HTTP, GRPC, TCP, UDP",
    ),
    ("service", {"min_instances": 2}, ("min_instances",), "greater"),
    ("service", {"custom_domains": ["no domain"]}, ("custom_domains",), "domain name"),
    ("service", {"healthcheck": {"liveness": {}}}, ("healthcheck", "liveness"), '"port"'),
    (
        "service",
        {"storage": [{"mount_point": "/a", "size": 1}, {"mount_point": "/a/", "size": 2}]},
        ("storage", Key(1), "mount_point"),
        'same "mount_point"',
    ),
    ("service", {"container": None, "job": {"image": "j"}}, ("job",), "set one of them"),
    (
        "service",
        {"container": None, "job": {"image": "j", "schedule": "* * *"}},
        ("job", "schedule"),
        "five fields",
    ),
    (
        "service",
        {"container": None, "job": {"image": "j", "schedule": "* * * * *", "on": "START"}},
        ("job", "on"),
        "not both",
    ),
    (
        "service",
        {"container": None, "database": {"type": "ORACLE", "version": "19"}},
        ("database", "type"),
        "POSTGRESQL",
    ),
]
BASE = {"cluster": CLUSTER, "environment": ENVIRONMENT, "service": SERVICE}


@pytest.mark.parametrize(("kind", "change", "path", "text"), INVALID, ids=lambda x: str(x)[:60])
def test_a_mistake_is_found_where_it_is(
    request: pytest.FixtureRequest, kind: str, change: dict[str, Any], path: tuple[Any, ...], text: str
) -> None:
    (problem,) = request.getfixturevalue(kind).problems(**{**BASE[kind], **change})
    assert problem.severity is Severity.ERROR
    assert problem.path == path
    assert problem.subject is None
    assert text in problem.detail


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("cluster", CLUSTER),
        ("environment", {**ENVIRONMENT, "deployment_rule": {}}),
        ("service", SERVICE),
        ("service", {**SERVICE, "port": [{"internal_port": 53}, {"internal_port": 53, "protocol": "UDP"}]}),
        ("service", {**SERVICE, "container": None, "job": {"image": "j", "schedule": "*/5 * * * *"}}),
    ],
)
def test_what_is_right_has_no_problems(request: pytest.FixtureRequest, kind: str, given: dict[str, Any]) -> None:
    assert request.getfixturevalue(kind).problems(**given) == []


@pytest.mark.parametrize("kind", ["cluster", "environment", "service"])
def test_unknown_parts_are_let_pass(request: pytest.FixtureRequest, kind: str) -> None:
    life = request.getfixturevalue(kind)
    everything: dict[str, Value] = {
        **{n: unknown(a.type) for n, a in life.block.attributes.items()},
        **{n: unknown(b.implied_type) for n, b in life.block.blocks.items()},
    }
    assert life.problems(**everything) == []


def test_unknown_parts_inside_blocks_are_let_pass(service: Any) -> None:
    port = {"internal_port": unknown(NUMBER), "publicly_accessible": unknown(BOOL), "protocol": unknown(STRING)}
    job = {"image": unknown(STRING), "schedule": unknown(STRING)}
    assert service.problems(**{**JOB, "job": job, "port": [port, port]}) == []


def test_a_secret_is_not_in_a_message(environment: Any) -> None:
    (problem,) = environment.problems(**ENVIRONMENT, secrets={"1 bad name": "hunter2"})
    assert "hunter2" not in problem.detail


def test_all_mistakes_are_reported(cluster: Any) -> None:
    assert len(cluster.problems(**{**CLUSTER, "cloud_provider": "X", "disk_size": 1})) == 2
