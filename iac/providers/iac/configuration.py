"""The `provider` block of iac: its schema, and what it says once it is evaluated.

The same in Terraform and in iac alone, so that files can be shared. A block goes before the environment. In iac alone
the database is open before blocks are evaluated: there the block can only agree with it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from iac.audit.origin import MESSAGE_VARIABLE, USER_VARIABLE
from iac.audit.record import Operation
from iac.diagnostics import Diagnostic, error
from iac.schema import Attribute, Block
from iac.values.types import STRING
from iac.values.value import SENSITIVE, UNKNOWN, Value

PROVIDER_BLOCK: Final = Block(
    {
        "database": Attribute(
            STRING,
            "The database: a path or an SQLAlchemy URL. Default: IAC_DATABASE, else iac.db.",
            optional=True,
        ),
        "user": Attribute(
            STRING,
            f"Who acts, for the audit log. Default: {USER_VARIABLE}, else git's user.email, else who started the CI "
            "run, else the user of the operating system.",
            optional=True,
        ),
        "message": Attribute(
            STRING,
            f"The reason, kept with every event. Default: {MESSAGE_VARIABLE}.",
            optional=True,
        ),
    },
    description="The platform: clusters, environments and services, with a log of every change.",
)

BLOCK_VARIABLES: Final = {"user": USER_VARIABLE, "message": MESSAGE_VARIABLE}
"""The environment variables that arguments of the block stand before."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a block says of the events of its objects; None where it says nothing."""

    user: str | None = None
    message: str | None = None

    def applied(self, operation: Operation) -> Operation:
        """The operation with the user and the message of the block; a message of the command itself stays."""
        origin = operation.origin
        message = origin.message if origin.message_is_given else self.message or origin.message
        changed = replace(origin, user=self.user or origin.user, message=message)
        return operation if changed == origin else replace(operation, origin=changed)


def read_configuration(config: Value) -> Configuration:
    """What an evaluated block says; what is unknown or empty counts as not said."""
    return Configuration(_text(config, "user"), _text(config, "message"))


def location_problems(config: Value, location: str) -> Iterator[Diagnostic]:
    """What is wrong with the database of a block when the one at `location` is open already."""
    value = config.raw["database"] if config.raw.__class__ is dict else None
    if value is None or value.raw is None:
        return
    if value.raw is UNKNOWN:
        yield error(
            "Database not known yet",
            'The "database" of the provider depends on what will only be known after apply, and iac keeps its state in '
            "it. Set it to a value that is known, or name it with -database.",
            path=("database",),
        )
    elif not _is_same(value.raw, location):
        named = "(sensitive value)" if SENSITIVE in value.marks else f'"{shown_location(value.raw)}"'
        yield error(
            "Another database",
            f"This provider block names the database {named}, and iac uses "
            f'"{shown_location(location)}": it works on one database at a time, and opens it before it evaluates '
            "blocks. Name it with -database.",
            path=("database",),
        )


def secret_problems(config: Value) -> Iterator[Diagnostic]:
    """What of a block would show a secret, since events show who acted and why. Terraform does not tell a provider
    what is sensitive, so that this is known in iac alone."""
    for name in BLOCK_VARIABLES if config.raw.__class__ is dict else ():
        if SENSITIVE in config.raw[name].marks:
            yield error(
                "Sensitive value in the audit log",
                f'The "{name}" of the provider is kept with every event, for all to read, and this value is sensitive. '
                "Use another, or nonsensitive() where it is no secret.",
                path=(name,),
            )


def shown_location(location: str) -> str:
    """A database's location, fit for messages: a path, or a URL without its password."""
    return re.sub(r"(://[^:/@]*):[^/]*@", r"\1:***@", location)


def _is_same(one: str, other: str) -> bool:
    return one == other or ("://" not in one + other and os.path.realpath(one) == os.path.realpath(other))


def _text(config: Value, name: str) -> str | None:
    if config.raw.__class__ is not dict:
        return None
    raw = config.raw[name].raw
    return raw if isinstance(raw, str) and raw else None
