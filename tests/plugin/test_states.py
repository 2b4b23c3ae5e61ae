"""Objects of Terraform's state under the schema as it is now."""

from __future__ import annotations

import json

import pytest

from iac.diagnostics import DiagnosticsError
from iac.plugin.states import empty_object, upgraded
from iac.schema import Attribute, Block, NestedBlock, ResourceSchema
from iac.values.codec import to_json
from iac.values.types import NUMBER, STRING

INNER = Block({"size": Attribute(NUMBER)})
SCHEMA = ResourceSchema(
    Block(
        {"id": Attribute(STRING), "name": Attribute(STRING)},
        {"disk": NestedBlock("list", INNER), "probe": NestedBlock("single", INNER), "by": NestedBlock("map", INNER)},
    ),
    version=2,
)


def read(stored: object, version: int = 2) -> object:
    return to_json(upgraded("x", SCHEMA, version, json.dumps(stored).encode()))


def test_what_the_schema_does_not_have_any_more_is_dropped_at_every_depth() -> None:
    stored = {"id": "1", "name": "n", "old": 1, "disk": [{"size": 1, "old": 2}], "probe": None, "by": {}}
    assert read(stored) == {"id": "1", "name": "n", "disk": [{"size": 1}], "probe": None, "by": {}}


def test_what_it_did_not_have_then_is_null_and_blocks_are_empty() -> None:
    assert read({"id": "1"}, version=0) == {"id": "1", "name": None, "disk": [], "probe": None, "by": {}}


def test_a_state_of_a_newer_version_is_refused() -> None:
    with pytest.raises(DiagnosticsError) as caught:
        read({"id": "1"}, version=3)
    assert caught.value.diagnostics[0].summary == "State from a newer version"


def test_a_state_that_does_not_follow_the_schema_is_refused() -> None:
    with pytest.raises(DiagnosticsError) as caught:
        read({"id": 1})
    assert caught.value.diagnostics[0].summary == "Invalid state"


def test_an_object_of_which_only_the_id_is_known() -> None:
    expected = {"id": "1", "name": None, "disk": [], "probe": None, "by": {}}
    assert to_json(empty_object(SCHEMA.block, "1")) == expected
