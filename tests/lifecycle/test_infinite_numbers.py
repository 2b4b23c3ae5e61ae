"""An infinite number is refused before it is stored: JSON has none, and nothing could be read again."""

from __future__ import annotations

import pytest
from kit import Lab

INFINITE = ["1e999999999", "1 / 0", "-1 / 0"]


@pytest.mark.parametrize("number", INFINITE)
def test_in_an_output_it_is_refused(lab: Lab, number: str) -> None:
    assert lab.mistakes(f'output "o" {{\n  value = [{number}]\n}}\n') == ["main.tf:2,11: Number is infinite"]


@pytest.mark.parametrize("number", INFINITE)
def test_in_a_resource_it_is_refused(lab: Lab, number: str) -> None:
    text = f'resource "terraform_data" "a" {{\n  input = {{ n = {number} }}\n}}\n'
    (problem,) = lab.refused(text)
    assert problem.summary == "Number is infinite"
    assert "input.n" in problem.detail


def test_in_a_variable_of_the_root_it_is_refused(lab: Lab) -> None:
    lab.write('variable "n" {\n  type = number\n}\n')
    assert lab.mistakes(variables=["n=1e999999999"]) == ["main.tf:1,1: Number is infinite"]


def test_on_the_way_it_may_be(lab: Lab) -> None:
    lab.succeed('locals {\n  most = 1 / 0\n}\noutput "o" {\n  value = min(local.most, 3)\n}\n')
    assert lab.outputs() == {"o": 3}


LATE = 'resource "terraform_data" "n" {\n  input = %d\n}\n'


def test_one_that_turns_up_while_applying_is_refused_and_what_was_known_stays(lab: Lab) -> None:
    output = 'output "o" {\n  value = 1 / terraform_data.n.output\n}\n'
    lab.succeed(LATE % 1 + output)
    applied = lab.apply(LATE % 0 + output)
    assert [e.summary for e in applied.errors] == ["Number is infinite"]
    assert lab.outputs() == {"o": 1}
    lab.succeed(LATE % 2 + output)
    assert lab.outputs() == {"o": 0.5}


def test_so_is_one_in_a_resource(lab: Lab) -> None:
    other = 'resource "terraform_data" "other" {\n  input = 1 / terraform_data.n.output\n}\n'
    applied = lab.apply(LATE % 0 + other)
    assert [e.summary for e in applied.errors] == ["Number is infinite"]
    assert list(lab.objects()) == ["terraform_data.n"]
    assert lab.is_log_valid()
