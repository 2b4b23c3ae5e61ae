"""Saved plans: they bring all that they need, and are refused when they no longer fit."""

from __future__ import annotations

import random
import zlib
from pathlib import Path

import pytest
from kit import CLUSTER, ENVIRONMENT, Lab

from iac.diagnostics import DiagnosticsError
from iac.plan.model import Mode, Plan
from iac.views.plan_text import render_plan

EVERYTHING = (
    ENVIRONMENT
    + """
variable "secret" {
  sensitive = true
}
module "m" {
  source   = "./m"
  for_each = { x = 1, "y z" = 2 }
  n        = each.value
}
data "iac_cluster" "found" {
  id = iac_cluster.main.id
}
resource "terraform_data" "a" {
  count            = 2
  input = {
    n   = 1.5
    big = 12345678901234567890123
    s   = var.secret
    set = toset(["b", "a"])
    u   = iac_cluster.main.id
  }
  triggers_replace = "%s"
}
output "o" {
  value     = terraform_data.a
  sensitive = true
}
output "p" {
  value = 1
  precondition {
    condition     = var.secret != ""
    error_message = "Empty."
  }
}
"""
)
INNER = 'variable "n" {}\nresource "terraform_data" "r" {\n  input = var.n\n}\n'


def everything(lab: Lab, trigger: str) -> Lab:
    return lab.write(EVERYTHING % trigger, m__main_tf=INNER)


def load(lab: Lab, name: str = "tfplan") -> Plan:
    with lab.project() as project:
        return project.load_plan(Path(name)).plan


def text(plan: Plan) -> str:
    return render_plan(plan, color=False, width=80)


@pytest.mark.parametrize("stage", ["create", "replace", "drift", "destroy"])
def test_a_plan_reads_back_as_it_was_written(lab: Lab, stage: str) -> None:
    everything(lab, "x")
    options: dict[str, object] = {"variables": ["secret=hunter2"]}
    if stage != "create":
        lab.succeed(**options)  # type: ignore[arg-type]
    if stage == "replace":
        everything(lab, "y")
    if stage == "drift":
        lab.update_outside("iac_environment.staging", mode="PREVIEW")
    if stage == "destroy":
        options["mode"] = Mode.DESTROY
    written = lab.save(**options)
    read = load(lab)
    assert text(read) == text(written)
    for field in ("id", "mode", "serial", "lineage", "timestamp", "variables", "forgotten_data", "order", "checks"):
        assert getattr(read, field) == getattr(written, field), field
    assert list(read.changes) == list(written.changes)
    assert list(read.drift) == list(written.drift)
    assert list(read.data) == list(written.data)
    assert list(read.outputs) == list(written.outputs)


def test_a_saved_plan_needs_neither_variables_nor_files(lab: Lab) -> None:
    everything(lab, "x")
    lab.save(variables=["secret=hunter2"])
    (lab.directory / "main.tf").unlink()
    (lab.directory / "m" / "main.tf").unlink()
    assert lab.apply(saved="tfplan").result.succeeded
    assert lab.objects()["terraform_data.a[1]"]["input"]["s"] == "hunter2"


def test_a_saved_plan_does_what_it_says_and_not_what_the_files_say_now(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.save()
    lab.write(CLUSTER.replace("eu-west-3", "us-east-1"))
    lab.apply(saved="tfplan")
    assert lab.values("region") == {"iac_cluster.main": "eu-west-3"}


def test_a_saved_plan_that_destroys_destroys(lab: Lab) -> None:
    lab.succeed(ENVIRONMENT)
    lab.save(mode=Mode.DESTROY)
    assert lab.apply(saved="tfplan").result.succeeded
    assert lab.objects() == {}


def test_a_saved_plan_is_for_its_owner_only(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.save()
    assert (lab.directory / "tfplan").stat().st_mode & 0o777 == 0o600


def refusal(lab: Lab, name: str = "tfplan", **options: bool) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        lab.apply(saved=name, **options)  # type: ignore[arg-type]
    (problem,) = caught.value.diagnostics
    return f"{problem.summary}: {problem.detail}"


def test_a_plan_is_applied_once(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.save()
    lab.apply(saved="tfplan")
    assert refusal(lab).startswith("Saved plan is stale")
    assert len(lab.events()) == 1


def other(input: int) -> str:
    return f'resource "terraform_data" "other" {{\n  input = {input}\n}}\n'


USER = 'resource "terraform_data" "user" {\n  input = terraform_data.other.output\n}\n'


def test_what_happened_to_other_objects_does_not_matter(lab: Lab) -> None:
    lab.succeed(CLUSTER + other(1))
    lab.write(ENVIRONMENT + other(1))
    lab.save()
    lab.succeed(CLUSTER + other(2))
    assert lab.apply(saved="tfplan").done == ["apply iac_environment.staging"]
    assert lab.values()["terraform_data.other"] == 2
    assert lab.is_log_valid()


def test_an_object_that_was_changed_since_makes_a_plan_stale(lab: Lab) -> None:
    lab.succeed(other(1))
    lab.write(other(2))
    lab.save()
    lab.succeed(other(3))
    assert "which the plan is about:\n  - terraform_data.other" in refusal(lab)
    assert lab.values() == {"terraform_data.other": 3}


def test_an_object_that_was_read_makes_it_stale_too(lab: Lab) -> None:
    lab.succeed(other(1))
    lab.write(other(1) + USER)
    lab.save()
    lab.succeed(other(2))
    assert "- terraform_data.other" in refusal(lab)


def test_one_that_an_output_is_computed_from_does_as_well(lab: Lab) -> None:
    lab.succeed(other(1))
    lab.write(other(1) + 'output "o" {\n  value = terraform_data.other.output\n}\n')
    lab.save()
    lab.succeed(other(2))
    assert "- terraform_data.other" in refusal(lab)


def test_outputs_that_stay_as_they_are_do_not_go_back(lab: Lab) -> None:
    output = 'output "o" {\n  value = terraform_data.other.output\n}\n'
    lab.succeed(other(1) + output)
    lab.write(CLUSTER + other(1) + output)
    lab.save()
    lab.succeed(other(2) + output)
    lab.apply(saved="tfplan")
    assert lab.outputs() == {"o": 2}


def test_an_object_that_was_made_since_makes_a_plan_stale_where_it_was_to_be_made(lab: Lab) -> None:
    lab.write(CLUSTER + other(1))
    lab.save()
    lab.succeed(other(2))
    assert "- terraform_data.other" in refusal(lab)


def test_an_object_that_was_removed_since_makes_a_plan_stale(lab: Lab) -> None:
    lab.succeed(CLUSTER + other(1))
    lab.write(CLUSTER + other(2))
    lab.save()
    lab.succeed(CLUSTER)
    assert "- terraform_data.other" in refusal(lab)


def test_an_instance_that_was_added_makes_a_plan_of_its_block_stale(lab: Lab) -> None:
    counted = 'resource "terraform_data" "c" {\n  count = %d\n  input = %d\n}\n'
    lab.succeed(counted % (1, 1))
    lab.write(counted % (1, 2))
    lab.save()
    lab.succeed(counted % (2, 1))
    assert "- terraform_data.c[1]" in refusal(lab)


def test_by_the_strict_rule_anything_makes_a_plan_stale(lab: Lab) -> None:
    lab.succeed(CLUSTER + other(1))
    lab.write(ENVIRONMENT + other(1))
    lab.save()
    lab.succeed(CLUSTER + other(2))
    assert refusal(lab, strict_serial=True).startswith("Saved plan is stale")


def test_what_drifted_is_not_written_over_what_was_applied_since(lab: Lab) -> None:
    lab.succeed(CLUSTER + other(1))
    lab.update_outside("iac_cluster.main", description="by hand")
    ignoring = CLUSTER.replace("}", "  lifecycle {\n    ignore_changes = [description]\n  }\n}")
    lab.write(ignoring + other(2))
    lab.save()
    lab.succeed(CLUSTER.replace("}", '  description = "applied"\n}') + other(1))
    lab.apply(saved="tfplan")
    assert lab.objects()["iac_cluster.main"]["description"] == "applied"
    assert lab.values()["terraform_data.other"] == 2


def test_a_plan_of_another_database_is_refused(lab: Lab) -> None:
    lab.succeed(CLUSTER)
    lab.write(ENVIRONMENT)
    lab.save()
    lab.database += "2"
    lab.succeed(CLUSTER)
    assert refusal(lab).startswith("Saved plan does not match the given state")


def test_a_plan_of_another_workspace_is_refused(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.save()
    lab.workspace = "other"
    assert refusal(lab).startswith("The plan is for another workspace")
    with lab.project() as project:  # but it can be looked at
        assert [str(change.address) for change in project.load_plan(Path("tfplan")).plan.changes] == [
            "iac_cluster.main"
        ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is not a saved plan"),
        (b"resource {}", "it is not a saved plan"),
        (b"PK\x03\x04terraform", "it is a Terraform plan file"),
        (b"iac plan 999\nabc\n", "it was written by a newer version"),
        (b"iac plan 1\nabc\n", "it is damaged"),
        (b"iac plan 1", "it is damaged"),
    ],
)
def test_what_is_no_plan_is_refused(lab: Lab, content: bytes, why: str) -> None:
    (lab.directory / "tfplan").write_bytes(content)
    assert why in refusal(lab)


def test_a_plan_that_is_not_there_is_refused(lab: Lab) -> None:
    assert "could not be read" in refusal(lab, "none")


def test_a_plan_is_refused_whichever_byte_was_changed(lab: Lab) -> None:
    lab.write(CLUSTER)
    lab.save()
    path = lab.directory / "tfplan"
    good = path.read_bytes()
    chance = random.Random(0)
    for position in [0, 5, 9, 12, *(chance.randrange(len(good)) for _ in range(40))]:
        path.write_bytes(good[:position] + bytes([good[position] ^ 1]) + good[position + 1 :])
        refusal(lab)
    path.write_bytes(good[:-10])
    assert "damaged" in refusal(lab)


def test_a_plan_with_a_good_digest_and_bad_content_is_refused(lab: Lab) -> None:
    import hashlib

    for content in (b"{}", b"[]", b"null", b'{"id": 1}', b"not json"):
        body = zlib.compress(content)
        digest = hashlib.sha256(body).hexdigest().encode()
        (lab.directory / "tfplan").write_bytes(b"iac plan 1\n%s\n%s" % (digest, body))
        assert "could not be understood" in refusal(lab)


def test_an_existing_file_is_replaced_whole(lab: Lab) -> None:
    (lab.directory / "tfplan").write_bytes(b"something else")
    lab.write(CLUSTER)
    lab.save()
    assert load(lab).changes
    assert sorted(p.name for p in lab.directory.iterdir() if "tfplan" in p.name) == ["tfplan"]


def test_a_place_that_cannot_be_written_is_a_diagnostic(lab: Lab) -> None:
    lab.write(CLUSTER)
    with pytest.raises(DiagnosticsError, match="Failed to write the plan file"):
        lab.save("missing/tfplan")
