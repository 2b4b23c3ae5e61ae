"""The fuzzer in short: for every target some inputs, always the same, and hypothesis for what holds of any text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))  # for `targets`

import corpus
from bounds import broken_promise
from forked import Call, Ended, Forks
from mutating import json_bytes, mutated, mutated_json
from targets import Trial, applied_world, smaller, targets

_NAMES = ("tf", "tf.json", "tfvars", "plan", "state", "record", "log", "command", "where", "fmt", "console")
_INPUTS = 12
"""For each target: what goes on for minutes is `make fuzz`."""


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """The prepared process that all commands of these tests are forked from."""
    with Forks() as prepared:
        yield prepared


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Path:
    """A directory with an applied configuration and a saved plan."""
    return applied_world(tmp_path_factory.mktemp("fuzz") / "world", forks, _environment())


def _environment() -> dict[str, str]:
    return {"IAC_CACHE_DIR": os.environ["IAC_CACHE_DIR"]}


@pytest.mark.parametrize("name", _NAMES)
def test_no_input_breaks_a_promise(name: str, world: Path, forks: Forks, tmp_path: Path) -> None:
    known = targets(world)
    assert tuple(known) == _NAMES
    trial = Trial(known[name], tmp_path / "case", world, forks, _environment())
    for number in range(_INPUTS):
        text = known[name].make(Random(f"short {name} {number}"))
        found = trial.find(text)
        assert found is None, f"{found.broken}: {found.arguments} with {text!r}\n{found.ended}"


@settings(derandomize=True, database=None, max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text() | st.text(alphabet='{}[]()"$%=<>~\n\\ab1-.,:?*!&|/#', max_size=60))
def test_any_text_is_parsed_or_explained_and_formatting_keeps_its_meaning(text: str) -> None:
    from formatting import meaning

    from iac.hcl.formatting import format_source
    from iac.hcl.parser import parse_native

    source = text.encode("utf-8", "surrogatepass")
    formatted, problems = format_source(source, "main.tf")
    file, mistakes = parse_native(source, "main.tf")
    assert bool(problems) == bool(mistakes)
    if not mistakes:
        assert format_source(formatted, "main.tf") == (formatted, [])
        assert meaning(parse_native(formatted, "main.tf")[0].body) == meaning(file.body)


# --- the fuzzer itself -------------------------------------------------------------------------------------------


def test_the_same_chance_gives_the_same_input() -> None:
    known = corpus.native()
    assert mutated(known[0], known, Random("x")) == mutated(known[0], known, Random("x"))
    plan = corpus.plans()[0]
    assert json_bytes(mutated_json(plan, [plan], Random(3))) == json_bytes(mutated_json(plan, [plan], Random(3)))


def test_there_is_much_to_begin_with() -> None:
    assert len(corpus.native()) > 300
    assert len(corpus.expressions()) > 1_000
    assert len(corpus.plans()) == len(corpus.apply_logs()) or corpus.apply_logs()


def test_what_is_found_is_made_smaller() -> None:
    assert smaller(b"some words and a bug in them", lambda text: b"bug" in text) == b"bug"


_GOOD = Ended(code=0, out="", err="", seconds=0.1, megabytes=60, timed_out=False, counted=0, hit=False)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({}, None),
        ({"code": 1, "err": "Error: No\n"}, None),
        ({"code": 1}, "it fails without a word"),
        ({"code": 1, "err": "Traceback (most recent call last):\n"}, 'it shows "Traceback'),
        ({"code": 1, "err": "Error: iac failed unexpectedly (KeyError at x.py:1)\n"}, 'it shows "failed unexpectedly"'),
        ({"code": 1, "err": "Error: No\n\nKeyError: 'a'\n"}, 'it shows "KeyError: "'),
        ({"code": -11}, "it was ended by signal 11"),
        ({"code": -9, "timed_out": True}, "it hangs"),
        ({"megabytes": 501}, "it takes 501 MB"),
        ({"code": 70}, "its exit code is 70"),
    ],
)
def test_a_broken_promise_is_seen(change: dict[str, object], says: str | None) -> None:
    from dataclasses import replace

    broken = broken_promise(replace(_GOOD, **change))  # type: ignore[arg-type]  # checked by the dataclass
    assert broken is None if says is None else broken is not None and broken.startswith(says)


def test_a_hang_is_seen(tmp_path: Path, forks: Forks) -> None:
    ended = forks.run(Call((), str(tmp_path), task="fuzz.sleeping:forever", timeout=0.3))
    assert "hangs" in (broken_promise(ended) or "")
