"""Runs one scenario with one fault, and finds out whether anything was lost or is half there."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forked import Call, Ended, Forks
from kit import Lab
from torture.scenarios import Scenario
from torture.system_calls import is_reachable

from iac.storage import SCHEMA_VERSION

_REPORTED = re.compile(r"^(\S+): (Creation|Modifications|Destruction) complete after", re.MULTILINE)
_DATABASE = ("iac.db", "iac.db-wal", "iac.db-shm", "iac.db-journal")
_TEMPORARY = re.compile(r"\.iac-[0-9a-f]+\.tmp(-wal|-shm|-journal)?")
"""The names of files that are not whole yet: what is left of them is never taken for the thing itself."""


@dataclass(frozen=True)
class Holdings:
    """What a database says, without ids and times: comparable between runs."""

    version: int
    states: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    workspaces: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    plans: int = 0

    @property
    def present(self) -> tuple[Any, ...]:
        """What there is, however it came to be."""
        return self.states, self.platform, self.outputs, self.workspaces


@contextmanager
def place_in_memory() -> Iterator[Path]:
    """A directory that need not be synced to a disk, where there is one: a killed process loses nothing that the
    system has already."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="iac-torture-", dir=memory) as place:
        yield Path(place)


def holdings(directory: Path) -> Holdings:
    """What the database of a directory says."""
    path = directory / "iac.db"
    if not path.exists():
        return Holdings(0)
    with closing(sqlite3.connect(path)) as connection:

        def rows(sql: str) -> tuple[str, ...]:
            return tuple(sorted(" ".join(map(str, row)) for row in connection.execute(sql)))

        if not rows("SELECT 1 FROM sqlite_master"):
            return Holdings(0)
        [(version,)] = connection.execute("SELECT version FROM schema_version")
        return Holdings(
            version,
            rows("SELECT workspace, address, deposed <> '', status FROM resource_instance"),
            rows("SELECT 'cluster', name FROM cluster UNION ALL SELECT 'environment', name FROM environment")
            + rows("SELECT name, max_instances FROM service"),
            rows("SELECT workspace, name FROM output"),
            rows("SELECT name FROM workspace WHERE name <> 'default'"),
            rows("SELECT event_type, target_type, target_name FROM event WHERE event_type NOT LIKE '%_FAILED'"),
            len(rows("SELECT id FROM plan")),
        )


def files(directory: Path) -> dict[str, bytes]:
    """The files of a directory, the database's own left out."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name not in _DATABASE and "cache" not in path.relative_to(directory).parts
    }


@dataclass(frozen=True)
class Attempt:
    """How a command ended, whether the kill or fault came about, and everything that was wrong afterwards."""

    ended: Ended
    happened: bool
    problems: tuple[str, ...]


@dataclass
class Bench:
    """Where cases of one scenario are tried: what was there before, and what an undisturbed run makes of it."""

    scenario: Scenario
    place: Path
    forks: Forks
    before: Holdings = field(init=False)
    after: Holdings = field(init=False)
    files_before: dict[str, bytes] = field(init=False)
    files_after: dict[str, bytes] = field(init=False)
    counts: dict[str, int] = field(init=False)
    seconds: float = field(init=False)

    def __post_init__(self) -> None:
        self.original = self.place / "original"
        self.original.mkdir(parents=True)
        self.scenario.prepare(Lab(self.original))
        self.before, self.files_before = holdings(self.original), files(self.original)
        self.counts = {}
        self._run(copy := self._copy())  # now its files are parsed and cached
        if self.scenario.is_first:  # but for the tables of the grammar, which take long to make
            shutil.copytree(copy / "cache", self.original / "cache", ignore=shutil.ignore_patterns("files"))
        self.counts["sqlite"] = 0
        for where in ("statement", "file", "sqlite")[: 3 if is_reachable() else 2]:
            copy = self._copy()
            ended = self._run(copy, {"where": where})
            assert ended.code == 0, f"{self.scenario.name}: {ended}"
            self.counts[where] = ended.counted
        self.seconds = ended.seconds
        self.after, self.files_after = holdings(copy), files(copy)

    def _copy(self) -> Path:
        copy = self.place / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.original, copy)
        return copy

    def _run(self, directory: Path, fault: Mapping[str, Any] | None = None, **limits: Any) -> Ended:
        scenario = self.scenario
        return self.forks.run(
            Call(
                scenario.command(self.original),
                str(directory),
                self._environment(directory),
                task=scenario.task,
                fault=fault,
                **limits,
            )
        )

    def iac(self, directory: Path, *arguments: str) -> Ended:
        """Another command on what was left."""
        return self.forks.run(Call(arguments, str(directory), self._environment(directory)))

    def _environment(self, directory: Path) -> dict[str, str]:
        home = {"HOME": str(directory), "XDG_CONFIG_HOME": str(directory / ".config")}
        cache = directory if self.scenario.is_first else self.place.parent
        return {"IAC_CACHE_DIR": str(cache / "cache"), **home}

    # --- one case ---

    def attempt(self, fault: Mapping[str, Any] | None = None, **limits: Any) -> Attempt:
        """Runs the command once, killed or hindered, and looks at what is left."""
        copy = self._copy()
        where = (fault or {}).get("where")
        with _lock(copy / "iac.db") if where == "locked" else nullcontext():
            ended = self._run(copy, fault, **limits)
        happened = ended.hit or ended.is_killed or (not ended.counted and ended.code != 0)
        is_clean = not (ended.is_killed or (fault or {}).get("lasting") or limits)
        return Attempt(ended, happened, tuple(self._problems(copy, ended, is_clean)))

    def _problems(self, copy: Path, ended: Ended, is_clean: bool) -> Iterator[str]:
        try:
            left = holdings(copy)
        except sqlite3.Error as failure:
            yield f"the database cannot be read: {failure}"
            return
        yield from self._ending(ended, left)
        yield from _integrity(copy)
        yield from self._files(copy, is_clean)
        yield from self._database(copy, left)
        yield from self._reports(ended, left)
        yield from self._going_on(copy, left)

    def _ending(self, ended: Ended, left: Holdings) -> Iterator[str]:
        """Killed, or exit code 0 with everything done, or an error that says what is the matter."""
        if ended.is_killed:
            return
        if ended.is_bug:
            yield "it ended with a bug"
        elif ended.code == 0:
            if left.present != self.after.present or left.events != self.after.events:
                yield "it said that all was done, and it is not"
        elif ended.code not in (1, 2) or "Error: " not in ended.err:
            yield f"exit code {ended.code} without a diagnostic"

    def _database(self, copy: Path, left: Holdings) -> Iterator[str]:
        if left.version:
            if left.version <= SCHEMA_VERSION:  # a newer one is refused
                checked = self.iac(copy, "db", "check", "-no-color")
                if checked.code:
                    yield f"iac db check: {checked.out}{checked.err}"
            yield from _agreement(copy, self.scenario)
        if self.scenario.is_whole and left.version and left not in (self.before, self.after):
            empty = self.before.version == 0 and not left.present[0] and not left.events
            if not empty:
                yield f"half of it is done: {left}"

    def _reports(self, ended: Ended, left: Holdings) -> Iterator[str]:
        """What was reported as done is done: an object that an undisturbed run leaves is there, others are gone."""
        wanted, there = ({row.split()[1] for row in rows} for rows in (self.after.states, left.states))
        for address, what in _REPORTED.findall(ended.out):
            is_gone = what == "Destruction"
            if is_gone != (address in wanted) and is_gone == (address in there):
                yield f"{address} was reported and is not so"

    def _files(self, copy: Path, is_clean: bool) -> Iterator[str]:
        there = files(copy)
        for name, content in there.items():
            if name not in self.files_before and name not in self.files_after:
                if is_clean or not _TEMPORARY.fullmatch(name.rpartition("/")[2]):
                    yield f"the file {name} was left"
            elif content not in (self.files_before.get(name), self.files_after.get(name)):
                yield from self._proof(copy, name)
        for name in self.files_before.keys() & self.files_after.keys() - there.keys():
            yield f"the file {name} was lost"

    def _proof(self, copy: Path, name: str) -> Iterator[str]:
        """A file that differs from both must be a whole one."""
        proofs = [arguments for file, arguments in self.scenario.proofs if file == name]
        if not proofs:
            yield f"the file {name} is neither the old nor the new one"
        for arguments in proofs:
            ended = self.iac(copy, *arguments)
            if ended.code:
                yield f"the file {name} is not whole: {ended}"

    def _going_on(self, copy: Path, left: Holdings) -> Iterator[str]:
        """What comes next works, and ends where an undisturbed run would have ended, with the same events."""
        scenario = self.scenario
        if scenario.is_whole and left == self.after != self.before:
            return
        goes_on = scenario.converges and left.states
        again = self.iac(copy, "apply", "-auto-approve", "-no-color") if goes_on else self._run(copy)
        if again.code:
            if not scenario.refusal or scenario.refusal not in again.err:
                yield f"it failed when run again: {again}"
            return
        reached = holdings(copy)
        if (reached.version, reached.present) != (self.after.version, self.after.present):
            yield f"run again it ended elsewhere: {reached} instead of {self.after}"
        if reached.events != self.after.events:
            yield f"run again it has other events: {reached.events} instead of {self.after.events}"
        if scenario.converges and self.iac(copy, "plan", "-detailed-exitcode").code != 0:
            yield "the plan after the next apply is not empty"


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Holds the write lock, as another process that writes does."""
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def _integrity(copy: Path) -> Iterator[str]:
    path = copy / "iac.db"
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("PRAGMA integrity_check").fetchall()
        if found != [("ok",)]:
            yield f"integrity: {found}"
        if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
            yield f"references: {broken}"


def _agreement(copy: Path, scenario: Scenario) -> Iterator[str]:
    """Beyond `iac db check`: every object has been made once, and some state knows it."""
    with closing(sqlite3.connect(copy / "iac.db")) as connection:
        made = Counter(id for (id,) in connection.execute("SELECT target_id FROM event WHERE event_type = 'CREATE'"))
        if twice := [id for id, count in made.items() if count > 1]:
            yield f"made twice: {twice}"
        states = " ".join(text for (text,) in connection.execute("SELECT attributes FROM resource_instance"))
        for kind in ("cluster", "environment", "service"):
            for (id,) in connection.execute(f"SELECT id FROM {kind}"):
                if not scenario.orphans and f'"id":"{id}"' not in states:
                    yield f"the {kind} {id} is in no state"
