"""Conditions that are not known while planning are checked when everything is known, whatever they belong to."""

from __future__ import annotations

import pytest
from kit import Lab, describe

SOURCE = 'resource "terraform_data" "source" {\n  input = "%s"\n}\n'
RULE = '%s {\n    condition     = terraform_data.source.output == "good"\n    error_message = "Not good."\n  }'

PLACES = {
    "an output": 'output "o" {\n  value = 1\n  ' + RULE % "precondition" + "\n}\n",
    "an unchanged resource": 'resource "terraform_data" "same" {\n  lifecycle {\n  '
    + RULE % "precondition"
    + "\n  }\n}\n",
    "a data source": "locals {\n  good = terraform_data.source.output\n}\n"
    + 'data "iac_cluster" "main" {\n  name = "main"\n  lifecycle {\n  '
    + (RULE % "postcondition").replace("terraform_data.source.output", "local.good")
    + "\n  }\n}\n",
    "an output of a module": 'module "m" {\n  source = "./m"\n  in = terraform_data.source.output\n}\n',
    "a variable of a module": 'module "m" {\n  source = "./v"\n  in = terraform_data.source.output\n}\n',
}
CHECKED_OUTPUT = (
    'variable "in" {}\noutput "o" {\n  value = 1\n  precondition {\n'
    '    condition     = var.in == "good"\n    error_message = "Not good."\n  }\n}\n'
)
CHECKED_VARIABLE = (
    'variable "in" {\n  validation {\n    condition     = var.in == "good"\n    error_message = "Not good."\n  }\n}\n'
)


@pytest.mark.parametrize("place", PLACES)
def test_a_condition_is_checked_at_the_end_when_it_could_not_be_before(lab: Lab, place: str) -> None:
    lab.write(m__main_tf=CHECKED_OUTPUT, v__main_tf=CHECKED_VARIABLE)
    lab.outside(
        lambda platform, operation: platform.create(
            "cluster", {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3"}, operation
        )
    )
    lab.succeed(SOURCE % "good" + PLACES[place])
    applied = lab.apply(SOURCE % "bad" + PLACES[place])
    assert applied.done[0] == "apply terraform_data.source"
    (error,) = applied.errors
    assert "Not good." in error.detail, describe(applied.errors)


def test_an_output_whose_precondition_fails_at_the_end_keeps_its_value(lab: Lab) -> None:
    text = SOURCE + 'output "o" {\n  value = %s\n  ' + RULE % "precondition" + "\n}\n"
    lab.succeed(text % ("good", 1))
    applied = lab.apply(text % ("bad", 2))
    assert not applied.result.succeeded
    assert lab.outputs() == {"o": 1}
