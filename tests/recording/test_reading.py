"""What is no plan and no log is refused, with what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iac.diagnostics import DiagnosticsError
from iac.recording.apply_log import read_apply_log
from iac.recording.plan_json import read_plan_json

GOLDENS = Path(__file__).parent / "goldens"
PLAN = (GOLDENS / "create.plan.json").read_bytes()
LOG = (GOLDENS / "create.apply.ndjson").read_bytes()


def refusal(read: Any, content: bytes) -> str:
    with pytest.raises(DiagnosticsError) as caught:
        read(content)
    return "\n".join(f"{d.summary}: {d.detail}" for d in caught.value.diagnostics)


def plan(**members: Any) -> bytes:
    return json.dumps({"format_version": "1.2", "resource_changes": [], **members}).encode()


def change(**members: Any) -> bytes:
    inner = {"actions": ["create"], "before": None, "after": {}, **members.pop("change", {})}
    return plan(resource_changes=[{"address": "a_b.c", "change": inner, **members}])


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "could not be parsed"),
        (b"{", "could not be parsed"),
        (b"\xff", "could not be parsed"),
        (b"[" * 100_000, "nested too deeply"),
        (b"PK\x03\x04", "terraform show -json tfplan"),
        (b"[]", 'It has no "format_version"'),
        (b"{}", 'It has no "format_version"'),
        (b'{"format_version": 1}', 'It has no "format_version"'),
        (LOG.splitlines()[0], "given with -applied"),
        (plan(format_version="0.2"), "format version 0.2, and this version of iac reads version 1.x"),
        (plan(format_version="2.0"), "format version 2.0"),
        (b'{"format_version": "1.0", "values": {}}', "writes the state"),
        (plan(resource_changes={}), '"resource_changes" is no list'),
        (plan(resource_changes=[1]), 'where "address" should be is no object'),
        (plan(resource_changes=[{}]), 'it has no "address"'),
        (plan(variables=[]), '"variables" is no object'),
        (plan(output_changes={"a": {"actions": ["odd"]}}), 'the output "a" has the actions'),
        (change(address="nope"), '"nope" is no address'),
        (change(previous_address="nope"), '"nope" is no address'),
        (change(change={"actions": ["create", "odd"]}), "which are not known"),
        (change(change={"actions": [{}]}), "which are not known"),
        (change(change={"before": 1}), '"before" of a_b.c is no object'),
        (change(change={"replace_paths": [1]}), "a path of replace_paths of a_b.c cannot be read"),
    ],
)
def test_what_is_no_plan_is_refused(content: bytes, wanted: str) -> None:
    assert wanted in refusal(read_plan_json, content)


@pytest.mark.parametrize("version", ["1.0", "1.2", "1.99"])
def test_every_minor_version_of_the_format_is_read(version: str) -> None:
    assert read_plan_json(plan(format_version=version, something_new=True)).changes == []


def test_an_import_by_identity_has_no_id() -> None:
    (found,) = read_plan_json(change(change={"importing": {"identity": {"name": "x"}}})).changes
    assert found.import_id == ""


@pytest.mark.parametrize("at", range(1, len(PLAN), 401))
def test_a_truncated_plan_is_refused(at: int) -> None:
    assert refusal(read_plan_json, PLAN[:at])


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"", "There is nothing in it"),
        (b"\n\n", "There is nothing in it"),
        (b"Apply complete!\n", "Line 1 cannot be read: it is not JSON"),
        (PLAN, 'Line 1 cannot be read: it has no "type"'),
        (b'{"type": "log"}\n', "does not name the program and its version"),
        (b'{"type": "version", "terraform": "9", "ui": "2.0"}\n', "the log has the format version 2.0"),
        (LOG.splitlines()[0] + b"\nError: oops\n", "Line 2 cannot be read: it is not JSON"),
        (LOG.splitlines()[0] + b'\n{"type": "apply_complete"}\n', 'Line 2 cannot be read: it has no "hook"'),
        (LOG.splitlines()[0] + b"\n[]\n", "Line 2 cannot be read: it is no JSON object"),
    ],
)
def test_what_is_no_log_of_an_apply_is_refused(content: bytes, wanted: str) -> None:
    assert wanted in refusal(read_apply_log, content)


def test_a_last_line_that_was_cut_off_is_left_out_with_a_warning() -> None:
    log = read_apply_log(LOG[:-300])
    assert [w.summary for w in log.warnings] == ["Incomplete log"]
    assert not read_apply_log(LOG).warnings


def test_lines_of_windows_and_messages_of_a_later_version_are_read() -> None:
    later = LOG.splitlines()[0] + b'\r\n{"type": "something_new", "@timestamp": "x"}\r\n'
    assert read_apply_log(later).version == "1.11.4"


@pytest.mark.parametrize("name", ["plan -json"])
def test_the_log_of_a_plan_tells_of_nothing_done(name: str) -> None:
    lines = [line for line in LOG.splitlines() if b"apply" not in line and b"outputs" not in line]
    log = read_apply_log(b"\n".join(lines) + b"\n")
    assert (log.operations, log.finished) == ([], False)
