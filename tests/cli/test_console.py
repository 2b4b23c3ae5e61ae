"""`iac console`: the values of expressions over the configuration and the state."""

from __future__ import annotations

import io
import json
import os
import select
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iac.cli.console_command import Completer, is_open
from iac.cli.main import main
from iac.diagnostics import DiagnosticsError
from iac.engine.inspection import Inspection
from iac.hcl.parser import parse_expression
from iac.hcl.type_function import render_result
from iac.project import Project

HERE = Path(__file__).parent
ANSWERS: dict[str, dict[str, object]] = json.loads((HERE / "console.json").read_text())

Console = Callable[..., "Outcome"]


class Outcome(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the configuration of console.tf, applied."""
    directory = tmp_path_factory.mktemp("applied")
    (directory / "module").mkdir()
    shutil.copy(HERE / "console.tf", directory / "main.tf")
    shutil.copy(HERE / "console_module.tf", directory / "module" / "main.tf")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(directory)
        assert main(["apply", "-auto-approve", "-var", "missing=x"]) == 0
    return directory


@pytest.fixture(scope="module")
def inspection(applied: Path) -> Iterator[Inspection]:
    with pytest.MonkeyPatch.context() as patch, Project(applied, str(applied / "iac.db"), {}) as project:
        patch.chdir(applied)
        yield project.console()[0]


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Console:
    """Runs `iac console` with a text that comes through a pipe."""
    monkeypatch.chdir(tmp_path)

    def run(text: str, *arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        capsys.readouterr()
        code = main(["console", *arguments])
        printed = capsys.readouterr()
        return Outcome(code, printed.out, printed.err)

    return run


def answer(inspection: Inspection, text: str) -> dict[str, object]:
    expression, problems = parse_expression(text, "<console-input>")
    if problems:
        return {"errors": [p.summary for p in problems]}
    try:
        return {"text": render_result(inspection.evaluate(expression))}
    except DiagnosticsError as problem:
        return {"errors": [p.summary for p in problem.diagnostics]}


@pytest.mark.parametrize("expression", ANSWERS)
def test_an_expression_is_answered_as_by_terraform(inspection: Inspection, expression: str) -> None:
    assert answer(inspection, expression) == ANSWERS[expression]


def test_every_recorded_expression_is_asked() -> None:
    assert list(ANSWERS) == (HERE / "console.txt").read_text().splitlines()


# --- what it sees ---


def test_without_configuration_there_are_the_functions(console: Console, tmp_path: Path) -> None:
    assert console('upper("a")\n') == Outcome(0, '"A"\n', "")
    assert not list(tmp_path.iterdir())


def test_what_was_not_applied_is_unknown(console: Console, directory: Path) -> None:
    outcome = console("iac_cluster.main.id\niac_cluster.main\nvar.mode\n")
    assert outcome == Outcome(0, '(known after apply)\n(known after apply)\n"STAGING"\n', "")


def test_nothing_is_written(console: Console, directory: Path) -> None:
    before = sorted(directory.iterdir())
    console("iac_cluster.main\n")
    assert sorted(directory.iterdir()) == before


def test_an_applied_object_is_seen_with_its_secrets_hidden(console: Console, iac: Any) -> None:
    iac("apply", "-auto-approve")
    outcome = console("iac_cluster.main.name\niac_cluster.main.kubeconfig\nnonsensitive(iac_cluster.main.name)\n")
    assert outcome.out.splitlines()[:2] == ['"main"', "(sensitive value)"]


def test_variables_are_set_by_options(console: Console, directory: Path) -> None:
    assert console("var.mode\n", "-var", "mode=PRODUCTION").out == '"PRODUCTION"\n'
    (directory / "x.tfvars").write_text('mode = "PREVIEW"\n')
    assert console("var.mode\n", "-var-file=x.tfvars").out == '"PREVIEW"\n'


def test_a_mistake_in_one_value_does_not_hide_the_others(console: Console, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('locals {\n  bad = tonumber("x")\n  worse = [local.bad]\n  good = 1\n}\n')
    outcome = console("local.worse\nlocal.good\n")
    assert (outcome.code, outcome.out) == (1, "1\n")
    assert outcome.err.count("Error: ") == 1
    assert "main.tf line 2" in outcome.err


def test_how_often_a_module_repeats_may_be_unknown(console: Console, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text('output "o" {\n  value = 1\n}\n')
    (tmp_path / "main.tf").write_text(
        'resource "terraform_data" "a" {}\n'
        'module "m" {\n  source = "./m"\n  count = terraform_data.a.output == "x" ? 1 : 2\n}\n'
    )
    assert console("module.m\nmodule.m[0].o\n") == Outcome(0, "(known after apply)\n" * 2, "")


def test_instances_left_from_before_count_was_added_are_not_seen(console: Console, iac: Any, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    iac("apply", "-auto-approve")
    (directory / "main.tf").write_text('resource "terraform_data" "a" {\n  count = 1\n}\n')
    assert console("terraform_data.a\n").out == "[]\n"


def test_an_invalid_configuration_is_an_error(console: Console, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text("output {\n")
    outcome = console("1\n")
    assert (outcome.code, outcome.out) == (1, "")
    assert "main.tf line 1" in outcome.err


def test_a_value_that_does_not_fit_its_variable_is_an_error(console: Console, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "n" {\n  type = number\n}\n')
    outcome = console("1\n", "-var", "n=x")
    assert (outcome.code, outcome.out) == (1, "")


def test_it_sees_the_present(inspection: Inspection) -> None:
    assert str(answer(inspection, "timestamp()")["text"]).endswith('Z"')


# --- a pipe ---


def test_a_pipe_shows_every_value(console: Console) -> None:
    assert console("1\n\n# nothing\n2\n") == Outcome(0, "1\n2\n", "")


def test_an_error_is_shown_and_the_rest_goes_on(console: Console) -> None:
    outcome = console("1\nnope()\n3\n")
    assert (outcome.code, outcome.out) == (1, "1\n3\n")
    assert 'There is no function named "nope".' in outcome.err
    assert "1: nope()" in outcome.err


def test_exit_ends_it(console: Console) -> None:
    assert console("1\nexit\n2\n") == Outcome(0, "1\n", "")


def test_help_tells_what_can_be_asked(console: Console) -> None:
    assert "var.region" in console("help\n").out


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("[1,\n2]\n", "[\n  1,\n  2,\n]\n"),
        ('upper(\n"a"\n)\n', '"A"\n'),
        ("1 + \\\n2\n", "3\n"),
        ("<<EOT\na\nb\nEOT\n1\n", "<<EOT\na\nb\n\nEOT\n1\n"),
        ('"a${\n1}"\n', '"a1"\n'),
        ("1", "1\n"),
    ],
)
def test_an_expression_goes_on_while_something_is_open(console: Console, text: str, printed: str) -> None:
    assert console(text) == Outcome(0, printed, "")


def test_an_expression_that_is_not_complete_at_the_end_is_an_error(console: Console) -> None:
    outcome = console("[1,\n")
    assert (outcome.code, outcome.out) == (1, "")


@pytest.mark.parametrize("text", ["[", "f(1, {", '"${', '"a ${upper(', "<<EOT", "<<-EOT\na", "[for x in"])
def test_what_is_open(text: str) -> None:
    assert is_open(text)


@pytest.mark.parametrize("text", ["", "1", "[]", '"["', '"${"["}"', "]", '"', "# [", "<<EOT\n[\nEOT", '"$${"'])
def test_what_is_not_open(text: str) -> None:
    assert not is_open(text)


# --- a terminal ---


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("cidrs", ["cidrsubnet(", "cidrsubnets("]),
        ("var.r", ["var.region"]),
        ("local.gr", ["local.greet"]),
        ("terraform_data.o", ["terraform_data.one"]),
        ("terraform_data.one.in", ["terraform_data.one.input"]),
        ("module.single.n", ["module.single.name"]),
        ("module.several.", []),
        ("typ", ["type("]),
        ("path.r", ["path.root"]),
        ("nosuch", []),
    ],
)
def test_names_are_completed(inspection: Inspection, text: str, candidates: list[str]) -> None:
    assert Completer(inspection).candidates(text) == candidates


def test_the_completer_gives_one_candidate_after_the_other(inspection: Inspection) -> None:
    complete = Completer(inspection)
    assert [complete("cidrs", state) for state in range(3)] == ["cidrsubnet(", "cidrsubnets(", None]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no pseudo-terminals here")
def test_on_a_terminal_it_asks(applied: Path) -> None:
    shown = talk(
        applied, [b"local.na\t[0]\r", b"[1,\r", b"2]\r", b"nope(\x03", b"\r", b"type(1)\r", b"bad\r", b"exit\r"]
    )
    assert "> local.names[0]" in shown
    assert '"web"' in shown
    assert ": 2]\n[\n  1,\n  2,\n]" in shown
    assert "\nnumber\n" in shown
    assert "Error: Invalid reference" in shown
    assert shown.endswith("code 0\n")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no pseudo-terminals here")
def test_the_end_of_input_ends_it_with_success(applied: Path) -> None:
    assert talk(applied, [b"bad\r", b"\x04"]).endswith("code 0\n")


def talk(directory: Path, typed: list[bytes]) -> str:
    """What a terminal shows when this is typed in `iac console`, each part once there is a prompt."""
    import pty

    child, terminal = pty.fork()
    if child == 0:
        os.chdir(directory)
        environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "INPUTRC": os.devnull}
        os.execve(sys.executable, [sys.executable, "-m", "iac", "console"], environment)
    shown = ""
    for part in typed:
        shown += _until_prompt(terminal)
        os.write(terminal, part)
    shown += _until_prompt(terminal)
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    return f"{shown}\ncode {os.waitstatus_to_exitcode(status)}\n"


def _until_prompt(terminal: int) -> str:
    """Reads until there is a prompt, or the end."""
    shown = ""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                more = os.read(terminal, 4096)
            except OSError:
                break
            if not more:
                break
            shown = (shown + more.decode()).replace("\r\n", "\n").replace("\x07", "")
        if shown.endswith(("\n> ", "\n: ")) or shown in ("> ", ": "):
            break
    return shown
