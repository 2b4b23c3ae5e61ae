"""What is said while applying: lines for people and messages for machines, as Terraform has them."""

from __future__ import annotations

import pytest

from iac.address import parse_instance
from iac.diagnostics import error, warning
from iac.plan.model import (
    Action,
    ActionReason,
    Change,
    Drift,
    Mode,
    OutputChange,
    Plan,
    ResourceChange,
)
from iac.schema import Block, ResourceSchema
from iac.state.model import OutputState
from iac.values.types import STRING
from iac.values.value import ONLY_SENSITIVE, null, number, object_value, string, unknown
from iac.views import ui, ui_json
from iac.views.ui import Identity

X = parse_instance("iac_service.x")
NOW = "2025-01-01T00:00:00.000000Z"
ID = Identity("id", "42")
RESOURCE = {
    "addr": "iac_service.x",
    "module": "",
    "resource": "iac_service.x",
    "implied_provider": "iac",
    "resource_type": "iac_service",
    "resource_name": "x",
    "resource_key": None,
}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (ui.started(X, Action.CREATE, color=False), "iac_service.x: Creating..."),
        (ui.started(X, Action.UPDATE, ID, color=False), "iac_service.x: Modifying... [id=42]"),
        (
            ui.started(X, Action.DELETE, ID, color=False, deposed="ab"),
            "iac_service.x (deposed object ab): Destroying... [id=42]",
        ),
        (
            ui.still_running(X, Action.CREATE, 10.2, color=False),
            "iac_service.x: Still creating... [10s elapsed]",
        ),
        (
            ui.still_running(X, Action.DELETE, 70, ID, color=False),
            "iac_service.x: Still destroying... [id=42, 1m10s elapsed]",
        ),
        (
            ui.completed(X, Action.CREATE, 0.1, ID, color=False),
            "iac_service.x: Creation complete after 0s [id=42]",
        ),
        (ui.completed(X, Action.READ, 3605, color=False), "iac_service.x: Read complete after 1h0m5s"),
        (ui.refreshing(X, ID, color=False), "iac_service.x: Refreshing state... [id=42]"),
        (ui.importing(X, "a\x1b[31m", color=False), "iac_service.x: Importing... [id=a\\x1b[31m]"),
        (ui.started(X, Action.CREATE, color=True), "\033[0m\033[1miac_service.x: Creating...\033[0m\033[0m"),
    ],
)
def test_each_step_has_its_line(line, expected):
    assert line == expected


def test_a_long_id_is_shortened_in_the_middle_while_waiting():
    line = ui.still_running(X, Action.CREATE, 10, Identity("id", "a" * 50 + "b" * 50), color=False)
    assert f"[id={'a' * 38}...{'b' * 39}, 10s elapsed]" in line


def test_the_summary_counts_what_was_done():
    counts = {"added": 2, "changed": 1, "destroyed": 0}
    done = ui.apply_complete(color=False, **counts)
    assert done == "\nApply complete! Resources: 2 added, 1 changed, 0 destroyed.\n"
    done = ui.apply_complete(color=False, imported=3, **counts)
    assert "Resources: 3 imported, 2 added," in done
    done = ui.apply_complete(color=False, added=0, changed=0, destroyed=4, destroy=True)
    assert done == "\nDestroy complete! Resources: 4 destroyed.\n"


def test_an_object_is_told_by_its_id_or_else_its_name():
    value = object_value({"id": unknown(STRING), "name": string("n")})
    assert ui.object_identity(value) is None
    assert ui.object_identity(value, or_name=True) == Identity("name", "n")
    secret = object_value({"id": string("i").with_marks(ONLY_SENSITIVE)})
    assert ui.object_identity(secret) is None
    assert ui.object_identity(None) is None


def hook(message):
    return {k: v for k, v in message.items() if k not in ("@level", "@module", "@timestamp")}


def test_every_message_has_level_module_time_and_type():
    assert ui_json.version_message("0.1", NOW) == {
        "@level": "info",
        "@message": "iac 0.1",
        "@module": "terraform.ui",
        "@timestamp": NOW,
        "terraform": "1.11.4",
        "iac": "0.1",
        "ui": "1.2",
        "type": "version",
    }


@pytest.mark.parametrize(
    ("message", "text", "type", "fields"),
    [
        (
            ui_json.apply_start_message(X, Action.UPDATE, NOW, ID),
            "iac_service.x: Modifying... [id=42]",
            "apply_start",
            {"resource": RESOURCE, "action": "update", "id_key": "id", "id_value": "42"},
        ),
        (
            ui_json.apply_progress_message(X, Action.CREATE, 10, NOW),
            "iac_service.x: Still creating... [10s elapsed]",
            "apply_progress",
            {"resource": RESOURCE, "action": "create", "elapsed_seconds": 10},
        ),
        (
            ui_json.apply_complete_message(X, Action.CREATE, 0.2, NOW, ID),
            "iac_service.x: Creation complete after 0s [id=42]",
            "apply_complete",
            {
                "resource": RESOURCE,
                "action": "create",
                "id_key": "id",
                "id_value": "42",
                "elapsed_seconds": 0,
            },
        ),
        (
            ui_json.apply_errored_message(X, Action.DELETE, 1, NOW),
            "iac_service.x: Destruction errored after 1s",
            "apply_errored",
            {"resource": RESOURCE, "action": "delete", "elapsed_seconds": 1},
        ),
        (
            ui_json.refresh_start_message(X, NOW, ID),
            "iac_service.x: Refreshing state... [id=42]",
            "refresh_start",
            {"resource": RESOURCE, "id_key": "id", "id_value": "42"},
        ),
        (
            ui_json.refresh_complete_message(X, NOW),
            "iac_service.x: Refresh complete",
            "refresh_complete",
            {"resource": RESOURCE},
        ),
    ],
)
def test_operations_are_told_as_hooks(message, text, type, fields):
    assert hook(message) == {"@message": text, "hook": fields, "type": type}


def changed(action, reason=None, **more):
    return ResourceChange(X, Change(action, null(), null()), ResourceSchema(Block()), "p", null(), reason, **more)


@pytest.mark.parametrize(
    ("change", "action", "more"),
    [
        (changed(Action.CREATE), "create", {}),
        (
            changed(Action.DELETE_THEN_CREATE, ActionReason.REPLACE_BECAUSE_TAINTED),
            "replace",
            {"reason": "tainted"},
        ),
        (
            changed(Action.CREATE_THEN_DELETE, ActionReason.REPLACE_BECAUSE_CANNOT_UPDATE),
            "replace",
            {"reason": "cannot_update"},
        ),
        (
            changed(Action.DELETE, ActionReason.DELETE_BECAUSE_COUNT_INDEX),
            "delete",
            {"reason": "delete_because_count_index"},
        ),
        (changed(Action.FORGET), "remove", {}),
        (changed(Action.NO_OP, import_id="abc"), "import", {"importing": {"id": "abc"}}),
    ],
)
def test_a_planned_change_names_action_and_reason(change, action, more):
    message = ui_json.planned_change_message(change, NOW)
    assert message["@message"] == f"iac_service.x: Plan to {action}"
    assert message["change"] == {"resource": RESOURCE, "action": action, **more}


def test_a_move_names_the_previous_address():
    change = changed(Action.NO_OP, previous_address=parse_instance('module.m["k"].iac_service.y[0]'))
    fields = ui_json.planned_change_message(change, NOW)["change"]
    assert fields["action"] == "move"
    assert fields["previous_resource"] == {
        "addr": 'module.m["k"].iac_service.y[0]',
        "module": 'module.m["k"]',
        "resource": "iac_service.y[0]",
        "implied_provider": "iac",
        "resource_type": "iac_service",
        "resource_name": "y",
        "resource_key": 0,
    }


def test_a_plan_is_told_as_drift_changes_summary_and_outputs():
    schema = ResourceSchema(Block())
    plan = Plan(
        "p",
        Mode.NORMAL,
        "default",
        "l",
        1,
        NOW,
        changes=[changed(Action.CREATE), changed(Action.NO_OP)],
        drift=[Drift(X, Change(Action.UPDATE, null(), null()), schema, "p")],
        outputs=[OutputChange("o", Change(Action.CREATE, null(), number(1)), True)],
    )
    messages = ui_json.plan_messages(plan, NOW)
    assert [m["type"] for m in messages] == ["resource_drift", "planned_change", "change_summary", "outputs"]
    assert messages[0]["@message"] == "iac_service.x: Drift detected (update)"
    assert messages[2]["changes"] == {"add": 1, "change": 0, "import": 0, "remove": 0, "operation": "plan"}
    assert messages[2]["@message"] == "Plan: 1 to add, 0 to change, 0 to destroy."
    assert messages[3]["outputs"] == {"o": {"sensitive": True, "action": "create"}}


def test_a_sensitive_output_has_a_type_but_no_value():
    outputs = {"a": OutputState(string("x"), True), "b": OutputState(number(1), False)}
    message = ui_json.outputs_message(outputs, NOW)
    assert message["@message"] == "Outputs: 2"
    assert message["outputs"] == {
        "a": {"sensitive": True, "type": "string"},
        "b": {"sensitive": False, "type": "number", "value": 1},
    }


def test_diagnostics_have_the_level_of_their_severity():
    assert ui_json.diagnostic_message(error("Bad"), {}, NOW)["@level"] == "error"
    message = ui_json.diagnostic_message(warning("Old", "Very."), {}, NOW)
    assert (message["@level"], message["@message"]) == ("warn", "Warning: Old")
    assert message["diagnostic"] == {"severity": "warning", "summary": "Old", "detail": "Very."}
