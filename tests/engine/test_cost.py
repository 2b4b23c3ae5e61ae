"""The cost of parsing, evaluating and planning grows in step with the size: counted in calls, not in time."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from kit import Lab

from iac.address import MANAGED, AbsResource, Resource
from iac.engine.expansion import COUNT, FOR_EACH, Repetition
from iac.hcl.evaluate import evaluate
from iac.hcl.parser import parse_expression, parse_native
from iac.values.value import object_value, string

A = AbsResource((), Resource(MANAGED, "terraform_data", "a"))


def calls(action: Callable[[], object]) -> int:
    """How many functions an action calls, of Python and of C."""
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return counted


def growth(prepare: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times more calls the second doubling of a size adds than the first: 2 where cost is linear, 4 where it
    is quadratic. `prepare` gives what is counted for a size."""
    prepare(size)()  # what only the first run does
    small, middle, large = (calls(prepare(n)) for n in (size, 2 * size, 4 * size))
    return (large - middle) / (middle - small)


LINEAR = pytest.approx(2, abs=0.2)


@pytest.mark.parametrize(
    "text",
    [
        'resource "a" "b" {{\n  c = "x ${{var.d[0]}} y"\n}}\n' * 2,
        "a{n} = 1\n",
        "b {{ a = [1, 2] }}\n",
    ],
    ids=["blocks", "arguments", "one-line blocks"],
)
def test_parsing_more_items_costs_as_much_more(text: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        source = "".join(text.format(n=n) for n in range(size)).encode()
        return lambda: parse_native(source, "main.tf")

    assert growth(prepare, 50) == LINEAR


@pytest.mark.parametrize("text", ["[{}]", "f({})", "{{ x = [{}] }}"])
def test_parsing_longer_collections_costs_as_much_more(text: str) -> None:
    def prepare(size: int) -> Callable[[], object]:
        source = text.format(", ".join(["1"] * size))
        return lambda: parse_expression(source, "main.tf")

    assert growth(prepare, 100) == LINEAR


@pytest.mark.parametrize(
    ("kind", "text", "repetition"),
    [
        (FOR_EACH, "terraform_data.a[each.key].output", lambda n: Repetition(f"k{n}", string("v"))),
        (COUNT, "terraform_data.a[count.index].output", Repetition),
        (COUNT, "terraform_data.a[0].output", Repetition),
    ],
)
def test_taking_one_instance_does_not_build_the_whole_resource(
    kind: str, text: str, repetition: Callable[[int], Repetition], lab: Lab
) -> None:
    with lab.write("").project() as project:
        evaluator = project.evaluator(project.load()[0].config, during_plan=True)
    evaluator.expand_resource(A, kind)
    for n in range(300):
        evaluator.set_instance(A, repetition(n).key, object_value({"output": string(f"o{n}")}))
    expression, _ = parse_expression(text, "main.tf")

    def one(n: int) -> Callable[[], object]:
        return lambda: evaluate(expression, evaluator.scope((), repetition(n)))

    first = one(0)()
    assert first.raw == "o0"  # type: ignore[attr-defined]
    evaluator.set_instance(A, repetition(0).key, object_value({"output": string("new")}))
    assert calls(one(0)) < 50


PAIRS = """
locals {
  keys = toset([for n in range(%d) : "key-${n}"])
}

resource "terraform_data" "a" {
  for_each = local.keys
  input    = each.key
}

resource "terraform_data" "b" {
  for_each = local.keys
  input    = terraform_data.a[each.key].output
}
"""

COUNTED = """
resource "terraform_data" "a" {
  count = %d
  input = { name = format("a-%%03d", count.index), tags = merge({ x = 1 }, { n = count.index }) }
}

resource "terraform_data" "b" {
  count = length(terraform_data.a)
  input = terraform_data.a[count.index].input.name
}
"""


@pytest.mark.parametrize("text", [PAIRS, COUNTED], ids=["for_each", "count"])
@pytest.mark.parametrize("applied", [False, True], ids=["at first", "with nothing to do"])
def test_planning_more_instances_costs_as_much_more(text: str, applied: bool, tmp_path: Path) -> None:
    def prepare(size: int) -> Callable[[], object]:
        directory = tmp_path / str(size)
        directory.mkdir(exist_ok=True)
        lab = Lab(directory).write(text % size)
        lab.succeed() if applied else lab.plan()
        return lab.plan

    assert growth(prepare, 25) == LINEAR
