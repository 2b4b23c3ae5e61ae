"""`iac workspace`: several states of one configuration, over one platform and one audit log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("directory")
A = 'resource "terraform_data" "a" {\n  input = terraform.workspace\n}\n'


@pytest.fixture
def applied(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(A)
    assert iac("apply", "-auto-approve").code == 0


def test_there_is_always_the_default_one(iac, applied) -> None:
    assert iac("workspace", "list").out == "* default\n"
    assert iac("workspace", "show").out == "default\n"


def test_a_new_one_is_selected_and_empty(iac, applied) -> None:
    assert 'Created and switched to workspace "dev"!' in iac("workspace", "new", "dev").out
    assert iac("workspace", "list").out == "  default\n* dev\n"
    assert iac("state", "list").out == ""


def test_each_has_its_own_state_and_all_share_the_log(iac, applied) -> None:
    iac("workspace", "new", "dev")
    iac("apply", "-auto-approve")
    assert '"dev"' in iac("state", "show", "terraform_data.a").out
    iac("workspace", "select", "default")
    assert '"default"' in iac("state", "show", "terraform_data.a").out
    assert iac("events").out.count("CREATE") == 2


def test_selecting_creates_one_where_that_is_asked_for(iac, applied) -> None:
    refused = iac("workspace", "select", "prod")
    assert refused.code == 1
    assert 'Workspace "prod" doesn\'t exist' in refused.err
    assert iac("workspace", "select", "-or-create", "prod").code == 0
    assert iac("workspace", "show").out == "prod\n"


@pytest.mark.parametrize("variable", ["IAC_WORKSPACE", "TF_WORKSPACE"])
def test_the_environment_goes_before_the_selection(
    iac, applied, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    iac("workspace", "new", "dev")
    monkeypatch.setenv(variable, "default")
    assert iac("workspace", "show").out == "default\n"
    for arguments in (("select", "dev"), ("new", "other")):
        assert f"overridden using the {variable}" in iac("workspace", *arguments).err
    assert "other" not in iac("workspace", "list").out


def test_of_two_variables_our_own_counts(iac, applied, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_WORKSPACE", "theirs")
    monkeypatch.setenv("IAC_WORKSPACE", "ours")
    assert iac("workspace", "show").out == "ours\n"


@pytest.mark.parametrize("name", ["a/b", "a b", "..\\x", "é", ".", ".."])
def test_names_are_safe_in_urls(iac, applied, name: str) -> None:
    assert "Invalid workspace name" in iac("workspace", "new", name).err


def test_a_name_is_taken_once(iac, applied) -> None:
    iac("workspace", "new", "dev")
    assert 'Workspace "dev" already exists' in iac("workspace", "new", "dev").err


def test_an_empty_one_is_deleted(iac, applied) -> None:
    iac("workspace", "new", "dev")
    assert "your active workspace" in iac("workspace", "delete", "dev").err
    iac("workspace", "select", "default")
    assert iac("workspace", "delete", "dev").out == 'Deleted workspace "dev"!\n'
    assert iac("workspace", "list").out == "* default\n"


def test_one_with_objects_is_deleted_by_force_only_and_every_object_has_its_event(iac, applied) -> None:
    iac("workspace", "new", "dev")
    iac("apply", "-auto-approve")
    iac("workspace", "select", "default")
    refused = iac("workspace", "delete", "dev")
    assert refused.code == 1
    assert "  - terraform_data.a" in refused.err
    assert "WARNING" in iac("workspace", "delete", "-force", "-message=no longer used", "dev").out
    (event,) = json.loads(iac("events", "--type", "FORGET", "-json").out)
    assert (event["address"], event["message"]) == ("terraform_data.a", "no longer used")


def test_a_dry_run_says_what_would_be_forgotten(iac, applied) -> None:
    iac("workspace", "new", "dev")
    iac("apply", "-auto-approve")
    iac("workspace", "select", "default")
    assert iac("workspace", "delete", "-dry-run", "dev").code == 1
    outcome = iac("workspace", "delete", "-dry-run", "-force", "dev")
    assert (outcome.code, outcome.out) == (0, 'Would forget terraform_data.a\nWould delete workspace "dev"\n')
    assert "  dev" in iac("workspace", "list").out


def test_the_default_one_stays(iac, applied) -> None:
    iac("workspace", "new", "dev")
    assert "the default workspace" in iac("workspace", "delete", "default").err
