"""The schema of a service: what it runs (one of five sources), and how."""

from __future__ import annotations

from typing import Any, Final

from iac.platform.schemas import checks
from iac.platform.schemas.common import VARIABLES, identity
from iac.schema import Attribute, Block, NestedBlock
from iac.values.types import BOOL, NUMBER, STRING, Type, list_of, set_of


def _required(type: Type, description: str, **more: Any) -> Attribute:
    return Attribute(type, description, required=True, **more)


def _optional(type: Type, description: str, **more: Any) -> Attribute:
    return Attribute(type, description, optional=True, **more)


_CONTAINER: Final = Block(
    {
        "image": _required(STRING, "The image, without registry and tag.", check=checks.name, example='"shop/api"'),
        "tag": _optional(STRING, "The tag of the image.", default="latest"),
        "registry": _optional(STRING, "The registry that has the image.", default="docker.io"),
    },
    description="A container image.",
)

_APPLICATION: Final = Block(
    {
        "repository": _required(
            STRING,
            "The URL of the Git repository.",
            check=checks.repository_url,
            example='"https://github.com/example/shop.git"',
        ),
        "branch": _optional(STRING, "The branch to build.", default="main"),
        "root_path": _optional(
            STRING, "The directory to build, from the repository's root.", default="/", check=checks.http_path
        ),
        "dockerfile_path": _optional(STRING, "The Dockerfile, from `root_path`.", default="Dockerfile"),
    },
    description="An application, built from its Git repository.",
)

_DATABASE: Final = Block(
    {
        "type": _required(
            STRING,
            "The database product. It cannot be changed later.",
            forces_replacement=True,
            one_of=("POSTGRESQL", "MYSQL", "MONGODB", "REDIS"),
            example='"POSTGRESQL"',
        ),
        "version": _required(STRING, "The version of the product.", check=checks.name, example='"16"'),
        "mode": _optional(
            STRING,
            "Whether it runs in a container or is managed by the cloud provider. It cannot be changed later.",
            forces_replacement=True,
            default="CONTAINER",
            one_of=("CONTAINER", "MANAGED"),
        ),
        "accessibility": _optional(
            STRING, "From where it can be reached.", default="PRIVATE", one_of=("PRIVATE", "PUBLIC")
        ),
        "storage": _optional(NUMBER, "Its storage, in GiB.", default=10, minimum=1, maximum=65536, group="storage"),
    },
    description="A database.",
)

_HELM: Final = Block(
    {
        "chart": _required(STRING, "The name of the chart.", check=checks.name, example='"ingress-nginx"'),
        "version": _required(STRING, "The version of the chart.", check=checks.name, example='"4.11.2"'),
        "repository": _required(
            STRING, "The repository that has the chart.", example='"https://kubernetes.github.io/ingress-nginx"'
        ),
        "values": _optional(STRING, "The chart's values, as YAML.", default="", example='file("values.yaml")'),
    },
    description="A Helm chart.",
)

_JOB: Final = Block(
    {
        "image": _required(STRING, "The image, without registry and tag.", check=checks.name, example='"shop/job"'),
        "tag": _optional(STRING, "The tag of the image.", default="latest"),
        "registry": _optional(STRING, "The registry that has the image.", default="docker.io"),
        "schedule": _optional(
            STRING, "When it runs: a cron line. Set this or `on`.", check=checks.cron, example='"30 2 * * *"'
        ),
        "on": _optional(
            STRING,
            "At which event of its environment it runs. Set this or `schedule`.",
            one_of=("START", "STOP", "DELETE"),
            example='"START"',
        ),
        "command": _optional(list_of(STRING), "What it runs instead of the image's command.", default=[]),
        "max_duration_seconds": _optional(NUMBER, "After how long it is stopped.", default=300, minimum=1),
        "max_restarts": _optional(NUMBER, "How often it is tried again.", default=0, minimum=0, maximum=100),
    },
    description="A job: runs and ends.",
)

_PORT: Final = Block(
    {
        "internal_port": _required(
            NUMBER, "The port the service listens on.", minimum=1, maximum=65535, example="8080"
        ),
        "external_port": _optional(
            NUMBER, "The port it is reached at from outside.", minimum=1, maximum=65535, example="443"
        ),
        "publicly_accessible": _optional(BOOL, "Whether it can be reached from outside.", default=False),
        "protocol": _optional(STRING, "What is spoken on it.", default="HTTP", one_of=("HTTP", "GRPC", "TCP", "UDP")),
        "name": _optional(STRING, "A name for it.", example='"http"'),
    },
    description="A port that the service listens on.",
)

_PROBE: Final = Block(
    {
        "type": _optional(STRING, "How it asks.", default="HTTP", one_of=("HTTP", "TCP", "GRPC", "EXEC")),
        "path": _optional(STRING, "The path to ask for, with HTTP.", default="/", check=checks.http_path),
        "port": _optional(NUMBER, "The port to ask at; needed but for EXEC.", minimum=1, maximum=65535, example="8080"),
        "command": _optional(list_of(STRING), "The command to run; needed for EXEC.", default=[]),
        "initial_delay_seconds": _optional(NUMBER, "How long to wait first.", default=30, minimum=0),
        "period_seconds": _optional(NUMBER, "How often to ask.", default=10, minimum=1),
        "timeout_seconds": _optional(NUMBER, "How long to wait for an answer.", default=1, minimum=1),
        "success_threshold": _optional(NUMBER, "After how many answers it is well.", default=1, minimum=1),
        "failure_threshold": _optional(NUMBER, "After how many failures it is not.", default=3, minimum=1),
    },
)

_HEALTHCHECK: Final = Block(
    {},
    {"liveness": NestedBlock("single", _PROBE), "readiness": NestedBlock("single", _PROBE)},
    "How the platform asks whether the service lives, and whether it is ready.",
)

_STORAGE: Final = Block(
    {
        "mount_point": _required(STRING, "Where it is mounted.", check=checks.mount_point, example='"/data"'),
        "size": _required(NUMBER, "Its size, in GiB.", minimum=1, maximum=65536, example="20"),
        "type": _optional(STRING, "The kind of disk.", default="FAST_SSD", one_of=("FAST_SSD", "SSD", "HDD")),
    },
    description="A disk that outlives the instances of the service.",
)

SOURCES: Final = ("container", "application", "database", "helm", "job")
"""The blocks of which a service has exactly one: what it runs."""

DATABASE_ATTRIBUTES: Final = ("host", "host_port", "login", "password")
"""The computed attributes that only databases have."""

SERVICE: Final = Block(
    {
        "environment_id": _required(
            STRING,
            "The id of the environment it belongs to. It cannot be changed later.",
            forces_replacement=True,
            example="iac_environment.staging.id",
        ),
        "name": _required(
            STRING, "The name of the service, unique in its environment.", check=checks.name, example='"api"'
        ),
        "cpu": _optional(
            NUMBER,
            "The CPU of each instance, in thousandths of a core.",
            default=500,
            minimum=10,
            maximum=1_000_000,
            group="scaling",
        ),
        "memory": _optional(
            NUMBER, "The memory of each instance, in MiB.", default=512, minimum=16, maximum=16_777_216, group="scaling"
        ),
        "min_instances": _optional(
            NUMBER, "The number of instances that always run.", default=1, minimum=0, maximum=10_000, group="scaling"
        ),
        "max_instances": _optional(
            NUMBER,
            "The number of instances that may run under load.",
            default=1,
            minimum=1,
            maximum=10_000,
            group="scaling",
        ),
        "auto_deploy": _optional(
            BOOL, "Whether a new version is deployed when there is one.", default=True, group="deployment rule"
        ),
        "custom_domains": _optional(
            set_of(STRING),
            "Domains of your own at which it is reached.",
            group="domains",
            check=checks.domains,
            example='["api.example.com"]',
        ),
        **VARIABLES,
        **identity("service"),
        "internal_host": Attribute(STRING, "The host name inside the cluster.", computed=True),
        "external_hosts": Attribute(
            list_of(STRING),
            "The host names outside, when a port is publicly accessible; your own domains come last.",
            computed=True,
            copies="custom_domains",
        ),
        "host": Attribute(STRING, "The host name of the database; null for other services.", computed=True),
        "host_port": Attribute(NUMBER, "The port of the database; null for other services.", computed=True),
        "login": Attribute(
            STRING, "The user of the database; null for other services.", computed=True, group="credentials"
        ),
        "password": Attribute(
            STRING,
            "The password of the database; null for other services.",
            computed=True,
            sensitive=True,
            group="credentials",
        ),
    },
    {
        "container": NestedBlock("single", _CONTAINER, group="source"),
        "application": NestedBlock("single", _APPLICATION, group="source"),
        "database": NestedBlock("single", _DATABASE, group="source"),
        "helm": NestedBlock("single", _HELM, group="source"),
        "job": NestedBlock("single", _JOB, group="source"),
        "port": NestedBlock("list", _PORT, group="ports"),
        "healthcheck": NestedBlock("single", _HEALTHCHECK, group="healthchecks"),
        "storage": NestedBlock("list", _STORAGE, group="storage"),
    },
    "A service: a container, an application, a database, a Helm chart or a job.",
)
