"""Values of variables that are refused: the message points at the value, unless that would show a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

RULE = """variable "a" {
  type      = number
  default   = %s
  sensitive = %s
  validation {
    condition     = var.a > 5
    error_message = "Too small."
  }
}
"""
DECLARATION = 'on main.tf line 1:\n   1: variable "a" {\n'


def refused(iac, *arguments: str) -> str:
    outcome = iac("plan", "-no-color", *arguments)
    assert outcome.code == 1
    return outcome.err


@pytest.mark.parametrize(
    ("name", "text", "arguments"),
    [
        ("terraform.tfvars", "a = 3", ()),
        ("terraform.tfvars.json", '{"a": 3}', ()),
        ("x.auto.tfvars", "a = 3", ()),
        ("x.tfvars", "a = 3", ("-var-file=x.tfvars",)),
    ],
)
def test_a_value_from_a_file_that_breaks_a_rule_is_shown_where_it_is_given(
    iac, directory: Path, name: str, text: str, arguments: tuple[str, ...]
) -> None:
    (directory / "main.tf").write_text(RULE % (7, "false"))
    (directory / name).write_text(text)
    told = refused(iac, *arguments)
    assert f"on {name} line 1:\n   1: {text}\n" in told
    assert "checked by the validation rule at main.tf:5,3-13" in told


@pytest.mark.parametrize("source", ["option", "environment", "default"])
def test_any_other_value_that_breaks_a_rule_points_at_the_declaration(
    iac, directory: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (directory / "main.tf").write_text(RULE % (3 if source == "default" else 7, "false"))
    if source == "environment":
        monkeypatch.setenv("TF_VAR_a", "3")
    assert DECLARATION in refused(iac, *(("-var", "a=3") if source == "option" else ()))


@pytest.mark.parametrize("value", ["3", '"hunter3"'])
def test_the_line_that_gives_a_sensitive_variable_its_value_is_not_shown(iac, directory: Path, value: str) -> None:
    (directory / "main.tf").write_text(RULE % (7, "true"))
    (directory / "terraform.tfvars").write_text(f"a = {value}\n")
    told = refused(iac)
    assert DECLARATION in told
    assert f"a = {value}" not in told


def test_a_sensitive_value_of_the_wrong_type_is_told_by_its_place(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(RULE % (7, "true"))
    (directory / "terraform.tfvars").write_text('a = "hunter3"\n')
    told = " ".join(refused(iac).split())
    assert "not suitable for var.a, which is sensitive: a number is required." in told
    assert "Invalid value defined at terraform.tfvars:1,5-14." in told


def test_a_value_of_the_wrong_type_from_the_environment_names_the_variable_there(
    iac, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "main.tf").write_text(RULE % (7, "false"))
    monkeypatch.setenv("TF_VAR_a", "x")
    told = " ".join(refused(iac).split())
    assert "Unsuitable value for var.a set using the TF_VAR_a environment variable: a number is required." in told
