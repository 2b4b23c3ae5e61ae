"""Plan JSON, judged by what Terraform wrote for the same plan."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from plan_from_json import decode_plan

from iac.address import ConfigResource, Resource, parse_instance
from iac.plan.model import Action, Change, CheckResult, Drift, Mode, Plan, ResourceChange
from iac.schema import Attribute, Block, ResourceSchema
from iac.values.types import STRING, list_of
from iac.values.value import ONLY_SENSITIVE, list_value, null, object_value, string, unknown
from iac.views.checks_json import checks_json
from iac.views.plan_json import plan_to_json

GOLDENS = Path(__file__).parent / "goldens" / "plans"
NAMES = sorted(path.stem for path in GOLDENS.glob("*.json"))
SCHEMA = ResourceSchema(Block({"name": Attribute(STRING), "tags": Attribute(list_of(STRING))}), version=3)


def golden(name):
    recorded = json.loads((GOLDENS / f"{name}.json").read_text())
    ours = plan_to_json(decode_plan(recorded["plan"], recorded["options"]), iac_version="1")
    return json.loads(json.dumps(ours)), recorded["plan"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("part", ["resource_changes", "output_changes", "checks", "applyable", "complete", "errored"])
def test_a_part_of_plan_json_is_what_terraform_writes(name, part):
    ours, theirs = golden(name)
    assert ours.get(part) == theirs.get(part)


# Terraform lists a forgotten object there without values; we leave it out, as what is deleted.
@pytest.mark.parametrize("name", [n for n in NAMES if not n.startswith("forgotten")])
def test_planned_values_are_what_terraform_writes(name):
    # The types of outputs do not survive the way through Terraform's JSON.
    parts = [part["planned_values"] for part in golden(name)]
    for part in parts:
        for output in part.get("outputs", {}).values():
            output.pop("type", None)
    assert parts[0] == parts[1]


def test_the_versions_the_id_and_the_time_are_told():
    plan = Plan("p", Mode.NORMAL, "default", "l", 1, "2025-01-01T00:00:00Z")
    result = plan_to_json(plan, iac_version="0.9", configuration={"root_module": {}})
    assert result == {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "iac_version": "0.9",
        "iac_plan_id": "p",
        "planned_values": {"root_module": {}},
        "configuration": {"root_module": {}},
        "timestamp": "2025-01-01T00:00:00Z",
        "applyable": False,
        "complete": True,
        "errored": False,
    }


def test_drift_and_the_state_before_are_described():
    address = parse_instance('module.m["a"].iac_service.x')
    old = object_value({"name": string("a"), "tags": null(list_of(STRING))})
    new = object_value(
        {
            "name": string("b").with_marks(ONLY_SENSITIVE),
            "tags": list_value(STRING, [unknown(STRING), string("t")]),
        }
    )
    block = ConfigResource(("m",), Resource("managed", "iac_cluster", "c"))
    plan = Plan(
        "p",
        Mode.NORMAL,
        "default",
        "l",
        1,
        "t",
        variables={"v": string("x")},
        changes=[ResourceChange(address, Change(Action.UPDATE, old, new), SCHEMA, "p", new, dependencies=(block,))],
        drift=[Drift(address, Change(Action.UPDATE, new, old), SCHEMA, "p")],
    )
    result = plan_to_json(plan, iac_version="1")
    assert result["variables"] == {"v": {"value": "x"}}
    change = result["resource_changes"][0]
    assert change["module_address"] == 'module.m["a"]'
    assert change["change"] == {
        "actions": ["update"],
        "before": {"name": "a", "tags": None},
        "after": {"name": "b", "tags": [None, "t"]},
        "after_unknown": {"tags": [True, False]},
        "before_sensitive": {},
        "after_sensitive": {"name": True, "tags": [False, False]},
    }
    assert result["resource_drift"][0]["change"]["after"] == {"name": "a", "tags": None}
    module = result["prior_state"]["values"]["root_module"]["child_modules"][0]
    assert module["address"] == 'module.m["a"]'
    assert module["resources"][0]["depends_on"] == ["module.m.iac_cluster.c"]
    assert module["resources"][0]["schema_version"] == 3


def test_checks_of_one_block_stand_together_with_the_worst_status():
    checks = [
        CheckResult("module.m[0].iac_service.x[0]", "resource", "pass"),
        CheckResult("module.m[0].iac_service.x[1]", "resource", "fail", ("No.",)),
        CheckResult("output.o", "output_value", "unknown"),
    ]
    service, output = checks_json(checks)
    assert service["address"]["to_display"] == "module.m.iac_service.x"
    assert service["status"] == "fail"
    assert service["instances"][1] == {
        "address": {"to_display": "module.m[0].iac_service.x[1]", "module": "module.m[0]", "instance_key": 1},
        "status": "fail",
        "problems": [{"message": "No."}],
    }
    assert output["address"] == {"kind": "output_value", "name": "o", "to_display": "output.o"}
