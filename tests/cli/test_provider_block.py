"""The provider block that a configuration shares with Terraform: the database, the user and the message it names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iac.cli.location import block_constants

CLUSTER = """
resource "iac_cluster" "other" {
  name           = "other"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
"""


def write(directory: Path, *arguments: str, name: str = "provider.tf", header: str = 'provider "iac"') -> None:
    (directory / name).write_text("\n".join([f"{header} {{", *arguments, "}", ""]))


def told(iac, *arguments: str) -> list[tuple[str, str | None]]:
    """User and message of all events, the newest first."""
    return [(e["user"], e["message"]) for e in json.loads(iac("events", "--json", *arguments).out)]


def test_every_command_works_on_the_database_of_the_block(iac, directory: Path) -> None:
    write(directory, '  database = "shared.db"')
    iac("apply", "-auto-approve")
    assert (directory / "shared.db").exists()
    assert not (directory / "iac.db").exists()
    assert len(told(iac)) == 2
    assert "iac_cluster.main" in iac("state", "list").out


@pytest.mark.parametrize(
    ("environment", "arguments", "expected"),
    [("env.db", (), "block.db"), ("env.db", ("-database=option.db",), "option.db")],
)
def test_a_block_goes_before_the_environment_and_the_command_line_before_both(
    iac, directory: Path, monkeypatch: pytest.MonkeyPatch, environment: str, arguments: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setenv("IAC_DATABASE", environment)
    write(directory, '  database = "block.db"')
    iac("apply", "-auto-approve", *arguments)
    assert [path.name for path in directory.glob("*.db")] == [expected]


def test_user_and_message_of_the_block_are_those_of_the_events(iac, directory: Path) -> None:
    write(directory, '  user    = "bo"', '  message = "mode ${var.mode}"')
    iac("apply", "-auto-approve")
    assert set(told(iac)) == {("bo", "mode STAGING")}
    iac("apply", "-auto-approve", "-destroy", "-message=over")
    assert told(iac)[0] == ("bo", "over"), "the command line goes before the block"


def test_a_sensitive_message_is_refused(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(
        'variable "reason" {\n  default   = "hunter2"\n  sensitive = true\n}\n'
        'provider "iac" {\n  message = var.reason\n}\n'
        'resource "iac_cluster" "main" {\n  name = "m"\n  cloud_provider = "AWS"\n  region = "eu-west-3"\n}\n'
    )
    outcome = iac("apply", "-auto-approve")
    assert outcome.code == 1
    assert "Sensitive value in the audit log" in outcome.err
    assert "main.tf line 6" in outcome.err
    assert "hunter2" not in outcome.out + outcome.err


def test_the_environment_has_a_message_too(iac, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_MESSAGE", "nightly")
    iac("apply", "-auto-approve")
    assert set(told(iac)) == {("ana", "nightly")}


def test_each_configuration_of_the_provider_has_its_own_user(iac, directory: Path) -> None:
    write(directory, '  alias = "b"', '  user = "bo"')
    (directory / "other.tf").write_text(CLUSTER.replace("}", "  provider = iac.b\n}"))
    iac("apply", "-auto-approve")
    users = {e["target_name"]: e["user"] for e in json.loads(iac("events", "--json").out)}
    assert users == {"main": "ana", "staging": "ana", "other": "bo"}


def test_a_database_that_is_computed_has_to_be_the_one_in_use(iac, directory: Path) -> None:
    write(directory, '  database = "${lower(var.mode)}.db"')
    failed = iac("plan")
    assert failed.code == 1
    assert "Another database" in failed.err
    assert "provider.tf line 2" in failed.err
    assert iac("plan", "-database=staging.db").code == 0


def test_a_database_that_is_not_known_yet_is_a_mistake(iac, directory: Path) -> None:
    write(directory, "  database = terraform_data.name.output")
    (directory / "name.tf").write_text('resource "terraform_data" "name" {\n  input = "a.db"\n}\n')
    assert "Database not known yet" in iac("plan").err


def test_validate_knows_the_arguments(iac, directory: Path) -> None:
    write(directory, '  databas = "x"')
    assert 'An argument named "databas" is not expected here' in iac("validate").err


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.tf": 'provider "iac" {\n  database = "a"\n  user = var.u\n}\n'}, {"database": "a"}),
        ({"a.tf": 'provider "iac" {\n  alias = "x"\n  database = "a"\n}\n'}, {}),
        ({"a.tf": 'provider "other" {\n  database = "a"\n}\n'}, {}),
        ({"a.tf.json": '{"provider": {"iac": {"database": "j"}}}'}, {"database": "j"}),
        (
            {
                "z.tf": 'provider "iac" {\n  database = "z"\n}\n',
                "a_override.tf": 'provider "iac" {\n  database = "o"\n}\n',
            },
            {"database": "o"},
        ),
        ({"a.tf": 'provider "iac" {\n  database = \n'}, {}),
        ({}, {}),
    ],
    ids=["constant", "alias", "another provider", "JSON", "override", "not to be parsed", "no files"],
)
def test_what_is_read_before_the_configuration(tmp_path: Path, files: dict[str, str], expected: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert block_constants(str(tmp_path)) == expected
