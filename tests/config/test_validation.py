"""Mistakes in a configuration: each is refused with Terraform's words, at its place, and all of them at once."""

from __future__ import annotations

import errno
import os

import pytest
from kit import Lab

A = 'resource "terraform_data" "a" {\n  input = 1\n}\n'


def data(line: str) -> str:
    """A resource with one line, which is line 2 and begins in column 3; `terraform_data.a` comes after it."""
    return f'resource "terraform_data" "x" {{\n  {line}\n}}\n{A}'


def output(value: str) -> str:
    return f'output "o" {{\n  value = {value}\n}}\n{A}'


MISTAKES = {
    # references
    "undeclared variable": (output("var.nope"), "2,11: Reference to undeclared input variable"),
    "undeclared local": (output("local.nope"), "2,11: Reference to undeclared local value"),
    "undeclared resource": (output("terraform_data.nope.id"), "2,11: Reference to undeclared resource"),
    "undeclared data source": (output("data.iac_cluster.nope.id"), "2,11: Reference to undeclared resource"),
    "undeclared module": (output("module.nope.x"), "2,11: Reference to undeclared module"),
    "resource type alone": (output("terraform_data"), "2,11: Invalid reference"),
    "var alone": (output("var"), "2,11: Invalid reference"),
    "unknown root": (output("nope.x"), "2,11: Reference to undeclared resource"),
    "attribute of self": (
        'resource "terraform_data" "a" {\n  lifecycle {\n    postcondition {\n      condition     = self.inpt == 1\n'
        '      error_message = "No."\n    }\n  }\n}\n',
        "4,27: Unsupported attribute",
    ),
    "unknown path": (output("path.nope"), '2,11: Invalid "path" attribute'),
    "unknown terraform": (output("terraform.nope"), '2,11: Invalid "terraform" attribute'),
    "each without for_each": (data("input = each.key"), '2,11: Reference to "each" in context without for_each'),
    "unknown each": (data("input = each.nope"), '2,11: Invalid "each" attribute'),
    "count without count": (data("input = count.index"), '2,11: Reference to "count" in non-counted context'),
    "unknown count": (data("input = count.nope"), '2,11: Invalid "count" attribute'),
    "self outside": (data("input = self.id"), '2,11: Invalid "self" reference'),
    "missing instance key": (
        f'{output("terraform_data.c.id")}resource "terraform_data" "c" {{\n  count = 1\n}}\n',
        "2,11: Missing resource instance key",
    ),
    "unknown attribute": (output("terraform_data.a.nope"), "2,27: Unsupported attribute"),
    "unknown function": (output("nope(1)"), "2,11: Call to unknown function"),
    "too few arguments": (output("upper()"), "2,17: Not enough function arguments"),
    "too many arguments": (output('upper("a", "b")'), "2,23: Too many function arguments"),
    # arguments and blocks
    "unknown argument": (data("nope = 1"), "2,3: Unsupported argument"),
    "computed argument": (data('id = "x"'), "2,3: Invalid or unknown key"),
    "unknown block": (data("nope {\n  }"), "2,3: Unsupported block type"),
    "argument twice": (data("input = 1\n  input = 2"), "3,3: Attribute redefined"),
    "unknown top-level block": ("nope {\n}\n", "1,1: Unsupported block type"),
    "argument at the top": ("a = 1\n", "1,1: Unsupported argument"),
    "missing label": ('resource "terraform_data" {\n}\n', "1,27: Missing name for resource"),
    "extra label": ('output "a" "b" {\n  value = 1\n}\n', "1,12: Extraneous label for output"),
    "invalid name": ('resource "terraform_data" "1a" {\n}\n', "1,27: Invalid resource name"),
    "unknown resource type": ('resource "iac_nope" "a" {\n}\n', "1,10: Invalid resource type"),
    "unknown data source": ('data "iac_nope" "a" {\n}\n', "1,6: Invalid data source"),
    "resource twice": (A + A, '4,1: Duplicate resource "terraform_data" configuration'),
    "variable twice": ('variable "a" {\n}\nvariable "a" {\n}\n', "3,1: Duplicate variable declaration"),
    "output twice": (output("1") + 'output "o" {\n  value = 2\n}\n', "7,1: Duplicate output definition"),
    "local twice": ("locals {\n  a = 1\n}\nlocals {\n  a = 2\n}\n", "5,3: Duplicate local value definition"),
    "provider twice": ('provider "iac" {}\nprovider "iac" {}\n', "2,1: Duplicate provider configuration"),
    "reserved variable": ('variable "count" {\n}\n', "1,10: Invalid variable name"),
    "count and for_each": (
        data("count = 1\n  for_each = {}"),
        '3,3: Invalid combination of "count" and "for_each"',
    ),
    "invalid depends_on": (data('depends_on = [upper("a")]'), "2,17: Invalid expression"),
    "depends_on is no list": (data("depends_on = terraform_data.a"), "2,16: Invalid expression"),
    # lifecycle, variables
    "unknown in lifecycle": (data("lifecycle {\n    nope = true\n  }"), "3,5: Unsupported argument"),
    "lifecycle twice": (data("lifecycle {\n  }\n  lifecycle {\n  }"), "4,3: Duplicate lifecycle block"),
    "trigger is no resource": (
        data("lifecycle {\n    replace_triggered_by = [var.x]\n  }") + 'variable "x" {}\n',
        "3,29: Invalid reference in replace_triggered_by expression",
    ),
    "condition about nothing": (
        data('lifecycle {\n    precondition {\n      condition     = true\n      error_message = "e"\n    }\n  }'),
        "4,23: Invalid precondition expression",
    ),
    "validation of another variable": (
        'variable "a" {\n  validation {\n    condition     = local.b\n    error_message = "e"\n  }\n}\n'
        "locals {\n  b = true\n}\n",
        "3,21: Invalid variable validation condition",
    ),
    "unknown type": ('variable "a" {\n  type = nope\n}\n', "2,10: Invalid type specification"),
    "default of another type": (
        'variable "a" {\n  type    = number\n  default = "x"\n}\n',
        "3,13: Invalid default value for variable",
    ),
    "default with a reference": ('variable "a" {\n  default = local.x\n}\n', "2,13: Variables not allowed"),
    # what iac does not do
    "provisioner": (data('provisioner "local-exec" {\n  }'), "2,3: Unsupported provisioner block"),
    "old version": ('terraform {\n  required_version = ">= 99"\n}\n', "2,3: Unsupported Terraform Core version"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_refused_at_its_place(lab: Lab, name: str) -> None:
    text, wanted = MISTAKES[name]
    found = lab.mistakes(text, variables=["x=true"] if '"x" {}' in text else [])
    assert found == [f"main.tf:{wanted}"]


@pytest.mark.parametrize("name", MISTAKES)
def test_validate_finds_what_plan_finds(lab: Lab, name: str) -> None:
    text, wanted = MISTAKES[name]
    lab.write(text)
    with lab.project() as project:
        found = project.validate().errors
    assert [d.summary for d in found] == [wanted.split(": ", 1)[1]]


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("path.modul", 'Did you mean "module"?'),
        ("terraform.workspce", "The only supported attributes are terraform.workspace"),
        ("each.kye", "The supported attributes are each.key and each.value"),
        ("count.indx", "The only supported attribute is count.index"),
    ],
)
def test_a_name_that_a_built_in_object_does_not_have_is_answered_with_those_it_has(
    lab: Lab, expression: str, hint: str
) -> None:
    (found,) = lab.refused(output(expression))
    assert hint in found.detail


def test_validate_needs_no_values_of_variables(lab: Lab) -> None:
    lab.write(
        'variable "n" {\n  type = number\n}\nresource "terraform_data" "a" {\n  count = var.n\n  input = var.n + 1\n}\n'
    )
    with lab.project() as project:
        assert list(project.validate()) == []


def test_validate_finds_types_that_do_not_fit(lab: Lab) -> None:
    lab.write('variable "l" {\n  type = list(string)\n}\noutput "o" {\n  value = var.l + 1\n}\n')
    with lab.project() as project:
        assert [d.summary for d in project.validate()] == ["Invalid operand"]


def test_all_mistakes_of_a_file_are_reported_at_once(lab: Lab) -> None:
    found = lab.mistakes(
        """\
        resource "terraform_data" "a" {
          input = var.nope
          extra = 1
        }
        resource "nope_thing" "b" {
        }
        output "o" {
          value = local.nope
        }
        variable "v" {
          type = nothing
        }
        """
    )
    assert sorted(found) == [
        "main.tf:11,10: Invalid type specification",
        "main.tf:2,11: Reference to undeclared input variable",
        "main.tf:3,3: Unsupported argument",
        "main.tf:5,10: Unknown provider",
        "main.tf:8,11: Reference to undeclared local value",
    ]


def test_mistakes_of_every_file_and_module_are_reported_at_once(lab: Lab) -> None:
    lab.write(
        'module "m" {\n  source = "./m"\n}\noutput "o" {\n  value = var.one\n}\n',
        other_tf='output "p" {\n  value = var.two\n}\n',
        m__main_tf='output "q" {\n  value = var.three\n}\n',
    )
    assert sorted(lab.mistakes()) == [
        "m/main.tf:2,11: Reference to undeclared input variable",
        "main.tf:5,11: Reference to undeclared input variable",
        "other.tf:2,11: Reference to undeclared input variable",
    ]


def test_mistakes_that_show_only_when_values_are_known_are_all_reported(lab: Lab) -> None:
    text = "".join(f'resource "terraform_data" "r{i}" {{\n  input = [1][{i}]\n}}\n' for i in (1, 2))
    assert lab.mistakes(text) == ["main.tf:2,14: Invalid index", "main.tf:5,14: Invalid index"]


def test_a_near_miss_is_suggested(lab: Lab) -> None:
    (error,) = lab.refused('variable "region" {\n  default = 1\n}\noutput "o" {\n  value = var.regoin\n}\n')
    assert 'Did you mean "region"?' in error.detail


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("locals {\n  a = local.b\n  b = local.a\n}\n", {"local.a", "local.b"}),
        (
            'resource "terraform_data" "a" {\n  input = terraform_data.b.id\n}\n'
            'resource "terraform_data" "b" {\n  input = local.c\n}\nlocals {\n  c = terraform_data.a.id\n}\n',
            {"terraform_data.a", "terraform_data.b", "local.c"},
        ),
    ],
)
def test_a_cycle_is_shown_whole(lab: Lab, text: str, members: set[str]) -> None:
    (error,) = lab.refused(text)
    assert error.summary.startswith("Cycle: ")
    assert set(error.summary.removeprefix("Cycle: ").split(", ")) == members


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("input = terraform_data.x.id", "2,11: Self-referential block"),
        ("count = length(terraform_data.x)", "2,18: Self-referential block"),
        ("count = 2\n  input = terraform_data.x[count.index - 1].id", "3,11: Self-referential block"),
        (
            'lifecycle {\n    precondition {\n      condition     = terraform_data.x.id == ""\n'
            '      error_message = "e"\n    }\n  }',
            "4,23: Invalid reference in precondition",
        ),
    ],
)
def test_a_resource_that_refers_to_itself_is_refused(lab: Lab, text: str, wanted: str) -> None:
    assert lab.mistakes(data(text)) == [f"main.tf:{wanted}"]


def test_a_directory_without_configuration_is_refused(lab: Lab) -> None:
    assert lab.mistakes() == ["No configuration files"]


def test_a_directory_that_cannot_be_read_is_not_called_empty(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    monkeypatch.setattr("iac.config.loader.os.scandir", refuse)
    (mistake,) = lab.refused()
    assert mistake.summary == "Unreadable directory"
    assert "Permission denied" in mistake.detail


def test_a_block_that_could_not_be_read_makes_no_reference_to_it_wrong(lab: Lab) -> None:
    text = (
        'resource "terraform_data" "a" {\n  input = 1\n  input = 2\n}\noutput "o" {\n  value = terraform_data.a.id\n}\n'
    )
    assert lab.mistakes(text) == ["main.tf:3,3: Attribute redefined"]


def test_mistakes_beside_a_block_that_was_read_wholly_are_reported_with_it(lab: Lab) -> None:
    text = 'variable "v" {\n  type = nothing\n}\noutput "o" {\n  value = [var.v, local.nope]\n}\n'
    assert sorted(lab.mistakes(text)) == [
        "main.tf:2,10: Invalid type specification",
        "main.tf:5,19: Reference to undeclared local value",
    ]


def test_json_and_native_files_are_one_configuration(lab: Lab) -> None:
    lab.write(A, more_tf_json='{"output": {"o": {"value": "${terraform_data.a.input + 1}"}}}')
    lab.directory.joinpath("more.tf.json").exists()
    lab.succeed()
    assert lab.outputs() == {"o": 2}


def test_a_mistake_in_a_json_file_has_a_place(lab: Lab) -> None:
    lab.write(more_tf_json='{"output": {"o": {"value": "${local.nope}"}}}')
    (found,) = lab.mistakes()
    assert found.startswith("more.tf.json:1,")
    assert found.endswith("Reference to undeclared local value")
