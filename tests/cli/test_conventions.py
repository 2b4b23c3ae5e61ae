"""Options are written as Terraform's, mistakes exit with 1 and name what was meant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iac.cli.main import _COMMANDS, main


@pytest.mark.parametrize("option", ["-detailed-exitcode", "--detailed-exitcode", "-detailed-exitcode=true"])
def test_a_switch_takes_one_dash_or_two_or_a_value(iac, option: str) -> None:
    assert iac("plan", option).code == 2


def test_a_switch_can_be_turned_off(iac) -> None:
    assert iac("plan", "-detailed-exitcode=false").code == 0


@pytest.mark.parametrize(
    "arguments", [("-out=plan.bin",), ("--out=plan.bin",), ("-out", "plan.bin"), ("--out", "plan.bin")]
)
def test_an_option_takes_its_value_with_or_without_equals_sign(iac, directory: Path, arguments) -> None:
    assert iac("plan", *arguments).code == 0
    assert (directory / "plan.bin").is_file()


def test_var_and_var_file_count_in_the_order_given(iac, directory: Path) -> None:
    (directory / "preview.tfvars").write_text('mode = "PREVIEW"\n')
    last_file = iac("plan", "-var", "mode=PRODUCTION", "-var-file=preview.tfvars").out
    last_var = iac("plan", "-var-file", "preview.tfvars", "-var", "mode=PRODUCTION").out
    assert '"PREVIEW"' in last_file
    assert '"PRODUCTION"' in last_var


def test_an_unknown_command_names_the_nearest(iac) -> None:
    outcome = iac("plna")
    assert outcome.code == 1
    assert 'There is no command "plna". Did you mean "plan"?' in outcome.err


def test_an_unknown_option_names_the_nearest(iac) -> None:
    outcome = iac("plan", "-refrsh=false")
    assert outcome.code == 1
    assert 'There is no option "-refrsh". Did you mean "refresh"?' in outcome.err


def test_a_switch_refuses_what_is_neither_true_nor_false(iac) -> None:
    outcome = iac("plan", "-refresh=maybe")
    assert outcome.code == 1
    assert 'takes true or false, not "maybe"' in outcome.err


@pytest.mark.parametrize("question", [("events",), ("state", "list"), ("show", "--database", "other.db")])
def test_asking_makes_no_database(iac, directory: Path, question: tuple[str, ...]) -> None:
    outcome = iac(*question)
    assert outcome.code == 1
    assert "Database not found" in outcome.err
    assert not list(directory.glob("*.db"))


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (("show",), "No state.\n"),
        (("show", "-json"), '{"format_version":"1.0"}\n'),
        (("output", "-json"), "{}\n"),
    ],
)
def test_where_nothing_was_applied_there_is_no_state(
    iac, directory: Path, question: tuple[str, ...], answer: str
) -> None:
    outcome = iac(*question)
    assert (outcome.code, outcome.out) == (0, answer)
    assert not list(directory.glob("*.db"))


def test_the_database_may_be_named_before_or_after_the_command(iac, directory: Path) -> None:
    assert iac("--database", "other.db", "apply", "-auto-approve").code == 0
    assert iac("state", "list", "--database", "other.db").out.splitlines()
    assert not (directory / "iac.db").exists()


def test_a_saved_plan_takes_no_options_of_planning(iac) -> None:
    iac("plan", "-out=tfplan")
    outcome = iac("apply", "tfplan", "-var", "mode=PREVIEW")
    assert outcome.code == 1
    assert "Can't change a saved plan" in outcome.err


def test_a_group_without_a_command_shows_its_help(iac) -> None:
    outcome = iac("state")
    assert outcome.code == 1
    assert "Usage: iac state" in outcome.out


def test_chdir_works_in_another_directory(iac, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = directory / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert iac("plan").code == 1
    assert iac(f"-chdir={directory}", "validate").code == 0


def test_chdir_to_nowhere_is_an_error(iac) -> None:
    outcome = iac("-chdir=nowhere", "plan")
    assert outcome.code == 1
    assert "nowhere" in outcome.err


@pytest.mark.parametrize("name", list(_COMMANDS))
def test_every_command_explains_itself(iac, name: str) -> None:
    outcome = iac(name, "-help")
    assert outcome.code == 0
    assert f"Usage: iac {name}" in outcome.out


def test_help_lists_every_command_without_importing_them() -> None:
    script = "import sys; from iac.cli.main import main; main(['--help']); print('iac.project' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("False")
    assert all(name in done.stdout for name in _COMMANDS)


def test_it_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "iac", "version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("iac v")


def test_a_plan_imports_nothing_heavy(directory: Path) -> None:
    main(["plan"])
    script = (
        "import sys; from iac.cli.main import main; main(['plan']);"
        "print([m for m in ('sqlalchemy', 'sqlmodel', 'lark', 'rich', 'gmpy2', 'deepdiff') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_a_bug_is_told_without_a_traceback_or_values(iac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_DATABASE", "iac.db")

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("the secret value")

    monkeypatch.setattr("os.chdir", fail)
    outcome = iac("-chdir=.", "plan")
    assert outcome.code == 1
    assert "This is a bug in iac" in outcome.err
    assert "Traceback" not in outcome.err
    assert "secret" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("verfy",), 'Did you mean "verify"?'),
        (("environmnt:staging",), 'Did you mean "environment"?'),
        (("-no-color", "verify"), "Write its options after it: iac events verify"),
    ],
)
def test_events_does_not_ignore_a_word(iac, arguments: tuple[str, ...], hint: str) -> None:
    outcome = iac("events", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert hint in " ".join(outcome.err.split())
