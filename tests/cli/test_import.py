"""`iac import` and `iac refresh`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.platform.api import Platform
from iac.storage import open_storage

CLUSTER = {"name": "main", "cloud_provider": "AWS", "region": "eu-west-3", "description": "by hand"}


@pytest.fixture
def cluster(directory: Path) -> str:
    """The id of a cluster that somebody made without iac."""
    with open_storage(str(directory / "iac.db")) as database:
        platform = Platform(database, AuditLog(database))
        return str(platform.create("cluster", CLUSTER, Operation(Origin("eve", "console")))["id"])


def test_an_object_is_taken_over_and_nothing_else_is_done(iac, cluster: str) -> None:
    outcome = iac("import", "iac_cluster.main", cluster, "--message", "found it")
    assert outcome.code == 0
    assert f"iac_cluster.main: Import complete [id={cluster}]" in outcome.out
    assert "Resources: 1 imported, 0 added, 0 changed, 0 destroyed." in outcome.out
    assert iac("state", "list").out == "iac_cluster.main\n"
    [event, _] = json.loads(iac("events", "--json").out)
    assert (event["event_type"], event["tool"], event["message"]) == ("IMPORT", "terraform", "found it")
    assert event["post_state"]["description"] == "by hand"


def test_a_dry_run_imports_nothing(iac, cluster: str) -> None:
    outcome = iac("import", "-dry-run", "iac_cluster.main", cluster)
    assert (outcome.code, outcome.out.splitlines()[-1]) == (0, f"Would import iac_cluster.main [id={cluster}]")
    assert iac("import", "-dry-run", "iac_cluster.main", "nope").code == 1
    assert iac("state", "list").out == ""


def test_the_next_plan_shows_what_differs(iac, cluster: str) -> None:
    iac("import", "iac_cluster.main", cluster)
    assert '"by hand" -> null' in iac("plan").out


@pytest.mark.parametrize(
    ("address", "id", "wanted"),
    [
        ("iac_cluster.main", "nope", "Cannot import non-existent remote object"),
        ("iac_cluster.other", "x", 'Resource address "iac_cluster.other" does not exist in the configuration'),
        ("module.m.iac_cluster.other", "x", "does not exist in the configuration"),
        ("iac_cluster.main[0]", "x", "The target resource does not use count."),
        ("foo", "x", "Invalid address"),
    ],
)
def test_mistakes_are_named(iac, cluster: str, address: str, id: str, wanted: str) -> None:
    outcome = iac("import", address, id)
    assert outcome.code == 1
    assert wanted in " ".join(outcome.err.split())
    assert iac("state", "list").out == ""


def test_a_failed_import_speaks_neither_of_targets_nor_of_a_block_that_nobody_wrote(iac, cluster: str) -> None:
    outcome = iac("import", "iac_cluster.main", "nope")
    assert "targeting" not in outcome.out + outcome.err
    assert "import-address" not in outcome.err


def test_what_is_managed_already_is_refused(iac, cluster: str) -> None:
    iac("import", "iac_cluster.main", cluster)
    assert "Resource already managed by iac" in iac("import", "iac_cluster.main", cluster).err


def test_refresh_remembers_what_changed_outside(iac, directory: Path, cluster: str) -> None:
    iac("import", "iac_cluster.main", cluster)
    with open_storage(str(directory / "iac.db")) as database:
        platform = Platform(database, AuditLog(database))
        platform.update("cluster", cluster, {"description": "again"}, Operation(Origin("eve", "console")))
    assert "Objects have changed outside of iac" in iac("refresh").out
    assert '"again"' in iac("state", "show", "iac_cluster.main").out
