"""Planning by schema, over schemas made for the purpose."""

from __future__ import annotations

from typing import Any

import pytest

from iac.providers.planning import plan_from_schema, proposed_new, with_defaults
from iac.providers.protocol import PlanRequest
from iac.schema import Attribute, Block, NestedBlock
from iac.values.codec import from_json, to_json
from iac.values.types import STRING
from iac.values.value import null

INNER = Block({"name": Attribute(STRING, required=True), "id": Attribute(STRING, computed=True)})


def outer(nesting: str) -> Block:
    return Block(
        {"set": Attribute(STRING, optional=True), "either": Attribute(STRING, optional=True, computed=True)},
        {"part": NestedBlock(nesting, INNER)},
    )


def part(name: str, id: str | None = None) -> dict[str, Any]:
    return {"name": name, "id": id}


@pytest.mark.parametrize(
    ("nesting", "prior", "config", "proposed"),
    [
        ("single", part("a", "1"), part("b"), part("b", "1")),
        ("single", None, part("b"), part("b")),
        ("single", part("a", "1"), None, None),
        ("list", [part("a", "1"), part("b", "2")], [part("c")], [part("c", "1")]),
        ("list", [part("a", "1")], [part("a"), part("b")], [part("a", "1"), part("b")]),
        ("map", {"x": part("a", "1")}, {"y": part("a"), "x": part("b")}, {"x": part("b", "1"), "y": part("a")}),
        ("set", [part("a", "1"), part("b", "2")], [part("b"), part("c")], [part("b", "2"), part("c")]),
    ],
)
def test_nested_blocks_correspond_as_their_nesting_says(nesting: str, prior: Any, config: Any, proposed: Any) -> None:
    block = outer(nesting)
    values = [from_json({"part": parts}, block.implied_type) for parts in (prior, config, proposed)]
    assert proposed_new(block, values[0], values[1]) == values[2]


def test_configuration_wins_and_prior_fills_computed_attributes() -> None:
    block = outer("list")
    prior = from_json({"set": "a", "either": "b", "part": []}, block.implied_type)
    config = from_json({"set": None, "either": None, "part": []}, block.implied_type)
    assert to_json(proposed_new(block, prior, config)) == {"set": None, "either": "b", "part": []}
    assert proposed_new(block, null(block.implied_type), config) == config
    assert proposed_new(block, prior, null(block.implied_type)).is_null


def test_defaults_reach_into_nested_blocks() -> None:
    inner = Block({"a": Attribute(STRING, optional=True, default="x")})
    block = Block({}, {"one": NestedBlock("single", inner), "many": NestedBlock("set", inner)})
    value = from_json({"one": {"a": None}, "many": [{"a": None}, {"a": "x"}]}, block.implied_type)
    assert to_json(with_defaults(block, value)) == {"one": {"a": "x"}, "many": [{"a": "x"}]}


def test_a_block_can_force_replacement_for_everything_in_it() -> None:
    inner = Block({"a": Attribute(STRING, optional=True)})
    block = Block({}, {"part": NestedBlock("list", inner, forces_replacement=True)})

    def paths(prior: Any, config: Any) -> list[Any]:
        values = [from_json({"part": parts}, block.implied_type) for parts in (prior, config)]
        return list(plan_from_schema(block, PlanRequest("t", values[0], values[1], values[1])).requires_replace)

    assert paths([{"a": "x"}], [{"a": "x"}]) == []
    assert paths([{"a": "x"}], [{"a": "y"}]) == [("part", (0,), "a")]
    assert paths([{"a": "x"}], []) == [("part",)]
