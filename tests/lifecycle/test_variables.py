"""Variables of the root module: where their values come from, and what they must be."""

from __future__ import annotations

import json

import pytest
from kit import Lab, describe

SHOWN = 'output "v" {\n  value = var.v\n}\n'


def declared(arguments: str = "") -> str:
    return f'variable "v" {{\n  {arguments}\n}}\n{SHOWN}'


def planned(lab: Lab, **options: object) -> object:
    (output,) = lab.plan(**options).plan.outputs  # type: ignore[arg-type]
    from iac.values.codec import to_json

    return to_json(output.change.after)


SOURCES = ["environment", "terraform.tfvars", "terraform.tfvars.json", "a.auto.tfvars", "b.auto.tfvars.json", "-var"]


@pytest.mark.parametrize("strongest", range(1, len(SOURCES) + 1))
def test_a_later_source_wins_over_an_earlier_one(lab: Lab, strongest: int) -> None:
    lab.write(declared("type = string"))
    used = SOURCES[:strongest]
    if "environment" in used:
        lab.environment["TF_VAR_v"] = "environment"
    for name in used[1:]:
        if name.endswith(".json"):
            (lab.directory / name).write_text(json.dumps({"v": name}))
        elif name != "-var":
            (lab.directory / name).write_text(f'v = "{name}"\n')
    assert planned(lab, variables=["v=-var"] if "-var" in used else []) == used[-1]


def test_options_are_taken_in_the_order_they_are_given(lab: Lab) -> None:
    lab.write(declared("type = string"))
    (lab.directory / "x.tfvars").write_text('v = "file"\n')
    assert planned(lab, variables=["v=option", "@x.tfvars"]) == "file"
    assert planned(lab, variables=["@x.tfvars", "v=option"]) == "option"


def test_a_default_is_used_when_nothing_is_given(lab: Lab) -> None:
    assert planned(lab.write(declared("default = [1, 2]"))) == [1, 2]


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("string", "5", "5"),
        ("number", "5", 5),
        ("bool", "true", True),
        ("list(string)", '["a", 1]', ["a", "1"]),
        ("map(number)", "{ a = 1 }", {"a": 1}),
        ("object({ a = optional(number, 3), b = string })", '{ b = "x", extra = 1 }', {"a": 3, "b": "x"}),
        ("set(string)", '["b", "a", "a"]', ["a", "b"]),
        ("any", "[1]", [1]),
        ("tuple([string, number])", '["a", "2"]', ["a", 2]),
    ],
)
def test_text_is_read_by_the_type(lab: Lab, type: str, text: str, value: object) -> None:
    lab.write(declared(f"type = {type}"))
    assert planned(lab, variables=[f"v={text}"]) == value
    lab.environment["TF_VAR_v"] = text
    assert planned(lab) == value


def test_text_for_a_variable_without_a_type_stays_text(lab: Lab) -> None:
    lab.write(declared())
    assert planned(lab, variables=["v=[1]"]) == "[1]"


@pytest.mark.parametrize(
    ("declaration", "given", "summary"),
    [
        ("type = number", "many", "Invalid value for input variable"),
        ("type = list(string)", "{ a = 1 }", "Invalid value for input variable"),
        ("type = list(string)", "[", "Missing item separator"),
        ("type = list(string)", "[var.x]", "Variables not allowed"),
        ("type = list(string)\n  nullable = false", "null", "Required variable not set"),
        (
            'validation {\n    condition = length(var.v) > 2\n    error_message = "Too short."\n  }',
            "x",
            "Invalid value for variable",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_refused(lab: Lab, declaration: str, given: str, summary: str) -> None:
    summaries = [e.summary for e in lab.refused(declared(declaration), variables=[f"v={given}"])]
    if summary == "Missing item separator":
        assert len(summaries) == 1
    else:
        assert summaries == [summary]


def test_a_value_in_a_file_that_does_not_fit_is_refused_at_its_place(lab: Lab) -> None:
    lab.write(declared("type = number"))
    (lab.directory / "terraform.tfvars").write_text('\nv = "many"\n')
    assert lab.mistakes() == ["terraform.tfvars:2,5: Invalid value for input variable"]


def test_a_missing_value_is_refused_where_the_variable_is_declared(lab: Lab) -> None:
    assert lab.mistakes(declared()) == ["main.tf:1,1: No value for required variable"]


def test_every_missing_value_is_reported(lab: Lab) -> None:
    assert len(lab.mistakes('variable "a" {}\nvariable "b" {}\n')) == 2


def test_null_takes_the_default_where_null_is_not_allowed(lab: Lab) -> None:
    lab.write(declared('type = list(string)\n  default = ["d"]\n  nullable = false'))
    assert planned(lab, variables=["v=null"]) == ["d"]


def test_null_is_a_value_where_it_is_allowed(lab: Lab) -> None:
    lab.write(declared('type = list(string)\n  default = ["d"]'))
    assert planned(lab, variables=["v=null"]) is None


def test_a_file_may_set_what_is_not_declared_an_option_may_not(lab: Lab) -> None:
    lab.write(declared("default = 1"))
    (lab.directory / "terraform.tfvars").write_text("w = 1\n")
    run = lab.plan()
    assert [d.summary for d in run.diagnostics] == ["Value for undeclared variable"]
    assert describe(lab.refused(variables=["w=1"])) == ["Value for undeclared variable"]


@pytest.mark.parametrize("option", ["v", "=1", ""])
def test_an_option_without_name_or_value_is_refused(lab: Lab, option: str) -> None:
    assert describe(lab.refused(declared("default = 1"), variables=[option])) == ["Invalid -var option"]


def test_a_file_that_is_not_there_is_refused(lab: Lab) -> None:
    assert describe(lab.refused(declared("default = 1"), variables=["@none.tfvars"])) == [
        "Failed to read variables file"
    ]


def test_a_sensitive_variable_makes_everything_made_of_it_sensitive(lab: Lab) -> None:
    text = lab.text(
        'variable "v" {\n  sensitive = true\n}\n'
        'resource "terraform_data" "a" {\n  input = "x-${var.v}-y"\n}\n'
        'resource "terraform_data" "b" {\n  input = upper(terraform_data.a.input)\n}\n',
        variables=["v=hunter2"],
    )
    assert "hunter2" not in text.lower()
    assert text.count("(sensitive value)") >= 2


def test_a_validation_may_refer_to_other_values(lab: Lab) -> None:
    text = """
    variable "low" {
      default = 5
    }
    variable "v" {
      default = 3
      validation {
        condition     = var.v > var.low
        error_message = "Must be more than ${var.low}."
      }
    }
    """
    (error,) = lab.refused(text)
    assert error.detail.startswith("Must be more than 5.")


HIDDEN = """
variable "v" {
  type = string
  %s
  validation {
    condition     = can(regex("^(eu|us", var.v))
    error_message = "Must look like eu-west-3, not ${var.v}."
  }
}
"""


def test_a_validation_that_fails_before_its_variable_is_known_keeps_its_message_for_the_plan(lab: Lab) -> None:
    assert list(lab.write(HIDDEN % "").project().validate()) == []
    (error,) = lab.refused(variables=["v=nowhere"])
    assert error.detail.startswith("Must look like eu-west-3, not nowhere.\n\n")


def test_the_message_of_a_validation_never_has_a_sensitive_value_in_it(lab: Lab) -> None:
    errors = lab.refused(HIDDEN % "sensitive = true", variables=["v=hunter2"])
    assert [error.summary for error in errors] == [
        "Error message refers to sensitive values",
        "Invalid value for variable",
    ]
    assert "hunter2" not in repr([error.detail for error in errors])
