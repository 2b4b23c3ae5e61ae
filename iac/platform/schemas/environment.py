"""The schema of an environment."""

from __future__ import annotations

from typing import Final

from iac.platform.schemas import checks
from iac.platform.schemas.common import VARIABLES, identity
from iac.schema import Attribute, Block, NestedBlock
from iac.values.types import BOOL, STRING, list_of

_RULE: Final = Block(
    {
        "auto_start": Attribute(BOOL, "Whether it starts by itself at `start_time`.", optional=True, default=True),
        "start_time": Attribute(
            STRING, "When it starts, `HH:MM`.", optional=True, default="08:00", check=checks.time_of_day
        ),
        "auto_stop": Attribute(BOOL, "Whether it stops by itself at `stop_time`.", optional=True, default=True),
        "stop_time": Attribute(
            STRING, "When it stops, `HH:MM`.", optional=True, default="19:00", check=checks.time_of_day
        ),
        "days": Attribute(
            list_of(STRING),
            "The days of the week on which it starts and stops.",
            optional=True,
            default=list(checks.DAYS[:5]),
            check=checks.days,
        ),
        "timezone": Attribute(
            STRING, "The time zone of the times.", optional=True, default="UTC", check=checks.time_zone
        ),
    },
    description="When the environment runs.",
)

ENVIRONMENT: Final = Block(
    {
        "cluster_id": Attribute(
            STRING,
            "The id of the cluster it runs on. It cannot be changed later.",
            required=True,
            forces_replacement=True,
            example="iac_cluster.production.id",
        ),
        "name": Attribute(
            STRING,
            "The name of the environment, unique on its cluster.",
            required=True,
            check=checks.name,
            example='"staging"',
        ),
        "mode": Attribute(
            STRING,
            "What the environment is for.",
            optional=True,
            default="DEVELOPMENT",
            one_of=("DEVELOPMENT", "PREVIEW", "STAGING", "PRODUCTION"),
        ),
        **VARIABLES,
        **identity("environment"),
    },
    {"deployment_rule": NestedBlock("single", _RULE, group="deployment rule")},
    "An environment: services that belong together.",
)
