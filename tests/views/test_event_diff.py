"""Two events side by side, blame, and the inventory, as people and programs see them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from iac.audit.blame import Blame, BlameLine, setter_of
from iac.audit.comparing import Comparison
from iac.audit.history import PastObject
from iac.audit.record import Event
from iac.engine.log_check import ATTRIBUTE, EXTRA, MISSING, LogCheck, LogProblem
from iac.views.blame import blame_to_json, render_blame
from iac.views.event_diff import comparison_to_json, comparison_to_patch, path_text, render_comparison
from iac.views.inventory import check_to_json, object_to_json, render_check, render_inventory, render_object

OLD, NEW = {"$sensitive": "hmac-sha256:aa"}, {"$sensitive": "hmac-sha256:bb"}
EVENT = Event(
    id="01J",
    sequence=7,
    timestamp="2025-01-02T03:04:05.678901Z",
    event_type="UPDATE",
    target_type="service",
    target_id="42",
    target_name="api",
    address="iac_service.api",
    change=("scaling",),
    user="alice",
    tool="terraform",
    workspace="default",
    run_id="run-0123456789",
    plan_id=None,
    message=None,
    source=None,
    forced_by=(),
    error=None,
    context={"git": {"commit": "0123456789abcdef", "dirty": True}},
    post_state={"name": "api"},
    patch=[],
    previous_hash="00",
    hash="ff",
)
EARLIER = replace(EVENT, sequence=3, event_type="CREATE", user="bob", tool="console")
PAST = PastObject("service", "42", "api", "iac_service.api", "default", True, {"cpu": 2, "key": OLD}, EVENT)
EVIL = "a\x1b[2Jb"


# --- comparisons --------------------------------------------------------------------------------------------


def test_a_comparison_reads_like_a_plan():
    before = {"name": "api", "cpu": 500, "memory": 512, "key": OLD, "port": [{"n": 1}]}
    after = {"name": "api", "cpu": 1000, "memory": 512, "key": NEW, "port": [{"n": 0}, {"n": 1}]}
    assert render_comparison(Comparison(EARLIER, EVENT, before, after), color=False) == (
        "service:api (iac_service.api)\n"
        "  from  event 3, 2025-01-02 03:04:05Z, CREATE by bob with console\n"
        "  to    event 7, 2025-01-02 03:04:05Z, UPDATE by alice with terraform\n"
        "\n"
        '  ~ service "api" {\n'
        "      ~ cpu    = 500 -> 1000\n"
        "      ~ key    = (sensitive value, changed)\n"
        '        name   = "api"\n'
        "      ~ port   = [\n"
        "          + {\n"
        "              + n = 0\n"
        "            },\n"
        "            {\n"
        "                n = 1\n"
        "            },\n"
        "        ]\n"
        "        # (1 unchanged attribute hidden)\n"
        "    }\n"
        "\n"
        "Values: 2 changed, 1 added.\n"
    )


def test_a_secret_that_is_set_or_unset_says_so():
    text = render_comparison(Comparison(EARLIER, EVENT, {"a": None, "b": OLD}, {"a": NEW, "b": None}), color=False)
    assert "~ a = null -> (sensitive value)\n" in text
    assert "~ b = (sensitive value) -> null\n" in text
    assert "Warning" not in text


@pytest.mark.parametrize(
    ("before", "after", "symbol", "beginning", "summary"),
    [
        (None, {"a": 1}, "+", "(the object did not exist)", "The object was created."),
        ({"a": 1}, None, "-", "the state before event 7", "The object was deleted."),
    ],
)
def test_what_came_to_be_or_went_is_said(before, after, symbol, beginning, summary):
    text = render_comparison(Comparison(None, EVENT, before, after), color=False)
    assert f"  from  {beginning}\n" in text
    assert f'  {symbol} service "api" {{' in text
    assert text.endswith(f"\n{summary}\n")


def test_states_that_are_the_same_have_no_differences():
    assert render_comparison(Comparison(EARLIER, EVENT, {"a": 1}, {"a": 1}), color=False).endswith("No differences.\n")


def test_text_has_no_digest_and_no_control_characters():
    evil = replace(EVENT, target_name=EVIL, user=EVIL)
    comparison = Comparison(EARLIER, evil, {EVIL: OLD, "b": EVIL}, {EVIL: NEW, "b": EVIL + "c"})
    text = render_comparison(comparison, color=False)
    assert "hmac" not in text
    assert "\x1b" not in text


def test_the_comparison_as_data_has_each_difference_and_the_patch():
    data = comparison_to_json(Comparison(EARLIER, EVENT, {"a": {"b c": 1}}, {"a": {"b c": 2}}))
    assert (data["from"]["sequence"], data["to"]["sequence"]) == (3, 7)
    assert data["differences"] == [
        {"path": ["a", "b c"], "attribute": 'a["b c"]', "kind": "changed", "before": 1, "after": 2}
    ]
    assert data["patch"] == [{"op": "replace", "path": "/a/b c", "value": 2}]
    assert json.loads(comparison_to_patch(Comparison(EARLIER, EVENT, {"a": 1}, {}))) == [{"op": "remove", "path": "/a"}]


def test_a_path_reads_as_in_the_language():
    assert path_text(("port", 0, "name")) == "port[0].name"
    assert path_text(("tags", "a/b")) == 'tags["a/b"]'


# --- blame --------------------------------------------------------------------------------------------------


def test_blame_has_a_line_for_each_attribute():
    lines = (
        BlameLine(("cpu",), 2, setter_of(EVENT)),
        BlameLine(("key",), OLD, setter_of(replace(EARLIER, run_id=None, context={}))),
    )
    assert render_blame(Blame(PAST, lines), color=False) == (
        "service:api (iac_service.api)  42\n"
        "\n"
        "ATTRIBUTE  VALUE              WHEN                  USER   TOOL       RUN       COMMIT     EVENT\n"
        "cpu        2                  2025-01-02 03:04:05Z  alice  terraform  run-0123  01234567+  UPDATE 7\n"
        "key        (sensitive value)  2025-01-02 03:04:05Z  bob    console    -         -          CREATE 3\n"
    )


def test_blame_says_that_the_object_is_gone():
    text = render_blame(Blame(PAST, (), setter_of(replace(EVENT, event_type="DELETE"))), color=False)
    assert "Deleted 2025-01-02 03:04:05Z by alice with terraform, event 7." in text


def test_blame_says_of_what_nobody_is_known_to_have_set_that_it_is_not_known():
    found = Blame(PAST, (BlameLine(("cpu",), 1, None),))
    assert re.search(r"\ncpu +1( +-){5} +\(not known\)\n", render_blame(found, color=False))
    assert blame_to_json(found)["attributes"][0]["set_by"] is None


def test_blame_shows_no_control_characters():
    lines = (BlameLine((EVIL,), EVIL, setter_of(replace(EVENT, user=EVIL, context={"git": {"commit": EVIL}}))),)
    assert "\x1b" not in render_blame(Blame(replace(PAST, name=EVIL), lines), color=False)


def test_blame_as_data_says_what_is_sensitive():
    data = blame_to_json(Blame(PAST, (BlameLine(("key", 0), OLD, setter_of(EVENT)),)))
    (attribute,) = data["attributes"]
    assert (attribute["attribute"], attribute["sensitive"], attribute["set_by"]["sequence"]) == ("key[0]", True, 7)
    assert json.loads(json.dumps(data)) == data


# --- the inventory ------------------------------------------------------------------------------------------

MOMENT = datetime(2025, 1, 3, 12, 0, tzinfo=UTC)


def test_the_inventory_is_a_table():
    other = replace(PAST, name="web", id="43", is_managed=False, event=None)
    assert render_inventory([PAST, other], MOMENT, color=False) == (
        "TARGET       ADDRESS          LAST CHANGED          USER   TOOL       EVENT  ID\n"
        "service:api  iac_service.api  2025-01-02 03:04:05Z  alice  terraform  7      42\n"
        "service:web  -                -                     -      -          -      43\n"
        "\n"
        "2 objects at 2025-01-03 12:00:00Z.\n"
    )
    assert render_inventory([], MOMENT, color=False) == "No objects at 2025-01-03 12:00:00Z.\n"


def test_of_what_pruning_kept_the_original_event_is_named():
    original = {"sequence": 2, "timestamp": "2024-01-01T00:00:00.000000Z", "user": "bob", "tool": "api"}
    past = replace(PAST, event=replace(EVENT, event_type="BASELINE", context={"original": original}))
    assert "2024-01-01 00:00:00Z  bob   api   2 " in render_inventory([past], MOMENT, color=False)


def test_one_object_is_shown_whole_without_its_secrets():
    assert render_object(PAST, color=False) == (
        "# iac_service.api\n"
        "# event 7, 2025-01-02 03:04:05Z, UPDATE by alice with terraform\n"
        'service "api" {\n'
        "    cpu = 2\n"
        "    key = (sensitive value)\n"
        "}\n"
    )
    assert object_to_json(PAST)["state"] == {"cpu": 2, "key": OLD}


# --- the check ----------------------------------------------------------------------------------------------


def test_a_check_names_every_difference():
    problems = (
        LogProblem(MISSING, "service", "1", "service:api (1)", False, 4),
        LogProblem(EXTRA, "cluster", "2", "cluster:2", False),
        LogProblem(EXTRA, "cluster", "3", "cluster:3", False, 5),
        LogProblem(ATTRIBUTE, "service", "4", "service:web (4)", False, 6, ("port", 0, "n"), 1, 2),
        LogProblem(ATTRIBUTE, "terraform_data", "5", "x (5)", True, 7, ("input",), OLD, NEW),
    )
    assert render_check(LogCheck(problems, 9, 4), color=False) == (
        "service:api (1): missing on the platform; the log has it (event 4)\n"
        "cluster:2: on the platform, and not in the log\n"
        "cluster:3: on the platform, and not in the log, which says that it is gone (event 5)\n"
        "service:web (4): port[0].n is 1 on the platform; the log says 2 (event 6)\n"
        "x (5): input differs: (sensitive value) (event 7)\n"
        "\n"
        "The log and what there is differ: 5 objects of 9; 4 objects agree.\n"
    )


@pytest.mark.parametrize(
    ("total", "text"),
    [
        (0, "There are no objects, in the log or outside of it: nothing to check.\n"),
        (1, "1 object agrees with the log.\n"),
        (2, "2 objects agree with the log.\n"),
    ],
)
def test_a_check_without_differences_says_how_many_agree(total, text):
    assert render_check(LogCheck((), total, total), color=False) == text


def test_a_check_as_data():
    problem = LogProblem(ATTRIBUTE, "service", "4", "service:web (4)", False, 6, ("cpu",), 1, 2)
    data = check_to_json(LogCheck((problem,), 2, 1))
    assert (data["agrees"], data["objects"], data["agreeing"]) == (False, 2, 1)
    assert data["problems"][0]["attribute"] == "cpu"
