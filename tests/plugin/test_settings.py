"""What the provider block and the environment say together."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac.diagnostics import DiagnosticsError
from iac.plugin.settings import Settings, run_of_parent, settings_from, workspace_of
from iac.providers.iac.configuration import PROVIDER_BLOCK
from iac.values.types import STRING
from iac.values.value import Value, null, object_value, string, unknown


def settings(environment: dict[str, str] | None = None, **given: Value) -> Settings:
    config = object_value({name: given.get(name, null(STRING)) for name in PROVIDER_BLOCK.attributes})
    return settings_from(config, "1.11.4", environment or {}, "run")


@pytest.mark.parametrize(
    ("given", "environment", "expected"),
    [
        ({}, {}, "iac.db"),
        ({}, {"IAC_DATABASE": "e.db"}, "e.db"),
        ({"database": string("g.db")}, {"IAC_DATABASE": "e.db"}, "g.db"),
    ],
)
def test_the_database(given: dict[str, Value], environment: dict[str, str], expected: str) -> None:
    assert settings(environment, **given).database() == expected


def test_a_database_that_is_not_known_yet_is_a_mistake_only_when_it_is_needed() -> None:
    found = settings(database=unknown(STRING))
    with pytest.raises(DiagnosticsError, match="Database not known yet"):
        found.database()


def test_user_and_message_of_the_block_go_before_those_of_the_environment(tmp_path: Path) -> None:
    environment = {"IAC_USER": "ana", "IAC_MESSAGE": "m"}
    assert settings(environment).origin(tmp_path, environment).user == "ana"
    assert settings(environment).message == "m"
    found = settings(environment, user=string("bo"), message=string("n")).origin(tmp_path, environment)
    assert (found.user, found.message, found.tool, found.run_id) == ("bo", "n", "terraform", "run")
    assert found.context["terraform"] == {"version": "1.11.4"}


def test_ci_gives_the_run_its_id() -> None:
    assert settings({"IAC_RUN_ID": "build-7"}).run_id == "build-7"


def test_provider_processes_of_one_terraform_have_one_run() -> None:
    if Path("/proc/self/stat").exists():
        assert run_of_parent() == run_of_parent()


def test_the_workspace_is_that_of_terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert workspace_of({}) == "default"
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "environment").write_text("test")
    assert workspace_of({}) == "test"
    assert workspace_of({"TF_WORKSPACE": "other"}) == "other"
    assert workspace_of({"TF_DATA_DIR": "elsewhere"}) == "default"
