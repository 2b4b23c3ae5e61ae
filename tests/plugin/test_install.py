"""The launcher, where it is installed, and what it starts; the handshake before that."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from iac import __version__
from iac.cli.main import main
from iac.diagnostics import DiagnosticsError
from iac.plugin.handshake import HandshakeError, check_caller, handshake_line, server_tls, socket_directory
from iac.plugin.install import install, platform_name, required_providers

STARTED = {"TF_PLUGIN_MAGIC_COOKIE": "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "PATH": os.environ["PATH"]}


def test_the_launcher_is_where_terraform_looks(environment: dict[str, str], tmp_path: Path) -> None:
    done = install(environment, None)
    inside = f".terraform.d/plugins/registry.terraform.io/iac/iac/{__version__}/{platform_name()}"
    assert done.launcher == tmp_path / "home" / inside / f"terraform-provider-iac_v{__version__}"
    assert os.access(done.launcher, os.X_OK)


def test_nothing_else_is_in_the_package(environment: dict[str, str], tmp_path: Path) -> None:
    for _ in range(2):
        done = install(environment, tmp_path / "mirror")
    assert list(done.launcher.parent.iterdir()) == [done.launcher]


def test_the_launcher_has_no_place_of_this_machine_in_it(environment: dict[str, str], tmp_path: Path) -> None:
    text = install(environment, tmp_path / "mirror").launcher.read_text()
    assert str(tmp_path) not in text
    assert sys.prefix not in text


def test_the_launcher_starts_what_it_is_told(environment: dict[str, str], tmp_path: Path) -> None:
    launcher = install(environment, tmp_path / "mirror").launcher
    programs = {}
    for name in ("named", "recorded", "iac"):
        programs[name] = tmp_path / "bin" / name
        programs[name].parent.mkdir(exist_ok=True)
        programs[name].write_text(f'#!/bin/sh\necho {name} "$@"\n')
        programs[name].chmod(0o755)
    recorded = Path(environment["HOME"], ".config", "iac", "program")
    recorded.parent.mkdir(parents=True, exist_ok=True)
    recorded.write_text(f"{programs['recorded']}\n")

    def started(**more: str) -> str:
        settings = {**environment, "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", **more}
        return subprocess.run([launcher], env=settings, capture_output=True, text=True, check=True).stdout

    assert started(IAC_PROGRAM=str(programs["named"])) == "named provider serve\n"
    assert started() == "recorded provider serve\n"
    programs["recorded"].unlink()
    assert started() == "iac provider serve\n"


def test_a_directory_that_cannot_be_written_is_a_mistake(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiagnosticsError, match="Cannot install the provider"):
        install(environment, tmp_path / "file")


def test_the_block_to_write_is_shown() -> None:
    assert 'source  = "iac/iac"' in required_providers()


# --- handshake -----------------------------------------------------------------------------------------------


def test_who_starts_it_by_hand_is_told_what_it_is() -> None:
    with pytest.raises(HandshakeError, match="iac provider install"):
        check_caller({})


def test_a_terraform_that_is_too_old_is_told_so() -> None:
    with pytest.raises(HandshakeError, match="version 6"):
        check_caller({**STARTED, "PLUGIN_PROTOCOL_VERSIONS": "4,5"})


def test_terraform_is_let_in() -> None:
    check_caller({**STARTED, "PLUGIN_PROTOCOL_VERSIONS": "5,6"})


def test_the_handshake_line() -> None:
    assert handshake_line("/tmp/s", b"\x01") == "1|6|unix|/tmp/s|grpc|AQ\n"
    assert handshake_line("/tmp/s", None) == "1|6|unix|/tmp/s|grpc|\n"


def test_without_a_certificate_of_terraform_there_is_no_tls(tmp_path: Path) -> None:
    assert server_tls({}, tmp_path) is None


def test_the_key_does_not_stay_on_the_disk(tmp_path: Path) -> None:
    _, certificate = server_tls({"PLUGIN_CLIENT_CERT": _some_certificate(tmp_path)}, tmp_path) or (None, b"")
    assert certificate
    assert list(tmp_path.iterdir()) == []


def _some_certificate(tmp_path: Path) -> str:
    from iac.plugin.handshake import _self_signed

    return "-----BEGIN CERTIFICATE-----" + _self_signed()[1].decode().partition("-----BEGIN CERTIFICATE-----")[2]


def test_sockets_of_processes_that_were_killed_are_swept_away() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    # Shorter than the directories of tests, which would not be used.
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        left, running = (Path(place, f"iac-provider-{id}-x") for id in (process.pid, os.getpid()))
        left.mkdir()
        running.mkdir()
        made = socket_directory({"PLUGIN_UNIX_SOCKET_DIR": place})
        assert sorted(Path(place).iterdir()) == sorted([made, running])
        assert made.stat().st_mode & 0o777 == 0o700


def test_a_directory_with_a_long_name_is_not_used(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    made = socket_directory({"PLUGIN_UNIX_SOCKET_DIR": str(long)})
    made.rmdir()
    assert made.parent == Path("/tmp")


def test_the_command_says_what_to_write(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", environment["HOME"])
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert main(["provider", "install"]) == 0
    assert "filesystem_mirror" not in capsys.readouterr().out
    assert main(["provider", "install", "-dir", str(tmp_path / "mirror")]) == 0
    out = capsys.readouterr().out
    assert required_providers() in out
    assert f'path = "{tmp_path / "mirror"}"' in out


def test_the_provider_started_by_hand_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provider", "serve"]) == 1
    assert "is started by Terraform" in capsys.readouterr().err


def test_a_launcher_without_a_program_says_so_where_terraform_looks(
    environment: dict[str, str], tmp_path: Path
) -> None:
    launcher = install(environment, tmp_path / "mirror").launcher
    started = subprocess.run(
        [launcher],
        env={"HOME": str(tmp_path), "PATH": "/nonexistent", "IAC_PROGRAM": "/nonexistent/iac"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (started.returncode, started.stdout) == (
        1,
        "Error: there is no program /nonexistent/iac: install iac, run: iac provider install, or set IAC_PROGRAM\n",
    )


@pytest.mark.parametrize("started", [STARTED, {}], ids=["by Terraform", "by hand"])
def test_packages_that_are_missing_are_named_where_one_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], started: dict[str, str]
) -> None:
    for name, value in started.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setitem(sys.modules, "grpclib.const", None)
    monkeypatch.delitem(sys.modules, "iac.plugin.server", raising=False)
    assert main(["provider", "serve"]) == 1
    told = capsys.readouterr()
    assert "\"grpclib\".\n\nInstall iac with what the provider needs: pip install 'iac[terraform]'" in told.err
    assert told.out.count("\n") == bool(started), "the first line of standard output is what Terraform shows"
