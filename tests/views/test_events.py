"""Events as a table, one event as a whole, and events as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from iac.audit.record import Event, event_to_json
from iac.views.events import patch_lines, render_event
from iac.views.events_table import render_events
from iac.views.style import style

EVENT = Event(
    id="01J",
    sequence=7,
    timestamp="2025-01-02T03:04:05.678901Z",
    event_type="UPDATE",
    target_type="service",
    target_id="42",
    target_name="api",
    address="iac_service.api",
    change=("ports", "scaling"),
    user="alice",
    tool="terraform",
    workspace="default",
    run_id="run-0123456789",
    plan_id=None,
    message=None,
    source="main.tf:3",
    forced_by=(),
    error=None,
    context={"git": {"commit": "abc", "dirty": False}},
    post_state={"name": "api", "cpu": 1000},
    patch=[{"op": "replace", "path": "/cpu", "value": 1000, "old": 500}],
    previous_hash="00",
    hash="ff",
)


def test_the_table_has_a_line_for_each_event_in_the_order_given():
    other = replace(EVENT, event_type="DELETE", target_name="worker-long-name", change=(), run_id=None, user="bob")
    assert render_events([EVENT, other], color=False, width=40) == (
        "WHEN                  EVENT   TARGET                    CHANGE          USER   TOOL       RUN\n"
        "2025-01-02 03:04:05Z  UPDATE  service:api               ports, scaling  alice  terraform  run-0123\n"
        "2025-01-02 03:04:05Z  DELETE  service:worker-long-name  -               bob    terraform  -\n"
    )


def test_a_query_without_results_says_so():
    assert render_events([], color=False, width=80) == "No events.\n"


def test_a_failed_operation_is_marked():
    assert "UPDATE (failed)" in render_events([replace(EVENT, error="boom")], color=False, width=80)


@pytest.mark.parametrize("color", [False, True])
def test_terminal_sequences_in_names_are_shown_and_not_obeyed(color):
    evil = replace(EVENT, target_name="a\x1b[2Jb", user="x\ny", message="m\u202eevil", context={"k\x07": "v\r"})
    table = render_events([evil], color=color, width=200)
    assert "\x1b[2J" not in table
    assert "a\\x1b[2Jb" in table
    assert "x\\ny" in table
    whole = render_event(evil, color=color)
    assert "\x1b[2J" not in whole
    assert "m\\u202eevil" in whole
    assert "k\\a" in whole
    assert "v\\r" in whole


def test_on_a_terminal_the_table_is_colored_and_fits():
    text = render_events([EVENT], color=True, width=100)
    assert "\x1b[33mUPDATE" in text
    assert "service:api" in text


def test_one_event_is_shown_whole():
    assert render_event(EVENT, color=False) == (
        "Event:         01J\n"
        "Sequence:      7\n"
        "When:          2025-01-02T03:04:05.678901Z\n"
        "Type:          UPDATE\n"
        "Target:        service:api\n"
        "Target ID:     42\n"
        "Address:       iac_service.api\n"
        "Change:        ports, scaling\n"
        "User:          alice\n"
        "Tool:          terraform\n"
        "Workspace:     default\n"
        "Run:           run-0123456789\n"
        "Source:        main.tf:3\n"
        'Context git:   { "commit": "abc", "dirty": false }\n'
        "Previous hash: 00\n"
        "Hash:          ff\n"
        "\n"
        "Changes:\n"
        "\n"
        "  ~ cpu: 500 -> 1000\n"
        "\n"
        "State after the event:\n"
        "\n"
        "  {\n"
        '    "name": "api",\n'
        '    "cpu": 1000\n'
        "  }\n"
    )


def test_after_a_delete_there_is_no_object():
    assert render_event(replace(EVENT, post_state=None, patch=[]), color=False).endswith(
        "State after the event:\n\n  (the object no longer exists)\n"
    )


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "/cpu", "value": 2, "old": 1}, "  ~ cpu: 1 -> 2"),
        ({"op": "replace", "path": "/cpu", "value": 2}, "  ~ cpu: -> 2"),
        ({"op": "add", "path": "/ports/0/name", "value": "a"}, '  + ports[0].name: "a"'),
        ({"op": "add", "path": "/tags/-", "value": "a"}, '  + tags[-]: "a"'),
        ({"op": "remove", "path": "/a~1b", "old": "x"}, '  - a/b: "x" -> null'),
        ({"op": "move", "path": "/b", "from": "/a"}, "  ~ b: (move from a)"),
        ({"op": "replace", "path": "", "value": 1, "old": None}, "  ~ (the object): null -> 1"),
        (
            {"op": "replace", "path": "/m", "value": {"a": 1, "b": 3}, "old": {"a": 1, "b": 2}},
            "  ~ m: {\n      ~ b = 2 -> 3\n        # (1 unchanged attribute hidden)\n    }",
        ),
    ],
)
def test_a_patch_reads_like_a_plan(operation, expected):
    assert patch_lines([operation], style(False)) == [expected]


def test_tests_in_a_patch_are_left_out():
    assert patch_lines([{"op": "test", "path": "/a", "value": 1}], style(False)) == []


def test_json_has_every_field_and_is_plain_data():
    data = event_to_json(EVENT)
    assert list(data) == list(Event.__dataclass_fields__)
    assert data["change"] == ["ports", "scaling"]
    assert json.loads(json.dumps(data)) == data
