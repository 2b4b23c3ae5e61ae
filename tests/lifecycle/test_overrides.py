"""Override files: which there are, what they replace and what they leave."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit import Lab, describe

BASE = """
variable "v" {
  type    = string
  default = "1"
}
locals {
  x = "x"
  y = "y"
}
resource "terraform_data" "a" {
  input            = "main"
  triggers_replace = "kept"
}
output "o" {
  value = var.v
}
"""


def overridden(lab: Lab, main: str, override: str) -> Lab:
    lab.write(main, override_tf=override)
    return lab


def test_arguments_are_replaced_one_by_one(lab: Lab) -> None:
    overridden(lab, BASE, 'resource "terraform_data" "a" {\n  input = "over"\n}\n').succeed()
    assert lab.values() == {"terraform_data.a": "over"}
    assert lab.values("triggers_replace") == {"terraform_data.a": "kept"}


def test_the_files_count_in_the_order_of_their_names(lab: Lab) -> None:
    def text(value: str) -> str:
        return f'resource "terraform_data" "a" {{\n  input = "{value}"\n}}\n'

    for name in ("override.tf", "b_override.tf", "a_override.tf", "z_overrides.tf.bak"):
        (lab.directory / name).write_text(text(name))
    lab.succeed(BASE)
    assert lab.values() == {"terraform_data.a": "override.tf"}


def test_a_json_file_may_override_a_native_one(lab: Lab) -> None:
    (lab.directory / "x_override.tf.json").write_text(
        '{"resource": {"terraform_data": {"a": {"input": "${var.v}"}}}, "variable": {"v": {"default": 5}}}'
    )
    lab.succeed(BASE)
    assert lab.values() == {"terraform_data.a": "5"}


def test_the_same_block_may_be_overridden_twice(lab: Lab) -> None:
    block = 'resource "terraform_data" "a" {\n  %s\n}\n'
    overridden(lab, BASE, block % 'input = "first"' + block % 'triggers_replace = "second"').succeed()
    assert lab.values() == {"terraform_data.a": "first"}
    assert lab.values("triggers_replace") == {"terraform_data.a": "second"}


def test_locals_are_replaced_by_name(lab: Lab) -> None:
    text = BASE + 'output "l" {\n  value = [local.x, local.y]\n}\n'
    overridden(lab, text, 'locals {\n  y = "over"\n}\n').succeed()
    assert lab.outputs()["l"] == ["x", "over"]


@pytest.mark.parametrize(
    ("override", "value"),
    [("default = 2", "2"), ("type = number", 1), ("type = number\n  default = 3", 3), ('description = "d"', "1")],
)
def test_a_variable_takes_what_the_override_sets(lab: Lab, override: str, value: object) -> None:
    overridden(lab, BASE, f'variable "v" {{\n  {override}\n}}\n').succeed()
    assert lab.outputs() == {"o": value}


@pytest.mark.parametrize(
    ("override", "detail"),
    [
        (
            "type = list(string)",
            "Overriding this variable's type constraint has made its default value invalid: list of string required.",
        ),
        (
            "default = [1]",
            "The overridden default value for this variable is not compatible with the variable's type constraint: "
            "string required.",
        ),
    ],
)
def test_a_default_that_no_longer_fits_is_the_fault_of_the_override(lab: Lab, override: str, detail: str) -> None:
    (problem,) = overridden(lab, BASE, f'variable "v" {{\n  {override}\n}}\n').refused()
    assert problem.summary == "Invalid default value for variable"
    assert problem.detail.startswith(detail.rpartition(":")[0])
    assert describe([problem])[0].startswith("override.tf:1,1:")


def test_lifecycle_is_merged_by_argument(lab: Lab) -> None:
    guarded = BASE.replace('"kept"', '"kept"\n  lifecycle {\n    prevent_destroy = true\n  }')
    text = 'resource "terraform_data" "a" {\n  lifecycle {\n    create_before_destroy = true\n  }\n}\n'
    overridden(lab, guarded, text).succeed()
    assert lab.mistakes(guarded.replace('"kept"', '"changed"')) == ["main.tf:10,1: Instance cannot be destroyed"]


def test_nested_blocks_are_replaced_all_of_a_type(lab: Lab) -> None:
    main = """
    data "iac_cluster" "none" {
      name = "main"
      lifecycle {
        postcondition {
          condition     = self.name == "main"
          error_message = "Kept."
        }
      }
    }
    """
    overridden(lab, main, 'data "iac_cluster" "none" {\n  name = "other"\n}\n')
    (problem,) = lab.refused()
    assert "other" in problem.detail


def test_count_stays_when_the_override_has_for_each(lab: Lab) -> None:
    counted = BASE.replace('input            = "main"', "count = 1")
    overridden(lab, counted, 'resource "terraform_data" "a" {\n  for_each = { k = 1 }\n}\n').succeed()
    assert list(lab.objects()) == ["terraform_data.a[0]"]


def test_for_each_may_be_added(lab: Lab) -> None:
    overridden(lab, BASE, 'resource "terraform_data" "a" {\n  for_each = { k = 1 }\n}\n').succeed()
    assert list(lab.objects()) == ['terraform_data.a["k"]']


def test_a_module_call_takes_another_source_and_other_arguments(lab: Lab) -> None:
    module = 'variable "v" {\n}\nvariable "w" {\n}\noutput "o" {\n  value = ["%s", var.v, var.w]\n}\n'
    lab.write(m__main_tf=module % "m", n__main_tf=module % "n")
    main = 'module "m" {\n  source = "./m"\n  v = 1\n  w = 1\n}\noutput "o" {\n  value = module.m.o\n}\n'
    overridden(lab, main, 'module "m" {\n  source = "./n"\n  v = 2\n}\n').succeed()
    assert lab.outputs() == {"o": ["n", 2, 1]}


def test_a_module_has_override_files_of_its_own(lab: Lab) -> None:
    lab.write(m__main_tf='output "o" {\n  value = 1\n}\n', m__override_tf='output "o" {\n  value = 2\n}\n')
    lab.succeed('module "m" {\n  source = "./m"\n}\noutput "o" {\n  value = module.m.o\n}\n')
    assert lab.outputs() == {"o": 2}


def test_required_version_is_replaced(lab: Lab) -> None:
    required = 'terraform {\n  required_version = "%s"\n}\n'
    overridden(lab, required % ">= 99", required % ">= 1").plan()
    assert overridden(lab, required % ">= 1", required % ">= 99").mistakes() == [
        "override.tf:2,3: Unsupported Terraform Core version"
    ]


def test_required_providers_are_replaced_by_name(lab: Lab) -> None:
    required = 'terraform {\n  required_providers {\n    terraform = {\n      source = "%s"\n    }\n  }\n}\n'
    main = required % "example.com/a/b" + 'resource "terraform_data" "a" {\n}\n'
    assert lab.mistakes(main) == ["main.tf:3,17: Unknown provider"]
    overridden(lab, main, required % "terraform.io/builtin/terraform").succeed()


@pytest.mark.parametrize(
    ("override", "summary", "detail"),
    [
        (
            'variable "w" {\n}\n',
            "1,1: Missing base variable declaration to override",
            'There is no variable named "w". An override file can only override a variable that was already '
            "declared in a primary configuration file.",
        ),
        (
            'output "w" {\n  value = 1\n}\n',
            "1,1: Missing base output definition to override",
            'There is no output named "w". An override file can only override an output that was already defined in a '
            "primary configuration file.",
        ),
        (
            "locals {\n  x = 1\n  w = 1\n}\n",
            "3,3: Missing base local value definition to override",
            'There is no local value named "w". An override file can only override a local value that was already '
            "defined in a primary configuration file.",
        ),
        (
            'resource "terraform_data" "w" {\n}\n',
            "1,1: Missing resource to override",
            'There is no terraform_data resource named "w". An override file can only override a resource block '
            "defined in a primary configuration file.",
        ),
        (
            'data "iac_cluster" "a" {\n}\n',
            "1,1: Missing data resource to override",
            'There is no iac_cluster data resource named "a". An override file can only override a data block '
            "defined in a primary configuration file.",
        ),
        (
            'module "m" {\n  source = "./m"\n}\n',
            "1,1: Missing module call to override",
            'There is no module call named "m". An override file can only override a module call that was defined in a '
            "primary configuration file.",
        ),
        (
            'provider "iac" {\n  alias = "x"\n}\n',
            "1,1: Missing base provider configuration for override",
            'There is no iac provider configuration with the alias "x". An override file can only override an aliased '
            "provider configuration that was already defined in a primary configuration file.",
        ),
    ],
)
def test_what_overrides_nothing_is_a_mistake(lab: Lab, override: str, summary: str, detail: str) -> None:
    (problem,) = overridden(lab, BASE, override).refused()
    assert describe([problem]) == [f"override.tf:{summary}"]
    assert problem.detail == detail


def test_a_default_provider_configuration_may_be_new(lab: Lab) -> None:
    overridden(lab, BASE, 'provider "terraform" {\n}\n').succeed()


@pytest.mark.parametrize(
    ("override", "mistake"),
    [
        (
            'variable "v" {\n  validation {\n    condition = var.v != ""\n    error_message = "e"\n  }\n}\n',
            "2,3: Can't override validation blocks",
        ),
        (
            'output "o" {\n  precondition {\n    condition = var.v != ""\n    error_message = "e"\n  }\n}\n',
            "2,3: Can't override precondition blocks",
        ),
        (
            'resource "terraform_data" "a" {\n  lifecycle {\n    postcondition {\n      condition = self.id != ""\n'
            '      error_message = "e"\n    }\n  }\n}\n',
            "3,5: Can't override postcondition blocks",
        ),
        ('output "o" {\n  depends_on = [terraform_data.a]\n}\n', "2,17: Unsupported override"),
        (
            'check "c" {\n  assert {\n    condition = var.v != ""\n    error_message = "e"\n  }\n}\n',
            "1,1: Can't override check blocks",
        ),
        ("moved {\n  from = terraform_data.b\n  to = terraform_data.a\n}\n", "1,1: Cannot override 'moved' blocks"),
        ('import {\n  to = terraform_data.a\n  id = "x"\n}\n', "1,1: Cannot override 'import' blocks"),
        ("removed {\n  from = terraform_data.b\n}\n", "1,1: Cannot override 'removed' blocks"),
    ],
)
def test_some_things_cannot_be_overridden(lab: Lab, override: str, mistake: str) -> None:
    assert overridden(lab, BASE, override).mistakes() == [f"override.tf:{mistake}"]


def test_what_is_required_must_stand_in_the_block_itself(lab: Lab) -> None:
    assert overridden(lab, 'output "o" {\n}\n', 'output "o" {\n  value = 1\n}\n').mistakes() == [
        "main.tf:1,12: Missing required argument"
    ]


def test_a_mistake_in_an_override_file_is_placed_there(lab: Lab) -> None:
    assert overridden(lab, BASE, 'resource "terraform_data" "a" {\n  inpt = 1\n}\n').mistakes() == [
        "override.tf:2,3: Unsupported argument"
    ]


def test_a_saved_plan_brings_its_override_files(lab: Lab) -> None:
    overridden(lab, BASE, 'resource "terraform_data" "a" {\n  input = var.v\n}\n')
    with lab.project() as project:
        project.save_plan(lab.plan(project=project, variables=["v=saved"]), Path("tfplan"))
    (lab.directory / "override.tf").unlink()
    assert lab.apply(saved="tfplan").result.succeeded
    assert lab.values() == {"terraform_data.a": "saved"}
