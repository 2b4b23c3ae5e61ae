"""What is fuzzed: for each target how an input is made, and the commands that are run on it."""

from __future__ import annotations

import hashlib
import json
import shutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import corpus
from bounds import broken_promise, content_of
from forked import Call, Ended, Forks
from mutating import json_bytes, mutated, mutated_json

PATIENCE = 15.0
"""Seconds after which a command is ended."""
_INPUT = "input"


@dataclass(frozen=True)
class Target:
    """One kind of input. `make` gives an input, `file` is where it goes (`input`: nowhere, `calls` has it), and `calls`
    gives the commands. `is_applied` says that a world is there already: applied, with a saved plan."""

    name: str
    make: Callable[[Random], bytes]
    file: str
    calls: Callable[[bytes], Iterator[Run]]
    is_applied: bool = False
    beside: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One command: its arguments and standard input; `writes` says that it may change the database when it succeeds."""

    arguments: Sequence[str]
    stdin: str = ""
    writes: bool = False
    task: str = "iac.cli.main:main"
    codes: tuple[int, ...] = (0, 1, 2)


# --- inputs ------------------------------------------------------------------------------------------------------


def _text(seeds: Callable[[], list[bytes]]) -> Callable[[Random], bytes]:
    def make(chance: Random) -> bytes:
        known = seeds()
        return mutated(chance.choice(known), known, chance)

    return make


def _json_config(chance: Random) -> bytes:
    known = corpus.in_json()
    if chance.random() < 0.4:
        return mutated(chance.choice(known), known, chance)
    return json_bytes(mutated_json(json.loads(chance.choice(known)), [json.loads(k) for k in known], chance))


def _recorded_plan(chance: Random) -> bytes:
    known = corpus.plans()
    data = mutated_json(chance.choice(known), known, chance)
    return json_bytes(data) if chance.random() < 0.8 else mutated(json_bytes(data), [], chance)


def _apply_log(chance: Random) -> bytes:
    known = corpus.apply_logs()
    lines = chance.choice(known).splitlines()
    if chance.random() < 0.5 and lines:
        at = chance.randrange(len(lines))
        data = [json.loads(line) for line in lines]
        lines[at] = json_bytes(mutated_json(data[at], data, chance))
        return b"\n".join(lines) + b"\n"
    return mutated(b"\n".join(lines) + b"\n", known, chance)


# --- commands ----------------------------------------------------------------------------------------------------


def _on_configuration(given: bytes) -> Iterator[Run]:
    yield Run(("validate", "-json"))
    yield Run(("plan", "-no-color"))


def _planned(given: bytes) -> Iterator[Run]:
    yield Run(("plan", "-json"))


def _on_saved_plan(given: bytes) -> Iterator[Run]:
    yield Run(("show", "tfplan"))
    yield Run(("show", "-json", "tfplan"))
    yield Run(("apply", "tfplan"), writes=True)


def _pushed(given: bytes) -> Iterator[Run]:
    yield Run(("state", "push", "-force", "pushed.tfstate"), writes=True)
    yield Run(("plan", "-no-color"))
    yield Run(("show", "-json"))


def _recorded(given: bytes) -> Iterator[Run]:
    yield Run(("record", "plan.json"), writes=True)
    yield Run(("record", "plan.json", "-applied", "log.ndjson"), writes=True)


def _logged(given: bytes) -> Iterator[Run]:
    yield Run(("record", "plan.json", "-applied", "log.ndjson"), writes=True)


_QUIET = frozenset({"console", "serve", "follow", "--follow", "-follow", "-f", "install"})
"""What would wait, or write outside of the directory."""


def _command_line(given: bytes) -> Iterator[Run]:
    words = [word.decode("utf-8", "surrogateescape").replace("\0", "") for word in given.split(b"\0")]
    if not _QUIET.intersection(words) and not any(word.startswith(("-chdir", "--chdir", "/", "..")) for word in words):
        yield Run(words, stdin="no\n", writes=True, codes=(0, 1, 2, 3))


def _where(given: bytes) -> Iterator[Run]:
    text = given.decode("utf-8", "surrogateescape").replace("\0", "")
    yield Run(("events", "-where", text))
    yield Run(("events", *text.split()))


def _formatted(given: bytes) -> Iterator[Run]:
    yield Run((), given.decode("utf-8", "surrogateescape"), task="fuzz.formatting:check", codes=(0,))
    yield Run(("fmt", "-check", "-diff", "-"), given.decode("utf-8", "surrogateescape"), codes=(0, 1, 2, 3))


def _asked(given: bytes) -> Iterator[Run]:
    yield Run(("console",), given.decode("utf-8", "surrogateescape"))


_WORLD = {"main.tf": corpus.WORLD.encode()}
_MODULE = {"m/m.tf": b'variable "n" {\n  default = 1\n}\noutput "n" {\n  value = var.n\n}\n'}


def _saved_plan(world: Path) -> Callable[[Random], bytes]:
    """Changed plans: as bytes, or inside and signed again, so that the digest fits."""

    def make(chance: Random) -> bytes:
        whole = (world / "tfplan").read_bytes()
        if chance.random() < 0.3:
            return mutated(whole, [], chance)
        header, _, rest = whole.partition(b"\n")
        body = zlib.decompress(rest.partition(b"\n")[2])
        if chance.random() < 0.8:
            changed = json_bytes(mutated_json(json.loads(body), [json.loads(body)], chance))
        else:
            changed = mutated(body, [], chance)
        packed = zlib.compress(changed)
        return b"%s\n%s\n%s" % (header, hashlib.sha256(packed).hexdigest().encode(), packed)

    return make


def _state(world: Path) -> Callable[[Random], bytes]:
    def make(chance: Random) -> bytes:
        state = json.loads((world / "pulled.tfstate").read_bytes())
        if chance.random() < 0.7:
            return json_bytes(mutated_json(state, [state], chance))
        return mutated(json_bytes(state), [], chance)

    return make


def targets(world: Path) -> dict[str, Target]:
    """All targets by name; `world` is a directory that `applied_world` made."""
    plan, log = json_bytes(corpus.plans()[1]), corpus.apply_logs()[1]
    lists = (
        Target("tf", _text(corpus.native), "main.tf", _on_configuration, beside=_MODULE),
        Target("tf.json", _json_config, "main.tf.json", _on_configuration, beside=_MODULE),
        Target("tfvars", _text(lambda: [corpus.TFVARS]), "terraform.tfvars", _planned, beside=_WORLD),
        Target("plan", _saved_plan(world), "tfplan", _on_saved_plan, is_applied=True),
        Target("state", _state(world), "pushed.tfstate", _pushed, is_applied=True),
        Target("record", _recorded_plan, "plan.json", _recorded, beside={"log.ndjson": log}),
        Target("log", _apply_log, "log.ndjson", _logged, beside={"plan.json": plan}),
        Target("command", _text(corpus.command_lines), _INPUT, _command_line, is_applied=True),
        Target("where", _text(corpus.where), _INPUT, _where, is_applied=True),
        Target("fmt", _text(corpus.native), _INPUT, _formatted),
        Target("console", _text(corpus.expressions), _INPUT, _asked, beside=_WORLD),
    )
    return {target.name: target for target in lists}


# --- trying ------------------------------------------------------------------------------------------------------


def applied_world(place: Path, forks: Forks, environment: dict[str, str]) -> Path:
    """A directory with an applied configuration, a saved plan that would change it, and its state in a file."""
    place.mkdir(parents=True)
    (place / "main.tf").write_text(corpus.WORLD)
    for arguments in (("apply", "-auto-approve"), ("plan", "-var", "text=other", "-out=tfplan")):
        ended = forks.run(Call(arguments, str(place), environment))
        assert ended.code == 0, str(ended)
    pulled = forks.run(Call(("state", "pull"), str(place), environment))
    (place / "pulled.tfstate").write_text(pulled.out)
    return place


@dataclass(frozen=True)
class Found:
    """A promise that an input broke: which command, and what it did."""

    arguments: Sequence[str]
    broken: str
    ended: Ended


class Trial:
    """Tries inputs of one target, each in a fresh directory."""

    def __init__(self, target: Target, place: Path, world: Path, forks: Forks, environment: dict[str, str]) -> None:
        self.target = target
        self.place = place
        self.world = world
        self.forks = forks
        self.environment = environment
        self.runs = 0

    def find(self, given: bytes) -> Found | None:
        """What an input breaks first, if anything."""
        self._prepare(given)
        database = self.place / "iac.db"
        before = content_of(database)
        for run in self.target.calls(given):
            self.runs += 1
            ended = self.forks.run(
                Call(run.arguments, str(self.place), self.environment, run.stdin, run.task, timeout=PATIENCE)
            )
            broken = broken_promise(ended, run.codes)
            if broken is None and not (run.writes and ended.code == 0) and content_of(database) != before:
                broken = "it has changed the database"
            if broken is not None:
                return Found(run.arguments, broken, ended)
            if run.writes:
                before = content_of(database)
        return None

    def _prepare(self, given: bytes) -> None:
        shutil.rmtree(self.place, ignore_errors=True)
        if self.target.is_applied:
            shutil.copytree(self.world, self.place)
        else:
            self.place.mkdir(parents=True)
        files = dict(self.target.beside)
        if self.target.file != _INPUT:
            files[self.target.file] = given
        for name, content in files.items():
            path = self.place / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)


def smaller(given: bytes, is_same: Callable[[bytes], bool], most: int = 120) -> bytes:
    """A part of an input for which the same is true: halves, quarters and so on are taken away while that goes."""
    size, tries = len(given) // 2, 0
    while size and tries < most:
        at = 0
        while at < len(given) and tries < most:
            tries += 1
            shorter = given[:at] + given[at + size :]
            if is_same(shorter):
                given = shorter
            else:
                at += size
        size //= 2
    return given
