"""Tables, bars and timelines of events."""

from __future__ import annotations

from dataclasses import replace
from itertools import count, islice

import pytest

from iac.audit.record import Event
from iac.audit.stats import Count, Stats
from iac.views.event_stats import render_stats
from iac.views.event_timeline import lives, render_timeline, timeline_to_json
from iac.views.events_table import event_lines, render_events

SECRET, OTHER = ({"$sensitive": f"hmac-sha256:{n}"} for n in "ab")

EVENT = Event(
    id="01J",
    sequence=7,
    timestamp="2025-01-02T03:04:05.678901Z",
    event_type="UPDATE",
    target_type="service",
    target_id="42",
    target_name="api",
    address="iac_service.api",
    change=("ports",),
    user="alice",
    tool="terraform",
    workspace="default",
    run_id="run-0123456789",
    plan_id=None,
    message=None,
    source=None,
    forced_by=(),
    error=None,
    context={},
    post_state={},
    patch=[{"op": "replace", "path": "/cpu", "value": 1000, "old": 500}],
    previous_hash="00",
    hash="ff",
)


def test_a_table_of_a_log_without_end_is_written_as_it_is_read():
    lines = islice(event_lines((replace(EVENT, sequence=n) for n in count()), color=False, width=80), 2000)
    assert len(list(lines)) == 2000


def test_on_a_terminal_what_is_long_is_folded_and_nothing_is_lost():
    event = replace(EVENT, change=("config", "deployment rule", "scaling"), user="someone@a-long-name.example.com")
    text = render_events([event], color=True, width=90)
    assert all(len(line.replace("\x1b[33m", "").replace("\x1b[0m", "")) <= 90 for line in text.splitlines()[1:])
    for part in ("config,", "deployment", "scaling", "someone"):
        assert part in text


def test_wide_characters_take_two_columns():
    lines = render_events([EVENT, replace(EVENT, user="測試")], color=False, width=80).splitlines()
    assert lines[1].index("terraform") == lines[2].index("terraform") + 2


def test_bars_are_as_long_as_the_counts_and_fit():
    stats = Stats("user", 5, (Count("ana", 4), Count("bo\x1bb", 1), Count("nobody", 0)))
    assert render_stats(stats, color=False, width=33) == (
        "ana      4  ████████████████████\nbo\\x1bb  1  █████\nnobody   0\n\n5 events by user.\n"
    )


@pytest.mark.parametrize(("by", "shown"), [("user", ["a"]), ("day", ["c"])])
def test_of_days_the_latest_are_shown_of_the_rest_the_first(by, shown):
    stats = Stats(by, 6, (Count("a", 3), Count("b", 2), Count("c", 1)))
    text = render_stats(stats, color=False, width=80, limit=1)
    assert [line.split()[0] for line in text.splitlines()[:1]] == shown
    assert "in 2 more not shown" in text


def test_something_is_seen_of_everything_that_happened():
    text = render_stats(Stats("user", 1001, (Count("a", 1000), Count("b", 1))), color=False, width=80)
    assert "▏" in text


def test_an_object_that_was_replaced_has_one_life():
    created = replace(EVENT, event_type="CREATE", sequence=1, run_id="r1", target_id="1")
    outside = replace(EVENT, sequence=2, address=None, run_id=None, tool="console", target_id="1")
    deleted = replace(EVENT, event_type="DELETE", sequence=3, run_id="r2", target_id="1", forced_by=("region",))
    again = replace(EVENT, event_type="CREATE", sequence=4, run_id="r2", target_id="2")
    other = replace(created, address="iac_service.other", target_name="other", target_id="3", sequence=5)
    text = render_timeline(lives([created, outside, deleted, again, other]), color=False)
    assert text == (
        "service:api (iac_service.api)\n"
        "  2025-01-02 03:04:05Z  + created by alice with terraform  #1\n"
        "  2025-01-02 03:04:05Z  ~ changed by alice with console: ports  #2\n"
        "                          ~ cpu: 500 -> 1000\n"
        "  2025-01-02 03:04:05Z  - deleted to be replaced by alice with terraform  #3\n"
        "                          because of region\n"
        "  2025-01-02 03:04:05Z  + created as the replacement by alice with terraform  #4\n"
        "\n"
        "service:other (iac_service.other)\n"
        "  2025-01-02 03:04:05Z  + created by alice with terraform  #5\n"
    )
    first, _ = timeline_to_json(lives([created, outside, deleted, again, other]))
    assert [e["replacement"] for e in first["events"]] == [False, False, True, True]


def test_the_same_address_in_two_workspaces_is_two_lives():
    first = replace(EVENT, event_type="CREATE", sequence=1, target_id="1")
    second = replace(first, sequence=2, target_id="2", workspace="prod")
    found = lives([first, second, replace(first, event_type="UPDATE", sequence=3, address=None)])
    assert [[e.sequence for e in life.events] for life in found] == [[1, 3], [2]]
    text = render_timeline(found, color=False)
    assert "service:api (iac_service.api), workspace default\n" in text
    assert "service:api (iac_service.api), workspace prod\n" in text
    assert [life["workspace"] for life in timeline_to_json(found)] == ["default", "prod"]


def test_creations_that_failed_are_told_apart_by_their_addresses():
    failed = replace(EVENT, event_type="CREATE_FAILED", sequence=1, target_id="", error="no")
    other = replace(failed, sequence=2, address="iac_service.other")
    assert [len(life.events) for life in lives([failed, other])] == [1, 1]


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        ({"op": "replace", "path": "/password", "value": SECRET, "old": OTHER}, "~ password: (sensitive)"),
        ({"op": "add", "path": "/secrets/A", "value": SECRET, "old": None}, "+ secrets.A: (sensitive)"),
        ({"op": "remove", "path": "/secrets/A", "old": SECRET}, "- secrets.A: (sensitive)"),
        ({"op": "replace", "path": "/p", "value": "x", "old": SECRET}, '~ p: (sensitive) -> "x"'),
        (
            {"op": "add", "path": "/port/0", "value": {"n": 1, "k": SECRET}, "old": None},
            '+ port[0]: {"n":1,"k":"(sensitive)"}',
        ),
        ({"op": "replace", "path": "/a\x1b", "value": "v\x1b", "old": None}, '~ a\\x1b: null -> "v\\x1b"'),
    ],
)
def test_a_change_in_a_timeline(operation, line):
    text = render_timeline(lives([replace(EVENT, patch=[operation])]), color=False)
    assert text.splitlines()[2].strip() == line


def test_what_changes_with_every_change_is_left_out_of_a_timeline_and_much_is_counted():
    operations = [{"op": "add", "path": f"/a{n}", "value": n, "old": None} for n in range(20)]
    noise = {"op": "replace", "path": "/updated_at", "value": "b", "old": "a"}
    text = render_timeline(lives([replace(EVENT, patch=[noise, *operations])]), color=False)
    assert "updated_at" not in text
    assert text.endswith("(8 more changes: iac events show 7)\n")


def test_what_another_writer_says_is_marked_and_does_not_look_like_what_was_done():
    said = replace(EVENT, event_type="CREATE", tool="git", context={"external": True}, change=(), patch=[])
    assert "CREATE (external)" in render_events([said], color=False, width=80)
    assert "\x1b[32m" not in render_events([said], color=True, width=120)
    assert "! create (external) by alice with git  #7\n" in render_timeline(lives([said]), color=False)
    assert [e["external"] for e in timeline_to_json(lives([said]))[0]["events"]] == [True]
    deleted = replace(EVENT, event_type="DELETE", sequence=8)
    assert "deleted by" in render_timeline(lives([said, deleted]), color=False)


def test_a_failure_says_why():
    failed = replace(EVENT, event_type="UPDATE_FAILED", error="quota\nexceeded", change=(), patch=[])
    text = render_timeline(lives([failed]), color=False)
    assert "! update failed by alice with terraform  #7\n" in text
    assert "error: quota\n" in text
