"""`required_providers`: its form, and the providers and versions that there are."""

from __future__ import annotations

import pytest
from kit import Lab, describe

import iac


def requiring(entry: str) -> str:
    """The entry stands in line 3, from column 5 on."""
    return f"terraform {{\n  required_providers {{\n    {entry}\n  }}\n}}\n"


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ("iac = []", "3,11: Invalid required_providers object"),
        ("iac = null", "3,11: Invalid required_providers object"),
        ('iac = { source = "iac/iac", sources = 1 }', "3,33: Invalid required_providers object"),
        ("iac = { source = 1 }", "3,22: Invalid source"),
        ("iac = { source = var.x }", "3,22: Invalid source"),
        ('iac = { source = "a/b/c/d" }', "3,22: Invalid provider source string"),
        ('iac = { source = "" }', "3,22: Invalid provider source string"),
        ('iac = { source = "iac/i ac" }', "3,22: Invalid provider type"),
        ('iac = { source = "-/iac" }', "3,22: Invalid provider namespace"),
        ('iac = { source = "iac/iac", version = 1 }', "3,43: Invalid version constraint"),
        ('iac = { source = "iac/iac", version = "new" }', "3,43: Invalid version constraint"),
        ('i_ac = { source = "iac/iac" }', "3,12: Invalid provider local name"),
        ('iac = { source = "iac/iac", configuration_aliases = iac.x }', "3,57: Invalid expression"),
        ('iac = { source = "iac/iac", configuration_aliases = ["iac.x"] }', "3,58: Invalid expression"),
        ('iac = { source = "iac/iac", configuration_aliases = [aws.x] }', "3,57: Invalid configuration_aliases value"),
    ],
)
def test_the_form_of_an_entry_is_checked(lab: Lab, entry: str, mistake: str) -> None:
    assert lab.mistakes(requiring(entry)) == [f"main.tf:{mistake}"]


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ("aws = {}", "hashicorp/aws"),
        ('aws = { source = "hashicorp/aws" }', "hashicorp/aws"),
        ('iac = { source = "example.com/iac/iac" }', "example.com/iac/iac"),
        ('aws = "~> 5.0"', "hashicorp/aws"),
    ],
)
def test_a_provider_that_is_not_there_is_refused_with_those_that_are(lab: Lab, entry: str, name: str) -> None:
    (problem,) = lab.refused(requiring(entry))
    assert problem.summary == "Unknown provider"
    assert problem.detail.startswith(f'There is no provider "{name}" in iac.')
    assert '"iac" (iac/iac) and "terraform" (terraform.io/builtin/terraform)' in problem.detail


@pytest.mark.parametrize(
    "entry",
    [
        'iac = { source = "iac/iac" }',
        'iac = { source = "registry.terraform.io/iac/iac" }',
        f'iac = {{ source = "iac/iac", version = "{iac.__version__}" }}',
        'iac = { source = "iac/iac", version = ">= 0.0.1, != 0.0.2" }',
        'iac = "> 0"',
        'terraform = { source = "terraform.io/builtin/terraform" }',
    ],
)
def test_what_is_there_can_be_required(lab: Lab, entry: str) -> None:
    lab.plan(requiring(entry))


def test_a_version_that_is_not_there_is_refused(lab: Lab) -> None:
    (problem,) = lab.refused(requiring('iac = { source = "iac/iac", version = ">= 99" }'))
    assert problem.summary == "Failed to query available provider packages"
    assert problem.detail.startswith(
        "Could not retrieve the list of available versions for provider iac/iac: no available releases match the given "
        "constraints >= 99."
    )


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (
            'terraform = { source = "terraform.io/builtin/terraform", version = "1" }',
            "built-in providers do not support explicit version constraints.",
        ),
        (
            'x = { source = "terraform.io/builtin/x" }',
            'this iac release has no built-in provider named "x".',
        ),
    ],
)
def test_built_in_providers_have_rules_of_their_own(lab: Lab, entry: str, why: str) -> None:
    (problem,) = lab.refused(requiring(entry))
    assert problem.summary == "Invalid dependency on built-in provider"
    assert problem.detail.endswith(why)


def test_there_is_one_block_in_all_files(lab: Lab) -> None:
    lab.write(other_tf=requiring('iac = { source = "iac/iac" }'))
    assert lab.mistakes(requiring('terraform = { source = "terraform.io/builtin/terraform" }')) == [
        "other.tf:2,3: Duplicate required providers configuration"
    ]


def test_a_source_under_two_names_is_a_warning(lab: Lab) -> None:
    planned = lab.plan(requiring('a = { source = "iac/iac" }\n    b = { source = "iac/iac" }'))
    assert describe(planned.diagnostics) == [
        "main.tf:3,9: Duplicate required provider",
        "main.tf:4,9: Duplicate required provider",
    ]


def test_a_resource_that_means_its_provider_by_another_name_is_a_warning(lab: Lab) -> None:
    text = requiring('t = { source = "terraform.io/builtin/terraform" }') + 'resource "terraform_data" "a" {\n}\n'
    assert describe(lab.plan(text).diagnostics) == ["main.tf:6,1: Duplicate required provider"]
