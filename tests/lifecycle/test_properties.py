"""Promises that hold for any configuration: a plan after an apply is empty, planning is deterministic, and an apply
that fails half-way ends in the same place when it is applied again."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from kit import Lab

from iac.plan.model import Plan
from iac.values.codec import canonical
from iac.views.plan_json import plan_to_json
from iac.views.plan_text import render_plan

NAMES = "abcdef"

literals = st.one_of(
    st.integers(-5, 5).map(str),
    st.sampled_from(
        ['"x"', "true", "null", "1.5", "[]", "{}", "[1, [2]]", '{ k = "v" }', 'toset(["b", "a"])', '"${1 + 1}"']
    ),
)


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """A handful of `terraform_data`, each referring only to those before it."""
    blocks: list[str] = []
    repeats: dict[str, str] = {}
    for name in NAMES[: draw(st.integers(1, 6))]:
        repeat = draw(st.sampled_from(["", "", "count = 2", "count = 0", 'for_each = { x = 1, "y z" = 2 }']))
        lines = [repeat] if repeat else []
        lines.append(f"input = {draw(_expression(repeats))}")
        if draw(st.booleans()):
            lines.append(f"triggers_replace = {draw(_expression(repeats))}")
        lifecycle = draw(st.sampled_from(["", "", "create_before_destroy = true", "ignore_changes = [input]"]))
        if lifecycle:
            lines.append(f"lifecycle {{\n    {lifecycle}\n  }}")
        body = "\n  ".join(lines)
        blocks.append(f'resource "terraform_data" "{name}" {{\n  {body}\n}}\n')
        blocks.append(f'output "{name}" {{\n  value = terraform_data.{name}\n}}\n')
        repeats[name] = repeat
    draw(st.randoms()).shuffle(blocks)
    return "".join(blocks)


def _expression(repeats: dict[str, str]) -> st.SearchStrategy[str]:
    """A literal, or something made of resources that there are."""
    references = []
    for name, repeat in repeats.items():
        address = f"terraform_data.{name}"
        if not repeat:
            references += [f"{address}.id", f"{address}.output", f"[{address}.input, 1]"]
        elif "for_each" in repeat:
            references += [f'{address}["x"].id', f"{{ for k, v in {address} : k => v.output }}"]
        else:
            references += [f"{address}[*].id", f"length({address})"]
    if not references:
        return literals
    return st.one_of(literals, st.sampled_from(references))


def text(plan: Plan) -> str:
    """The plan as text and JSON, ids and times aside."""
    shown = render_plan(plan, color=False, width=80) + canonical(plan_to_json(plan, iac_version="0"))
    return re.sub(r'"(timestamp|iac_plan_id)":"[^"]*"', "", shown)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(configurations(), configurations())
def test_a_plan_after_an_apply_is_empty(first: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        lab = Lab(Path(place))
        for configuration in (first, second):
            lab.succeed(configuration)
            assert lab.actions() == {}
            assert lab.plan().plan.is_empty
        assert lab.destroy().result.succeeded
        assert lab.objects() == {}
        assert lab.is_log_valid() or not lab.events()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(configurations(), configurations())
def test_planning_the_same_again_gives_the_same_plan(first: str, second: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        lab = Lab(Path(place))
        assert text(lab.plan(first).plan) == text(lab.plan(first).plan)
        lab.succeed()
        assert text(lab.plan(second).plan) == text(lab.plan(second).plan)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(configurations(), configurations(), st.integers(0, 8))
def test_an_apply_that_stops_half_way_ends_in_the_same_place_when_applied_again(
    first: str, second: str, operations: int
) -> None:
    with tempfile.TemporaryDirectory() as place:
        lab = Lab(Path(place))
        lab.succeed(first)
        count = iter(range(operations))
        lab.apply(second, stopping=lambda: next(count, None) is None)
        lab.succeed()
        assert lab.plan().plan.is_empty
        assert lab.deposed() == []
        assert lab.is_log_valid()
