"""Ephemeral values: where they may go, and that nothing that is kept ever holds one."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from kit import Lab

from iac.diagnostics import DiagnosticsError
from iac.views.plan_json import plan_to_json

SECRET = "swordfish"
TOKEN = f"""
variable "token" {{
  type      = string
  ephemeral = true
  default   = "{SECRET}"
}}
"""
INPUT = """
resource "terraform_data" "a" {
  input = %s
}
"""
RETURN = 'variable "v" {\n  ephemeral = true\n}\noutput "o" {\n  value     = %s\n  ephemeral = %s\n}\n'


@pytest.mark.parametrize(
    "value",
    [
        "var.token",
        "{ a = [1, var.token] }",
        '"${var.token}-1"',
        "length(var.token)",
        'var.token == "x" ? 1 : 2',
        "[for t in [var.token] : upper(t)]",
        "jsonencode({ a = var.token })",
        "terraform.applying",
        "nonsensitive(var.token)",
    ],
)
def test_a_resource_cannot_keep_one(lab: Lab, value: str) -> None:
    (problem,) = lab.refused(TOKEN + INPUT % value)
    assert problem.summary == "Invalid use of ephemeral value"
    assert problem.detail == (
        'Ephemeral values are not valid for "input", because it is not a write-only attribute and must be persisted to '
        "state."
    )
    assert problem.subject is not None
    assert problem.subject.start[:2] == (9, 11)


@pytest.mark.parametrize(("value", "kept"), [("var.token", None), ("{ a = var.token, b = 1 }", {"a": None, "b": 1})])
def test_what_is_ephemeral_can_be_made_null(lab: Lab, value: str, kept: object) -> None:
    lab.succeed(TOKEN + INPUT % f"ephemeralasnull({value})")
    assert lab.values() == {"terraform_data.a": kept}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("count = length(var.token)", "8,11: Invalid count argument"),
        ("for_each = toset([var.token])", "8,14: Invalid for_each argument"),
    ],
)
def test_it_cannot_say_how_many_there_are(lab: Lab, text: str, mistake: str) -> None:
    assert lab.mistakes(f'{TOKEN}resource "terraform_data" "a" {{\n  {text}\n}}\n') == [f"main.tf:{mistake}"]


def test_values_for_known_keys_may_be_ephemeral(lab: Lab) -> None:
    lab.succeed(TOKEN + 'resource "terraform_data" "a" {\n  for_each = { k = var.token }\n  input = each.key\n}\n')
    assert lab.values() == {'terraform_data.a["k"]': "k"}


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('output "o" {\n  value = var.token\n}\n', "main.tf:8,11: Ephemeral value not allowed"),
        ('output "o" {\n  value = { a = var.token }\n}\n', "main.tf:8,11: Ephemeral value not allowed"),
        ('output "o" {\n  value = 1\n  ephemeral = true\n}\n', "main.tf:7,1: Ephemeral output not allowed"),
    ],
)
def test_the_root_module_returns_none(lab: Lab, text: str, mistake: str) -> None:
    assert lab.mistakes(TOKEN + text) == [mistake]


def test_a_module_passes_one_through_where_it_says_so(lab: Lab) -> None:
    lab.write(m__main_tf=RETURN % ("var.v", "true"))
    call = 'module "m" {\n  source = "./m"\n  v = var.token\n}\n'
    lab.succeed(TOKEN + call + 'output "o" {\n  value = ephemeralasnull(module.m.o)\n}\n')
    assert lab.outputs() == {}
    assert "Ephemeral value not allowed" in lab.mistakes(TOKEN + call + 'output "o" {\n  value = module.m.o\n}\n')[0]


@pytest.mark.parametrize(
    ("module", "mistake"),
    [
        (RETURN % ("var.v", "false"), "m/main.tf:5,15: Ephemeral value not allowed"),
        (RETURN % ("1", "true"), "m/main.tf:5,15: Value not allowed in ephemeral output"),
        (RETURN % ("{ a = var.v }", "true"), "m/main.tf:5,15: Value not allowed in ephemeral output"),
        ('variable "v" {\n}\n', "main.tf:9,7: Ephemeral value not allowed"),
    ],
)
def test_what_enters_and_leaves_a_module_is_as_declared(lab: Lab, module: str, mistake: str) -> None:
    lab.write(m__main_tf=module)
    assert lab.mistakes(f'{TOKEN}module "m" {{\n  source = "./m"\n  v = var.token\n}}\n') == [mistake]


def test_conditions_may_ask_about_one(lab: Lab) -> None:
    text = """
    resource "terraform_data" "a" {
      lifecycle {
        precondition {
          condition     = var.token == "%s"
          error_message = "Not that one."
        }
      }
    }
    """
    lab.succeed(TOKEN + text % SECRET)
    assert lab.mistakes(TOKEN + text % "other") == ["main.tf:11,27: Resource precondition failed"]


@pytest.mark.parametrize(
    ("block", "summary"),
    [
        (
            'resource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n      condition = var.token == ""\n'
            '      error_message = "Not ${var.token}."\n    }\n  }\n}\n',
            "Resource precondition failed",
        ),
        (
            f'variable "t" {{\n  ephemeral = true\n  default = "{SECRET}"\n'
            '  validation {\n    condition = var.t == ""\n    error_message = "Not ${var.t}."\n  }\n}\n',
            "Invalid value for variable",
        ),
    ],
)
def test_a_message_that_would_tell_one_is_not_shown(lab: Lab, block: str, summary: str) -> None:
    lab.write(TOKEN + block)
    with pytest.raises(DiagnosticsError) as problem:
        lab.plan()
    said = problem.value.diagnostics
    assert [d.summary for d in said] == ["Error message refers to ephemeral values", summary]
    assert SECRET not in "".join(d.summary + d.detail + str(d.values) for d in said)


def test_a_failed_condition_does_not_tell_the_value(lab: Lab) -> None:
    text = 'variable "p" {\n  default = 1\n}\nresource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n'
    text += '      condition = var.token == "x" && var.p == 1\n      error_message = "No."\n    }\n  }\n}\n'
    (problem,) = lab.refused(TOKEN + text)
    assert problem.values == (("var.p", "is 1"),)


# --- ephemeral resources ---------------------------------------------------------------------------------


def test_no_provider_has_ephemeral_resources(lab: Lab) -> None:
    (problem,) = lab.refused('ephemeral "iac_cluster" "a" {\n  name = "x"\n}\n')
    assert problem.summary == "Invalid ephemeral resource"
    assert problem.detail == 'The provider iac/iac does not support ephemeral resource "iac_cluster".'
    assert problem.subject is not None
    assert problem.subject.start[:2] == (1, 11)


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ('output "o" {\n  value = ephemeral.iac_cluster.a.x\n}\n', "2,11: Reference to undeclared resource"),
        ('output "o" {\n  value = ephemeral.iac_cluster\n}\n', "2,11: Invalid reference"),
        (
            'ephemeral "iac_cluster" "a" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n',
            "3,5: Invalid ephemeral resource lifecycle argument",
        ),
        ('ephemeral "iac_cluster" "0" {\n}\n', "1,25: Invalid ephemeral resource name"),
        ('ephemeral "nope_x" "a" {\n}\n', "1,11: Unknown provider"),
    ],
)
def test_mistakes_in_ephemeral_blocks_have_their_own_words(lab: Lab, text: str, mistake: str) -> None:
    assert f"main.tf:{mistake}" in lab.mistakes(text)


# --- saved plans -----------------------------------------------------------------------------------------

SAVED = """
variable "token" {
  type      = string
  ephemeral = true
}
variable "other" {
  ephemeral = true
  default   = "d"
}
variable "plain" {
  default = "p"
}
resource "terraform_data" "a" {
  input = var.plain
  lifecycle {
    precondition {
      condition     = var.token != "wrong"
      error_message = "Wrong."
    }
  }
}
"""


@pytest.fixture
def saved(lab: Lab) -> Lab:
    with lab.project() as project:
        planned = lab.plan(SAVED, project=project, variables=[f"token={SECRET}"])
        project.save_plan(planned, Path("tfplan"))
    return lab


def test_it_must_be_given_again_when_a_saved_plan_is_applied(saved: Lab) -> None:
    with pytest.raises(DiagnosticsError) as problem:
        saved.apply(saved="tfplan")
    (said,) = problem.value.diagnostics
    assert said.summary == "No value for required variable"
    assert said.detail == (
        'The ephemeral input variable "token" was set during the plan phase, and so must also be set during the apply '
        "phase."
    )
    assert saved.apply(saved="tfplan", variables=["token=again"]).result.succeeded


@pytest.mark.parametrize("how", ["environment", "file", "option file"])
def test_it_may_be_given_again_by_any_way(saved: Lab, how: str) -> None:
    if how == "environment":
        saved.environment = {**saved.environment, "TF_VAR_token": "again"}
    else:
        saved.write(**{"x_auto_tfvars" if how == "file" else "x_tfvars": 'token = "again"\nplain = "ignored"\n'})
    options = ["@x.tfvars"] if how == "option file" else []
    assert saved.apply(saved="tfplan", variables=options).result.succeeded
    assert saved.values() == {"terraform_data.a": "p"}


@pytest.mark.parametrize(
    ("option", "summary"),
    [
        ("other=x", "Ephemeral variable was not set during planning"),
        ("plain=x", "Can't change a saved plan"),
        ("nope=x", "Value for undeclared variable"),
    ],
)
def test_no_other_variable_can_be_given_then(saved: Lab, option: str, summary: str) -> None:
    with pytest.raises(DiagnosticsError) as problem:
        saved.apply(saved="tfplan", variables=["token=again", option])
    assert [d.summary for d in problem.value.diagnostics] == [summary]


def test_the_value_given_again_counts(lab: Lab) -> None:
    late = SAVED.replace('var.token != "wrong"', 'terraform_data.first.id != "" && var.token != "wrong"')
    text = late + 'resource "terraform_data" "first" {\n}\n'
    with lab.project() as project:
        project.save_plan(lab.plan(text, project=project, variables=["token=right"]), Path("tfplan"))
    applied = lab.apply(saved="tfplan", variables=["token=wrong"])
    assert [e.summary for e in applied.errors] == ["Resource precondition failed"]


def test_nothing_that_is_kept_or_shown_holds_one(saved: Lab) -> None:
    content = (saved.directory / "tfplan").read_bytes()
    assert SECRET.encode() not in content
    assert SECRET.encode() not in zlib.decompress(content.split(b"\n", 2)[2])
    with saved.project() as project:
        shown = plan_to_json(project.load_plan(Path("tfplan")).plan, iac_version="0")
    assert "token" not in shown["variables"]
    assert saved.apply(saved="tfplan", variables=[f"token={SECRET}"]).result.succeeded
    for path in saved.directory.iterdir():
        assert SECRET.encode() not in path.read_bytes(), path.name
