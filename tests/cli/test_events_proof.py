"""verify, checkpoint, export, prune, record and --follow, as they are used in a terminal."""

from __future__ import annotations

import json
import os
import pty
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest


@pytest.fixture
def applied(iac):
    """Two events: a cluster and an environment were made."""
    assert iac("apply", "-auto-approve").code == 0
    return iac


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch):
    """What the next command finds on its standard input."""

    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(text.encode())))

    return give


def tamper(directory: Path, *statements: str) -> None:
    connection = sqlite3.connect(directory / "iac.db")
    for statement in ("DROP TRIGGER event_never_changes", "DROP TRIGGER event_never_goes", *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()


RECORD = ("events", "record", "--type", "TRIGGER_DEPLOY", "--target", "environment:staging", "--tool", "git")


class TestVerify:
    def test_says_how_many_events_it_checked(self, applied) -> None:
        outcome = applied("events", "verify")
        assert outcome.code == 0
        assert outcome.out == "Verified 2 events: none was altered, removed, inserted or reordered.\n"

    def test_of_an_empty_log_says_that_there_is_nothing(self, iac) -> None:
        iac("init")
        assert iac("events", "verify").out == "Nothing to verify: the log has no events.\n"

    def test_names_the_first_event_that_is_wrong(self, applied, directory: Path) -> None:
        tamper(directory, "UPDATE event SET \"user\" = 'eve' WHERE sequence = 2")
        outcome = applied("events", "verify")
        assert outcome.code == 1
        assert "The log is not intact: Event 2 was altered" in outcome.out
        assert "1 event was in order before it." in outcome.out
        found = json.loads(applied("events", "verify", "-json").out)
        assert (found["valid"], found["first_bad"], found["checked"]) == (False, 2, 1)

    def test_needs_a_checkpoint_for_a_key(self, applied) -> None:
        assert "name one with -checkpoint" in applied("events", "verify", "-key=x").err


class TestCheckpoint:
    def test_proves_later_that_the_history_is_still_there(self, applied, directory: Path) -> None:
        outcome = applied("events", "checkpoint", "-output=kept.json")
        assert outcome.out.startswith("Checkpoint of event 2 written to kept.json, signed by SHA256:")
        assert stat.S_IMODE((directory / "iac.db.key").stat().st_mode) == 0o600
        applied(*RECORD)
        outcome = applied("events", "verify", "-checkpoint=kept.json")
        assert outcome.code == 0
        assert "up to event 2, is still there unchanged." in outcome.out

    def test_finds_an_end_that_was_removed_without_a_trace(self, applied, directory: Path) -> None:
        applied("events", "checkpoint", "-output=kept.json")
        tamper(
            directory,
            "DELETE FROM event WHERE sequence = 2",
            "UPDATE audit_chain SET (sequence, hash, event_id) = (SELECT sequence, hash, id FROM event)",
        )
        assert applied("events", "verify").code == 0
        outcome = applied("events", "verify", "-checkpoint=kept.json")
        assert outcome.code == 1
        assert "Event 2, whose hash was noted, is not in the log: its end was removed." in outcome.out

    def test_is_printed_without_an_output(self, applied) -> None:
        assert json.loads(applied("events", "checkpoint").out)["sequence"] == 2

    def test_of_an_empty_log_says_so(self, iac) -> None:
        iac("init")
        assert "of the log, which has no events yet" in iac("events", "checkpoint", "-output=kept.json").out
        iac("apply", "-auto-approve")
        assert "was of an empty log" in iac("events", "verify", "-checkpoint=kept.json").out

    def test_is_held_against_the_key_that_is_given(self, applied, directory: Path) -> None:
        applied("events", "checkpoint", "-output=kept.json", "-public-key=public.pem")
        assert applied("events", "verify", "-checkpoint=kept.json", "-key=public.pem").code == 0
        (directory / "iac.db.key").unlink()
        assert "not held against one you trust" in applied("events", "verify", "-checkpoint=kept.json").out
        applied("events", "checkpoint", "-output=other.json")
        outcome = applied("events", "verify", "-checkpoint=other.json", "-key=public.pem")
        assert outcome.code == 1
        assert "another key than the one given" in outcome.err.replace("\n", " ")

    def test_says_as_json_whether_its_key_is_trusted(self, applied, directory: Path) -> None:
        applied("events", "checkpoint", "-output=kept.json")

        def checkpoint() -> dict[str, object]:
            return json.loads(applied("events", "verify", "-checkpoint=kept.json", "-json").out)["checkpoint"]

        assert (checkpoint()["sequence"], checkpoint()["key_is_trusted"]) == (2, True)
        (directory / "iac.db.key").unlink()
        assert checkpoint()["key_is_trusted"] is False

    def test_of_another_database_proves_nothing_here(self, applied) -> None:
        applied("events", "checkpoint", "-output=kept.json", "-public-key=public.pem")
        applied("--database", "other.db", "apply", "-auto-approve")
        outcome = applied("events", "verify", "-database=other.db", "-checkpoint=kept.json", "-key=public.pem")
        assert outcome.code == 1
        assert "The checkpoint is of another database." in outcome.err


class TestExport:
    def test_verifies_on_its_own(self, applied, directory: Path) -> None:
        assert applied("events", "export", "-output=all.ndjson").out == "Exported 2 events to all.ndjson.\n"
        (directory / "iac.db").rename(directory / "gone.db")
        outcome = applied("events", "verify", "-file=all.ndjson")
        assert outcome.code == 0
        assert "Verified 2 events: one chain from event 1 to event 2" in outcome.out

    def test_that_was_altered_is_named_by_line(self, applied, directory: Path) -> None:
        applied("events", "export", "-output=all.ndjson")
        path = directory / "all.ndjson"
        path.write_text(path.read_text().replace('"name":"staging"', '"name":"prod"'))
        outcome = applied("events", "verify", "-file=all.ndjson")
        assert outcome.code == 1
        assert "Line 2 (event 2) was altered" in outcome.out

    def test_of_a_part_says_what_it_can_prove(self, applied) -> None:
        applied(*RECORD)
        applied("events", "export", "-output=part.ndjson", "environment", "-type:CREATE")
        assert "is not proved" in applied("events", "verify", "-file=part.ndjson").out
        applied("events", "export", "-force", "-output=part.ndjson", "environment")
        outcome = applied("events", "verify", "-file=part.ndjson")
        assert "Of 1 step from one event to the next, 1 is proved to leave nothing out" in outcome.out

    def test_is_held_against_a_checkpoint(self, applied) -> None:
        applied("events", "checkpoint", "-output=kept.json")
        applied("events", "export", "-output=all.ndjson")
        arguments = ("events", "verify", "-file=all.ndjson", "-checkpoint=kept.json", "-key=iac.db.key")
        assert "is still there unchanged" in applied(*arguments).out
        applied("events", "export", "-output=all.ndjson", "-type=NONE", "-force")
        assert applied(*arguments).code == 1

    def test_does_not_replace_what_is_there_unless_told_to(self, applied, directory: Path) -> None:
        files = ("events.csv", "kept.json", "public.pem")
        commands = (
            ("events", "export", "-format=csv", "-output=events.csv"),
            ("events", "checkpoint", "-output=kept.json"),
            ("events", "checkpoint", "-public-key=public.pem"),
        )
        for name, command in zip(files, commands, strict=True):
            (directory / name).write_text("old")
            outcome = applied(*command)
            assert (outcome.code, (directory / name).read_text()) == (1, "old")
            assert "File already exists" in outcome.err
            assert applied(*command, "-force").code == 0
            assert (directory / name).read_text() != "old"
        assert applied(*commands[2]).code == 0  # it is that key already

    @pytest.mark.parametrize(
        "arguments",
        [
            ("export", "-output="),
            ("checkpoint", "-output="),
            ("checkpoint", "-key="),
            ("checkpoint", "-public-key="),
            ("verify", "-file="),
            ("verify", "-checkpoint="),
            ("verify", "-checkpoint=kept.json", "-key="),
        ],
    )
    def test_an_empty_name_of_a_file_is_a_mistake(self, applied, arguments: tuple[str, ...]) -> None:
        outcome = applied("events", *arguments)
        assert outcome.code == 1
        assert "It is empty: is a variable not set?" in " ".join(outcome.err.split())

    def test_goes_to_stdout_and_is_read_from_stdin(self, applied, give) -> None:
        text = applied("events", "export", "-output=-").out
        assert [next(iter(json.loads(line))) for line in text.splitlines()] == ["address", "address", "manifest"]
        give(text)
        assert applied("events", "verify", "-file=-").code == 0

    @pytest.mark.parametrize("form", ["csv", "ocsf", "cloudevents", "markdown", "json"])
    def test_of_another_format_has_its_manifest_beside_it(self, applied, directory: Path, form: str) -> None:
        assert applied("events", "export", "-output=events.out", f"-format={form}").code == 0
        assert json.loads((directory / "events.out.manifest.json").read_text())["count"] == 2

    def test_that_is_not_there_is_an_error(self, applied) -> None:
        outcome = applied("events", "verify", "-file=none")
        assert outcome.code == 1
        assert "Cannot read export" in outcome.err


class TestPrune:
    def test_is_refused_without_a_terminal(self, applied) -> None:
        with open(os.devnull) as nothing, pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", nothing)
            outcome = applied("events", "prune", "-before=0s")
        assert outcome.code == 1
        assert "Use -auto-approve to remove without asking" in outcome.err.replace("\n", " ")
        assert len(applied("events").out.splitlines()) == 3

    def test_removes_and_leaves_a_log_that_verifies(self, applied) -> None:
        outcome = applied("events", "prune", "-before=0s", "-auto-approve", "-message=law")
        assert outcome.code == 0
        assert outcome.out.endswith("Removed 2 events.\n")
        assert "whose state is kept as BASELINE events" in outcome.out
        assert [line.split()[2] for line in applied("events").out.splitlines()[1:]] == [
            "EVENTS_PRUNED",
            "BASELINE",
            "BASELINE",
        ]
        verified = applied("events", "verify").out
        assert "Verified 3 events" in verified
        assert "Events up to 2 were pruned" in verified
        assert "No changes." in applied("plan").out

    def test_dry_run_changes_nothing(self, applied) -> None:
        outcome = applied("events", "prune", "-before=0s", "-dry-run")
        assert (outcome.code, outcome.out.startswith("2 events from before ")) == (0, True)
        assert len(applied("events").out.splitlines()) == 3

    def test_takes_the_configured_retention(self, applied, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "IAC_RETENTION=365d" in applied("events", "prune").err
        monkeypatch.setenv("IAC_RETENTION", "365d")
        assert "No event is older than" in applied("events", "prune").out

    @pytest.mark.parametrize(("answer", "code", "left"), [("yes", 0, 3), ("no", 1, 2)])
    def test_asks_on_a_terminal(self, applied, directory: Path, answer: str, code: int, left: int) -> None:
        main, side = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "iac", "events", "prune", "--before", "0s"], stdin=side, stdout=subprocess.PIPE
        )
        os.write(main, f"{answer}\n".encode())
        out, _ = process.communicate(timeout=60)
        os.close(main)
        os.close(side)
        assert process.returncode == code
        assert b"Only 'yes' will be accepted to confirm." in out
        assert len(json.loads(applied("events", "-json").out)) == left


class TestRecord:
    def test_adds_an_event_to_the_chain(self, applied, give) -> None:
        give('{"ref": "v1.2 é"}')
        outcome = applied(*RECORD, "--user", "bob", "--message", "why", "--json", "-")
        assert outcome.code == 0
        assert outcome.out.startswith("Recorded event 3: ")
        event = json.loads(applied("events", "-json", "-limit=1").out)[0]
        assert (event["event_type"], event["user"], event["tool"]) == ("TRIGGER_DEPLOY", "bob", "git")
        assert (event["post_state"], event["message"]) == ({"ref": "v1.2 é"}, "why")
        assert event["target_id"] == json.loads(applied("events", "-json", "-reverse").out)[1]["target_id"]
        assert applied("events", "verify").code == 0
        assert "No changes." in applied("plan").out

    def test_reads_json_from_a_file(self, applied, directory: Path) -> None:
        (directory / "payload.json").write_text("{}")
        assert applied(*RECORD, "--json", "payload.json").code == 0
        assert "Cannot read file" in applied(*RECORD, "--json", "none.json").err

    def test_explains_every_mistake(self, applied, give) -> None:
        give("[1]")
        outcome = applied(
            "events", "record", "--type", "deploy", "--target", "api", "--tool", "terraform", "--json", "-"
        )
        assert outcome.code == 1
        assert all(
            summary in outcome.err
            for summary in ("Invalid event type", "Invalid target", "Reserved tool", "Invalid event")
        )


class TestFollow:
    @pytest.fixture
    def following(self, applied, directory: Path):
        """A process that follows, and what it has written."""
        started = []

        def begin(*arguments: str) -> tuple[subprocess.Popen[bytes], Path]:
            out = directory / f"out-{len(started)}"
            with out.open("wb") as file:
                process = subprocess.Popen([sys.executable, "-m", "iac", "events", "--follow", *arguments], stdout=file)
            started.append(process)
            return process, out

        yield begin
        for process in started:
            process.kill()
            process.wait()

    def wait_for(self, out: Path, lines: int) -> list[str]:
        for _ in range(300):
            if len(found := out.read_text().splitlines()) >= lines:
                return found
            time.sleep(0.1)
        raise AssertionError(out.read_text())

    def test_shows_new_events_of_other_processes_until_ctrl_c(self, applied, following) -> None:
        process, out = following("--limit", "1")
        assert "CREATE" in self.wait_for(out, 2)[1]
        assert applied(*RECORD).code == 0
        assert "TRIGGER_DEPLOY" in self.wait_for(out, 3)[2]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0

    def test_filters_and_writes_one_json_a_line(self, applied, following) -> None:
        _, out = following("--json", "--tool", "git", "--after", "1")
        applied(*RECORD)
        (line,) = self.wait_for(out, 1)
        assert json.loads(line)["tool"] == "git"
