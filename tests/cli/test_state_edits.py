"""`iac state mv` and `iac state rm`: what is remembered of objects changes, the objects do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

MAIN = """
resource "terraform_data" "a" {
  count = 2
}
resource "terraform_data" "z" {}
module "m" {
  source = "./m"
}
"""


@pytest.fixture(autouse=True)
def applied(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(MAIN)
    (directory / "m").mkdir()
    (directory / "m" / "main.tf").write_text('resource "terraform_data" "q" {}\n')
    assert iac("apply", "-auto-approve").code == 0


def addresses(iac) -> list[str]:
    return iac("state", "list").out.split()


def types(iac) -> list[str]:
    return [event["event_type"] for event in json.loads(iac("events", "--json", "--reverse").out)]


def test_an_instance_moves(iac) -> None:
    outcome = iac("state", "mv", "terraform_data.a[0]", "terraform_data.b")
    assert outcome.out.splitlines() == [
        'Move "terraform_data.a[0]" to "terraform_data.b"',
        "Successfully moved 1 object(s).",
    ]
    assert "terraform_data.b" in addresses(iac)
    assert types(iac)[-1] == "MOVE"


def test_a_resource_moves_with_all_its_instances(iac) -> None:
    assert iac("state", "mv", "terraform_data.a", "module.x.terraform_data.b").code == 0
    assert {"module.x.terraform_data.b[0]", "module.x.terraform_data.b[1]"} <= set(addresses(iac))


def test_a_module_moves(iac) -> None:
    assert iac("state", "mv", "module.m", 'module.n["eu"]').code == 0
    assert 'module.n["eu"].terraform_data.q' in addresses(iac)


def test_a_dry_run_changes_nothing(iac) -> None:
    before = addresses(iac)
    assert iac("state", "mv", "-dry-run", "terraform_data.z", "terraform_data.y").out == (
        'Would move "terraform_data.z" to "terraform_data.y"\n'
    )
    assert iac("state", "rm", "-dry-run", "terraform_data.z").out == "Would remove terraform_data.z\n"
    assert addresses(iac) == before


def test_objects_are_forgotten_and_stay(iac) -> None:
    outcome = iac("state", "rm", "terraform_data.a", "module.m", "terraform_data.nope")
    assert outcome.out.splitlines()[-1] == "Successfully removed 3 resource instance(s)."
    assert addresses(iac) == ["terraform_data.z"]
    assert types(iac)[-3:] == ["FORGET"] * 3
    assert "3 to add" in iac("plan").out


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (("mv", "terraform_data.z", "terraform_data.a[0]"), "there is already a resource instance"),
        (("mv", "terraform_data.z", "terraform_data.z"), "there is already a resource instance"),
        (("mv", "terraform_data.z", "iac_cluster.z"), "resource types don't match"),
        (("mv", "terraform_data.nope", "terraform_data.b"), "does not match anything"),
        (("mv", "module.m", "terraform_data.b"), "the target must also be a module"),
        (("mv", "terraform_data.z", "module.m"), "the target must also be a resource"),
        (("mv", "foo", "bar"), "Invalid address"),
        (("rm", "terraform_data.nope"), "No matching objects found"),
    ],
)
def test_mistakes_are_named_and_change_nothing(iac, arguments: tuple[str, ...], wanted: str) -> None:
    before = addresses(iac), types(iac)
    outcome = iac("state", *arguments)
    assert outcome.code == 1
    assert wanted in " ".join(outcome.err.split())
    assert (addresses(iac), types(iac)) == before
