"""Saved plans, state files and recorded plans that are damaged, foreign, or made up: refused, with nothing changed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ground import Ground

_MAIN = """variable "n" {
  default = 1
}
resource "terraform_data" "a" {
  input = { n = var.n, secret = sensitive("x") }
}
resource "iac_cluster" "main" {
  name           = "main"
  cloud_provider = "AWS"
  region         = "eu-west-3"
}
output "n" {
  value = terraform_data.a.output
  sensitive = true
}
"""


@pytest.fixture
def applied(ground: Ground) -> Ground:
    """A directory with a state, and a saved plan `tfplan` that changes it."""
    ground.write({"main.tf": _MAIN})
    assert ground.run("apply", "-auto-approve").code == 0
    assert ground.run("plan", "-var", "n=2", "-out=tfplan").code == 0
    return ground


def _refused(ground: Ground, *arguments: str) -> str:
    ended = ground.run(*arguments)
    assert ended.code == 1, str(ended)
    return " ".join(ended.err.split())


# --- saved plans -------------------------------------------------------------------------------------------------


def _signed(content: bytes) -> bytes:
    """A plan file with this content and the digest that belongs to it."""
    packed = zlib.compress(content)
    return b"iac plan 1\n%s\n%s" % (hashlib.sha256(packed).hexdigest().encode(), packed)


_PLAN_FILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "nothing": (lambda plan: b"", "it is not a saved plan"),
    "a plan of Terraform": (lambda plan: b"PK\x03\x04" + plan, "only Terraform can apply"),
    "another version": (lambda plan: plan.replace(b"iac plan 1", b"iac plan 99", 1), "a newer version of iac"),
    "cut in the header": (lambda plan: plan[:5], "it is not a saved plan"),
    "cut in the digest": (lambda plan: plan[:30], "it is damaged"),
    "cut in the content": (lambda plan: plan[:-40], "it is damaged"),
    "one bit": (lambda plan: plan[:-9] + bytes([plan[-9] ^ 1]) + plan[-8:], "it is damaged"),
    "more behind it": (lambda plan: plan + b"x", "it is damaged"),
    "no zlib": (lambda plan: _no_zlib(), "could not be understood"),
    "no JSON": (lambda plan: _signed(b"{"), "could not be understood"),
    "JSON of something else": (lambda plan: _signed(b"[]"), "could not be understood"),
    "deep JSON": (lambda plan: _signed(b"[" * 100_000), "could not be understood"),
    "a bomb": (lambda plan: _signed(b" " * 300_000_000 + b"{}"), "could not be understood"),
}


def _no_zlib() -> bytes:
    return b"iac plan 1\n%s\n%s" % (hashlib.sha256(b"x").hexdigest().encode(), b"x")


@pytest.mark.parametrize("name", _PLAN_FILES)
def test_a_damaged_plan_is_refused(applied: Ground, name: str) -> None:
    damage, says = _PLAN_FILES[name]
    file = applied.directory / "tfplan"
    file.write_bytes(damage(file.read_bytes()))
    for command in (("show", "tfplan"), ("show", "-json", "tfplan"), ("apply", "tfplan")):
        assert says in _refused(applied, *command)


def test_no_member_of_a_plan_can_be_missing_or_anything_else(applied: Ground) -> None:
    file = applied.directory / "tfplan"
    content = json.loads(zlib.decompress(file.read_bytes().split(b"\n", 2)[2]))
    for name in content:
        for wrong in (None, 1, "x", [[1]], {"x": 1}):
            file.write_bytes(_signed(json.dumps({**content, name: wrong}).encode()))
            applied.run("show", "tfplan")
        file.write_bytes(_signed(json.dumps({n: v for n, v in content.items() if n != name}).encode()))
        applied.run("show", "-json", "tfplan")


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("checks", 0, 2), "no status"),  # each was found by the fuzzer
        (("checks", 0, 1), ["object", {"a": "string"}]),
        (("changes", 0, "create_before_destroy"), None),
        (("order",), [0, 7]),
        (("variables", "n"), ["string", "\ud800"]),
    ],
    ids=repr,
)
def test_a_plan_that_was_made_up_and_signed_is_refused_or_works(
    applied: Ground, path: tuple[Any, ...], wrong: Any
) -> None:
    applied.write(
        {"check.tf": 'check "c" {\n  assert {\n    condition = var.n > 0\n    error_message = "No."\n  }\n}\n'}
    )
    assert applied.run("plan", "-var", "n=2", "-out=tfplan").code == 0
    file = applied.directory / "tfplan"
    content = json.loads(zlib.decompress(file.read_bytes().split(b"\n", 2)[2]))
    file.write_bytes(_signed(json.dumps(_with(content, path, wrong)).encode()))
    for command in (("show", "tfplan"), ("show", "-json", "tfplan"), ("apply", "tfplan")):
        applied.run(*command)


# --- state files -------------------------------------------------------------------------------------------------

_OUTPUT = '{"version":4,"serial":9,"lineage":"x","outputs":{"a":%s},"resources":[]}'
_STATES: dict[str, str | bytes] = {
    "nothing": "",
    "no JSON": "{",
    "null": "null",
    "a list": "[]",
    "a number": "4",
    "NUL": b"\x00\x00",
    "invalid UTF-8": b'{"version": 4, "lineage": "\xff"}',
    "half a surrogate pair": '{"version": 4, "serial": 1, "lineage": "\\ud800", "resources": []}',
    "a version before all": '{"version": 1}',
    "a version that is text": '{"version": "4"}',
    "a version of many digits": f'{{"version": {"9" * 5000}}}',
    "NaN": '{"version": 4, "serial": NaN, "lineage": "x"}',
    "a serial below zero": '{"version": 4, "serial": -1, "lineage": "x"}',
    "a serial beyond all": '{"version": 4, "serial": 1e400, "lineage": "x"}',
    "a serial of many digits": f'{{"version": 4, "serial": {"9" * 5000}, "lineage": "x", "resources": []}}',
    "a serial that SQLite cannot hold": '{"version": 4, "serial": 18446744073709551616, "resources": []}',
    "lineage that is none": '{"version": 4, "serial": 1, "lineage": 7}',
    "resources that are none": '{"version": 4, "serial": 1, "lineage": "x", "resources": {"a": 1}}',
    "an object twice": '{"version": 4, "serial": 1, "lineage": "x", "resources": [%s, %s]}',
    "deep": '{"version": 4, "resources": ' + "[" * 100_000,
    "a type that is none": _OUTPUT % '{"value":1,"type":"nothing"}',
    "a type of a type": _OUTPUT % '{"value":1,"type":["list",["list"]]}',
    "a value not of its type": _OUTPUT % '{"value":"x","type":"number"}',
}  # fmt: skip
_OBJECT = (
    '{"mode":"managed","type":"terraform_data","name":"x","provider":"provider[\\"terraform.io/builtin/terraform\\"]",'
    '"instances":[{"schema_version":0,"attributes":{"id":"1","input":null,"output":null,"triggers_replace":null}}]}'
)


@pytest.mark.parametrize("name", _STATES)
def test_a_state_that_is_none_is_refused(applied: Ground, name: str) -> None:
    content = _STATES[name]
    applied.write({"new.tfstate": content.replace("%s", _OBJECT) if isinstance(content, str) else content})
    _refused(applied, "state", "push", "-force", "new.tfstate")
    _refused(applied, "state", "push", "new.tfstate")


def _nodes(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(p for key, part in inner for p in _nodes(part, (*path, key)))]


def _with(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(data))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return copy


@pytest.mark.parametrize("wrong", [None, -1, "x", [], {"a": []}, True], ids=repr)
def test_any_part_of_a_state_may_be_wrong(applied: Ground, wrong: Any) -> None:
    state = json.loads(applied.run("state", "pull").out)
    for path in _nodes(state)[1::3]:
        applied.write({"new.tfstate": json.dumps(_with(state, path, wrong))})
        applied.run("state", "push", "-force", "new.tfstate")
        assert applied.run("show", "-json").code == 0


# --- recorded plans ----------------------------------------------------------------------------------------------

_GOLDENS = Path(__file__).parents[1] / "recording" / "goldens"

_RECORDS: dict[str, tuple[str | bytes, str | bytes]] = {
    "nothing": ("", ""),
    "no JSON": ("{", "{"),
    "null": ("null", "null"),
    "a list": ("[]", "[]\n[]"),
    "invalid UTF-8": (b"\xff", b"\xff\n"),
    "NUL": ("\x00", "\x00"),
    "deep": ("[" * 100_000, "[" * 100_000),
    "a log that is a plan": ('{"format_version": "1.2"}', '{"format_version": "1.2"}'),
    "a number of many digits": (f'{{"format_version": {"9" * 5000}}}', "9" * 5000),
    "one long line": ('{"format_version": "1.2", "x": "' + "a" * 5_000_000 + '"}', "a" * 5_000_000),
}


@pytest.mark.parametrize("name", _RECORDS)
def test_a_plan_or_log_that_is_none_is_refused(ground: Ground, name: str) -> None:
    plan, log = _RECORDS[name]
    good = (_GOLDENS / "create.plan.json").read_bytes()
    ground.write({"main.tf": "", "plan.json": plan, "good.json": good, "log.ndjson": log})
    ground.run("init")
    _refused(ground, "record", "plan.json")
    ended = ground.run("record", "good.json", "-applied", "log.ndjson")
    assert ended.code in (0, 1)


@pytest.mark.parametrize("wrong", [None, "x", [], {"a": 1}], ids=repr)
def test_any_part_of_a_recorded_plan_may_be_wrong(ground: Ground, wrong: Any) -> None:
    plan = json.loads((_GOLDENS / "create.plan.json").read_bytes())
    ground.write({"main.tf": "", "log.ndjson": (_GOLDENS / "create.apply.ndjson").read_bytes()})
    for path in _nodes(plan)[1::6]:
        ground.write({"plan.json": json.dumps(_with(plan, path, wrong))})
        ground.run("record", "plan.json", "-applied", "log.ndjson")
