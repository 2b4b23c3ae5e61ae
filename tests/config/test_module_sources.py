"""Where modules are read from, and what is said when that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from kit import Lab

PATHS = 'output "o" {\n  value = [path.module, path.root]\n}\n'


def call(source: str) -> str:
    return f'module "m" {{\n  source = {source}\n}}\noutput "o" {{\n  value = module.m.o\n}}\n'


@pytest.mark.parametrize("source", ["./m", "./m/", "./k/../m", "./m//", ".\\\\m", "./././m"])
def test_a_source_is_a_path_relative_to_the_module(lab: Lab, source: str) -> None:
    lab.write(m__main_tf=PATHS).succeed(call(f'"{source}"'))
    assert lab.outputs() == {"o": ["m", "."]}


def test_a_module_names_its_neighbours(lab: Lab) -> None:
    lab.write(a__b__main_tf='module "n" {\n  source = "../c"\n}\noutput "o" {\n  value = module.n.o\n}\n')
    lab.write(a__c__main_tf=PATHS).succeed(call('"./a/b"'))
    assert lab.outputs() == {"o": ["a/c", "."]}


def test_the_working_directory_is_that_of_the_program(lab: Lab) -> None:
    lab.write(m__main_tf='output "o" {\n  value = path.cwd\n}\n')
    lab.succeed(call('"./m"') + 'output "same" {\n  value = module.m.o == path.cwd\n}\n')
    assert lab.outputs()["same"] is True


@pytest.mark.parametrize(
    ("source", "suggested"),
    [
        ("hashicorp/consul/aws", "./aws"),
        ("git::https://example.com/network.git", "./network"),
        ("git@github.com:example/network.git", "./network"),
        ("https://example.com/network.zip", "./network.zip"),
        ("/srv/modules/network", "./network"),
        ("network", "./network"),
        (".", "./modules"),
        ("", "./modules"),
    ],
)
def test_a_source_elsewhere_is_refused_with_what_to_do(lab: Lab, source: str, suggested: str) -> None:
    (problem, *_) = lab.refused(f'module "m" {{\n  source = "{source}"\n}}\n')
    assert problem.summary == "Invalid module source address"
    assert problem.subject is not None
    assert problem.subject.start[:2] == (2, 12)
    assert f'reads modules from local paths only, and "{source}" is none' in problem.detail
    assert f'such as "{suggested}"' in problem.detail


@pytest.mark.parametrize(
    ("source", "mistakes"),
    [
        ("null", ["2,12: Unsuitable value type"]),
        ("var.x", ["2,12: Variables not allowed", "2,12: Unsuitable value type"]),
        ("5", ["2,12: Invalid module source address"]),
    ],
)
def test_a_source_is_a_constant_text(lab: Lab, source: str, mistakes: list[str]) -> None:
    found = lab.mistakes(f'module "m" {{\n  source = {source}\n}}\n')
    assert found == [f"main.tf:{m}" for m in mistakes]


def test_a_directory_that_is_not_there(lab: Lab) -> None:
    (problem,) = lab.refused('module "m" {\n  source = "./nope"\n}\n')
    assert problem.summary == "Unreadable module directory"
    assert problem.detail.startswith('The directory "nope" could not be read for module "m"')


@pytest.mark.parametrize("file", ["main.tf", "notes.txt"])
def test_a_directory_without_configuration_is_an_empty_module(lab: Lab, file: str) -> None:
    (lab.directory / "m").mkdir()
    (lab.directory / "m" / file).write_text("")
    lab.succeed('module "m" {\n  source = "./m"\n}\noutput "o" {\n  value = module.m\n}\n')
    assert lab.outputs() == {"o": {}}


def test_a_saved_plan_knows_an_empty_module(lab: Lab) -> None:
    (lab.directory / "m").mkdir()
    with lab.project() as project:
        planned = lab.plan('module "m" {\n  source = "./m"\n}\noutput "o" {\n  value = 1\n}\n', project=project)
        project.save_plan(planned, Path("tfplan"))
    assert lab.apply(saved="tfplan").result.succeeded


@pytest.mark.parametrize("source", ["./", "./.", "././"])
def test_a_module_cannot_contain_itself(lab: Lab, source: str) -> None:
    assert lab.mistakes(f'module "m" {{\n  source = "{source}"\n}}\n') == ["main.tf:1,1: Module calls itself"]


def test_modules_cannot_contain_each_other(lab: Lab) -> None:
    lab.write(m__main_tf='module "n" {\n  source = "../n"\n}\n', n__main_tf='module "m" {\n  source = "../m"\n}\n')
    assert lab.mistakes('module "m" {\n  source = "./m"\n}\n') == ["n/main.tf:1,1: Module calls itself"]


@pytest.mark.parametrize("block", ["lifecycle", "locals", 'provider "x"'])
def test_some_blocks_are_kept_for_later(lab: Lab, block: str) -> None:
    lab.write(m__main_tf="")
    assert lab.mistakes(f'module "m" {{\n  source = "./m"\n  {block} {{\n  }}\n}}\n') == [
        "main.tf:3,3: Reserved block type name in module block"
    ]


def test_null_for_a_variable_that_is_not_nullable_names_both_places(lab: Lab) -> None:
    lab.write(m__main_tf='variable "v" {\n  nullable = false\n}\n')
    (problem,) = lab.refused('module "m" {\n  source = "./m"\n  v = null\n}\n')
    assert problem.summary == "Required variable not set"
    assert problem.detail == (
        "The given value is not suitable for module.m.var.v defined at m/main.tf:1,1-13: required variable may not be "
        "set to null."
    )
