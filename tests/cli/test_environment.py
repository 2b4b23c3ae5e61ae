"""Arguments in the environment, as Terraform 1.11.4 takes them."""

from __future__ import annotations

from pathlib import Path

import pytest

A = 'variable "a" {\n  default = "0"\n}\noutput "a" {\n  value = var.a\n}\n'


@pytest.mark.parametrize(
    ("environment", "arguments", "value"),
    [
        ({"TF_CLI_ARGS_plan": "-var a=2"}, [], "2"),
        ({"TF_CLI_ARGS": "-var a=1", "TF_CLI_ARGS_plan": "-var a=2"}, [], "1"),
        ({"TF_CLI_ARGS": "-var a=1"}, ["-var", "a=3"], "3"),
        ({"TF_CLI_ARGS_plan": "-var 'a=x y'"}, [], "x y"),
        ({"TF_CLI_ARGS_plan": "-var a=$HOME"}, [], "$HOME"),
        ({"TF_CLI_ARGS_apply": "-var a=2", "TF_CLI_ARGS": ""}, [], "0"),
    ],
)
def test_come_before_those_that_are_given(
    iac, directory: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], arguments: list[str], value: str
) -> None:
    (directory / "main.tf").write_text(A)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    assert f'+ a = "{value}"' in iac("plan", *arguments).out
    assert f'+ a = "{value}"' in iac("-chdir", ".", "plan", *arguments).out


@pytest.mark.parametrize(
    ("variable", "command"),
    [
        ("TF_CLI_ARGS", ["state", "list"]),
        ("TF_CLI_ARGS_state_list", ["state", "list"]),
        ("TF_CLI_ARGS_force_unlock", ["force-unlock", "x"]),
        ("TF_CLI_ARGS", ["version"]),
    ],
)
def test_are_named_by_the_command(iac, monkeypatch: pytest.MonkeyPatch, variable: str, command: list[str]) -> None:
    monkeypatch.setenv(variable, "-bad")
    outcome = iac(*command)
    assert outcome.code == 1
    assert '"-bad"' in outcome.err


def test_that_cannot_be_divided_are_refused(iac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-var 'a=x")
    outcome = iac("plan")
    assert outcome.code == 1
    assert "Cannot read the arguments in TF_CLI_ARGS_plan" in outcome.err


@pytest.mark.parametrize("command", [["events"], ["provider", "-help"], ["plans"]])
def test_are_not_for_commands_that_terraform_does_not_have(
    iac, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    iac("apply", "-auto-approve")
    monkeypatch.setenv("TF_CLI_ARGS", "-bad")
    assert iac(*command).code == 0
