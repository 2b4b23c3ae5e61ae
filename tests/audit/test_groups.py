"""The event's `change`: which groups of attributes differ."""

from __future__ import annotations

import pytest

from iac.audit.groups import changed_groups
from iac.schema import Attribute, Block, NestedBlock
from iac.values.types import NUMBER, STRING

PORT = Block({"number": Attribute(NUMBER), "public": Attribute(STRING, group="exposure")})
SCHEMA = Block(
    {
        "name": Attribute(STRING),
        "cpu": Attribute(NUMBER, group="scaling"),
        "variables": Attribute(STRING, group="variables"),
    },
    {
        "port": NestedBlock("list", PORT, group="ports"),
        "tagged": NestedBlock("map", PORT, group="tags"),
        "route": NestedBlock("set", PORT, group="routes"),
        "plain": NestedBlock("single", PORT),
    },
)


@pytest.mark.parametrize(
    ("before", "after", "groups"),
    [
        ({"name": "a"}, {"name": "a"}, ()),
        ({"name": "a"}, {"name": "b"}, ("config",)),
        ({"cpu": 1, "variables": []}, {"cpu": 2, "variables": ["x"]}, ("scaling", "variables")),
        (None, {"name": "a", "cpu": None, "variables": [], "port": []}, ("config",)),
        ({"cpu": 1}, None, ("scaling",)),
        ({"variables": []}, {"variables": None}, ()),
        # Blocks: their own group, unless the attribute inside has one.
        ({"port": [{"number": 1}]}, {"port": [{"number": 2}]}, ("ports",)),
        ({"port": [{"public": 1}]}, {"port": [{"public": 2}]}, ("exposure",)),
        ({"port": []}, {"port": [{"number": 1, "public": 2}]}, ("exposure", "ports")),
        ({"port": []}, {"port": [{}]}, ("ports",)),
        ({"tagged": {"a": {"number": 1}}}, {"tagged": {"b": {"number": 1}}}, ("tags",)),
        ({"route": [{"number": 1}, {"public": 1}]}, {"route": [{"public": 1}]}, ("routes",)),
        ({"plain": {"number": 1}}, {"plain": {"number": 2}}, ("config",)),
        ({"plain": None}, {"plain": {"public": 2}}, ("exposure",)),
    ],
)
def test_groups_that_differ(before, after, groups):
    assert changed_groups(SCHEMA, before, after) == groups
