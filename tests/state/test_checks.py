"""Results of conditions: put together by object, and in a state file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iac.state.checks import ERROR, FAIL, PASS, STATUSES, UNKNOWN, CheckResult, by_object, worst
from iac.state.checks_file import checks_from_file, checks_to_file


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((PASS, PASS), PASS),
        ((PASS, UNKNOWN), UNKNOWN),
        ((UNKNOWN, FAIL, PASS), FAIL),
        ((FAIL, ERROR), ERROR),
    ],
)
def test_a_whole_is_as_its_worst_part(parts: tuple[str, ...], whole: str) -> None:
    assert worst(*parts) == whole


def test_the_conditions_of_one_object_are_one_result_with_all_messages() -> None:
    found = by_object(
        [
            CheckResult("check.c", "check", FAIL, ("First.",)),
            CheckResult("check.c", "check", PASS),
            CheckResult("check.c", "check", FAIL, ("Second.",)),
            CheckResult("check.c", "check", FAIL, ("First.",)),
        ]
    )
    assert found == {"check.c": CheckResult("check.c", "check", FAIL, ("First.", "Second."))}


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("check.c", "check.c"),
        ('module.m["k"].output.o', "module.m.output.o"),
        ("iac_service.api[0]", "iac_service.api"),
        ("data.iac_cluster.x", "data.iac_cluster.x"),
    ],
)
def test_an_instance_belongs_to_a_block(address: str, block: str) -> None:
    assert CheckResult(address, "check", PASS).block == block


def test_a_state_file_has_the_instances_of_each_block() -> None:
    results = [
        CheckResult("terraform_data.a[0]", "resource", PASS),
        CheckResult("terraform_data.a[1]", "resource", FAIL, ("Too small.",)),
        CheckResult("output.o", "output_value", UNKNOWN, evaluated=False),
    ]
    assert checks_to_file(results) == [
        {"object_kind": "output", "config_addr": "output.o", "status": "unknown", "objects": None},
        {
            "object_kind": "resource",
            "config_addr": "terraform_data.a",
            "status": "fail",
            "objects": [
                {"object_addr": "terraform_data.a[0]", "status": "pass"},
                {"object_addr": "terraform_data.a[1]", "status": "fail", "failure_messages": ["Too small."]},
            ],
        },
    ]


def test_a_state_file_without_results_says_null() -> None:
    assert checks_to_file([]) is None
    assert checks_from_file(None) == checks_from_file([]) == []


ADDRESSES = {
    "resource": ["terraform_data.a", 'module.m["k"].iac_service.x[0]', "data.iac_cluster.c"],
    "output_value": ["output.o", "module.m[1].output.o"],
    "var": ["var.v"],
    "check": ["check.c", "module.m.check.c"],
}


@st.composite
def results(draw: st.DrawFn) -> list[CheckResult]:
    found = {}
    for kind, addresses in ADDRESSES.items():
        for address in draw(st.lists(st.sampled_from(addresses), unique=True)):
            messages = tuple(draw(st.lists(st.text(max_size=5), max_size=2)))
            found[address] = CheckResult(address, kind, draw(st.sampled_from(STATUSES)), messages)
    return [found[address] for address in sorted(found)]


@given(results())
def test_what_was_written_is_read_again(written: list[CheckResult]) -> None:
    assert checks_from_file(checks_to_file(written)) == written


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ([{}], []),
        ([{"object_kind": "newer", "config_addr": "check.c", "status": "pass"}], []),
        ([{"object_kind": "check", "config_addr": "check.c", "status": "newer"}], [("check.c", UNKNOWN)]),
        (
            [
                {"object_kind": "check", "config_addr": "check.c", "status": "pass"},
                {"object_kind": "check", "config_addr": "check.c", "status": "fail"},
            ],
            [("check.c", FAIL)],
        ),
    ],
)
def test_what_is_not_known_is_no_mistake(raw: Any, read: list[tuple[str, str]]) -> None:
    assert [(r.address, r.status) for r in checks_from_file(raw)] == read


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("x", 'The state file field "check_results" is not a list'),
        (["x"], 'A member of "check_results" is not an object'),
        ([{"object_kind": "check", "config_addr": "check c"}], '"check c" in "check_results" is no address'),
        ([{"object_kind": "check", "config_addr": 5}], '"5" in "check_results" is no address'),
        (
            [{"object_kind": "check", "config_addr": "check.c", "objects": ["x"]}],
            'The "objects" of check.c in "check_results" are not a list of objects',
        ),
        (
            [{"object_kind": "check", "config_addr": "check.c", "objects": [{"object_addr": "x"}]}],
            '"x" in "check_results" is no address',
        ),
        (
            [{"object_kind": "check", "objects": [{"object_addr": "check.c", "failure_messages": "x"}]}],
            'The "failure_messages" of check.c are not a list of strings',
        ),
    ],
)
def test_what_cannot_be_read_is_named(raw: Any, problem: str) -> None:
    with pytest.raises(ValueError, match="^" + problem.replace('"', ".") + "$"):
        checks_from_file(raw)
