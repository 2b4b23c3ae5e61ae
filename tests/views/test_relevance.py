"""Which part of a change made outside is shown: what leads to a relevant attribute, or through one."""

from __future__ import annotations

from typing import Any

import pytest

from iac.values.codec import from_json, to_json
from iac.values.types import NUMBER, STRING, list_of, map_of, object_of, set_of
from iac.views.relevance import keep_relevant, relevant_paths

PORT = object_of({"number": NUMBER, "name": STRING})
TYPE = object_of({"size": NUMBER, "port": list_of(PORT), "tags": map_of(STRING), "zones": set_of(STRING)})

BEFORE = {"size": 1, "port": [{"number": 80, "name": "a"}], "tags": {"k": "v"}, "zones": ["a"]}
AFTER = {
    "size": 2,
    "port": [{"number": 81, "name": "b"}, {"number": 90, "name": "c"}],
    "tags": {"k": "w"},
    "zones": ["b"],
}


@pytest.mark.parametrize(
    ("paths", "changed"),
    [
        ([], {}),
        ([[]], AFTER),
        ([["size"]], {"size": 2}),
        ([["tags", "k"]], {"tags": {"k": "w"}}),
        ([["zones", "a"]], {"zones": ["b"]}),
        ([["port"]], {"port": AFTER["port"]}),
        ([["port", 0, "number"]], {"port": [{"number": 81, "name": "a"}]}),
        ([["port", 1]], {"port": [{"number": 80, "name": "a"}, {"number": 90, "name": "c"}]}),
        ([["size"], ["port", 0]], {"size": 2, "port": [{"number": 81, "name": "b"}]}),
    ],
    ids=str,
)
def test_what_is_not_relevant_stays_as_it_was(paths: list[list[Any]], changed: dict[str, Any]) -> None:
    kept = keep_relevant(from_json(BEFORE, TYPE), from_json(AFTER, TYPE), paths)
    assert to_json(kept) == {**BEFORE, **changed}


def test_an_element_that_is_gone_is_shown_when_it_is_relevant() -> None:
    before, after = from_json(AFTER, TYPE), from_json({**AFTER, "port": AFTER["port"][:1]}, TYPE)
    assert len(to_json(keep_relevant(before, after, [["port", 1, "number"]]))["port"]) == 1
    assert len(to_json(keep_relevant(before, after, [["port", 0]]))["port"]) == 2


def test_paths_are_those_of_the_object() -> None:
    relevant = [{"resource": "x.a", "attribute": ["p"]}, {"resource": "x.b", "attribute": ["q"]}]
    assert relevant_paths(relevant, "x.b") == [["q"]]
