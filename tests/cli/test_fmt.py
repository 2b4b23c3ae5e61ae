"""`iac fmt`: which files it takes, what it writes and says, and its exit codes, as `terraform fmt` has them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

UGLY, PRETTY = "a=1\n", "a = 1\n"
DIFFERENCE = "--- old/{0}\n+++ new/{0}\n@@ -1 +1 @@\n-a=1\n+a = 1\n"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with files of every kind, all of them ugly."""
    directory = tmp_path / "tree"
    for name in (
        "main.tf",
        "x.tfvars",
        "x.tftest.hcl",
        "x.tfmock.hcl",
        "sub/inner.tf",
        "x.hcl",
        "x.tf.json",
        "x.tf~",
        "#x.tf#",
        ".x.tf",
        ".terraform/x.tf",
    ):
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(UGLY, encoding="utf-8")
    monkeypatch.chdir(directory)
    return directory


def changed(tree: Path) -> set[str]:
    """The files that are no longer ugly."""
    return {
        str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file() and path.read_text("utf-8") != UGLY
    }


def feed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(text.encode()), isatty=lambda: False))


HERE = {"main.tf", "x.tfvars", "x.tftest.hcl", "x.tfmock.hcl"}


def test_the_files_of_the_working_directory_are_written_and_listed(iac: Any, tree: Path) -> None:
    outcome = iac("fmt")
    assert (outcome.code, outcome.out, outcome.err) == (0, "main.tf\nx.tfmock.hcl\nx.tftest.hcl\nx.tfvars\n", "")
    assert changed(tree) == HERE
    assert (tree / "main.tf").read_text(encoding="utf-8") == PRETTY


def test_what_is_well_already_is_not_listed(iac: Any, tree: Path) -> None:
    iac("fmt")
    outcome = iac("fmt")
    assert (outcome.code, outcome.out) == (0, "")


def test_recursive_goes_into_directories_that_are_not_hidden(iac: Any, tree: Path) -> None:
    assert "sub/inner.tf\n" in iac("fmt", "-recursive").out
    assert changed(tree) == HERE | {"sub/inner.tf"}


def test_targets_are_files_and_directories(iac: Any, tree: Path) -> None:
    assert iac("fmt", "./x.tfvars", "sub/").out == "x.tfvars\nsub/inner.tf\n"
    assert changed(tree) == {"x.tfvars", "sub/inner.tf"}


@pytest.mark.parametrize(
    ("options", "code", "out"),
    [
        (["-check"], 3, "main.tf\n"),
        (["-check", "-list=false"], 3, ""),
        (["-check", "-diff"], 3, "main.tf\n" + DIFFERENCE.format("main.tf")),
        (["-write=false"], 0, "main.tf\n"),
        (["-write=false", "-list=false"], 0, PRETTY),
        (["-write=false", "-list=false", "-diff"], 0, DIFFERENCE.format("main.tf")),
    ],
)
def test_options_that_write_no_file(iac: Any, tree: Path, options: list[str], code: int, out: str) -> None:
    outcome = iac("fmt", *options, "main.tf")
    assert (outcome.code, outcome.out, outcome.err) == (code, out, "")
    assert changed(tree) == set()


def test_check_of_a_file_that_is_well_exits_with_0(iac: Any, tree: Path) -> None:
    (tree / "main.tf").write_text(PRETTY, encoding="utf-8")
    assert iac("fmt", "-check", "main.tf").code == 0


@pytest.mark.parametrize(
    ("options", "code", "out"),
    [([], 0, PRETTY), (["-check"], 3, ""), (["-diff"], 0, DIFFERENCE.format("<stdin>")), (["-check", "-diff"], 3, "")],
)
def test_a_dash_is_standard_input(
    iac: Any, tree: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, out: str
) -> None:
    feed(monkeypatch, UGLY)
    outcome = iac("fmt", *options, "-")
    assert (outcome.code, outcome.out, outcome.err) == (code, out, "")
    assert changed(tree) == set()


def test_standard_input_that_does_not_parse_is_an_error(iac: Any, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    feed(monkeypatch, "a=)\n")
    outcome = iac("fmt", "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert "on <stdin> line 1" in outcome.err


def test_a_file_that_does_not_parse_is_named_and_left_alone_and_the_others_are_written(iac: Any, tree: Path) -> None:
    (tree / "bad.tf").write_text("a=)\n", encoding="utf-8")
    outcome = iac("fmt")
    assert outcome.code == 2
    assert "Error: Invalid expression" in outcome.err
    assert "on bad.tf line 1" in outcome.err
    assert (tree / "bad.tf").read_text(encoding="utf-8") == "a=)\n"
    assert (tree / "main.tf").read_text(encoding="utf-8") == PRETTY


def test_a_check_that_fails_lists_nothing(iac: Any, tree: Path) -> None:
    (tree / "bad.tf").write_text("a=)\n", encoding="utf-8")
    outcome = iac("fmt", "-check")
    assert (outcome.code, outcome.out) == (2, "")


@pytest.mark.parametrize(
    ("target", "summary"),
    [
        ("absent", "Error: No file or directory at absent"),
        ("x.hcl", "Error: Only .tf, .tfvars, and .tftest.hcl files can be processed with iac fmt"),
    ],
)
def test_a_target_that_cannot_be_formatted_is_an_error(iac: Any, tree: Path, target: str, summary: str) -> None:
    outcome = iac("fmt", target)
    assert outcome.code == 2
    assert summary in outcome.err


def test_the_end_of_a_diff_says_when_there_is_no_newline(iac: Any, tree: Path) -> None:
    (tree / "main.tf").write_text("a=1", encoding="utf-8")
    text = "\n\\ No newline at end of file\n"
    assert iac("fmt", "-diff", "-list=false", "main.tf").out.endswith(f"-a=1{text}+a = 1{text}")


def test_without_a_program_for_it_the_diff_is_much_the_same(
    iac: Any, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    text = "\n\\ No newline at end of file\n"
    header = "--- old/main.tf\n+++ new/main.tf\n@@ -1 +1 @@\n"
    assert iac("fmt", "-check", "-diff", "x.tfvars").out == "x.tfvars\n" + DIFFERENCE.format("x.tfvars")
    (tree / "main.tf").write_text("a=1", encoding="utf-8")
    assert iac("fmt", "-diff", "-list=false", "main.tf").out == f"{header}-a=1{text}+a = 1{text}"


@pytest.mark.skipif(shutil.which("diff") is None, reason="needs diff")
def test_a_diff_is_that_of_the_program_for_it(iac: Any, tree: Path) -> None:
    ugly = "".join(f"variable v{n} {{\n type=list\n}}\nmodule m{n} {{\n  a = 1\n}}\n" for n in range(60))
    (tree / "main.tf").write_text(ugly, encoding="utf-8")
    shown = iac("fmt", "-write=false", "-list=false", "-diff", "main.tf").out
    iac("fmt", "main.tf")
    real = subprocess.run(
        ["diff", "--label=old/main.tf", "--label=new/main.tf", "-u", "-", "main.tf"],
        input=ugly,
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown == real.stdout


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="needs the real terraform binary")
@pytest.mark.parametrize(
    "arguments",
    [
        ["-recursive", "-write=false", "-diff"],
        ["-check", "sub"],
        ["-list=false", "-write=false"],
        ["-check", "-recursive", "-diff", "x.tfvars", "sub", "sub/"],
        ["-check", "-list=false", "main.tf"],
    ],
)
def test_the_real_one_says_the_same(iac: Any, tree: Path, arguments: list[str]) -> None:
    real = subprocess.run(
        ["terraform", "fmt", "-no-color", *arguments],
        cwd=tree,
        env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    outcome = iac("fmt", "-no-color", *arguments)
    assert (outcome.code, outcome.out) == (real.returncode, real.stdout)
