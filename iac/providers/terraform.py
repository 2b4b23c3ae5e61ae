"""The built-in provider `terraform`: `terraform_data`, which keeps what it is given and is not recorded by itself.

It behaves as that of Terraform: `output` repeats `input` after apply, a change of `triggers_replace` replaces
the object.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from iac.diagnostics import Diagnostic
from iac.providers.protocol import ApplyRequest, ImportedObject, PlanRequest, PlanResponse
from iac.schema import Attribute, Block, ProviderSchema, ResourceSchema
from iac.values.types import DYNAMIC, STRING
from iac.values.value import Value, null, object_value, string, unknown

SOURCE: Final = "terraform.io/builtin/terraform"
_TYPE: Final = "terraform_data"


def terraform_schema() -> ProviderSchema:
    """What the provider offers: `terraform_data`."""
    block = Block(
        {
            "id": Attribute(STRING, "A string value unique to the resource instance.", computed=True),
            "input": Attribute(
                DYNAMIC, "Any value; it is stored, and shown again as `output` after apply.", optional=True
            ),
            "output": Attribute(DYNAMIC, "The value of `input` as of the last apply.", computed=True, copies="input"),
            "triggers_replace": Attribute(
                DYNAMIC, "Any value; the object is replaced when it changes.", optional=True, forces_replacement=True
            ),
        },
        description="Keeps a value, and gives other resources something to be replaced with.",
    )
    return ProviderSchema(Block(), {_TYPE: ResourceSchema(block)}, {})


class TerraformProvider:
    """The provider; it manages nothing outside state."""

    name = "terraform"
    source = SOURCE
    records_events = False

    def __init__(self, schema: ProviderSchema) -> None:
        self._schema = schema

    def schema(self) -> ProviderSchema:
        """Everything it offers."""
        return self._schema

    def configure(self, config: Value) -> Sequence[Diagnostic]:
        """There is nothing to configure."""
        return ()

    def validate(self, mode: str, type: str, config: Value) -> Sequence[Diagnostic]:
        """Every value is valid."""
        return ()

    def read(self, type: str, state: Value) -> Value:
        """The object is what state says."""
        return state

    def plan(self, request: PlanRequest) -> PlanResponse:
        """What the object will be; `output` is unknown when it has to be taken from `input` again."""
        if request.proposed.raw is None:
            return PlanResponse(request.proposed)
        planned: dict[str, Value] = dict(request.proposed.raw)
        given = planned["input"]
        output = given if given.raw is None else unknown(given.type)
        prior = request.prior
        if prior.raw is None:
            planned.update(id=unknown(STRING).never_null(), output=output)
            return PlanResponse(object_value(planned))
        if prior.raw["triggers_replace"] != planned["triggers_replace"]:
            planned.update(id=unknown(STRING).never_null(), output=output)
            return PlanResponse(object_value(planned), [("triggers_replace",)])
        if prior.raw["input"] != given:
            planned["output"] = unknown(given.type)
        return PlanResponse(object_value(planned))

    def apply(self, request: ApplyRequest) -> Value:
        """The planned object with what was unknown decided."""
        if request.planned.raw is None:
            return request.planned
        new: dict[str, Value] = dict(request.planned.raw)
        if not new["id"].is_known:
            new["id"] = string(str(uuid.uuid4()))
        if not new["output"].is_known:
            new["output"] = new["input"]
        return object_value(new)

    def import_state(self, type: str, id: str) -> Sequence[ImportedObject]:
        """Every id stands for an object with nothing in it."""
        empty = {"id": string(id), "input": null(), "output": null(), "triggers_replace": null()}
        return [ImportedObject(type, object_value(empty))]

    def target(self, type: str, object: Value) -> tuple[str, str, str]:
        """Its type and id; it has no name."""
        id = object.raw["id"].raw if object.raw.__class__ is dict else None
        return type, id if isinstance(id, str) else "", ""

    def read_data(self, type: str, config: Value) -> Value:
        """There are no data sources."""
        raise KeyError(type)
