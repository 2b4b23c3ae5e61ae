"""Questions are answered on a terminal or through a pipe, as Terraform's are."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from iac.storage import open_storage

MAIN = 'resource "terraform_data" "a" {\n  input = "plain"\n}\n'
VARIABLES = """
variable "name" {
  description = "What it is called."
}
variable "token" {
  sensitive = true
}
output "both" {
  value     = "${var.name}-${var.token}"
  sensitive = true
}
"""
PROGRAM = (sys.executable, "-m", "iac")


@pytest.fixture(autouse=True)
def configuration(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    (directory / "main.tf").write_text(MAIN)


def piped(text: str, *arguments: str) -> tuple[int, str]:
    """Runs `iac` in a process of its own with a text on its standard input; exit code and all that it says."""
    done = subprocess.run(
        [*PROGRAM, *arguments], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return done.returncode, done.stdout.decode()


def has_state(directory: Path) -> bool:
    with open_storage(str(directory / "iac.db")) as database:
        return bool(database.query("SELECT 1 FROM resource_instance"))


@pytest.mark.parametrize(
    "arguments", [("apply",), ("apply", "-input=false"), ("apply", "--auto-approve-if=no-destroy")]
)
def test_a_piped_yes_approves(directory: Path, arguments: tuple[str, ...]) -> None:
    code, said = piped("yes\n", *arguments)
    assert code == 0, said
    assert "Apply complete! Resources: 1 added" in said
    assert piped("yes\r\n", "destroy")[0] == 0
    assert not has_state(directory)


@pytest.mark.parametrize("answer", ["no\n", "\n", "Yes\n", "y\n", " yes \n", "yes please\nyes\n"])
def test_any_other_answer_cancels(directory: Path, answer: str) -> None:
    code, said = piped(answer, "apply")
    assert code == 1
    assert "Only 'yes' will be accepted to approve." in said
    assert said.rstrip().endswith("Apply cancelled.")
    assert not has_state(directory)


@pytest.mark.parametrize("answer", ["", "yes", "\udcff"], ids=["nothing", "cut off", "no text"])
@pytest.mark.parametrize("arguments", [("apply",), ("apply", "-input=false")])
def test_no_answer_is_an_error(directory: Path, arguments: tuple[str, ...], answer: str) -> None:
    done = subprocess.run(
        [*PROGRAM, *arguments], input=os.fsencode(answer), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    assert done.returncode == 1
    said = done.stdout.decode()
    assert "error asking for approval: EOF" in said
    assert "Use -auto-approve" in said
    assert not has_state(directory)


def test_a_closed_input_is_no_answer(directory: Path) -> None:
    command = f"{' '.join(PROGRAM)} apply <&-"
    done = subprocess.run(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    assert done.returncode == 1
    assert b"error asking for approval: EOF" in done.stdout


@pytest.mark.parametrize("command", ["apply", "destroy"])
def test_where_a_program_reads_along_nobody_is_asked(directory: Path, command: str) -> None:
    code, said = piped("yes\n", command, "-json")
    assert code == 1
    assert "Plan file or auto-approve required" in said
    assert "planned_change" not in said


def test_what_is_against_a_condition_needs_a_yes(directory: Path) -> None:
    assert piped("yes\n", "apply")[0] == 0
    (directory / "main.tf").write_text("")
    code, said = piped("", "apply", "--auto-approve-if=no-destroy")
    assert (code, "no-destroy: terraform_data.a (delete)" in said) == (1, True)
    assert has_state(directory)
    assert piped("yes\n", "apply", "--auto-approve-if=no-destroy")[0] == 0
    assert not has_state(directory)


def test_variables_that_are_not_set_are_asked_for(directory: Path) -> None:
    (directory / "main.tf").write_text(VARIABLES)
    code, said = piped("x\nhunter2\nyes\n", "apply")
    assert code == 0, said
    assert said.startswith("var.name\n  What it is called.\n\n  Enter a value: \nvar.token\n\n  Enter a value: \n")
    assert "hunter2" not in said
    assert piped("", "output", "-raw", "both", "-no-color")[1] == "x-hunter2"


def test_those_without_an_answer_are_not_set(directory: Path) -> None:
    (directory / "main.tf").write_text(VARIABLES)
    code, said = piped("x\n", "plan")
    assert code == 1
    assert "No value for required variable" in said
    assert ('variable "token" is not set' in said, 'variable "name" is not set' in said) == (True, False)


def test_variables_are_not_asked_for_without_input(directory: Path) -> None:
    (directory / "main.tf").write_text(VARIABLES)
    code, said = piped("x\ny\n", "plan", "-input=false")
    assert (code, "Enter a value" in said) == (1, False)


def test_a_terminal_does_not_show_the_secret_that_is_typed(directory: Path) -> None:
    (directory / "main.tf").write_text(VARIABLES)
    main, side = pty.openpty()
    command = [*PROGRAM, "plan", "-no-color"]
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side) as process:
        os.close(side)
        shown = type_at(main, b"var.name", b"shown\n") + type_at(main, b"var.token", b"hunter2\n") + rest(main)
    os.close(main)
    assert process.returncode == 0
    assert b"shown" in shown
    assert b"hunter2" not in shown


def type_at(terminal: int, prompt: bytes, typed: bytes) -> bytes:
    """Types at a prompt; what was shown before."""
    shown = b""
    while not (prompt in shown and shown.endswith(b"Enter a value: ")):
        assert select.select([terminal], [], [], 60)[0], shown
        shown += os.read(terminal, 1024)
    os.write(terminal, typed)
    return shown


def rest(terminal: int) -> bytes:
    """What is shown until the program ends."""
    shown = b""
    try:
        while part := os.read(terminal, 1024):
            shown += part
    except OSError:  # Linux: the other side is closed
        pass
    return shown


@pytest.mark.parametrize(("answer", "code", "said"), [("yes\n", 0, "Successfully replaced"), ("no\n", 0, "Cancelled")])
def test_replacing_a_provider_asks_too(directory: Path, answer: str, code: int, said: str) -> None:
    source = "terraform.io/builtin/terraform"
    assert piped("yes\n", "apply")[0] == 0
    found, text = piped(answer, "state", "replace-provider", source, source)
    assert (found, said in text) == (code, True)
