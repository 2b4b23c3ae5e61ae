"""Modules: nested, repeated, removed; inputs and outputs; and provider blocks."""

from __future__ import annotations

import pytest
from kit import CLUSTER, Lab, describe, reasons

INNER = """
variable "size" {
  type    = number
  default = 1
}
resource "terraform_data" "r" {
  input = var.size
}
output "id" {
  value = terraform_data.r.id
}
output "size" {
  value = terraform_data.r.output
}
"""


def test_a_module_has_addresses_inputs_and_outputs_of_its_own(lab: Lab) -> None:
    lab.write(m__main_tf=INNER)
    lab.succeed('module "m" {\n  source = "./m"\n  size = "5"\n}\noutput "size" {\n  value = module.m.size\n}\n')
    assert lab.values() == {"module.m.terraform_data.r": 5}
    assert lab.outputs() == {"size": 5}


def test_modules_nest(lab: Lab) -> None:
    lab.write(
        outer__main_tf='variable "n" {}\nmodule "inner" {\n  source = "../m"\n  size = var.n * 2\n}\n'
        'output "size" {\n  value = module.inner.size\n}\n',
        m__main_tf=INNER,
    )
    lab.succeed('module "o" {\n  source = "./outer"\n  n = 3\n}\noutput "size" {\n  value = module.o.size\n}\n')
    assert lab.values() == {"module.o.module.inner.terraform_data.r": 6}
    assert lab.outputs() == {"size": 6}


def test_a_module_can_have_count(lab: Lab) -> None:
    lab.write(m__main_tf=INNER)
    text = 'module "m" {\n  source = "./m"\n  count = %d\n  size = count.index\n}\n'
    text += 'output "s" {\n  value = module.m[*].size\n}\n'
    lab.succeed(text % 3)
    assert lab.outputs() == {"s": [0, 1, 2]}
    plan = lab.plan(text % 1).plan
    assert reasons(plan) == {f"module.m[{i}].terraform_data.r": "delete_because_no_module" for i in (1, 2)}
    lab.succeed()
    assert lab.values() == {"module.m[0].terraform_data.r": 0}


def test_a_module_can_have_for_each_inside_a_module_with_for_each(lab: Lab) -> None:
    lab.write(
        outer__main_tf='variable "sizes" {}\nmodule "inner" {\n  source = "../m"\n  for_each = var.sizes\n'
        '  size = each.value\n}\noutput "sizes" {\n  value = { for k, m in module.inner : k => m.size }\n}\n',
        m__main_tf=INNER,
    )
    lab.succeed(
        'module "o" {\n  source = "./outer"\n  for_each = { x = { a = 1 }, y = { b = 2, c = 3 } }\n'
        '  sizes = each.value\n}\noutput "all" {\n  value = [for k, o in module.o : o.sizes]\n}\n'
        'output "one" {\n  value = module.o["y"].sizes.c\n}\n'
    )
    assert lab.values() == {
        'module.o["x"].module.inner["a"].terraform_data.r': 1,
        'module.o["y"].module.inner["b"].terraform_data.r': 2,
        'module.o["y"].module.inner["c"].terraform_data.r': 3,
    }
    assert lab.outputs() == {"all": [{"a": 1}, {"b": 2, "c": 3}], "one": 3}


def test_a_module_that_is_gone_takes_its_objects_along(lab: Lab) -> None:
    lab.write(m__main_tf=INNER)
    lab.succeed('module "m" {\n  source = "./m"\n}\n')
    plan = lab.plan("locals {}\n").plan
    assert reasons(plan) == {"module.m.terraform_data.r": "delete_because_no_resource_config"}


def test_modules_can_feed_each_other_without_a_cycle(lab: Lab) -> None:
    lab.write(
        m__main_tf='variable "a" {\n  default = 0\n}\nvariable "b" {\n  default = 0\n}\n'
        'output "x" {\n  value = var.a + 1\n}\noutput "y" {\n  value = var.b + 10\n}\n'
    )
    lab.succeed(
        'module "p" {\n  source = "./m"\n  b = module.q.x\n}\nmodule "q" {\n  source = "./m"\n  a = module.p.x\n}\n'
        'output "o" {\n  value = module.p.y\n}\n'
    )
    assert lab.outputs() == {"o": 12}


def test_variables_of_modules_are_checked(lab: Lab) -> None:
    lab.write(
        m__main_tf='variable "n" {\n  validation {\n    condition     = var.n < 3\n'
        '    error_message = "Too large."\n  }\n}\n'
    )
    (error,) = lab.refused('module "m" {\n  source = "./m"\n  n = 5\n}\n')
    assert describe([error]) == ["main.tf:3,7: Invalid value for variable"]
    assert "Too large." in error.detail


@pytest.mark.parametrize(
    ("call", "mistakes"),
    [
        ('source = "./nowhere"', ["main.tf:1,1: Unreadable module directory"]),
        ('source = "terraform-aws-modules/vpc/aws"', ["main.tf:2,12: Invalid module source address"]),
        ('source = "./m"\n  extra = 1', ["main.tf:3,3: Unsupported argument"]),
        ('source = "./m"\n  size = "many"', ["main.tf:3,10: Invalid value for input variable"]),
        ('source = "./"', ["main.tf:1,1: Module calls itself"]),
    ],
)
def test_a_call_that_cannot_be_made_is_refused_at_its_place(lab: Lab, call: str, mistakes: list[str]) -> None:
    lab.write(m__main_tf=INNER)
    assert lab.mistakes(f'module "m" {{\n  {call}\n}}\n') == mistakes


def test_path_module_is_where_the_module_is(lab: Lab) -> None:
    lab.write(
        m__main_tf='output "text" {\n  value = file("${path.module}/text.txt")\n}\n'
        'output "p" {\n  value = path.module\n}\n',
        m__text_txt="hello",
    )
    lab.succeed(
        'module "m" {\n  source = "./m"\n}\noutput "o" {\n  value = [module.m.text, module.m.p, path.module]\n}\n'
    )
    assert lab.outputs() == {"o": ["hello", "m", "."]}


def test_provider_blocks_aliases_and_passing_them_to_modules(lab: Lab) -> None:
    lab.write(
        m__main_tf="""
        terraform {
          required_providers {
            iac = {
              source                = "iac/iac"
              configuration_aliases = [iac.other]
            }
          }
        }
        data "iac_cluster" "found" {
          provider = iac.other
          name     = "main"
        }
        output "region" {
          value = data.iac_cluster.found.region
        }
        """
    )
    lab.succeed(CLUSTER)
    lab.succeed(
        CLUSTER.replace("{\n", "{\n  provider = iac.west\n", 1)
        + """
        provider "iac" {}
        provider "iac" {
          alias = "west"
        }
        module "m" {
          source = "./m"
          providers = {
            iac.other = iac.west
          }
        }
        output "region" {
          value = module.m.region
        }
        """
    )
    assert lab.outputs() == {"region": "eu-west-3"}


def test_a_provider_that_does_not_exist_is_refused(lab: Lab) -> None:
    assert lab.mistakes('resource "aws_instance" "a" {\n}\n') == ["main.tf:1,10: Unknown provider"]
    assert lab.mistakes('provider "aws" {\n}\n') == ["main.tf:1,1: Unknown provider"]
