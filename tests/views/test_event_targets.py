"""Objects of one type and name are told apart in a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from iac.audit.record import Event
from iac.views.event_targets import TargetNames
from iac.views.events_table import event_lines, followed_lines

EVENT = Event(
    id="01J",
    sequence=7,
    timestamp="2025-01-02T03:04:05.678901Z",
    event_type="UPDATE",
    target_type="service",
    target_id="1",
    target_name="api",
    address="iac_service.api",
    change=(),
    user="alice",
    tool="terraform",
    workspace="default",
    run_id=None,
    plan_id=None,
    message=None,
    source=None,
    forced_by=(),
    error=None,
    context={},
    post_state={},
    patch=[],
    previous_hash="00",
    hash="ff",
)


@dataclass
class Known:
    """Where objects are, by their ids; counts how often it is asked."""

    paths: Mapping[str, tuple[str, ...]]
    asked: int = 0

    def path(self, event: Event) -> tuple[str, ...]:
        self.asked += 1
        return self.paths[event.target_id]

    def address(self, event: Event) -> str | None:
        return event.address or "iac_service.found"


def named(paths: Mapping[str, tuple[str, ...]]) -> list[str]:
    names = TargetNames(Known(paths))
    found = [replace(EVENT, target_id=id) for id in paths]
    for event in found:
        names.note(event)
    return [names.text(event).removeprefix("service:api").strip() for event in found]


@pytest.mark.parametrize(
    ("paths", "marks"),
    [
        ([("dev", "main", "default")], [""]),
        ([("dev", "main", "default"), ("prod", "main", "default")], ["(dev)", "(prod)"]),
        ([("dev", "main", "default"), ("dev", "main", "default")], ["", ""]),
        ([("default",), ("prod",)], ["(default)", "(prod)"]),
        ([("main", "eu", "default"), ("main", "us", "default")], ["(eu)", "(us)"]),
        (
            [("a", "eu", "default"), ("a", "us", "default"), ("b", "us", "default")],
            ["(eu/a)", "(us/a)", "(us/b)"],
        ),
        ([("a", "eu", "x"), ("x",)], ["(a)", "(x)"]),
    ],
)
def test_the_first_level_on_which_all_differ_tells_them_apart(paths, marks):
    assert named({str(number): path for number, path in enumerate(paths)}) == marks


def test_what_never_came_to_be_is_known_by_its_address():
    names = TargetNames(Known({"1": ("dev", "default")}))
    failed = replace(EVENT, target_id="", address='iac_service.api["dev"]')
    for event in (EVENT, failed):
        names.note(event)
    assert [names.text(event) for event in (EVENT, failed)] == ["service:api", 'service:api (iac_service.api["dev"])']


def test_places_are_looked_for_only_where_a_name_is_that_of_several():
    known = Known({})
    names = TargetNames(known)
    others = [replace(EVENT, target_id=str(number), target_name=f"s{number}") for number in range(9)]
    assert len(list(event_lines(others, color=False, width=80, names=names))) == 10
    assert known.asked == 0


def test_events_as_they_come_are_told_apart_from_those_before():
    known = Known({"1": ("dev", "default"), "2": ("prod", "default")})
    coming = [EVENT, replace(EVENT, target_id="2"), EVENT]
    lines = list(followed_lines(coming, color=False, names=TargetNames(known), wide=True))
    assert [line[37:65].rstrip() for line in lines] == [
        "TARGET",
        "service:api",
        "service:api (prod)",
        "service:api (dev)",
    ]


def test_the_address_is_that_of_the_object_where_the_event_says_none():
    outside = replace(EVENT, address=None, message="by hand")
    text = "".join(event_lines([outside], color=False, width=80, names=TargetNames(Known({})), wide=True))
    assert "iac_service.found" in text
    assert text.endswith("by hand\n")
    assert "-  " in "".join(event_lines([outside], color=False, width=80, wide=True))
