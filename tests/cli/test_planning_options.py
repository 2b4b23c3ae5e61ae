"""What `iac plan` shows and writes: lists, trees, everything, generated configuration, short warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

MODULES = """
resource "terraform_data" "top" {
  input = { kept = 1, changed = "%(value)s" }
}
module "m" {
  source   = "./m"
  for_each = toset(["p", "q"])
}
output "o" {
  value = "%(value)s"
}
"""
IMPORT = 'import {\n  to = terraform_data.taken\n  id = "x"\n}\n'


@pytest.fixture(autouse=True)
def configuration(directory: Path) -> None:
    (directory / "m").mkdir()
    (directory / "m" / "main.tf").write_text('resource "terraform_data" "i" {\n  count = 2\n}\n')
    write(directory, 1)


def write(directory: Path, value: int) -> None:
    (directory / "main.tf").write_text(MODULES % {"value": value})


def listed(text: str) -> list[str]:
    """The lines before the totals."""
    return text.partition("\nPlan:")[0].strip("\n").splitlines()


def test_the_summary_is_a_list_of_objects_and_actions(iac) -> None:
    outcome = iac("plan", "--summary", "-no-color")
    assert listed(outcome.out) == [
        "  + create   terraform_data.top",
        '  + create   module.m["p"].terraform_data.i[0]',
        '  + create   module.m["p"].terraform_data.i[1]',
        '  + create   module.m["q"].terraform_data.i[0]',
        '  + create   module.m["q"].terraform_data.i[1]',
        "  + create   output.o",
    ]
    assert "Plan: 5 to add, 0 to change, 0 to destroy." in outcome.out


def test_the_tree_is_by_module(iac) -> None:
    assert listed(iac("plan", "--tree", "-no-color").out) == [
        ".",
        "├─   + create   terraform_data.top",
        '├─ module.m["p"] (2 to create)',
        "│  ├─   + create   terraform_data.i[0]",
        "│  └─   + create   terraform_data.i[1]",
        '└─ module.m["q"] (2 to create)',
        "   ├─   + create   terraform_data.i[0]",
        "   └─   + create   terraform_data.i[1]",
        "  + create   output.o",
    ]


def test_the_list_says_why_something_is_replaced_or_goes(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    (directory / "main.tf").write_text("")
    out = iac("plan", "--summary", "-replace=terraform_data.top", "-no-color").out
    assert "  - delete   terraform_data.top (delete because no resource config)" in out


@pytest.mark.parametrize("form", ["--summary", "--tree"])
def test_where_nothing_changes_the_list_says_so(iac, form: str) -> None:
    iac("apply", "-auto-approve")
    outcome = iac("plan", form, "-no-color")
    assert "No changes. Your infrastructure matches the configuration." in outcome.out


def test_nothing_is_hidden_when_everything_is_asked_for(iac, directory: Path) -> None:
    iac("apply", "-auto-approve")
    write(directory, 2)
    assert "unchanged" in iac("plan", "-no-color").out
    full = iac("plan", "--full", "-no-color").out
    assert "unchanged" not in full
    assert "kept    = 1" in full


def test_the_file_of_generated_configuration_is_named(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(IMPORT)
    outcome = iac("plan", "-generate-config-out=new.tf", "-no-color")
    assert outcome.code == 0
    assert "# (config will be generated)" in outcome.out
    assert "has generated configuration and written it to new.tf" in outcome.out
    assert iac("apply", "-auto-approve").code == 0


@pytest.mark.parametrize("mode", ["-destroy", "-refresh-only"])
def test_configuration_is_generated_only_by_ordinary_plans(iac, mode: str) -> None:
    outcome = iac("plan", mode, "-generate-config-out=new.tf")
    assert outcome.code == 1
    assert "Invalid generate-config-out flag" in outcome.err


def test_warnings_are_short_when_that_is_asked_for(iac) -> None:
    whole = iac("plan", "-target=terraform_data.top", "-no-color")
    short = iac("plan", "-target=terraform_data.top", "-compact-warnings", "-no-color")
    assert "You are creating a plan with the -target option" in whole.err
    assert short.err == (
        "\nWarnings:\n\n- Resource targeting is in effect\n\n"
        "To see the full warning notes, run iac without -compact-warnings.\n"
    )
