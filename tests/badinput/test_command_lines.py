"""Command lines, environments and standard streams as nobody means them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
from ground import Ground

_MAIN = 'variable "a" {\n  type    = number\n  default = 1\n}\nresource "terraform_data" "a" {\n  input = var.a\n}\n'
_WORDS = ["", " ", "-", "--", "---", "=", "-=", "-x", "--no-such-option", "\udcff", "\n", "a" * 100_000, "*", "é\u2028"]


@pytest.fixture
def applied(ground: Ground) -> Ground:
    """A directory that is applied."""
    assert ground.write({"main.tf": _MAIN}).run("apply", "-auto-approve").code == 0
    return ground


@pytest.mark.parametrize("word", _WORDS, ids=lambda w: repr(w)[:20])
def test_words_that_mean_nothing(applied: Ground, word: str) -> None:
    for command in (
        (word,),
        ("plan", word),
        ("plan", f"-target={word}"),
        ("plan", f"-var={word}"),
        ("plan", f"-lock-timeout={word}"),
        ("plan", f"-out={word}") if word in ("", "-=") else ("plan", "-replace", word),
        ("state", word),
        ("state", "show", word),
        ("state", "mv", word, word),
        ("workspace", "select", word),
        ("events", word),
        ("events", "-where", word),
        ("events", "-since", word),
        ("events", "show", word),
        ("query", word),
        ("import", word, word),
        ("taint", word),
        ("functions", word),
        ("output", word),
        ("force-unlock", word),
        ("blame", word),
        (f"-chdir={word}", "plan"),
    ):
        if not any(len(part) > 100_000 for part in command):
            applied.run(*command)


_OPTIONS: dict[tuple[str, ...], str] = {
    ("plan", "-parallelism=0"): "",
    ("plan", "-parallelism=-1"): "parallelism",
    ("plan", "-parallelism=x"): "parallelism",
    ("plan", "-lock-timeout=garbage"): "is not a duration",
    ("plan", "-lock-timeout=-1s"): "",
    ("plan", "-lock-timeout=1e99h"): "is not a duration",
    ("plan", "-lock-timeout=99999999999999999999h"): "",
    ("plan", "-var", "a"): "is not correctly specified",
    ("plan", "-var", "=1"): "is not correctly specified",
    ("plan", "-var", "b=1"): "Value for undeclared variable",
    ("plan", "-var", "a="): "",
    ("plan", "-var", "a=["): "",
    ("plan", "-var", "a=1e9999999"): "",
    ("plan", "-var", "a=" + "9" * 100_000): "",
    ("plan", "-target=a[b"): "target",
    ("plan", "-target=[[["): "target",
    ("plan", "-target=module."): "target",
    ("plan", '-target=terraform_data.a["\\ud800"]'): "target",
    ("plan", "-target=terraform_data.a[99999999999999999999999]"): "digits",
    ("plan", f"-target=terraform_data.a[{'9' * 5000}]"): "digits",
    ("plan", '-target=terraform_data.a["\\U99999999"]'): "Cannot encode character",
    ("plan", "-replace=terraform_data"): "",
    ("plan", "-json=maybe"): "",
    ("plan", "extra", "words"): "",
    ("workspace", "new", "../x"): "",
    ("workspace", "new", "a" * 1000): "",
    ("workspace", "new", "a/b"): "",
    ("query", "select * from nothing"): "",
    ("query", "drop table event"): "",
    ("query", "select 1; select 2"): "",
    (
        "query",
        "-timeout",
        "1",
        "with recursive r(x) as (select 1 union all select x + 1 from r) select count(*) from r",
    ): "",
    ("events", "-where", "(" * 10_000): "",
    ("events", "-where", "not " * 10_000 + "user = 'a'"): "",
    ("events", "-where", " or ".join(["user = 'a'"] * 5_000)): "",
    ("events", "-limit", "0"): "",
    ("events", "-limit", "99999999999999999999"): "",
    ("events", "-since", "99999999999999d"): "",
    ("events", "-since", "9999-99-99"): "",
    ("nosuch",): "There is no command",
}


@pytest.mark.parametrize("command", _OPTIONS, ids=lambda c: " ".join(c)[:40])
def test_options_with_nonsense(applied: Ground, command: tuple[str, ...]) -> None:
    ended = applied.run(*command)
    if _OPTIONS[command]:
        assert ended.code == 1, str(ended)
        assert _OPTIONS[command] in ended.err


_ENVIRONMENTS: dict[str, dict[str, str]] = {
    "a workspace outside": {"IAC_WORKSPACE": "../x"},
    "a workspace without a name": {"IAC_WORKSPACE": ""},
    "a variable that is no expression": {"TF_VAR_a": "["},
    "a variable with invalid UTF-8": {"TF_VAR_a": "\udcff"},
    "a variable without a name": {"TF_VAR_": "1"},
    "an expression a million long": {"TF_VAR_a": "1" + "+1" * 50_000},
    "a screen without columns": {"COLUMNS": "0"},
    "a screen of less than nothing": {"COLUMNS": "-5"},
    "a screen that is none": {"COLUMNS": "x", "LINES": "y"},
    "a database in a file": {"IAC_DATABASE": "main.tf/x.db"},
    "a database that is a directory": {"IAC_DATABASE": "."},
    "a database that is a configuration": {"IAC_DATABASE": "main.tf"},
    "a database of no kind": {"IAC_DATABASE": "nosuch://x"},
    "a database nowhere": {"IAC_DATABASE": "/nowhere/at/all/x.db"},
    "a cache that is a file": {"IAC_CACHE_DIR": "main.tf"},
    "a user with invalid UTF-8": {"IAC_USER": "\udcff\n"},
    "no home": {"HOME": "", "XDG_CACHE_HOME": "relative"},
    "no time zone": {"TZ": "Nowhere/At/All"},
}


@pytest.mark.parametrize("name", _ENVIRONMENTS)
def test_environments_that_are_strange(applied: Ground, name: str) -> None:
    for command in (("plan",), ("events",), ("state", "list"), ("apply", "-auto-approve"), ("show",)):
        applied.run(*command, environment=_ENVIRONMENTS[name])


# --- standard streams: in processes as the shell makes them ------------------------------------------------------


def _in_shell(
    ground: Ground, command: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    kept = {**os.environ, "IAC_USER": "ana", **(environment or {})}
    iac = f'"{sys.executable}" -m iac'
    line = command.replace("iac ", f"{iac} ")
    return subprocess.run(
        ["bash", "-c", line], cwd=ground.directory, env=kept, capture_output=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("iac plan >&-", 0),
        ("iac plan <&-", 0),
        ("iac plan 2>&-", 0),
        ("iac plan <&- >&- 2>&-", 0),
        ("iac apply <&-", 1),
        ("iac plan -var=nope=1 2>&-", 1),
        ("iac plan >/dev/full", 1),
        ("iac plan -var=nope=1 2>/dev/full", 1),
        ("iac plan | true", 0),
        ("iac functions | head -c 10", 0),
        ("iac apply </dev/null", 1),
        (r"printf '\xff\n' | iac apply", 1),
        (r"printf '\"\xff\"\n' | iac console", 1),
        (r"iac plan $'-var=\xff=1'", 1),
        (r"iac show $'\xff'", 1),
    ],
)
def test_standard_streams_that_are_closed_full_or_broken(ground: Ground, command: str, code: int) -> None:
    ended = _in_shell(ground.write({"main.tf": _MAIN}), command)
    assert ended.returncode == code, ended
    for trace in (b"Traceback", b"This is a bug", b"Exception ignored"):
        assert trace not in ended.stderr + ended.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "ascii"])
def test_a_terminal_that_cannot_show_everything(ground: Ground, encoding: str) -> None:
    ground.write({"main.tf": 'output "x" {\n  value = "é–\u2028"\n}\n'})
    ended = _in_shell(ground, "iac plan", {"LC_ALL": "C", "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"})
    assert ended.returncode == 0, ended
