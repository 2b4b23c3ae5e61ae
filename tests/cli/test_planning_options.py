"""What `iac plan` shows and writes: lists, trees, everything, generated configuration, short warnings."""

from __future__ import annotations

import json
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


@pytest.mark.parametrize("form", ["--summary", "--tree"])
def test_a_list_does_not_tell_what_is_looked_at(iac, directory: Path, form: str) -> None:
    iac("apply", "-auto-approve")
    write(directory, 2)
    assert "Refreshing state..." in iac("plan").out
    assert "Refreshing state..." not in iac("plan", form).out
    assert '"type": "refresh_start"' in iac("plan", form, "-json").out.replace('":"', '": "')


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


def test_a_file_for_generated_configuration_that_exists_is_refused_before_anything_is_shown(
    iac, directory: Path
) -> None:
    (directory / "main.tf").write_text(IMPORT + 'resource "terraform_data" "b" {}\n')
    (directory / "there.tf").write_text('resource "twice" "over" {\n')
    outcome = iac("plan", "-generate-config-out=there.tf", "-no-color")
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.count("Error: ") == 1
    assert "Error: Target generated file already exists" in outcome.err


@pytest.mark.parametrize("mode", ["-destroy", "-refresh-only"])
def test_configuration_is_generated_only_by_ordinary_plans(iac, mode: str) -> None:
    outcome = iac("plan", mode, "-generate-config-out=new.tf")
    assert outcome.code == 1
    assert "Invalid generate-config-out flag" in outcome.err


def test_warnings_are_short_when_that_is_asked_for(iac) -> None:
    whole = iac("plan", "-target=terraform_data.top", "-no-color")
    short = iac("plan", "-target=terraform_data.top", "-compact-warnings", "-no-color")
    assert "You are creating a plan with the -target option" in whole.out
    assert "You are creating a plan with the -target option" not in short.out
    assert (
        "\nWarnings:\n\n- Resource targeting is in effect\n\n"
        "To see the full warning notes, run iac without -compact-warnings.\n"
    ) in short.out


def test_warnings_are_part_of_the_plan_that_a_pipeline_keeps(iac) -> None:
    outcome = iac("plan", "-target=terraform_data.top", "-no-color")
    assert "Warning: Resource targeting is in effect" in outcome.out
    assert outcome.err == ""
    failed = iac("plan", "-target=terraform_data.top", "-var", "nope=1")
    assert failed.out == ""
    assert "Value for undeclared variable" in failed.err


COUNTED = 'resource "terraform_data" "n" {\n  count = 2\n}\n'


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        (("plan", "-destroy", "-refresh-only"), "Incompatible plan mode options"),
        (("plan", "-refresh-only", "-refresh=false"), "Incompatible refresh options"),
        (("plan", "-destroy", "-replace=terraform_data.top"), "Unsupported plan mode"),
        (("plan", "-refresh-only", "-replace=terraform_data.top"), "Unsupported plan mode"),
        (("plan", "-target=terraform_data.top", "-exclude=terraform_data.top"), "Incompatible options"),
        (("plan", "-target=nope"), 'Invalid target "nope"'),
        (("plan", "-exclude="), 'Invalid exclude ""'),
        (("plan", "-replace=nope"), 'Invalid force-replace address "nope"'),
        (("plan", "-replace=module.m"), "A resource instance address is required here."),
        (("plan", "-replace=data.iac_cluster.x"), "Only managed resources can be used with the -replace=... option."),
        (("plan", "-lock-timeout=10"), '"10" is not a duration'),
        (("plan", "-parallelism=-1"), "The parallelism must be a positive value. Not -1."),
        (("plan", "-parallelism=x"), "'x' is not a valid integer"),
        (("apply", "-destroy", "-refresh-only"), "Incompatible plan mode options"),
        (("destroy", "-destroy"), 'The -destroy option is not valid for "iac destroy"'),
        (("destroy", "-refresh-only"), 'The -refresh-only option is not valid for "iac destroy"'),
    ],
    ids=lambda part: " ".join(part) if isinstance(part, tuple) else None,
)
def test_options_that_make_no_sense_are_refused(iac, command: tuple[str, ...], wanted: str) -> None:
    outcome = iac(*command, "-no-color")
    assert outcome.code == 1
    assert wanted in " ".join(outcome.err.split())


@pytest.mark.parametrize(
    "option",
    [
        *("-destroy", "-refresh-only", "-refresh=false", "-target=terraform_data.top", "-exclude=terraform_data.top"),
        "-replace=terraform_data.top",
    ],
)
def test_a_saved_plan_is_applied_as_it_is(iac, option: str) -> None:
    iac("plan", "-out=tfplan")
    outcome = iac("apply", option, "tfplan")
    assert outcome.code == 1
    assert "Can't change a saved plan" in outcome.err
    assert option.partition("=")[0] in outcome.err
    assert iac("state", "list").out == ""


@pytest.mark.parametrize("target", ["terraform_data.nope", "module.nope", "terraform_data.top[5]", "nothing.*"])
def test_a_target_that_there_is_not_leaves_nothing_to_do(iac, target: str) -> None:
    outcome = iac("plan", f"-target={target}", "-detailed-exitcode")
    assert outcome.code == 0
    assert "No changes." in outcome.out


def test_a_plan_without_a_name_is_not_saved(iac, directory: Path) -> None:
    before = {path.name for path in directory.iterdir()} | {"iac.db"}
    outcome = iac("plan", "-out=")
    assert outcome.code == 0
    assert "You didn't use the -out option" in outcome.out
    assert {path.name for path in directory.iterdir()} == before


def test_of_several_instances_each_is_replaced_by_its_own_address(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(COUNTED)
    iac("apply", "-auto-approve")
    every = iac("plan", "-replace=terraform_data.n", "-detailed-exitcode", "-no-color")
    assert every.code == 0
    assert "Incompletely-matched force-replace resource instance" in every.out
    assert '  -replace="terraform_data.n[0]"\n  -replace="terraform_data.n[1]"\n' in every.out
    assert iac("plan", "-replace=terraform_data.n[7]", "-detailed-exitcode").code == 0
    one = iac("plan", "-replace=terraform_data.n[1]", "-detailed-exitcode", "-no-color")
    assert one.code == 2
    assert ("n[1] will be replaced" in one.out, "n[0] will be replaced" in one.out) == (True, False)


# --- -quiet, and the id of the plan ---------------------------------------------------------------------------


def test_quiet_shows_the_plan_and_what_came_of_it_and_no_operation(iac) -> None:
    assert "Creating..." in iac("apply", "-auto-approve", "-target=terraform_data.top").out
    told = iac("apply", "-auto-approve", "-quiet").out
    assert "Plan: 4 to add" in told
    assert "Apply complete! Resources: 4 added" in told
    assert not any(word in told for word in ("Refreshing", "Creating", "Creation"))
    assert "Refreshing" not in iac("plan", "-quiet").out
    told = iac("destroy", "-auto-approve", "-quiet").out
    assert "Destroy complete! Resources: 5 destroyed." in told
    assert not any(word in told for word in ("Refreshing", "Destroying...", "Destruction"))


def test_quiet_holds_for_programs_too(iac) -> None:
    told = [json.loads(line)["type"] for line in iac("apply", "-auto-approve", "-quiet", "-json").out.splitlines()]
    assert [kind for kind in told if kind.startswith(("apply_", "refresh_"))] == []
    assert told.count("change_summary") == 2


def test_a_plan_says_under_which_id_it_is_recorded(iac) -> None:
    told = iac("plan").out.splitlines()[-1]
    (recorded,) = json.loads(iac("plans", "--json").out)
    assert told == f"Recorded as the plan {recorded['id']}: iac plans show {recorded['id']}"


def test_the_stream_of_a_plan_has_the_id_in_its_summary(iac) -> None:
    stream = [json.loads(line) for line in iac("plan", "-json").out.splitlines()]
    (summary,) = [message for message in stream if message["type"] == "change_summary"]
    (recorded,) = json.loads(iac("plans", "--json").out)
    assert summary["iac_plan_id"] == recorded["id"]
