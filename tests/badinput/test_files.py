"""Files that are no files, and modules that lead nowhere or in circles: nothing waits, nothing is run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ground import Ground, value

_MAIN = 'output "x" {\n  value = 1\n}\n'


def _call(source: str, name: str = "m") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n}}\n'


# --- what stands where a configuration file should -----------------------------------------------------------


def test_a_directory_named_like_a_file_is_left_alone(ground: Ground) -> None:
    (ground.directory / "x.tf").mkdir()
    assert ground.write({"main.tf": _MAIN}).run("plan").code == 0


def test_a_named_pipe_is_refused_and_not_waited_for(ground: Ground) -> None:
    os.mkfifo(ground.directory / "x.tf")
    ended = ground.write({"main.tf": _MAIN}).run("plan")
    assert ended.code == 1
    assert 'The file "x.tf" could not be read: Is a named pipe, not a regular file.' in ended.err.replace("\n", " ")


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("x.tf", "Too many levels of symbolic links"),
        ("nowhere", "No such file or directory"),
        ("/dev/zero", "Is a device node, not a regular file"),
        ("/", "Is a directory"),
    ],
)
def test_a_symbolic_link_that_leads_to_no_file_is_refused(ground: Ground, target: str, reason: str) -> None:
    (ground.directory / "x.tf").symlink_to(target)
    ended = ground.write({"main.tf": _MAIN}).run("plan")
    assert ended.code == 1
    assert f'The file "x.tf" could not be read: {reason}.' in " ".join(ended.err.split())


def test_symbolic_links_that_are_no_configuration_do_not_matter(ground: Ground) -> None:
    (ground.directory / "loop").symlink_to("loop")
    (ground.directory / ".#main.tf").symlink_to("nowhere")
    assert ground.write({"main.tf": _MAIN}).run("plan").code == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(ground: Ground) -> None:
    ground.write({"main.tf": _MAIN})
    (ground.directory / "main.tf").chmod(0)
    assert "Permission denied" in ground.run("plan").err


# --- what expressions and options name ------------------------------------------------------------------------


@pytest.fixture
def strange(ground: Ground) -> Ground:
    """A directory with a named pipe `pipe` and a symbolic link `loop` to itself."""
    os.mkfifo(ground.directory / "pipe")
    (ground.directory / "loop").symlink_to("loop")
    return ground


@pytest.mark.parametrize("function", ["file", "filebase64", "filesha256", "filebase64sha512", "fileexists"])
@pytest.mark.parametrize("path", ["pipe", "/dev/zero", "/dev/tty", "."])
def test_functions_read_nothing_but_files(strange: Ground, function: str, path: str) -> None:
    ended = strange.check(value("a path", f'{function}("{path}")'))
    assert ended.code == 1


@pytest.mark.parametrize("path", ["loop", "a\\u0000b", "x" * 5000, "x/" * 50_000, "../" * 50_000, ""])
@pytest.mark.parametrize("function", ["file", "filemd5", "fileexists", "templatefile", "abspath", "fileset"])
def test_paths_that_no_file_can_have(strange: Ground, function: str, path: str) -> None:
    more = {"templatefile": ", {}", "fileset": ', "**"'}.get(function, "")
    strange.check(value("a path", f'{function}("{path}"{more})'))


def test_nothing_is_as_large_as_a_device_of_zeros(strange: Ground) -> None:
    ended = strange.write({"main.tf": 'variable "a" {}\n'}).run("plan", "-var-file=/dev/zero")
    assert ended.code == 1
    assert "File too large: it has more than 64 MB" in " ".join(ended.err.split())


def test_a_file_of_variables_that_nobody_writes_is_not_waited_for(strange: Ground) -> None:
    ended = strange.write({"main.tf": 'variable "a" {}\n'}).run("plan", "-var-file=pipe")
    assert ended.code == 1
    assert "Nobody wrote to this named pipe within 2 seconds" in " ".join(ended.err.split())


def test_variables_may_come_from_standard_input(ground: Ground) -> None:
    ground.write({"main.tf": 'variable "a" {}\noutput "a" {\n  value = var.a\n}\n'})
    assert '+ a = "from outside"' in ground.run("plan", "-var-file=/dev/stdin", stdin='a = "from outside"\n').out


@pytest.mark.parametrize("file", ["", ".", "nowhere", "loop", "pipe", "/dev/null", "/", "a" * 5000])
def test_options_that_name_no_file_of_theirs(strange: Ground, file: str) -> None:
    strange.write({"main.tf": 'variable "a" {\n  default = 1\n}\n'})
    for command in (
        ("plan", f"-var-file={file}"),
        ("show", file),
        ("apply", file),
        ("state", "push", file),
        ("record", file),
        ("fmt", file),
        ("query", "-f", file),
        ("events", "verify", f"-export={file}"),
        ("validate", file),
    ):
        strange.run(*command)


# --- modules ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["./.", "./m/..", "./m/../m/.."])
def test_a_module_that_calls_itself_is_refused(ground: Ground, source: str) -> None:
    ended = ground.write({"main.tf": _call(source), "m/a.tf": ""}).run("plan")
    assert "Module calls itself" in ended.err


def test_modules_that_call_each_other_are_refused(ground: Ground) -> None:
    ground.write({"main.tf": _call("./a"), "a/a.tf": _call("../b"), "b/b.tf": _call("../a")})
    assert "Module calls itself" in ground.run("plan").err


def test_a_module_that_calls_itself_through_a_symbolic_link_is_refused(ground: Ground) -> None:
    ground.write({"main.tf": _call("./m"), "m/a.tf": _call("./again")})
    (ground.directory / "m/again").symlink_to(".")
    ended = ground.run("plan")
    assert ended.code == 1
    assert "Too many levels of symbolic links" in " ".join(ended.err.split())


def test_modules_that_double_at_each_level_are_too_many(ground: Ground) -> None:
    levels = {f"m{i}/a.tf": _call(f"../m{i + 1}", "a") + _call(f"../m{i + 1}", "b") for i in range(24)}
    ended = ground.write({"main.tf": _call("./m0"), **levels, "m24/a.tf": ""}).run("plan")
    assert "A configuration may have 10,000 modules" in " ".join(ended.err.split())


def test_a_chain_of_three_hundred_modules_works(ground: Ground) -> None:
    levels = {f"m{i}/a.tf": _call(f"../m{i + 1}") for i in range(300)}
    assert ground.write({"main.tf": _call("./m0"), **levels, "m300/a.tf": _MAIN}).run("plan").code == 0


@pytest.mark.parametrize(
    "source",
    [
        "./\\u0000",
        "./" + "a" * 5000,
        "/dev",
        "./main.tf",
        "./nowhere",
        "",
        "git::ssh://x",
        "$(touch ran)",
        "./$(touch ran)",
    ],
)
def test_a_source_that_is_no_directory_is_refused(ground: Ground, source: str) -> None:
    ended = ground.write({"main.tf": _call(source)}).run("plan")
    assert ended.code == 1


def test_nothing_that_a_configuration_names_is_run(ground: Ground) -> None:
    script = ground.directory / "run.sh"
    script.write_text("#!/bin/sh\ntouch ran\n")
    script.chmod(0o755)
    names = ["./run.sh", "`./run.sh`", "$(./run.sh)", "; ./run.sh", "| ./run.sh", "file://run.sh"]
    text = "".join(
        f'module "m{i}" {{\n  source = "{n}"\n}}\noutput "o{i}" {{\n  value = fileexists("{n}")\n}}\n'
        for i, n in enumerate(names)
    )
    provisioner = 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "./run.sh"\n  }\n}\n'
    for main in (text, provisioner):
        ground.write({"main.tf": main})
        for command in (("validate",), ("plan",), ("apply", "-auto-approve")):
            assert ground.run(*command).code == 1
    assert not Path(ground.directory / "ran").exists()
