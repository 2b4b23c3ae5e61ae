"""Where iac means to differ from Terraform in what an expression gives; `docs/language.md` says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conformance.differential.answers import Answer, ask
from conformance.differential.compare import is_accepted
from conformance.differential.library import Library

SECRET = {"after": {}, "unknown": {"v": True}, "sensitive": {"v": True}}

KNOWN: list[tuple[str, Any]] = [
    # Terraform 1.11 evaluates both sides, and takes the result as unknown when one is.
    ("(true || [1][1])", True),
    ("(false && local.decided)", False),
    # Terraform finds no room in a network that begins at zero.
    ('cidrsubnets("0.0.0.0/0", 1, 1)', ["0.0.0.0/1", "128.0.0.0/1"]),
    # Terraform counts with fewer digits where a function made the numbers.
    ('join("", [length([1]) / length([1, 2, 4])])', f"0.{'3' * 154}5"),
    ('join("", [pow(2, 64)])', "18446744073709551616"),
    # Terraform keeps both zeros.
    ("length(toset([0, -0]))", 1),
    # Terraform never knows the result.
    ('format("%v", null)', "null"),
]


def answer(text: str, directory: Path) -> Answer:
    return ask(Library(directory), {0: text})[0]


@pytest.mark.parametrize(("text", "value"), KNOWN, ids=[text for text, _ in KNOWN])
def test_a_result_is_known_and_exact(text: str, value: Any, tmp_path: Path) -> None:
    ours = answer(text, tmp_path)
    assert (ours["planned"]["unknown"], ours["value"]) == (False, value)


@pytest.mark.parametrize("text", ["(length(local.laters) >= 0)", "((local.decided ? 1 : 2) > 5)"])
def test_how_large_an_unknown_number_can_be_is_not_known(text: str, tmp_path: Path) -> None:
    assert answer(text, tmp_path)["planned"]["unknown"] == {"v": True}


@pytest.mark.parametrize(
    "text",
    [
        "({ for k, v in terraform_data.list.output : 1 => 1... })[var.secret]",
        "try([for k, v in var.secret_map : local.laters], null)",
    ],
)
def test_something_unknown_that_a_secret_went_into_is_secret(text: str, tmp_path: Path) -> None:
    ours = answer(text, tmp_path)
    assert ours["planned"] == SECRET
    assert is_accepted(text, ours, {"planned": {**SECRET, "sensitive": {}}})


def test_a_message_shows_nothing_of_the_arguments_of_a_call_with_a_secret(tmp_path: Path) -> None:
    (problem,) = answer('replace(var.secret, "/(/", "")', tmp_path)["errors"]
    assert "missing closing" not in problem["detail"]


def test_a_logarithm_that_is_no_number_is_said_to_be_none(tmp_path: Path) -> None:
    (problem,) = answer("log(-1, 3)", tmp_path)["errors"]
    assert problem["detail"] == 'Call to function "log" failed: the result is not a number.'


def test_the_types_of_attributes_are_known_before_the_object_is(tmp_path: Path) -> None:
    told = answer("[(1 * [][0]), reverse(terraform_data.text.id)]", tmp_path)["errors"]
    assert [problem["summary"] for problem in told] == ["Invalid index", "Invalid function argument"]
