"""`iac state list` with addresses: those that the state does not have are mistakes, as in Terraform."""

from __future__ import annotations

from pathlib import Path

import pytest

MAIN = """
resource "terraform_data" "a" {
  count = 2
}

module "m" {
  source   = "./m"
  for_each = toset(["x"])
}
"""


@pytest.fixture
def applied(iac, directory: Path) -> None:
    (directory / "m").mkdir()
    (directory / "m" / "main.tf").write_text('resource "terraform_data" "q" {}\n')
    (directory / "main.tf").write_text(MAIN)
    assert iac("apply", "-auto-approve").code == 0


@pytest.mark.parametrize(
    ("addresses", "listed"),
    [
        (("terraform_data.a",), ["terraform_data.a[0]", "terraform_data.a[1]"]),
        (("terraform_data.a[1]",), ["terraform_data.a[1]"]),
        (("module.m",), ['module.m["x"].terraform_data.q']),
        (('module.m["x"]', "terraform_data.a[0]"), ['module.m["x"].terraform_data.q', "terraform_data.a[0]"]),
    ],
)
def test_what_is_there_is_listed(iac, applied: None, addresses: tuple[str, ...], listed: list[str]) -> None:
    outcome = iac("state", "list", *addresses)
    assert (outcome.code, sorted(outcome.out.splitlines())) == (0, sorted(listed))


@pytest.mark.parametrize(
    ("address", "summary", "named"),
    [
        ("terraform_data.x", "Unknown resource\n", "contains no resource terraform_data.x. If you've just added this"),
        ("terraform_data.a[5]", "Unknown resource instance\n", "contains no resource instance terraform_data.a[5]. If"),
        ("module.zz", "Unknown module\n", "contains no module at module.zz. If you've just added this module to"),
        ('module.m["y"]', "Unknown module\n", 'contains no module at module.m["y"]. If'),
        ('module.m["y"].terraform_data.q', "Unknown resource\n", 'no resource module.m["y"].terraform_data.q. If'),
    ],
)
def test_what_is_not_there_is_an_error(iac, applied: None, address: str, summary: str, named: str) -> None:
    for addresses in ((address,), ("terraform_data.a", address)):
        outcome = iac("state", "list", *addresses)
        assert (outcome.code, outcome.out) == (1, "")
        assert f"Error: {summary}" in outcome.err
        assert named in " ".join(outcome.err.split())


def test_an_id_that_nothing_has_lists_nothing(iac, applied: None) -> None:
    outcome = iac("state", "list", "-id=nope")
    assert (outcome.code, outcome.out) == (0, "")
