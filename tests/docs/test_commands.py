"""The commands that the documents show work, in order, and print what is shown.

A block ```hcl file=NAME is written to a file; the commands of a block ```console run are run one after the other,
and `...` in what is shown stands for anything.
"""

from __future__ import annotations

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `pages`

from pages import DOCS, ROOT, WRITTEN, WrittenFile, name, pattern, steps, without_ids

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.cli.arguments import rewrite
from iac.cli.events.filtering import words_last
from iac.cli.main import cli, main
from iac.platform.api import Platform
from iac.storage import open_storage

Iac = Callable[..., str]


@pytest.fixture
def iac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iac:
    """Runs a command line in an empty directory and returns what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IAC_USER", "ana")

    def run(line: str, code: int = 0) -> str:
        program, *arguments = shlex.split(line)
        if program == "python":  # a tool of one's own
            done = subprocess.run(
                [sys.executable, *arguments], env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
            )
            assert done.returncode == code, done.stderr
            return done.stdout
        assert program == "iac"
        found = main(arguments)
        printed = capsys.readouterr()
        assert found == code, f"{line}\n{printed.out}{printed.err}"
        return printed.out + printed.err

    return run


def try_page(page: Path, directory: Path, iac: Iac) -> None:
    tried = list(steps(page))
    assert tried, "the page has nothing to run"
    for step in tried:
        if isinstance(step, WrittenFile):
            (directory / step.name).write_text(step.text, encoding="utf-8")
            continue
        printed = without_ids(iac(step.line, step.code))
        assert pattern(step.shown).match(printed + "\n"), f"$ {step.line}\n{printed}\n--- the page shows:\n{step.shown}"


def test_the_guide_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    try_page(DOCS / "guide.md", tmp_path, iac)


def test_the_page_on_pipelines_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    try_page(DOCS / "ci.md", tmp_path, iac)


def test_the_page_on_recovery_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    try_page(DOCS / "recovery.md", tmp_path, iac)


def test_the_page_on_queries_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    try_page(DOCS / "query.md", tmp_path, iac)


def test_the_page_on_json_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    try_page(DOCS / "json.md", tmp_path, iac)


def test_the_readme_shows_what_a_release_of_the_quickstart_looks_like(tmp_path: Path, iac: Iac) -> None:
    example = tmp_path / "main.tf"
    shutil.copy(ROOT / "examples" / "quickstart" / "main.tf", example)
    iac("iac apply -auto-approve")
    example.write_text(
        example.read_text().replace("1.4.2", "1.5.0").replace("internal_port = 8080", "internal_port = 9090")
    )
    try_page(ROOT / "README.md", tmp_path, iac)


def tell_the_story(directory: Path, iac: Iac) -> None:
    """What docs/audit-log.md tells of: ana applies and releases, bob uses the console."""
    example = directory / "main.tf"
    shutil.copy(ROOT / "examples" / "quickstart" / "main.tf", example)
    iac("iac apply -auto-approve -message 'first rollout'")
    example.write_text(example.read_text().replace("1.4.2", "1.5.0"))
    iac("iac apply -auto-approve")
    with open_storage(str(directory / "iac.db")) as database:
        platform = Platform(database, AuditLog(database))
        api = platform.find("service", "api", platform.list("environment")[0]["id"])
        assert api is not None
        for change in ({"max_instances": 5, "secrets": {"TOKEN": "hunter2"}}, {"max_instances": 1}):
            platform.update("service", api["id"], change, Operation(Origin("bob", tool="console")))


def test_the_audit_log_page_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    tell_the_story(tmp_path, iac)
    try_page(DOCS / "audit-log.md", tmp_path, iac)


def test_the_page_for_users_of_terraform_does_what_it_says(tmp_path: Path, iac: Iac) -> None:
    recorded = ROOT / "tests" / "recording" / "goldens"
    shutil.copy(recorded / "update.plan.json", tmp_path / "plan.json")
    shutil.copy(recorded / "update.apply.ndjson", tmp_path / "apply.ndjson")
    try_page(DOCS / "from-terraform.md", tmp_path, iac)


def test_every_question_to_the_audit_log_has_a_command_that_answers(tmp_path: Path, iac: Iac) -> None:
    shutil.copy(ROOT / "examples" / "quickstart" / "main.tf", tmp_path)
    iac("iac apply -auto-approve")
    table = (DOCS / "audit-log.md").read_text(encoding="utf-8").partition("## The event")[0]
    commands = re.findall(r"^\| [^|]+\| `(iac [^`]+)` \|$", table, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        assert iac(command.replace(" ID", " 1")).strip(), command


def test_the_chain_can_be_checked_without_iac(tmp_path: Path, iac: Iac) -> None:
    shutil.copy(ROOT / "examples" / "quickstart" / "main.tf", tmp_path)
    iac("iac apply -auto-approve")
    previous = "0" * 64
    for event in json.loads(iac("iac events --reverse --json")):
        found = event.pop("hash")
        assert event["previous_hash"] == previous
        text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert previous == found


# --- commands that are only named ----------------------------------------------------------------------------

_NAMED = re.compile(r"`(iac [^`\n]+)`")
_SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def named_commands() -> list[tuple[str, str]]:
    """Every command that a page names in its text or has in a block of shell."""
    found = set()
    for page in WRITTEN:
        text = page.read_text(encoding="utf-8")
        lines = [line for block in _SHELL.findall(text) for line in block.splitlines() if line.startswith("iac ")]
        found.update((name(page), line) for line in [*_NAMED.findall(text), *lines])
    return sorted(found)


@pytest.mark.parametrize(("page", "line"), named_commands())
def test_a_command_that_a_page_names_exists_with_its_options(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="iac")
    while isinstance(command, click.Group) and words and words[0] in command.list_commands(context):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command, context = found, click.Context(found, parent=context)
    assert command is not cli, f'{page}: there is no command "{line}"'
    rewrite(context, command.params, words_last(words))  # refuses an option that there is not


def test_what_is_shown_may_leave_out_lines_and_parts_of_lines() -> None:
    assert pattern("one\n...\nthree\n").match("one\ntwo\nthree\n")
    assert pattern("... b ...\n").match("a b c\n")
    assert not pattern("one\nthree\n").match("one\ntwo\nthree\n")
    assert not pattern("one\n").match("one two\n")
