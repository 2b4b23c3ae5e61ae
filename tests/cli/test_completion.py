"""Completion in shells, with the conventions of the command line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.storage import open_storage


@pytest.fixture
def log(directory: Path) -> Path:
    """Events of a few users, tools and targets."""
    with open_storage(str(directory / "iac.db")) as database, database.transaction():
        for user, kind, name, address in (
            ("ana", "environment", "staging", "iac_environment.staging"),
            ("ana", "environment", "production", "iac_environment.production"),
            ("bob", "service", "api", 'iac_service.api["eu"]'),
            ("b\x1bad\n", "service", "e\x1bvil", None),
        ):
            AuditLog(database).record(
                Operation(Origin(user, run_id="run-1"), address),
                event_type="CREATE",
                target_type=kind,
                target_id=name,
                target_name=name,
                before=None,
                after={},
                change=("config", "scaling"),
            )
    return directory


def offered(line: str, shell: str = "bash") -> list[str]:
    """What is offered at the end of a line."""
    words = line.split(" ")
    settings = {
        "bash": {"COMP_LINE": line, "COMP_BREAKS": " \"'><=;|&(:"},
        "zsh": {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)},
        "fish": {"COMP_WORDS": line, "COMP_CWORD": words[-1]},
    }[shell]
    environment = {**os.environ, **settings, "_IAC_COMPLETE": f"{shell}_complete"}
    result = subprocess.run([sys.executable, "-m", "iac"], env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    if shell == "zsh":
        return result.stdout.split("\n")[1::3]
    return [entry.partition(",")[2] for entry in result.stdout.splitlines() if entry]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("iac eve", ["events"]),
        ("iac events ver", ["verify"]),
        ("iac events --user ", ["ana", "bob"]),
        ("iac events -user ", ["ana", "bob"]),
        ("iac events -user a", ["ana"]),
        ("iac events -user=a", ["ana"]),
        ("iac events -no-color -reverse -user a", ["ana"]),
        ("iac events --tool ", ["terraform"]),
        ("iac events --type C", ["CREATE"]),
        ("iac events --run ", ["run-1"]),
        ("iac events --change ", ["config", "scaling"]),
        ("iac events --target-type s", ["service"]),
        ("iac events --target env", ["environment", "environment:production", "environment:staging"]),
        # behind a colon Bash wants what comes behind it
        ("iac events --target environment:", ["production", "staging"]),
        ("iac events --target environment:st", ["staging"]),
        ("iac events -target=environment:st", ["staging"]),
        ("iac events --target iac_e", ["iac_environment.production", "iac_environment.staging"]),
        ("iac events --target iac_s", ["'iac_service.api[\"eu\"]'"]),
        ("iac events --target 'iac_s", ['iac_service.api["eu"]']),
        ("iac events user:b", ["bob"]),
        ("iac events -tool:t", ["terraform"]),
        ("iac events user:ana typ", ["type:"]),
        ("iac events environment:st", ["staging"]),
        ("iac events stats user:a", ["ana"]),
        ("iac events targets --type e", ["environment"]),
        ("iac plan -detai", ["--detailed-exitcode"]),
        ("iac events --user nobody", []),
        ("iac nonsense --user ", []),
        ("iac events -nonsense --user a", ["ana"]),
    ],
)
def test_the_shell_offers(log: Path, line: str, values: list[str]) -> None:
    assert offered(line) == values


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_offer_the_same(log: Path, shell: str) -> None:
    assert offered("iac events --user a", shell) == ["ana"]


def test_completing_makes_no_database(directory: Path) -> None:
    assert offered("iac events --user ") == []
    assert not (directory / "iac.db").exists()


def test_the_database_that_the_line_names_is_asked(log: Path) -> None:
    (log / "iac.db").rename(log / "other.db")
    assert offered("iac events --user a") == []
    assert offered("iac events --database other.db --user a") == ["ana"]
    (log / "inner").mkdir()
    (log / "other.db").rename(log / "inner" / "iac.db")
    assert offered("iac -chdir=inner events --user a") == ["ana"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed(directory: Path, shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("needs bash")
    environment = {**os.environ, "_IAC_COMPLETE": f"{shell}_source"}
    result = subprocess.run([sys.executable, "-m", "iac"], env=environment, capture_output=True, text=True, check=True)
    assert f"_IAC_COMPLETE={shell}_complete" in result.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_a_line(log: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "iac"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m iac "$@"\n')
    program.chmod(0o755)
    script = f"""
        export PATH={program.parent}:$PATH
        eval "$(_IAC_COMPLETE=bash_source iac)"
        COMP_LINE='iac events --target environment:'
        COMP_POINT=${{#COMP_LINE}}
        _iac_completion iac 2>/dev/null
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    result = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["production", "staging"]
