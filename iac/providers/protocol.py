"""The protocol between the engine and a provider: few methods, values in, values out.

It is Terraform's resource life cycle (validate, read, plan, apply, import) with the same obligations: the
planned value agrees with the configuration wherever that is set, the new value agrees with the planned one
wherever that is known, and nothing is unknown after apply. A provider raises `DiagnosticsError` for
whatever the user can mend; paths in its diagnostics lead into the object. Values come without marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from iac.audit.record import Operation
from iac.diagnostics import Diagnostic
from iac.schema import ProviderSchema
from iac.values.paths import Path
from iac.values.value import Value


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """What to plan for one instance of `type`.

    `prior` is the refreshed object (null to create), `config` what the user wrote (null to delete),
    `proposed` the two merged: config where set, prior for computed attributes that are not.
    """

    type: str
    prior: Value
    config: Value
    proposed: Value


@dataclass(frozen=True, slots=True)
class PlanResponse:
    """The planned object, with unknown values for what apply will decide, and the paths whose change
    means that the object must be replaced."""

    planned: Value
    requires_replace: Sequence[Path] = ()
    diagnostics: Sequence[Diagnostic] = ()


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What to make true for one instance of `type`: create (`prior` null), delete (`planned` null) or update.

    `sensitive` are the paths whose values the configuration marked sensitive beyond what the schema says;
    the provider keeps them out of events and messages. `operation` is the audit context.
    """

    type: str
    prior: Value
    planned: Value
    config: Value
    sensitive: Sequence[Path]
    operation: Operation


@dataclass(frozen=True, slots=True)
class ImportedObject:
    """An existing object found by id: its resource type and state."""

    type: str
    state: Value


class Provider(Protocol):
    """One configured provider. Bound to what it manages when it is made; holds no other state."""

    name: str
    """The local name, such as `iac`."""

    source: str
    """The full source address, such as `registry.terraform.io/iac/iac` or `terraform.io/builtin/terraform`."""

    records_events: bool
    """Whether `apply` itself writes the audit event, in the same transaction; else the engine does."""

    def schema(self) -> ProviderSchema:
        """Everything it offers."""
        ...

    def configure(self, config: Value) -> Sequence[Diagnostic]:
        """Takes the `provider` block's configuration, which may have unknown parts while planning; sensitive ones are
        marked."""
        ...

    def validate(self, mode: str, type: str, config: Value) -> Sequence[Diagnostic]:
        """What is wrong with the configuration of a resource or data source; may have unknown parts."""
        ...

    def read(self, type: str, state: Value) -> Value:
        """The object as it is now; null when it is gone."""
        ...

    def plan(self, request: PlanRequest) -> PlanResponse:
        """What the object will be."""
        ...

    def apply(self, request: ApplyRequest) -> Value:
        """Makes it so and returns the new object (null after a delete).

        Called inside the transaction that also writes state; raising undoes everything it did.
        """
        ...

    def import_state(self, type: str, id: str) -> Sequence[ImportedObject]:
        """The objects that an id stands for; empty when there is none."""
        ...

    def target(self, type: str, object: Value) -> tuple[str, str, str]:
        """How events name an object of a resource type: target type, id and name; empty where not known."""
        ...

    def read_data(self, type: str, config: Value) -> Value:
        """The data source's result for a wholly known configuration."""
        ...
