"""The schema of a cluster."""

from __future__ import annotations

from typing import Final

from iac.platform.schemas import checks
from iac.platform.schemas.common import identity
from iac.schema import Attribute, Block, NestedBlock
from iac.values.types import BOOL, NUMBER, STRING

_FEATURES: Final = Block(
    {
        "vpc_subnet": Attribute(
            STRING,
            "The subnet of the cluster's network, in CIDR notation. It cannot be changed later.",
            optional=True,
            forces_replacement=True,
            default="10.0.0.0/16",
            check=checks.subnet,
        ),
        "static_ip": Attribute(
            BOOL, "Whether traffic leaves the cluster from a fixed address.", optional=True, default=False
        ),
        "spot_enabled": Attribute(
            BOOL, "Whether nodes may be spot instances: cheaper, and taken away at times.", optional=True, default=False
        ),
    },
    description="Optional features of the cluster.",
)

_ROUTE: Final = Block(
    {
        "description": Attribute(STRING, "What the route is for.", optional=True, default=""),
        "destination": Attribute(
            STRING,
            "The network it leads to, in CIDR notation.",
            required=True,
            check=checks.subnet,
            example='"10.30.0.0/16"',
        ),
        "target": Attribute(
            STRING,
            "Where its traffic goes, such as a peering connection.",
            required=True,
            check=checks.name,
            example='"pcx-06f8f5512c91e389c"',
        ),
    },
    description="A route of the cluster's network.",
)

CLUSTER: Final = Block(
    {
        "name": Attribute(
            STRING,
            "The name of the cluster, unique in the platform.",
            required=True,
            check=checks.name,
            example='"production"',
        ),
        "cloud_provider": Attribute(
            STRING,
            "Where the cluster runs. It cannot be changed later.",
            required=True,
            forces_replacement=True,
            one_of=("AWS", "SCW", "GCP", "AZURE", "ON_PREMISE"),
            example='"AWS"',
        ),
        "region": Attribute(
            STRING,
            "The region of the cloud provider. It cannot be changed later.",
            required=True,
            forces_replacement=True,
            check=checks.name,
            example='"eu-west-3"',
        ),
        "description": Attribute(STRING, "What the cluster is for.", optional=True, default=""),
        "kubernetes_mode": Attribute(
            STRING,
            "Who runs Kubernetes.",
            optional=True,
            default="MANAGED",
            one_of=("MANAGED", "SELF_MANAGED", "PARTIALLY_MANAGED"),
        ),
        "instance_type": Attribute(
            STRING,
            "The instance type of the nodes. The platform picks one that suits the cloud provider.",
            optional=True,
            computed=True,
            group="scaling",
            example='"T3A_LARGE"',
        ),
        "disk_size": Attribute(
            NUMBER,
            "The disk of each node, in GiB.",
            optional=True,
            default=40,
            minimum=20,
            maximum=65_536,
            group="scaling",
        ),
        "min_nodes": Attribute(
            NUMBER,
            "The number of nodes that always run.",
            optional=True,
            default=3,
            minimum=1,
            maximum=10_000,
            group="scaling",
        ),
        "max_nodes": Attribute(
            NUMBER,
            "The number of nodes that may run under load.",
            optional=True,
            default=10,
            minimum=1,
            maximum=10_000,
            group="scaling",
        ),
        "production": Attribute(BOOL, "Whether it serves production.", optional=True, default=False),
        "kubeconfig": Attribute(
            STRING,
            "How to reach Kubernetes. Set it for a self-managed cluster; the platform makes that of others.",
            optional=True,
            computed=True,
            sensitive=True,
            group="credentials",
            example='file("kubeconfig.yaml")',
        ),
        **identity("cluster"),
        "endpoint": Attribute(STRING, "The URL of the Kubernetes API.", computed=True),
    },
    {
        "features": NestedBlock("single", _FEATURES, group="features"),
        "route": NestedBlock("list", _ROUTE, group="routing"),
    },
    "A Kubernetes cluster: where environments run.",
)
