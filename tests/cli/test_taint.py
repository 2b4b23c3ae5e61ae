"""`iac taint`, `iac untaint`, `iac force-unlock`."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac.diagnostics import DiagnosticsError
from iac.state.lock import lock
from iac.storage import open_storage


@pytest.fixture(autouse=True)
def applied(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" {}\n')
    assert iac("apply", "-auto-approve").code == 0


def test_a_tainted_object_is_replaced_and_one_untainted_is_not(iac) -> None:
    assert "has been marked as tainted" in iac("taint", "terraform_data.a").out
    assert "is tainted, so must be replaced" in iac("plan").out
    assert "successfully untainted" in iac("untaint", "terraform_data.a").out
    assert "No changes." in iac("plan").out


def test_both_are_events(iac) -> None:
    iac("taint", "terraform_data.a", "--message", "broken disk")
    iac("taint", "terraform_data.a")
    iac("untaint", "terraform_data.a")
    out = iac("events", "--json").out
    assert out.count('"event_type": "TAINT"') == 1
    assert out.count('"event_type": "UNTAINT"') == 1
    assert "broken disk" in out


def test_a_dry_run_changes_nothing(iac) -> None:
    assert "would be marked as tainted" in iac("taint", "-dry-run", "terraform_data.a").out
    assert "No changes." in iac("plan").out


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("taint", "terraform_data.b"), "No such resource instance"),
        (("untaint", "terraform_data.a"), "Resource instance is not tainted"),
        (("taint", "foo"), "Invalid address"),
        (("taint", "data.iac_cluster.a"), "cannot be tainted"),
        (("force-unlock", "abc"), "The state is not locked."),
    ],
)
def test_mistakes_are_named(iac, arguments: tuple[str, ...], wanted: str) -> None:
    outcome = iac(*arguments)
    assert outcome.code == 1
    assert wanted in outcome.err


def test_a_missing_object_can_be_allowed(iac) -> None:
    outcome = iac("taint", "-allow-missing", "terraform_data.b")
    assert outcome.code == 0
    assert "because -allow-missing was set" in outcome.err


def test_a_lock_is_removed_by_its_id_and_only_by_force_where_nobody_can_be_asked(iac, directory: Path) -> None:
    with open_storage(str(directory / "iac.db")) as database:
        holding = lock(database, "default", "OperationTypeApply", "eve@host")
        held = holding.__enter__()
        assert "error asking for approval: EOF" in iac("force-unlock", held.id).err
        assert "does not have the id" in iac("force-unlock", "-force", "abc").err
        assert "state is already locked" in iac("taint", "terraform_data.a").err
        assert "successfully unlocked" in iac("force-unlock", "-force", held.id).out
        assert iac("taint", "terraform_data.a").code == 0
        with pytest.raises(DiagnosticsError, match="releasing"):
            holding.__exit__(None, None, None)


@pytest.mark.parametrize(
    "command", [("taint",), ("untaint",), ("state", "rm"), ("state", "show"), ("state", "mv", "-dry-run")]
)
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("terraform_data.s[2]", "Its instances are terraform_data.s[0] and terraform_data.s[1]."),
        ("terraform_data.aa", 'Did you mean "terraform_data.a"?'),
    ],
)
def test_an_address_that_is_not_there_is_answered_with_what_may_be_meant(
    iac, directory: Path, command: tuple[str, ...], address: str, told: str
) -> None:
    (directory / "main.tf").write_text(
        'resource "terraform_data" "a" {}\nresource "terraform_data" "s" {\n  count = 2\n}\n'
    )
    assert iac("apply", "-auto-approve").code == 0
    outcome = iac(*command, address, *(["terraform_data.new"] if "mv" in command else []))
    assert outcome.code == 1
    assert told in " ".join(outcome.err.split())
