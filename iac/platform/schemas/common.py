"""What the schemas of several kinds have in common."""

from __future__ import annotations

from typing import Final

from iac.platform.schemas import checks
from iac.schema import Attribute
from iac.values.types import STRING, map_of


def identity(what: str) -> dict[str, Attribute]:
    """The attributes that the platform gives every object."""
    return {
        "id": Attribute(STRING, f"The id of the {what}, given by the platform.", computed=True),
        "created_at": Attribute(STRING, f"When the {what} was created: RFC 3339, UTC.", computed=True),
        "updated_at": Attribute(STRING, f"When the {what} was last changed: RFC 3339, UTC.", computed=True),
    }


VARIABLES: Final = {
    "environment_variables": Attribute(
        map_of(STRING),
        "Environment variables, by name. Put what nobody may read into `secrets`.",
        optional=True,
        group="variables",
        check=checks.variable_names,
        example='{ LOG_LEVEL = "info" }',
    ),
    "secrets": Attribute(
        map_of(STRING),
        "Environment variables whose values are secret, by name. They appear in no output and no event.",
        optional=True,
        sensitive=True,
        group="secrets",
        check=checks.variable_names,
        example="{ API_KEY = var.api_key }",
    ),
}
