"""`terraform_data` is planned as Terraform plans it: compared with what `record.py` recorded of the real one."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from iac.providers.planning import proposed_new
from iac.providers.protocol import PlanRequest
from iac.providers.terraform import TerraformProvider, terraform_schema
from iac.values.types import NUMBER, STRING
from iac.values.value import (
    TRUE,
    UNKNOWN_DYNAMIC,
    Value,
    list_value,
    null,
    number,
    object_value,
    string,
    tuple_value,
)

_SPEC = importlib.util.spec_from_file_location("providers_record", Path(__file__).with_name("record.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
recorder = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(recorder)

GOLDENS: dict[str, Any] = json.loads(recorder.GOLDENS.read_text())

VALUES: dict[str, Value] = {
    '"a"': string("a"),
    '"b"': string("b"),
    '"x"': string("x"),
    '"1"': string("1"),
    "1": number(1),
    '["a"]': tuple_value([string("a")]),
    "[1]": tuple_value([number(1)]),
    "[null]": tuple_value([null()]),
    "tolist([1])": list_value(NUMBER, [number(1)]),
    "tostring(null)": null(STRING),
    "tonumber(null)": null(NUMBER),
    '{ a = "x" }': object_value({"a": string("x")}),
    "{ a = [1, { b = true }], c = null }": object_value(
        {"a": tuple_value([number(1), object_value({"b": TRUE})]), "c": null()}
    ),
    "terraform_data.other.output": UNKNOWN_DYNAMIC,
    "{ a = terraform_data.other.output }": object_value({"a": UNKNOWN_DYNAMIC}),
}
"""What the expressions of the cases evaluate to while planning."""


def config_of(given: dict[str, str]) -> Value:
    arguments = {name: VALUES[given[name]] if name in given else null() for name in ("input", "triggers_replace")}
    return object_value({"id": null(STRING), "output": null(), **arguments})


def known_part(value: Value) -> Any:
    """As plan JSON shows an object that is not wholly known: without what is not."""
    if value.raw.__class__ is dict:
        return {name: known_part(part) for name, part in value.raw.items() if part.is_known}
    if value.raw.__class__ is tuple:
        return [known_part(part) for part in value.raw]
    return value.raw


def unknown_part(value: Value) -> Any:
    """The `after_unknown` of plan JSON."""
    if value.raw.__class__ is dict:
        found = {name: unknown_part(part) for name, part in value.raw.items()}
        return {name: part for name, part in found.items() if part is not False}
    if value.raw.__class__ is tuple:
        return [unknown_part(part) for part in value.raw]
    return not value.is_known


@pytest.mark.parametrize("name", recorder.CASES)
def test_the_plan_is_terraforms(name: str) -> None:
    before, after = recorder.CASES[name]
    golden = GOLDENS[name]
    schema = terraform_schema()
    block, provider = schema.resources["terraform_data"].block, TerraformProvider(schema)
    config, prior, blank = config_of(after), null(block.implied_type), null(block.implied_type)
    if before is not None:
        known = dict(config_of(before).raw)
        prior = object_value({**known, "id": string(golden["before"]["id"]), "output": known["input"]})
    response = provider.plan(PlanRequest("terraform_data", prior, config, proposed_new(block, prior, config)))
    planned = response.planned
    actions = ["create"] if before is None else ["no-op"] if planned == prior else ["update"]
    if response.requires_replace:
        actions = ["delete", "create"]
        planned = provider.plan(
            PlanRequest("terraform_data", blank, config, proposed_new(block, blank, config))
        ).planned
    assert actions == golden["actions"]
    assert [list(path) for path in response.requires_replace] == golden.get("replace_paths", [])
    assert known_part(planned) == golden["after"]
    assert unknown_part(planned) == golden["after_unknown"]
