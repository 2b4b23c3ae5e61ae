"""`iac events` and what chooses events: filters, words, pages, formats, targets, stats, timeline."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from iac.audit.log import AuditLog
from iac.audit.record import Operation, Origin
from iac.platform.api import Platform
from iac.storage import open_storage

ENVIRONMENT = "iac_environment.staging"


THREE = """
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}

resource "iac_environment" "each" {
  for_each   = toset(["dev", "prod", "staging"])
  cluster_id = iac_cluster.main.id
  name       = each.key
}

resource "iac_service" "api" {
  for_each       = iac_environment.each
  environment_id = each.value.id
  name           = "api"
  container {
    image = "shop/api"
    tag   = "1"
  }
}
"""


@pytest.fixture
def applied(iac, directory: Path):
    """Two objects made by ana, the environment then changed by bob with the console."""
    assert iac("apply", "-auto-approve", "-message=first").code == 0
    with open_storage(str(directory / "iac.db")) as database:
        platform = Platform(database, AuditLog(database))
        found = platform.list("environment")[0]
        change = {"mode": "PREVIEW", "secrets": {"TOKEN": "hunter2"}}
        platform.update("environment", found["id"], change, Operation(Origin("bob", tool="console")))
    return iac


def listed(outcome) -> list[str]:
    """The events of a table in short."""
    assert outcome.code == 0, outcome.err
    return [" ".join(line.split()[2:4]) for line in outcome.out.splitlines()[1:]]


ALL = ["UPDATE environment:staging", "CREATE environment:staging", "CREATE cluster:main"]


@pytest.mark.parametrize(
    ("arguments", "events"),
    [
        ((), [0, 1, 2]),
        (("-reverse",), [2, 1, 0]),
        (("environment:staging",), [0, 1]),
        (("staging",), [0, 1]),
        (("environment",), [0, 1]),
        ((ENVIRONMENT,), [0, 1]),
        (("-target", ENVIRONMENT, "type:CREATE"), [1]),
        (("-target=*:*", "user:bob"), [0]),
        (("-target-type=cluster",), [2]),
        (("in:cluster:main",), [0, 1, 2]),
        (("-in=cluster:main", "-in:environment:staging"), [2]),
        (("in:iac_environment.staging", "user:ana"), [1]),
        (("-type", "C*"), [1, 2]),
        (("-tool:console",), [1, 2]),
        (("user:ana", "-tool:console", "-limit=1"), [1]),
        (("user:ana -environment:staging",), [2]),
        (("-change=secrets",), [0]),
        (("-workspace=default", "-user=bob"), [0]),
        (("-where=change(mode): * -> 'PREVIEW'",), [0]),
        (("-where=post_state.mode == 'STAGING'", "-where", "not exists(post_state.region)"), [1]),
        (("where:\"message ~ 'first'\"", "--limit", "1"), [1]),
        (("-since=1h", "-until=now", "when:today..", "since:2026-01-01"), [0, 1, 2]),
        (("-until=2020-01-01",), []),
        (("-after=2",), [2]),
        (("-after=2", "-reverse"), [0]),
    ],
)
def test_filters_and_words_choose_events(applied, arguments, events) -> None:
    outcome = applied("events", *arguments)
    if not events:
        assert outcome.out == "No events.\n"
    else:
        assert listed(outcome) == [ALL[number] for number in events]


def test_a_wide_table_also_has_addresses_and_messages(applied) -> None:
    rows = [re.split(r" {2,}", line) for line in applied("events", "-wide", "environment").out.splitlines()]
    assert rows[0] == ["WHEN", "EVENT", "TARGET", "ADDRESS", "CHANGE", "USER", "TOOL", "RUN", "MESSAGE"]
    assert [(row[3], row[5], row[8]) for row in rows[1:]] == [(ENVIRONMENT, "bob", "-"), (ENVIRONMENT, "ana", "first")]


def test_objects_of_one_name_are_told_apart_in_the_table(iac, directory: Path) -> None:
    (directory / "main.tf").write_text(THREE)
    assert iac("apply", "-auto-approve").code == 0
    targets = [re.split(r" {2,}", line)[2] for line in iac("events", "-reverse").out.splitlines()[2:]]
    assert targets[:3] == ["environment:dev", "environment:prod", "environment:staging"]
    assert targets[3:] == ["service:api (dev)", "service:api (prod)", "service:api (staging)"]
    assert listed(iac("events", "in:environment:prod")) == ["CREATE service:api", "CREATE environment:prod"]
    assert listed(iac("events", "environment:prod")) == ["CREATE environment:prod"]
    assert iac("events", "timeline", "in:environment:prod").out.count("created") == 2


def test_a_run_and_a_plan_are_known_by_the_beginning_of_their_id(applied) -> None:
    event = json.loads(applied("events", "-json", "-user=ana", "-limit=1").out)[0]
    for option in (f"-run={event['run_id'][:8]}", f"plan:{event['plan_id']}"):
        assert listed(applied("events", option)) == ALL[1:]


def test_what_apply_says_at_its_end_is_the_command_for_its_events(iac) -> None:
    said = re.search(r"iac (events --run \S+)", iac("apply", "-auto-approve").out)
    assert said
    assert listed(iac(*said[1].split())) == ALL[1:]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("usr:ana",), 'there is no filter "usr". Did you mean "user"?'),
        (("timelin",), 'Did you mean "timeline"?'),
        (("type:UPDAT",), 'There is no event type "UPDAT". Did you mean "UPDATE"?'),
        (("-change=sclaing",), 'There is no group of changes "sclaing". Did you mean "scaling"?'),
        (("nobody",), "No target has this type, name or id."),
        (("-where=post_state.x = 1",), 'Write "==" to compare two values.'),
        (("-target=a b",), '"a b" does not name a target'),
        (("-since=soon",), '"soon" is not a time'),
        (("-format=xml",), "'xml' is not one of"),
        (("-after=zz",), "Event not found"),
        (("user:ana", "verify"), "iac events verify [OPTIONS]"),
    ],
)
def test_a_mistake_is_explained(applied, arguments, message) -> None:
    outcome = applied("events", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert message in " ".join(outcome.err.split())


@pytest.mark.parametrize(
    ("arguments", "remark"),
    [
        (("user:annna",), 'No event has the user "annna". Did you mean "ana"?'),
        (("-workspace=nope",), 'No event has the workspace "nope".'),
        (("-run=zzz",), 'No event has the run "zzz".'),
        (("environment:stagin",), 'No event has a target of the type "environment" with the name "stagin".'),
        (("iac_environment.stagin",), f'Did you mean "{ENVIRONMENT}"?'),
    ],
)
def test_what_no_event_has_is_an_empty_answer_with_a_remark(applied, arguments, remark) -> None:
    outcome = applied("events", *arguments)
    assert (outcome.code, outcome.out) == (0, "No events.\n")
    assert remark in outcome.err
    assert outcome.err.count("\n") == 1
    outcome = applied("events", "-json", *arguments)
    assert (json.loads(outcome.out), remark in outcome.err) == ([], True)


def test_every_mistake_is_reported_at_once(applied) -> None:
    outcome = applied("events", "-since=soon", "-where=x", "usr:ana", "-type=CREAT")
    assert outcome.err.count("Error:") == 4


def test_pages_are_had_by_the_command_that_is_named(applied) -> None:
    seen = []
    arguments = ["events", "-limit=1", "user:ana"]
    while True:
        outcome = applied(*arguments)
        seen += listed(outcome)
        following = re.search(r"The next page: iac (.*)", outcome.err)
        if following is None:
            break
        arguments = following[1].split()
    assert seen == ALL[1:]
    assert arguments.count("-limit=1") == 1


def test_json_is_a_list_of_whole_events_even_when_it_is_empty(applied) -> None:
    assert [e["sequence"] for e in json.loads(applied("events", "-json").out)] == [3, 2, 1]
    assert json.loads(applied("events", "-json", "type:NONE").out) == []


@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "ocsf", "cloudevents", "markdown"])
def test_every_format_can_be_listed(applied, form: str) -> None:
    outcome = applied("events", f"-format={form}", "environment:staging")
    assert outcome.code == 0
    assert "staging" in outcome.out
    assert "hunter2" not in outcome.out


def test_terminal_sequences_in_names_are_shown_and_not_obeyed(iac, directory: Path) -> None:
    iac("init")
    with open_storage(str(directory / "iac.db")) as database, database.transaction():
        AuditLog(database).record(
            Operation(Origin("an\x1b[2Ja", tool="t\r")),
            event_type="UP\x1bDATE",
            target_type="x\x9b",
            target_id="1",
            target_name="a\x1b[31mb",
            before={"k\x1b": 1},
            after={"k\x1b": "v\x1b"},
            error="e\x1b",
            change=("c\x1b",),
        )
    for command in ((), ("targets",), ("stats", "-by=user"), ("stats", "-by=target"), ("timeline", "id:1")):
        outcome = iac("events", *command)
        assert outcome.code == 0
        assert not re.search(r"[\x1b\x9b\r]", outcome.out), command
        assert "\\x1b" in outcome.out


def test_targets_are_listed_with_counts_and_times(applied) -> None:
    rows = [line.split() for line in applied("events", "targets").out.splitlines()]
    assert rows[0] == ["TARGET", "EVENTS", "FIRST", "LAST", "LAST", "EVENT", "ID"]
    assert [(row[0], row[1], row[6]) for row in rows[1:]] == [
        ("cluster:main", "1", "CREATE"),
        ("environment:staging", "2", "UPDATE"),
    ]
    found = json.loads(applied("events", "targets", "-type", "environment", "-json").out)
    assert [(t["name"], t["events"]) for t in found] == [("staging", 2)]
    assert "cluster" not in applied("events", "targets", "-event-type=UPDATE").out
    assert applied("events", "targets", "user:nobody").out == "No events.\n"


def test_stats_are_bars_or_json(applied) -> None:
    lines = applied("events", "stats", "-by=user").out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [["ana", "2"], ["bob", "1"]]
    assert len(lines[0].split()[2]) == 2 * len(lines[1].split()[2])
    assert lines[-1] == "3 events by user."
    assert json.loads(applied("events", "stats", "-by=tool", "-user=bob", "-json").out) == {
        "by": "tool",
        "total": 1,
        "counts": [{"value": "console", "events": 1}],
    }
    assert "1 event in 1 more not shown" in applied("events", "stats", "-by=type", "-limit=1").out


def test_a_timeline_tells_the_life_of_an_object(applied) -> None:
    outcome = applied("events", "timeline", ENVIRONMENT)
    lines = [line[24:] if line.startswith("  ") else line for line in outcome.out.splitlines()]
    assert lines == [
        f"environment:staging ({ENVIRONMENT})",
        "+ created by ana with terraform  #2",
        '  "first"',
        "~ changed by bob with console: config, secrets  #3",
        '  ~ mode: "STAGING" -> "PREVIEW"',
        "  ~ secrets: null -> (sensitive)",
    ]
    assert "hunter2" not in outcome.out
    (life,) = json.loads(applied("events", "timeline", "-target", ENVIRONMENT, "-json").out)
    assert [e["event_type"] for e in life["events"]] == ["CREATE", "UPDATE"]


def test_a_timeline_needs_a_target(applied) -> None:
    outcome = applied("events", "timeline", "user:ana")
    assert outcome.code == 1
    assert "iac events targets" in outcome.err


@pytest.mark.parametrize("command", [(), ("targets",), ("stats",), ("timeline", "service:api")])
def test_asking_makes_no_database(iac, directory: Path, command) -> None:
    outcome = iac("events", *command)
    assert outcome.code == 1
    assert "Database not found" in outcome.err
    assert not (directory / "iac.db").exists()


# --- on a terminal -------------------------------------------------------------------------------------------


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What `iac` prints on a terminal of 80 columns and 24 lines."""
    master, slave = pty.openpty()
    settings = {**os.environ, "COLUMNS": "80", "LINES": "24", "TERM": "xterm", **environment}
    with subprocess.Popen(
        [sys.executable, "-m", "iac", *arguments], stdin=slave, stdout=slave, stderr=slave, env=settings
    ) as process:
        os.close(slave)
        text = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            text += piece
    os.close(master)
    assert process.returncode == 0, text
    return text.decode().replace("\r\n", "\n")


@pytest.fixture
def long_log(iac, directory: Path) -> Path:
    """A log of 150 events."""
    iac("init")
    with open_storage(str(directory / "iac.db")) as database, database.transaction():
        log = AuditLog(database)
        for number in range(150):
            what = {"event_type": "CREATE", "target_type": "service", "target_id": str(number), "target_name": "api"}
            log.record(Operation(Origin("ana")), **what, before=None, after={})
    return directory


def test_a_terminal_has_colors_a_sensible_number_of_events_and_the_way_to_more(long_log: Path) -> None:
    text = on_a_terminal("events", "--no-pager")
    assert text.count("\x1b[32mCREATE") == 100
    assert "There are more events. The next page: iac events --after=" in text
    assert all(len(re.sub(r"\x1b\[\d+m", "", line)) <= 80 for line in text.splitlines()[:101])


def test_a_long_listing_goes_through_the_pager_and_a_short_one_does_not(long_log: Path) -> None:
    pager = {"PAGER": "sed s/^/paged:/"}
    assert on_a_terminal("events", **pager).count("paged:") > 100
    assert "paged:" not in on_a_terminal("events", "-limit=3", **pager)
    assert "paged:" not in on_a_terminal("events", "-no-pager", **pager)
