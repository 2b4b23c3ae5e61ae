"""Version constraints, and `required_version`: which language versions a module accepts."""

from __future__ import annotations

import pytest
from kit import Lab, describe

from iac.config.versions import VersionError, satisfies


@pytest.mark.parametrize(
    ("constraints", "version", "expected"),
    [
        ("1.11.4", "1.11.4", True),
        ("= 1.11.4", "1.11.5", False),
        ("1.11", "1.11.4", False),
        ("v1.11.4", "1.11.4", True),
        ("01.11.4", "1.11.4", True),
        ("1.11.4.0", "1.11.4", True),
        ("1.11.4+build.1", "1.11.4", True),
        ("!= 1.11.4", "1.11.4", False),
        ("> 1.0, < 2.0, != 1.11.4", "1.11.3", True),
        (">=1.0,<1.11", "1.11.4", False),
        ("~> 1", "1.11.4", True),
        ("~> 1", "2.0.0", True),
        ("~> 1.11", "1.99.0", True),
        ("~> 1.11", "2.0.0", False),
        ("~> 1.11.3", "1.11.4", True),
        ("~> 1.11.5", "1.11.4", False),
        ("~> 1.11.3", "1.12.0", False),
        ("~> 1.11.4.0", "1.11.4", True),
        (">= 1.11.4-rc1", "1.11.4", True),
        ("< 1.11.4-rc1", "1.11.4", False),
        ("= 1.11.4-rc1", "1.11.4", False),
    ],
)
def test_a_version_meets_all_constraints_or_does_not(constraints: str, version: str, expected: bool) -> None:
    assert satisfies(version, constraints) is expected


@pytest.mark.parametrize("text", ["", "abc", ">= 1.0 < 2", "=> 1.0", ">= 1.0,", "1.x", "~>", "1..2", "> = 1"])
def test_what_is_no_constraint_is_refused(text: str) -> None:
    with pytest.raises(VersionError):
        satisfies("1.11.4", text)


def requiring(constraint: str) -> str:
    return f"terraform {{\n  required_version = {constraint}\n}}\n"


@pytest.mark.parametrize("constraint", ['"~> 1.11"', '">= 1.0"', '"1.11.4"', "null"])
def test_the_language_that_iac_speaks_can_be_required(lab: Lab, constraint: str) -> None:
    lab.plan(requiring(constraint))


@pytest.mark.parametrize(
    ("constraint", "mistake"),
    [
        ('"~> 1.10.0"', "2,3: Unsupported Terraform Core version"),
        ('"1.11"', "2,3: Unsupported Terraform Core version"),
        ("1", "2,3: Unsupported Terraform Core version"),
        ('">= 1.11.4-beta1"', "2,3: Invalid required_version constraint"),
        ('"new"', "2,22: Invalid version constraint"),
        ("[]", "2,3: Invalid version constraint"),
        ("var.x", "2,22: Variables not allowed"),
    ],
)
def test_what_cannot_be_met_is_refused_at_its_place(lab: Lab, constraint: str, mistake: str) -> None:
    assert lab.mistakes(requiring(constraint)) == [f"main.tf:{mistake}"]


def test_every_file_may_require_one(lab: Lab) -> None:
    lab.write(b_tf=requiring('">= 2"'), c_tf=requiring('"< 1"'))
    assert lab.mistakes(requiring('">= 1"')) == [
        "b.tf:2,3: Unsupported Terraform Core version",
        "c.tf:2,3: Unsupported Terraform Core version",
    ]


def test_a_module_is_named(lab: Lab) -> None:
    lab.write(m__main_tf=requiring('">= 2"'))
    (problem,) = lab.refused('module "m" {\n  source = "./m"\n}\n')
    assert describe([problem]) == ["m/main.tf:2,3: Unsupported Terraform Core version"]
    assert problem.detail.startswith("Module module.m (from ./m) does not support Terraform version 1.11.4")


def test_nothing_else_is_said_of_a_module_for_another_version(lab: Lab) -> None:
    text = requiring('">= 2"') + "new_block {\n}\n" + 'resource "terraform_data" "a" {\n  input =\n}\n'
    assert lab.mistakes(text) == ["main.tf:2,3: Unsupported Terraform Core version"]
